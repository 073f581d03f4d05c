"""What answers of the DNS are understood to say, and that no bytes end the reading in any other way than a gap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.evidence import GapCause
from collector.mail import answers
from collector.source import SourceError

NAME = "example.test."


def wire(kind: str, *rows: str, rcode: str = "NOERROR", validated: bool = False) -> bytes:
    message = dns.message.make_response(dns.message.make_query(NAME, kind))
    message.set_rcode(dns.rcode.from_text(rcode))
    if rows:
        message.answer.append(dns.rrset.from_text(NAME, 300, "IN", kind, *rows))
    message.flags |= dns.flags.AD if validated else 0
    return message.to_wire()


def test_mail_servers_in_their_order() -> None:
    found = answers.exchangers(wire("MX", "20 B.example.test.", "10 a.example.test."))
    assert found.hosts == ((10, "a.example.test"), (20, "b.example.test"))
    assert not found.null
    assert answers.exchangers(wire("MX", "0 .")) == answers.Exchangers((), null=True)
    assert answers.exchangers(wire("MX")) == answers.Exchangers((), null=False)


def test_texts_are_put_together_over_an_alias() -> None:
    message = dns.message.make_response(dns.message.make_query(NAME, "TXT"))
    message.answer.append(dns.rrset.from_text(NAME, 300, "IN", "CNAME", "other.test."))
    message.answer.append(dns.rrset.from_text("other.test.", 300, "IN", "TXT", '"v=spf1 " "-all"', '"\\195\\165"'))
    message.answer.append(dns.rrset.from_text("stranger.test.", 300, "IN", "TXT", '"v=spf1 +all"'))
    assert answers.texts(message.to_wire()) == ("v=spf1 -all", "��")


def test_bindings_and_whether_they_were_validated() -> None:
    row = "3 1 1 " + "ab" * 32
    assert answers.bindings(wire("TLSA", row, validated=True)) == (1, True)
    assert answers.bindings(wire("TLSA", row)) == (1, False)
    assert answers.bindings(wire("TLSA", rcode="NXDOMAIN", validated=True)) == (0, None)


@pytest.mark.parametrize(
    ("rcode", "cause"),
    [
        ("SERVFAIL", GapCause.UNREACHABLE),
        ("REFUSED", GapCause.DENIED),
        ("NXDOMAIN", GapCause.ABSENT),
        ("NOTIMP", GapCause.UNSUPPORTED),
    ],
)
def test_an_answer_that_tells_nothing_is_a_gap_with_a_remedy(rcode: str, cause: GapCause) -> None:
    with pytest.raises(SourceError) as wrong:
        answers.exchangers(wire("MX", rcode=rcode))
    assert wrong.value.cause is cause
    assert wrong.value.remedy


POLICIES: dict[str, tuple[Callable[[list[str]], Any], list[str], Any]] = {
    "spf": (answers.spf, ["other", "v=spf1 mx -all"], ("present", "fail")),
    "spf softly": (answers.spf, ["V=SPF1 ip4:192.0.2.1 ~ALL"], ("present", "softfail")),
    "spf of anyone": (answers.spf, ["v=spf1 all"], ("present", "pass")),
    "spf elsewhere": (answers.spf, ["v=spf1 redirect=example.test"], ("present", None)),
    "spf twice": (answers.spf, ["v=spf1 -all", "v=spf1 mx -all"], ("invalid", None)),
    "no spf": (answers.spf, ["v=spf10 -all"], ("absent", None)),
    "dmarc": (answers.dmarc, ["v=DMARC1; p=Reject; rua=mailto:a@example.test"], "reject"),
    "dmarc without effect": (answers.dmarc, ["v=DMARC1;p=none"], "none"),
    "dmarc without policy": (answers.dmarc, ["v=DMARC1; rua=mailto:a@example.test"], "invalid"),
    "dmarc twice": (answers.dmarc, ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "invalid"),
    "dmarc in disorder": (answers.dmarc, ["p=reject; v=DMARC1"], "absent"),
    "mta-sts": (answers.mta_sts, ["v=STSv1; id=20260101;"], "present"),
    "mta-sts without id": (answers.mta_sts, ["v=STSv1;"], "invalid"),
    "no mta-sts": (answers.mta_sts, [], "absent"),
    "tls-rpt": (answers.tls_reports, ["v=TLSRPTv1; rua=mailto:a@example.test"], "present"),
    "tls-rpt to nobody": (answers.tls_reports, ["v=TLSRPTv1"], "invalid"),
    "dkim": (answers.has_key, ["k=rsa; p=MIGf"], True),
    "dkim revoked": (answers.has_key, ["v=DKIM1; p="], False),
}


@pytest.mark.parametrize("name", POLICIES)
def test_one_policy(name: str) -> None:
    understand, records, expected = POLICIES[name]
    assert understand(records) == expected


@given(st.binary(max_size=300) | st.tuples(st.integers(0, 60), st.binary(min_size=1, max_size=4)))
def test_any_bytes_are_an_answer_or_a_gap(what: bytes | tuple[int, bytes]) -> None:
    if isinstance(what, tuple):
        whole = wire("MX", "10 a.example.test.")
        what = whole[: what[0]] + what[1] + whole[what[0] + len(what[1]) :]
    for understand in (answers.exchangers, answers.texts, answers.bindings, answers.addresses):
        try:
            understand(what)
        except SourceError as error:
            assert error.detail  # noqa: PT017  # either ending is right


@given(
    st.lists(st.text(max_size=60) | st.sampled_from(["v=spf1 ", "v=DMARC1;p=none", "v=STSv1;id=a", "v=TLSRPTv1;rua="]))
)
def test_any_texts_give_a_word(records: list[str]) -> None:
    assert answers.spf(records)[0] in {"absent", "present", "invalid"}
    assert answers.dmarc(records) in {"absent", "none", "quarantine", "reject", "invalid"}
    assert {answers.mta_sts(records), answers.tls_reports(records)} <= {"absent", "present", "invalid"}
    answers.has_key(records)
