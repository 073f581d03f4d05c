from __future__ import annotations

from datetime import timedelta

from checks.finding import Status
from collector.records.backup import ProtectedSystem, Snapshot
from tests.checks.made import AS_OF, finding, findings, reasons, seen

CHECK = "backup-daily--repository"
SYSTEM = ProtectedSystem(name="arkiv", critical=True, hosts=("arkiv1",))


def snapshot(host: str, hours: int) -> Snapshot:
    return Snapshot(identifier=f"{host}{hours}", time=AS_OF - timedelta(hours=hours), host=host)


def test_without_a_register_hosts_are_judged_but_never_all_is_well() -> None:
    found = finding(CHECK, seen(Snapshot, snapshot("app1", 3)))
    assert (found.status, reasons(found)) == (Status.NOT_DETERMINED, {"test": "?no-system-register"})
    found = finding(CHECK, seen(Snapshot, snapshot("app1", 30)))
    assert reasons(found)["app1"] == "!too-old"


def test_an_empty_repository_is_not_a_clean_one() -> None:
    assert finding(CHECK, seen(Snapshot, source_count=0)).status is Status.NOT_DETERMINED


def test_with_a_register_systems_are_judged_and_hosts_are_not() -> None:
    (found,) = findings(
        CHECK,
        seen(Snapshot, snapshot("retired", 9000)),
        seen(ProtectedSystem, SYSTEM, source="register"),
    )
    assert (found.status, found.out_of_scope) == (Status.NOT_APPLICABLE, {"judged-by-system": 1})
