"""Python looks for circles seldom in a program that says so, and still looks."""

from __future__ import annotations

import subprocess
import sys

COUNT = """
import gc
from collector.cycles import search_seldom

class Circle:
    def __init__(self):
        self.own = self

before = gc.get_stats()[0]["collections"]
search_seldom()
kept = [[] for _ in range(50_000)]
seldom = gc.get_stats()[0]["collections"] - before
for _ in range(400_000):
    Circle()
print(seldom, gc.get_stats()[0]["collected"] > 100_000)
"""


def test_records_by_the_thousand_start_no_search_and_circles_are_freed() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["0", "True"]
