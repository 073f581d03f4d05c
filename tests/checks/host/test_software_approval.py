from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from collector.evidence import Population
from collector.records.changes import ApprovedSoftware, InstalledSoftware
from tests.checks.made import AS_OF, seen
from tests.checks.registers import TODAY, partly, said

CHECK = "software-approval"
NGINX = seen(InstalledSoftware, InstalledSoftware(host="s1", product="nginx", version="1", installed=AS_OF))
NAME = "s1: nginx"


def approved(product: str = "NGINX", **fields: Any) -> Population[ApprovedSoftware]:
    good: dict[str, Any] = {"decided": TODAY}
    return seen(ApprovedSoftware, ApprovedSoftware(product=product, **(good | fields)), source="approved")


def test_on_the_list_before_it_was_installed() -> None:
    assert said(CHECK, NGINX, approved()) == {}
    assert said(CHECK, NGINX, approved("ng*")) == {}
    assert said(CHECK, NGINX, approved("apache2")) == {NAME: "!not-approved"}
    assert said(CHECK, NGINX, approved(version="2")) == {NAME: "!not-approved"}
    assert said(CHECK, NGINX, approved(valid_until=date(2026, 11, 20))) == {NAME: "!expired"}
    assert said(CHECK, NGINX, approved(decided=None)) == {NAME: "?incomplete"}
    old = seen(InstalledSoftware, InstalledSoftware(host="s1", product="nginx", installed=AS_OF - timedelta(days=1)))
    assert said(CHECK, old, approved()) == {NAME: "!installed-before"}
    assert said(CHECK, old, approved(valid_until=date(2026, 11, 20))) == {NAME: "!expired"}


def test_the_list_of_the_settings_and_no_list() -> None:
    assert said(CHECK, NGINX, parameters={"approved": ["ng*"]}) == {}
    assert said(CHECK, NGINX, parameters={"approved": ["apache2"]}) == {NAME: "!not-approved"}
    assert said(CHECK, NGINX) == {"s1": "?no-register"}
    assert said(CHECK, NGINX, partly(ApprovedSoftware)) == {NAME: "?register-incomplete"}
