"""What the catalogue of controls says of a check's parameters is what the check has."""

from __future__ import annotations

import dataclasses
import re

import pytest

from checks.discovery import ModuleCheck, discover
from collector.records.codec import encode
from config.catalogue import load_controls

TESTED = sorted({check.control for check in discover()})


def test_the_controls_that_have_a_check() -> None:
    assert set(TESTED) >= {
        "mfa-admin-enforced",
        "mfa-protected-systems",
        "mfa-remote-access",
        "accounts-stale",
        "accounts-after-employment-end",
        "accounts-mover-access",
        "accounts-external",
        "access-approval",
        "access-review-annual",
        "password-age",
        "local-admin-restricted",
        "privileged-restricted",
        "backup-daily",
        "restore-test-annual",
        "segmentation-zones",
        "segmentation-flows",
        "time-sync-source",
        "time-sync-offset",
        "patch-level",
        "software-supported",
    }
    assert set(TESTED) <= set(load_controls())


@pytest.mark.parametrize("control", TESTED)
def test_parameters_and_defaults_are_those_of_the_checks(control: str) -> None:
    declared = {name: encode(each.value) for name, each in load_controls()[control].parameters.items()}
    of_checks = {
        field.name: encode(field.default)
        for check in discover()
        if check.control == control
        for field in dataclasses.fields(check.parameters)
    }
    assert of_checks == declared


@pytest.mark.parametrize("check", discover(), ids=lambda check: check.id)
def test_every_reason_has_words_in_both_languages(check: object) -> None:
    assert isinstance(check, ModuleCheck)
    for code, reason in check.reasons.items():
        for text in (reason.text, reason.fix):
            assert bool(text.sv) == bool(text.en), code
            assert not text.sv or text.sv != text.en, code
        assert reason.text.sv, code


@pytest.mark.parametrize("check", discover(), ids=lambda check: check.id)
def test_what_a_reason_says_to_set_can_be_set(check: ModuleCheck) -> None:
    said = [
        text for reason in check.reasons.values() for part in (reason.text, reason.fix) for text in (part.sv, part.en)
    ]
    for text in said:
        for control, rest in re.findall(r"controls: ([a-z-]+)(\S*(?: \S+){0,2})", text):
            found = re.fullmatch(r": parameters: (\w+)[.,]?.*|\.", rest)
            assert found, text
            assert found[1] is None or found[1] in load_controls()[control].parameters, text
