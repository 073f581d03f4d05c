"""What another run read and sealed is taken over whole, with its own provenance, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.evidence import GapCause, Obtained
from collector.records.host import Host, Listener
from collector.records.identity import Account
from collector.records.kinds import KINDS
from collector.records.network import Probe
from collector.source import SourceError
from reporters.bundle.archive import pack
from reporters.bundle.evidence_index import read_evidence
from styrk.relayed_evidence import MAX_RELAYS, NOT_RELAYED
from tests.architecture.made_records import variants
from tests.styrk.worker import NOW, READ, WORKER, Given, attempt, gathered, made, relaying

TAKEN = sorted(KINDS.keys() - {name for name, kind in KINDS.items() if kind in NOT_RELAYED} - {"probe"})


def told(path: Path, *kinds: str, now: datetime = NOW, **changes: Any) -> tuple[GapCause, str]:
    """The cause and the words of the one gap; nothing else came."""
    source = relaying(path, *kinds, now=now, **changes)
    evidence = gathered(path.parent / f"main-{len(list(path.parent.iterdir()))}", source)
    assert evidence.populations == ()
    (found,) = evidence.gaps
    assert not all(each.ok for each in source.diagnose())
    assert found.remedy
    assert found.provenance is None or not found.provenance.relayed
    return found.cause, found.detail


def test_records_come_over_with_the_provenance_of_those_who_read_them(tmp_path: Path) -> None:
    probes = Given(records={Probe: [attempt(22), attempt(443)]}, counts={Probe: 3}, raw=b"probe 0 0")
    bundle = made(tmp_path / "inbox", probes)
    (found,) = gathered(tmp_path / "main", relaying(tmp_path / "inbox")).populations
    (there,) = read_evidence(bundle).populations
    assert list(found.records) == list(there.records) == [attempt(22), attempt(443)]
    assert (found.source, found.digest, found.count, found.source_count) == ("worker", there.digest, 2, 3)
    assert not found.complete
    provenance = found.provenance
    assert (provenance.obtained, provenance.controlled_by) == (Obtained.OBSERVED, "own")
    assert (provenance.started, provenance.speaks_of, provenance.clock_offset_ms) == (READ, READ, 2000)
    assert (provenance.identity, provenance.collector_version) == ("styrk on this host", "0.1.0")
    (relay,) = provenance.relayed
    assert (relay.run, relay.source, relay.signer) == (bundle.name, "probe", WORKER.public_key.fingerprint)
    assert (relay.sealed, relay.read) == (READ + timedelta(minutes=3), NOW)
    assert provenance.method[0].startswith(f"bundle {relay.bundle} (run {bundle.name}, sealed by {relay.signer})")
    assert provenance.method[1] == "read Probe"
    assert there.provenance.raw[0] in provenance.method[2]
    assert provenance.raw == ()


def test_a_zip_is_as_good_as_a_folder_and_the_newest_is_read(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    made(inbox, Given(records={Probe: [attempt(1)]}), run="20261119T221500Z", read=READ - timedelta(days=1))
    newer = made(tmp_path / "made", Given(records={Probe: [attempt(2)]}))
    pack(newer, inbox / f"{newer.name}.zip")
    (inbox / "99999999T999999Z.tmp").mkdir()
    (found,) = gathered(tmp_path / "main", relaying(inbox)).populations
    assert [each.port for each in found.records if isinstance(each, Probe)] == [2]
    (direct,) = gathered(tmp_path / "direct", relaying(newer)).populations
    assert (direct.digest, direct.provenance) == (found.digest, found.provenance)


def test_what_the_other_run_did_not_obtain_is_not_obtained_here(tmp_path: Path) -> None:
    source = Given(
        id="servers",
        records={Host: [Host(name="app01")], Account: []},
        missing={Host: ["app02"], Listener: [None]},
        hidden={Host: ["kernel"]},
    )
    made(tmp_path / "inbox", source)
    taken = relaying(tmp_path / "inbox", "host", "listener", "account", source="servers")
    evidence = gathered(tmp_path / "main", taken)
    hosts = next(each for each in evidence.populations if each.kind == "host")
    assert [(each.cause, each.subject, each.remedy) for each in hosts.missing] == [
        (GapCause.UNREACHABLE, "app02", "switch it on")
    ]
    assert (hosts.count, hosts.unreadable, hosts.complete) == (1, ("kernel",), False)
    empty = next(each for each in evidence.populations if each.kind == "account")
    assert (empty.count, empty.complete) == (0, True)
    (lost,) = evidence.gaps
    assert (lost.kind, lost.cause, lost.detail) == ("listener", GapCause.UNREACHABLE, "no answer")
    assert lost.provenance is not None
    assert lost.provenance.relayed
    said = [(each.ok, each.text) for each in taken.diagnose()]
    assert said[0] == (True, f"20261120T221500Z is whole, sealed by {WORKER.public_key.fingerprint} 5 hours ago")
    assert said[1:] == [
        (True, "0 records"),
        (True, "1 records; 1 parts were not obtained there"),
        (False, "unreachable there: no answer"),
    ]
    fewer = relaying(tmp_path / "inbox", "host", source="servers")
    assert [each.text for each in fewer.diagnose()][2] == "not taken, though there: account, listener"


def test_two_workers_are_two_sources(tmp_path: Path) -> None:
    for name, port in (("a", 22), ("b", 443)):
        made(tmp_path / name, Given(records={Probe: [attempt(port)]}))
    sources = [relaying(tmp_path / name, id=f"worker-{name}") for name in ("a", "b")]
    reading = gathered(tmp_path / "main", *sources).reading(Probe)
    assert [each.source for each in reading.populations] == ["worker-a", "worker-b"]
    assert [each.port for each in reading.records] == [22, 443]
    assert reading.complete


def test_what_a_suppliers_worker_read_is_provided_and_not_observed(tmp_path: Path) -> None:
    made(tmp_path / "inbox", controlled_by="Underleverantören")
    (own,) = gathered(tmp_path / "own", relaying(tmp_path / "inbox")).populations
    (theirs,) = gathered(tmp_path / "theirs", relaying(tmp_path / "inbox", controlled_by="Driftbolaget")).populations
    assert (own.provenance.obtained, own.provenance.controlled_by) == (Obtained.OBSERVED, "Underleverantören")
    assert (theirs.provenance.obtained, theirs.provenance.controlled_by) == (Obtained.PROVIDED, "Driftbolaget")
    assert theirs.provenance.speaks_of == READ


def test_an_export_in_the_other_zone_stays_an_export(tmp_path: Path) -> None:
    made(tmp_path / "inbox", obtained=Obtained.PROVIDED)
    (found,) = gathered(tmp_path / "main", relaying(tmp_path / "inbox")).populations
    assert found.provenance.obtained is Obtained.PROVIDED


def test_someones_dated_word_does_not_travel(tmp_path: Path) -> None:
    made(tmp_path / "inbox", obtained=Obtained.ATTESTED)
    cause, detail = told(tmp_path / "inbox")
    assert cause is GapCause.UNSUPPORTED
    assert "dated word" in detail


def test_a_worker_may_be_relayed_by_another(tmp_path: Path) -> None:
    inner = made(tmp_path / "inner")
    middle = made(tmp_path / "middle", relaying(inner, id="relay"), read=NOW)
    source = relaying(middle, source="relay", now=NOW + timedelta(hours=1))
    (found,) = gathered(tmp_path / "main", source).populations
    assert [each.source for each in found.provenance.relayed] == ["relay", "probe"]
    assert found.provenance.started == READ
    late = relaying(middle, source="relay", now=NOW + timedelta(hours=1), max_age_hours=3)
    (gap,) = gathered(tmp_path / "late", late).gaps
    assert "stale: relay was read 6 hours ago" in gap.detail


def test_what_came_a_long_way_round_is_refused(tmp_path: Path) -> None:
    (found,) = gathered(tmp_path / "once", relaying(made(tmp_path / "inner"))).populations

    def outer(bundles: int) -> Path:
        long = Given(provenance=replace(found.provenance, relayed=found.provenance.relayed * bundles))
        return made(tmp_path / f"outer-{bundles}", long)

    assert len(gathered(tmp_path / "main", relaying(outer(MAX_RELAYS - 1))).populations) == 1
    assert "more than 8 bundles" in told(outer(MAX_RELAYS))[1]


def test_an_old_bundle_counts_for_nothing(tmp_path: Path) -> None:
    bundle = made(tmp_path / "inbox")
    sealed = READ + timedelta(minutes=3)
    limit = timedelta(hours=26)
    young = gathered(tmp_path / "young", relaying(bundle, now=READ + limit))
    assert [each.count for each in young.populations] == [1]
    cause, detail = told(bundle, now=sealed + limit + timedelta(seconds=1))
    assert cause is GapCause.ABSENT
    assert "stale: 20261120T221500Z was sealed 26 hours ago, at 2026-11-20 22:18 UTC" in detail


def test_an_old_bundle_under_a_new_name_is_as_old(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    old = made(inbox, run="20261101T221500Z", read=READ - timedelta(days=19))
    old.rename(inbox / "20261121T020000Z")
    cause, detail = told(inbox)
    assert cause is GapCause.ABSENT
    assert "stale: 20261121T020000Z was sealed 19 days ago, at 2026-11-01" in detail


def test_a_bundle_from_a_time_to_come_shows_a_wrong_clock(tmp_path: Path) -> None:
    bundle = made(tmp_path / "inbox", read=NOW + timedelta(hours=1))
    assert told(bundle)[0] is GapCause.MALFORMED
    assert "clocks is wrong" in told(bundle)[1]


def test_another_organisations_bundle_is_refused_unless_it_is_named(tmp_path: Path) -> None:
    bundle = made(tmp_path / "inbox", organisation={"name": "Driftbolaget"})
    cause, detail = told(bundle)
    assert (cause, "«Driftbolaget», not of «Exempelkommun Ö»" in detail) == (GapCause.DENIED, True)
    named = relaying(bundle, organisation="Driftbolaget", controlled_by="Driftbolaget")
    (found,) = gathered(tmp_path / "main", named).populations
    assert found.provenance.relayed[0].organisation == "Driftbolaget"


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        (attempt(22, zone="servers"), "from the zone servers, and not from clients"),
        (attempt(22, target_zone="clients"), "is in servers here, and in clients there"),
        (attempt(22, target="198.51.100.1"), "lies in no declared zone"),
        (attempt(22, target="$(reboot)"), "not an address"),
    ],
)
def test_a_worker_speaks_for_its_own_zone_alone(tmp_path: Path, probe: Probe, words: str) -> None:
    bundle = made(tmp_path / "inbox", Given(records={Probe: [attempt(22), probe]}))
    cause, detail = told(bundle)
    assert cause is GapCause.DENIED
    assert words in detail


def test_what_was_not_asked_there_is_said(tmp_path: Path) -> None:
    bundle = made(tmp_path / "inbox")
    assert told(bundle, source="probes") == (GapCause.ABSENT, "20261120T221500Z has no source probes; it has probe")
    assert told(bundle, "host") == (GapCause.ABSENT, "probe was not asked for host in 20261120T221500Z")


@pytest.mark.parametrize("kind", ["zone", "declared-flow", "lifecycle", "claim-verdict", "recommendation"])
def test_no_bundle_decides_what_is_allowed(tmp_path: Path, kind: str) -> None:
    with pytest.raises(SourceError, match="is decided or made where it is judged"):
        relaying(tmp_path, kind)


def test_a_kind_that_there_is_not_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no kind probes") as error:
        relaying(tmp_path, "probes")
    assert error.value.remedy == "did you mean probe?"


def test_the_plan_names_the_folder_the_keys_and_the_kinds(tmp_path: Path) -> None:
    source = relaying(tmp_path / "inbox", "probe", "host")
    (query,) = source.plan(frozenset({Probe, Account}))
    assert (query.target, query.kinds) == (str(tmp_path / "inbox"), (Probe,))
    assert "the keys in worker.pub" in query.text
    assert not list(source.plan(frozenset({Account})))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(TAKEN), st.data())
def test_records_of_every_kind_are_equal_to_those_that_were_read(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("relayed")
    every = list(variants(KINDS[kind], READ))
    records = data.draw(st.lists(st.sampled_from(every), max_size=20))
    hidden = data.draw(st.sets(st.sampled_from(["name", "time", "owner"])))
    total = data.draw(st.none() | st.integers(0, 30))
    source = Given(
        records={KINDS[kind]: records},
        hidden={KINDS[kind]: hidden},
        missing={KINDS[kind]: data.draw(st.lists(st.sampled_from(["a", "b"]), max_size=2))},
        counts={} if total is None else {KINDS[kind]: total},
    )
    (there,) = read_evidence(made(folder / "inbox", source)).populations
    (here,) = gathered(folder / "main", relaying(folder / "inbox", kind)).populations
    assert list(here.records) == list(there.records) == records
    assert (here.digest, here.count, here.complete) == (there.digest, there.count, there.complete)
    assert [replace(each, source="probe") for each in here.missing] == list(there.missing)
    assert (here.unreadable, here.source_count) == (there.unreadable, there.source_count)
