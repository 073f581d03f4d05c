"""Writes the JSON Schemas anew after a change of the models: `python -m config.schema`."""

from __future__ import annotations

import sys

from config.schema import write

sys.stdout.writelines(f"{path}\n" for path in write())
