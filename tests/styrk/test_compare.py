from __future__ import annotations

from typing import Any

from styrk.compare import Comparison, RunResults, compare


def exception(subject: str, waiver: str | None = None, severity: str = "medium") -> dict[str, Any]:
    return {"subject": subject, "reason": "unused", "severity": severity, "facts": {}, "waiver": waiver}


def finding(*exceptions: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {
        "check": "accounts-stale",
        "source": "ad",
        "exceptions": list(exceptions),
        "undetermined": [],
        "gaps": [],
        "whole": True,
        "parameters": {"stale_days": 90},
        **other,
    }


def undetermined(subject: str, reason: str = "last-use-unknown") -> dict[str, Any]:
    return {"subject": subject, "reason": reason, "facts": {}}


def results(*findings: dict[str, Any], judgement: str = "met", **statement: Any) -> RunResults:
    predicate = {"checks_code": "a", "catalogues": {"c": "1"}, "tool": {"name": "styrk", "version": "1"}, **statement}
    return RunResults(predicate, findings, [{"catalogue": "c", "id": "R-1", "status": judgement}])


def names(outcome: Comparison) -> dict[str, list[str]]:
    return {
        field: [item.subject for item in getattr(outcome, field)]
        for field in ("new", "resolved", "no_longer_determined", "unchanged", "newly_undetermined")
    }


def test_each_subject_is_in_one_list() -> None:
    old = results(finding(exception("anna"), exception("bo"), exception("eva"), undetermined=[undetermined("ida")]))
    new = results(
        finding(
            exception("bo"),
            exception("carl", severity="high"),
            undetermined=[undetermined("eva"), undetermined("ida"), undetermined("dag")],
        )
    )
    assert names(compare(old, new)) == {
        "new": ["carl"],
        "resolved": ["anna"],
        "no_longer_determined": ["eva"],
        "unchanged": ["bo"],
        "newly_undetermined": ["dag"],
    }


def test_a_source_that_was_not_read_resolves_nothing() -> None:
    old = results(finding(exception("anna")))
    gap = {"cause": "unreachable", "kind": "account", "source": "ad"}
    for blind in (
        results(),
        results(finding(whole=False, gaps=[gap])),
        results(finding(undetermined=[undetermined("ad", "population-incomplete")])),
    ):
        assert names(compare(old, blind))["no_longer_determined"] == ["anna"]
        assert not compare(old, blind).resolved
    assert compare(old, results(finding(whole=False, gaps=[gap]))).no_longer_determined[0].note == (
        "not read to the end: unreachable"
    )


def test_a_new_exception_says_when_the_old_run_could_not_have_seen_it() -> None:
    outcome = compare(results(), results(finding(exception("anna"))))
    assert outcome.new[0].note == "not determined before"
    assert compare(results(finding()), results(finding(exception("anna")))).new[0].note == ""


def test_an_exception_under_one_of_two_rules_is_an_exception() -> None:
    lax, strict = finding(), finding(exception("anna"), parameters={"stale_days": 30})
    assert names(compare(results(lax, strict), results(strict, lax)))["unchanged"] == ["anna"]


def test_a_waiver_that_came_or_went_is_told() -> None:
    accepted, bare = results(finding(exception("anna", "w1"))), results(finding(exception("anna")))
    assert compare(bare, accepted).unchanged[0].note == "accepted (waiver w1)"
    assert compare(accepted, bare).unchanged[0].note == "no longer accepted (waiver w1)"


def test_what_was_judged_differently_is_told() -> None:
    old = results(finding())
    new = results(finding(parameters={"stale_days": 30}), checks_code="b", catalogues={"c": "2"}, only_sources=["ad"])
    assert compare(old, old).basis == ()
    told = "\n".join(compare(old, new).basis)
    for words in (
        "code of the checks",
        "catalogues differ: c",
        "parameters differ: accounts-stale",
        "different sources",
    ):
        assert words in told


def test_changed_judgements_are_listed_also_for_requirements_that_came_or_went() -> None:
    old, new = results(judgement="met"), results(judgement="not-met")
    assert [(each.old, each.new) for each in compare(old, new).judgements] == [("met", "not-met")]
    gone = RunResults(old.statement, (), ())
    assert [(each.old, each.new) for each in compare(old, gone).judgements] == [("met", "")]
    assert compare(old, old).judgements == ()


def test_the_most_urgent_comes_first() -> None:
    new = results(finding(exception("a", severity="low"), exception("z", severity="high"), exception("m")))
    assert names(compare(results(finding()), new))["new"] == ["z", "m", "a"]
