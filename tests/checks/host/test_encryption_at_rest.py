from __future__ import annotations

from checks.finding import Status
from collector.evidence import Population
from collector.records.backup import ProtectedSystem
from collector.records.configuration import StorageVolume
from tests.checks.made import finding, seen
from tests.checks.registers import said

CHECK = "encryption-at-rest"
NEEDED = seen(ProtectedSystem, ProtectedSystem(name="x", hosts=("S1",), encryption_needed=True), source="systems")
NOT_NEEDED = seen(ProtectedSystem, ProtectedSystem(name="x", hosts=("s1",), encryption_needed=False), source="systems")


def volume(
    encrypted: bool | None = False, *, place: str = "/", portable: bool | None = False
) -> Population[StorageVolume]:
    row = StorageVolume(host="s1", device="sda", mounted_at=place, encrypted=encrypted, portable=portable)
    return seen(StorageVolume, row)


def test_where_it_is_needed_every_volume_is() -> None:
    assert said(CHECK, volume(encrypted=True), NEEDED) == {}
    assert said(CHECK, volume(), NEEDED) == {"s1: /": "!not-encrypted"}
    assert said(CHECK, volume(encrypted=None), NEEDED) == {"s1: /": "?encryption-unknown"}
    assert finding(CHECK, volume(place="/boot/efi"), NEEDED).status is Status.NOT_APPLICABLE
    assert finding(CHECK, volume(), NOT_NEEDED).status is Status.NOT_APPLICABLE


def test_a_portable_computer_always_is() -> None:
    assert said(CHECK, volume(portable=True), NOT_NEEDED) == {"s1: /": "!not-encrypted"}
    relaxed = finding(CHECK, volume(portable=True), NOT_NEEDED, parameters={"laptops_always": False})
    assert relaxed.status is Status.NOT_APPLICABLE


def test_an_undecided_need_and_a_host_on_no_system() -> None:
    undecided = seen(ProtectedSystem, ProtectedSystem(name="x", hosts=("s1",)), source="systems")
    assert said(CHECK, volume(), undecided) == {"s1: /": "?need-undecided"}
    assert said(CHECK, volume(), seen(ProtectedSystem, source="systems")) == {"s1: /": "?need-undecided"}
    assert said(CHECK, volume()) == {"s1: /": "?no-register"}
    assert said(CHECK, volume(portable=None), NOT_NEEDED) == {"s1: /": "?need-undecided"}
