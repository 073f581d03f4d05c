"""How often Python looks for objects that refer to each other in a circle, which only that search can free."""

from __future__ import annotations

import gc

_NEW_OBJECTS = 100_000


def search_seldom() -> None:
    """Look after a hundred thousand new objects instead of seven hundred.

    Modules, and records by the million, make no circles: looking through them again and again is a tenth of a scan.
    """
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
