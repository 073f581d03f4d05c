"""Holders of privileges through nested groups."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.directory.membership import Group, Principal, holders, privileges

KEYS = [f"g{number}" for number in range(6)] + [f"u{number}" for number in range(5)]
GRAPHS = st.fixed_dictionaries(
    {key: st.lists(st.sampled_from(KEYS), max_size=5, unique=True) for key in KEYS if key[0] == "g"}
)


def naive_distances(graph: dict[str, list[str]]) -> dict[str, int]:
    """Steps from g0 to everything, by relaxing all edges until nothing changes."""
    distance = {"g0": 0}
    while True:
        better = {
            member: steps + 1
            for group, steps in distance.items()
            for member in graph.get(group, ())
            if distance.get(member, 99) > steps + 1
        }
        if not better:
            return distance
        distance |= {key: min(steps, distance.get(key, 99)) for key, steps in better.items()}


@given(GRAPHS)
def test_holders_are_those_of_the_naive_closure_by_a_shortest_way(graph: dict[str, list[str]]) -> None:
    groups = {key: Group(key, tuple(members)) for key, members in graph.items()}
    found = dict(holders("g0", groups))
    distance = naive_distances(graph)
    assert found.keys() == {key for key in distance if key[0] == "u"}
    for user, way in found.items():
        assert len(way) == distance[user] - 1
        for inner, outer in zip((user, *way), (*way, "g0"), strict=True):
            assert inner in graph[outer]


@given(GRAPHS)
def test_each_holder_comes_once(graph: dict[str, list[str]]) -> None:
    groups = {key: Group(key, tuple(members)) for key, members in graph.items()}
    found = [key for key, _ in holders("g0", groups)]
    assert len(found) == len(set(found))


def test_a_group_that_could_not_be_read_is_a_holder_itself() -> None:
    groups = {"r": Group("Domain Admins", ("g",)), "g": Group("GG-Drift", ("u",), readable=False)}
    found = list(privileges("r", "domain-admins", groups, {"u": Principal("anna", "person", enabled=True)}))
    assert [(each.holder, each.holder_category, each.through) for each in found] == [
        ("GG-Drift", "group", ()),
        ("anna", "person", ("GG-Drift",)),
    ]


def test_a_member_that_was_not_read_keeps_its_name_and_nothing_is_known_of_it() -> None:
    (found,) = privileges("r", "x", {"r": Group("R", ("cn=hidden,dc=test",))}, {})
    assert (found.holder, found.enabled, found.holder_category) == ("cn=hidden,dc=test", None, None)


def test_a_group_that_is_not_there_gives_nothing() -> None:
    assert list(holders("none", {})) == []
