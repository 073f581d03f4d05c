"""What all tests share: nothing in them may hang on the machine's speed, its settings or who started them."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A busy machine makes an example slow and says nothing about the code: what takes too long ends by its test's limit.
settings.register_profile("no-deadline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not os.environ.get("CI"):  # hypothesis has a profile of its own there, without a deadline and without chance
    settings.load_profile("no-deadline")

# Modes of files are asserted, and servers of the tests read their files as users of their own.
os.umask(0o022)
