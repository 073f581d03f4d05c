from __future__ import annotations

from typing import Any

from checks.finding import Status
from collector.evidence import Population
from collector.records.configuration import BaselineSetting, ConfigurationSetting
from tests.checks.made import finding, seen
from tests.checks.registers import partly, said

CHECK = "config-baseline"


def host(**values: str) -> Population[ConfigurationSetting]:
    return seen(
        ConfigurationSetting,
        *(ConfigurationSetting(host="s1", name=name, value=value) for name, value in values.items()),
    )


def baseline(*names: str, must: str = "", **fields: Any) -> Population[BaselineSetting]:
    rows = [BaselineSetting(setting=name, expected=("1", "No"), must=name == must, **fields) for name in names]
    return seen(BaselineSetting, *rows, source="baseline")


def test_the_share_and_what_must_be_met() -> None:
    assert said(CHECK, host(a="1", b="no"), baseline("a", "b")) == {}
    assert said(CHECK, host(a="1", b="2"), baseline("a", "b")) == {"s1": "!below"}
    assert said(CHECK, host(a="1", b="2"), baseline("a", "b"), parameters={"min_share_percent": 50}) == {}
    strict = said(CHECK, host(a="1", b="2"), baseline("a", "b", must="b"), parameters={"min_share_percent": 50})
    assert strict == {"s1": "!must-not-met"}


def test_what_a_host_did_not_show_is_not_met_by_silence() -> None:
    assert said(CHECK, host(a="1"), baseline("a", "b")) == {"s1": "?not-shown"}
    assert said(CHECK, host(a="2"), baseline("a", "b")) == {"s1": "!below"}


def test_which_baseline_for_which_hosts() -> None:
    assert said(CHECK, host(a="2"), baseline("a", hosts=("s2",))) == {"s1": "?no-baseline"}
    assert said(CHECK, host(a="2"), baseline("a", baseline="A"), parameters={"baseline": "b"}) == {"s1": "?no-baseline"}
    assert said(CHECK, host(a="2"), baseline("a", baseline="A"), parameters={"baseline": "a"}) == {"s1": "!below"}
    assert said(CHECK, host(a="1")) == {"s1": "?no-register"}
    assert said(CHECK, host(a="1"), partly(BaselineSetting, BaselineSetting(setting="a", expected=("1",)))) == {
        "s1": "?register-incomplete"
    }


def test_what_is_not_met_within_the_share_is_named() -> None:
    found = finding(CHECK, host(a="1", b="2"), baseline("a", "b"), parameters={"min_share_percent": 50})
    assert found.status is Status.SATISFIED
    assert [each.subject for each in found.tolerated] == ["s1: b"]
