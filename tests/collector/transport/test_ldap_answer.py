"""The decoder of search results against ldap3's, on pages as real servers sent them and on what can become of them.

The pages were recorded from OpenLDAP 2.5 and Samba 4.17 (record_pages.py).
"""

from __future__ import annotations

import contextlib
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ldap3.core.exceptions import LDAPExceptionError
from ldap3.operation.search import search_result_entry_response_to_dict_fast
from ldap3.protocol.rfc4511 import LDAPMessage
from ldap3.utils.asn1 import decode_message_fast  # type: ignore[attr-defined,unused-ignore]
from pyasn1.codec.ber import decoder as pyasn1_decoder
from pyasn1.error import PyAsn1Error

from collector.transport.ber import MAX_LENGTH_OCTETS, OCTET_STRING, SEQUENCE, SET, BerError, encode, encode_integer
from collector.transport.ldap import Entry, Page, Search
from collector.transport.ldap_answer import EntryDecoder, take_entries
from collector.transport.ldap_stream import SearchStream, encode_search

RECORDED = sorted((Path(__file__).parents[1] / "recordings/ldap_pages").glob("*.ber"))
ANY = Search("dc=example,dc=test", "subtree", "(objectClass=*)", ("cn",), 8)
ONE = encode_integer(1)


decoded: Callable[[bytes], dict[str, Any]] = decode_message_fast
entry_to_dict: Callable[..., dict[str, Any]] = search_result_entry_response_to_dict_fast


class Answer:
    """A socket that gives an answer in pieces, then no more; the first request has the answer's number."""

    def __init__(self, data: bytes, piece: int = 1 << 20) -> None:
        self.pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
        self.sent: list[bytes] = []

    def recv(self, size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)


def read(data: bytes, number: int, piece: int = 1 << 20) -> Page:
    return SearchStream(Answer(data, piece), 60, lambda: number).page(ANY, b"")


def number_of(data: bytes) -> int:
    return int(decoded(next(messages(data)))["messageID"])


def messages(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        length, head = data[at + 1], 2
        if length > 127:
            head = 2 + (length & 127)
            length = int.from_bytes(data[at + 2 : at + head], "big")
        yield data[at : at + head + length]
        at += head + length


def long_form(tag: int, content: bytes) -> bytes:
    """As Active Directory writes lengths."""
    return bytes((tag, 0x84)) + len(content).to_bytes(4, "big") + content


def by_ldap3(message: bytes) -> Entry:
    """As `ldap_client` makes an entry of what ldap3 decodes."""
    found = entry_to_dict(decoded(message)["payload"], None, None, False)
    attributes = {name.lower(): tuple(values) for name, values in found["raw_attributes"].items() if values is not None}
    return Entry(found["dn"], attributes)


def by_pyasn1(message: bytes) -> Entry:
    whole, _ = pyasn1_decoder.decode(message, asn1Spec=LDAPMessage())
    entry = whole["protocolOp"]["searchResEntry"]
    values = {str(each["type"]).lower(): tuple(bytes(one) for one in each["vals"]) for each in entry["attributes"]}
    return Entry(bytes(entry["object"]).decode(), {name: held for name, held in values.items() if held})


def ours(message: bytes, number: int, decoder: EntryDecoder | None = None) -> Entry:
    """The entry in one message, by way of the walk."""
    spans: list[tuple[int, int]] = []
    prefix = encode_integer(number) + b"\x64"
    if take_entries(bytearray(message), 0, prefix, spans) != len(message):
        raise BerError("no entry")
    if len(spans) != 1:
        raise BerError("more than one message")
    (entry,) = (decoder or EntryDecoder()).decode(message, spans)
    return entry


def experienced() -> EntryDecoder:
    """A decoder that has met every recorded page, and remembers what it met."""
    decoder = EntryDecoder()
    for data in (path.read_bytes() for path in RECORDED):
        spans: list[tuple[int, int]] = []
        take_entries(bytearray(data), 0, encode_integer(number_of(data)) + b"\x64", spans)
        decoder.decode(data, spans)
    return decoder


@pytest.fixture(params=RECORDED, ids=lambda path: path.stem)
def recorded(request: pytest.FixtureRequest) -> bytes:
    path: Path = request.param
    return path.read_bytes()


def test_pages_of_both_servers_are_here() -> None:
    assert {path.stem.partition("-")[0] for path in RECORDED} == {"samba", "slapd"}


@pytest.mark.parametrize("piece", [1, 7, 1000, 1 << 20])
def test_a_recorded_page_is_what_ldap3_and_pyasn1_make_of_it(recorded: bytes, piece: int) -> None:
    number = number_of(recorded)
    page = read(recorded, number, piece)
    answered = [m for m in messages(recorded) if decoded(m)["protocolOp"] == 4]
    assert list(page.entries) == [by_ldap3(message) for message in answered]
    assert list(page.entries) == [by_pyasn1(message) for message in answered]
    assert page.entries
    assert page.code == 0
    done = [m for m in messages(recorded) if decoded(m)["protocolOp"] == 5]
    assert len(done) == 1


def test_remembering_names_changes_nothing(recorded: bytes) -> None:
    number = number_of(recorded)
    stream_twice = EntryDecoder()
    spans: list[tuple[int, int]] = []
    take_entries(bytearray(recorded), 0, encode_integer(number) + b"\x64", spans)
    assert stream_twice.decode(recorded, spans) == stream_twice.decode(recorded, spans)
    assert stream_twice.decode(recorded, spans) == EntryDecoder().decode(recorded, spans)


def mutated(data: bytes, draw: st.DrawFn) -> bytes:
    """A few wounds: octets changed, cut out, doubled or put in; lengths made huge, indefinite or of many octets."""
    octets = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(octets) - 1))
        kind = draw(st.sampled_from(["octet", "length", "cut", "end", "insert", "double", "tag"]))
        if kind == "octet":
            octets[at] = draw(st.integers(0, 255))
        elif kind == "length":
            octets[at : at + 1] = draw(
                st.sampled_from(
                    [b"\x80", b"\x84\xff\xff\xff\xff", b"\x88" + b"\xff" * 8, b"\xff", b"\x81\x05", b"\x00"]
                )
            )
        elif kind == "cut":
            del octets[at : at + draw(st.integers(1, 20))]
        elif kind == "end":
            del octets[at:]
        elif kind == "insert":
            octets[at:at] = draw(st.binary(max_size=8))
        elif kind == "double":
            octets[at:at] = octets[at : at + draw(st.integers(1, 60))]
        else:
            octets[at] = draw(st.sampled_from([0x30, 0x31, 0x04, 0x64, 0x65, 0x73, 0x78, 0xA0, 0x24]))
        if not octets:
            return b"\x30"
    return bytes(octets)


@st.composite
def wounded_messages(draw: st.DrawFn) -> tuple[bytes, int]:
    data = draw(st.sampled_from(RECORDED)).read_bytes()
    entries = [m for m in messages(data) if decoded(m)["protocolOp"] == 4]
    return mutated(draw(st.sampled_from(entries)), draw), number_of(data)


@st.composite
def wounded_pages(draw: st.DrawFn) -> tuple[bytes, int]:
    data = draw(st.sampled_from(RECORDED)).read_bytes()
    return mutated(data, draw), number_of(data)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wounded_messages())
def test_a_wounded_entry_is_the_same_to_ldap3_or_one_error(case: tuple[bytes, int]) -> None:
    message, number = case
    for decoder in (EntryDecoder(), experienced()):
        try:
            entry = ours(message, number, decoder)
        except BerError:
            continue
        assert entry == by_ldap3(message)  # what we accept, ldap3 accepts, and understands alike


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(wounded_messages(), max_size=8), wounded_messages())
def test_what_was_read_before_changes_nothing(before: list[tuple[bytes, int]], case: tuple[bytes, int]) -> None:
    decoder = experienced()
    for message, number in before:
        with contextlib.suppress(BerError):
            ours(message, number, decoder)
    assert outcome(*case, decoder) == outcome(*case, EntryDecoder())


@pytest.mark.parametrize("outer", [encode, long_form])
def test_a_known_head_before_a_value_that_leads_out_of_its_entry_is_no_attribute(outer: Any) -> None:
    decoder, held = EntryDecoder(), encode(OCTET_STRING, b"cn") + outer(SET, encode(OCTET_STRING, b"abc"))
    for octets in range(1, 3):
        attribute = outer(SEQUENCE, held)
        whole = outer(SEQUENCE, ONE + outer(0x64, encode(OCTET_STRING, b"cn=a") + outer(SEQUENCE, attribute)))
        assert ours(whole, 1, decoder).attributes == {"cn": (b"abc",)}
        cut = outer(SEQUENCE, attribute[:-octets])
        with pytest.raises(BerError):
            ours(outer(SEQUENCE, ONE + outer(0x64, encode(OCTET_STRING, b"cn=a") + cut)), 1, decoder)


def outcome(message: bytes, number: int, decoder: EntryDecoder) -> Entry | None:
    """What a message is to a decoder; None where it is no entry."""
    try:
        return ours(message, number, decoder)
    except BerError:
        return None


@settings(max_examples=600, deadline=20_000, suppress_health_check=[HealthCheck.too_slow])
@given(wounded_pages(), st.sampled_from([50, 1 << 20]))
def test_a_wounded_page_is_a_page_or_one_error(case: tuple[bytes, int], piece: int) -> None:
    data, number = case
    try:
        page = read(data, number, piece)
    except (BerError, ConnectionResetError):  # the latter: it waits for octets that never come
        return
    values = [value for entry in page.entries for held in entry.attributes.values() for value in held]
    assert sum(map(len, values)) <= len(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_octets_of_any_kind_are_no_entry_or_ldap3s_entry(data: bytes) -> None:
    message = encode(SEQUENCE, ONE, encode(0x64, data))
    try:
        entry = ours(message, 1)
    except BerError:
        return
    assert entry == by_ldap3(message)


names = st.sampled_from([b"cn", b"uid", b"member;range=0-1499", b"x" * 130, b"objectClass"])
attributes = st.lists(st.tuples(names, st.lists(st.binary(max_size=300), max_size=3)), max_size=5)


def entry_message(dn: str, held: list[tuple[bytes, list[bytes]]], outer: Any) -> bytes:
    listed = b"".join(
        outer(
            SEQUENCE,
            encode(OCTET_STRING, name) + outer(SET, b"".join(encode(OCTET_STRING, value) for value in values)),
        )
        for name, values in held
    )
    body: bytes = outer(0x64, encode(OCTET_STRING, dn.encode()) + outer(SEQUENCE, listed))
    message: bytes = outer(SEQUENCE, ONE + body)
    return message


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), attributes, st.sampled_from([encode, long_form]))
def test_every_entry_is_read_in_either_form_of_lengths(
    dn: str, held: list[tuple[bytes, list[bytes]]], outer: Any
) -> None:
    dn = dn.encode("utf-8", "replace").decode()
    message = entry_message(dn, held, outer)
    assert ours(message, 1) == by_ldap3(message)


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (bytes.fromhex("30800201016400 0000"), "indefinite"),
        (b"\x30" + bytes((0x80 | MAX_LENGTH_OCTETS + 1,)) + b"\x01" * 5, "5 octets"),
        (b"HTTP/1.1 400 Bad Request", "tag 0x48"),
        (encode(SEQUENCE, ONE), "without an operation"),
        (encode(SEQUENCE, ONE, encode(0x61, b"\x0a\x01\x00\x04\x00\x04\x00")), "0x61"),
        (encode(SEQUENCE, encode_integer(7), encode(0x65, b"\x0a\x01\x00\x04\x00\x04\x00")), "request 7 instead of 1"),
        (encode(SEQUENCE, ONE, encode(0x65, b"\x0a\x01\x00\x04\x00")), "cut off"),
        (encode(SEQUENCE, ONE, encode(0x65, b"\x0a\x01\x00\x04\x00\x04\x00"), b"\x04\x00"), "tag 0x04"),
    ],
)
def test_an_answer_that_is_none_says_why(octets: bytes, words: str) -> None:
    with pytest.raises(BerError, match=words):
        read(octets, 1)


def done(code: int = 0, message: bytes = b"", cookie: bytes | None = None, number: bytes = ONE) -> bytes:
    result = encode(0x65, bytes((0x0A, 1, code)), b"\x04\x00", encode(OCTET_STRING, message))
    if cookie is None:
        return encode(SEQUENCE, number, result)
    value = encode(SEQUENCE, encode_integer(0), encode(OCTET_STRING, cookie))
    control = encode(SEQUENCE, encode(OCTET_STRING, b"1.2.840.113556.1.4.319"), encode(OCTET_STRING, value))
    return encode(SEQUENCE, number, result, encode(0xA0, control))


def test_a_value_that_looks_like_the_end_of_an_answer_is_a_value() -> None:
    inner = done(cookie=b"")
    data = entry_message("cn=a", [(b"description", [inner])], encode)
    page = read(data + entry_message("cn=b", [], encode) + done(), 1, len(data))
    assert [entry.dn for entry in page.entries] == ["cn=a", "cn=b"]


def test_references_notices_and_results() -> None:
    reference = encode(SEQUENCE, ONE, encode(0x73, encode(OCTET_STRING, b"ldap://other.example.test/dc=x")))
    between = encode(SEQUENCE, ONE, encode(0x79))
    page = read(reference + between + done(4, b"Size limit exceeded\0", b"next"), 1)
    assert (page.referrals, page.code, page.message) == (("ldap://other.example.test/dc=x",), 4, "Size limit exceeded")
    assert page.cookie == b"next"
    referral = encode(0xA3, encode(OCTET_STRING, b"ldap://other.example.test/"))
    result = encode(0x65, b"\x0a\x01\x0a\x04\x00\x04\x00", referral)
    assert read(encode(SEQUENCE, ONE, result), 1).code == 10
    notice = encode(0x78, b"\x0a\x01\x34\x04\x00", encode(OCTET_STRING, b"shutting down"))
    with pytest.raises(ConnectionResetError, match=r"52.*shutting down"):
        read(encode(SEQUENCE, encode_integer(0), notice), 1)


def test_a_large_length_takes_no_memory_before_its_octets_come() -> None:
    tracemalloc.start()
    with pytest.raises(ConnectionResetError):
        read(bytes.fromhex("30847fffffff020101"), 1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_the_next_page_is_asked_for_before_this_one_is_decoded_once_a_second_was_wanted() -> None:
    def numbered(number: int, cookie: bytes) -> bytes:
        return done(cookie=cookie, number=encode_integer(number))

    socket = Answer(b"")
    socket.pieces = [numbered(1, b"one"), numbered(2, b"two"), numbered(3, b"")]
    numbers = iter(range(1, 9))
    stream = SearchStream(socket, 60, lambda: next(numbers))
    assert stream.page(ANY, b"").cookie == b"one"
    assert len(socket.sent) == 1
    assert stream.page(ANY, b"one").cookie == b"two"
    assert len(socket.sent) == 3
    assert stream.has_asked(ANY, b"two")
    assert stream.page(ANY, b"two").cookie == b""
    assert len(socket.sent) == 3


def test_a_page_that_is_not_wanted_any_more_is_passed_over() -> None:
    socket = Answer(b"")
    ends = [(1, b"one"), (2, b"two"), (3, b"three"), (4, b"")]
    socket.pieces = [done(cookie=cookie, number=encode_integer(number)) for number, cookie in ends]
    numbers = iter(range(1, 9))
    stream = SearchStream(socket, 60, lambda: next(numbers))
    stream.page(ANY, b"")
    stream.page(ANY, b"one")
    other = Search("cn=other", "base", "(objectClass=*)", ("1.1",))
    assert stream.page(other, b"").cookie == b""
    assert socket.pieces == []


def test_a_request_is_what_ldap3_encodes() -> None:
    whole, rest = pyasn1_decoder.decode(encode(SEQUENCE, ONE, encode_search(ANY, 60)), asn1Spec=LDAPMessage())
    request = whole["protocolOp"]["searchRequest"]
    assert (rest, bytes(request["baseObject"]), int(request["scope"]), int(request["timeLimit"])) == (
        b"",
        b"dc=example,dc=test",
        2,
        60,
    )


def test_a_filter_without_meaning_is_ldap3s_error() -> None:
    with pytest.raises(LDAPExceptionError):
        encode_search(Search("dc=a", "base", "(cn=", ("cn",)), 60)


def test_pyasn1_refuses_what_we_refuse() -> None:
    with pytest.raises(PyAsn1Error):
        pyasn1_decoder.decode(bytes.fromhex("308002010164"), asn1Spec=LDAPMessage())
