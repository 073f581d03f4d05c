"""Mail domains by the DNS: MX, TLSA, SPF, DKIM, DMARC, MTA-STS and TLS-RPT, and STARTTLS of their mail servers.

Only the configured resolvers are asked (UDP, and TCP for what does not fit), never this host's own. Nothing is sent to
a mail server unless the settings switch its probe on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query

from collector.evidence import GapCause
from collector.mail import answers
from collector.mail.answers import Exchangers
from collector.mail.starttls import Offer, ask_starttls
from collector.records.mail import MailDomain, MailServer
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from config.sources import MailDomainSource, Resolver

T = TypeVar("T")

SMTP_PORT = 25
_PATIENCE = 3
"""After so many domains in a row without any answer, the others are not asked: the resolvers are not there."""
_PAYLOAD = 1232
"""Octets of an answer by UDP that no network cuts up; a longer one comes by TCP."""
_RESOLVER = "check its address, and that this host may ask it by UDP and TCP"


class ResolverSilentError(SourceError):
    """No answer came from a resolver at all."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One question about a domain, and what is kept of its answer."""

    name: str
    kind: str


class MailDomains:
    """The mail domains of one settings entry; implements `collector.source.Source`.

    Raises SourceError (unsupported) at construction where a resolver's address is none.
    """

    provides: frozenset[type[Record]] = frozenset({MailDomain, MailServer})

    def __init__(self, settings: MailDomainSource, smtp_port: int = SMTP_PORT) -> None:
        self.id = settings.id
        self._settings = settings
        self._port = smtp_port
        for resolver in settings.resolvers:
            try:
                ip_address(resolver.address)
            except ValueError as error:
                raise SourceError(
                    GapCause.UNSUPPORTED, f"{resolver.address} is no IP address", "name a resolver by its address"
                ) from error

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Every question to the resolvers; those about mail servers as the rule by which they follow from MX."""
        kinds = self._wanted(wanted)
        resolvers = ", ".join(map(_place, self._settings.resolvers))
        for domain in self._settings.domains if kinds else ():
            yield Query(resolvers, f"DNS {domain} MX", kinds)
            if MailDomain in kinds:
                for question in self._policies(domain):
                    yield Query(resolvers, f"DNS {question.name} {question.kind}", (MailDomain,))
            if MailServer in kinds:
                yield Query(resolvers, f"DNS _25._tcp.<each MX host of {domain}> TLSA", (MailServer,))
                if self._settings.starttls:
                    yield Query(resolvers, f"DNS <each MX host of {domain}> A and AAAA", (MailServer,))
                    words = "SMTP EHLO, STARTTLS, a handshake, QUIT; no mail"
                    yield Query(f"each MX host of {domain}:{self._port}", words, (MailServer,))

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Ask about each domain; what gives no answer is a gap of its own."""
        kinds = self._wanted(wanted)
        if not kinds:
            return
        recorder.identity("a client without a name")
        silent = 0
        for domain in self._settings.domains:
            try:
                servers = self._exchangers(domain, recorder, kinds, silent)
            except SourceError as error:
                silent = silent + 1 if isinstance(error, ResolverSilentError) else 0
                for kind in kinds:
                    recorder.gap(kind, error.cause, error.detail, remedy=error.remedy, subject=domain)
                continue
            silent = 0
            if MailDomain in kinds:
                recorder.add(self._domain(domain, servers, recorder))
            if MailServer in kinds:
                self._servers(domain, servers, recorder)
        for kind in kinds:
            recorder.complete(kind, source_count=len(self._settings.domains) if kind is MailDomain else None)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Ask each resolver for the MX of each domain; mail servers are not touched."""
        for resolver in self._settings.resolvers:
            for domain in self._settings.domains:
                try:
                    wire = self._ask_one(resolver, _Question(domain, "MX"))
                    found = answers.exchangers(wire)
                except SourceError as error:
                    yield Diagnosis(_place(resolver), ok=False, text=f"{domain}: {error.detail}", remedy=error.remedy)
                else:
                    hosts = ", ".join(host for _, host in found.hosts) or "no mail server"
                    yield Diagnosis(_place(resolver), ok=True, text=f"{domain}: {hosts}")

    def _exchangers(self, domain: str, recorder: Recorder, kinds: tuple[type[Record], ...], silent: int) -> Exchangers:
        if silent >= _PATIENCE:
            words = f"not asked: no answer about {_PATIENCE} domains in a row"
            raise ResolverSilentError(GapCause.UNREACHABLE, words, _RESOLVER)
        return self._asked(_Question(domain, "MX"), answers.exchangers, recorder, kinds)

    def _wanted(self, wanted: frozenset[type[Record]]) -> tuple[type[Record], ...]:
        return tuple(kind for kind in (MailDomain, MailServer) if kind in wanted)

    def _policies(self, domain: str) -> Iterator[_Question]:
        yield _Question(domain, "TXT")
        for label in ("_dmarc", "_mta-sts", "_smtp._tls", *map("{}._domainkey".format, self._settings.dkim_selectors)):
            yield _Question(f"{label}.{domain}", "TXT")

    def _domain(self, domain: str, servers: Exchangers, recorder: Recorder) -> MailDomain:
        found = {
            question.name.removesuffix(domain).rstrip("."): self._tried(question, domain, recorder)
            for question in self._policies(domain)
        }
        own, policy, announced, reports = (found[label] for label in ("", "_dmarc", "_mta-sts", "_smtp._tls"))
        spf = None if own is None else answers.spf(own)
        keys = {each: found[f"{each}._domainkey"] for each in self._settings.dkim_selectors}
        known = {each: records for each, records in keys.items() if records is not None}
        return MailDomain(
            domain=domain,
            mail_servers=len(servers.hosts),
            takes_no_mail=servers.null,
            mta_sts=None if announced is None else answers.mta_sts(announced),
            tls_reports=None if reports is None else answers.tls_reports(reports),
            spf=spf and spf[0],
            spf_all=spf and spf[1],
            dmarc=None if policy is None else answers.dmarc(policy),
            dkim=tuple(each for each in known if answers.has_key(known[each])) if len(known) == len(keys) > 0 else None,
        )

    def _tried(self, question: _Question, domain: str, recorder: Recorder) -> tuple[str, ...] | None:
        """The texts of a name; None, and a gap of the domain, where they were not answered."""
        try:
            return self._asked(question, answers.texts, recorder, (MailDomain,))
        except SourceError as error:
            words = f"{question.name} {question.kind}: {error.detail}"
            recorder.gap(MailDomain, error.cause, words, remedy=error.remedy, subject=domain)
            return None

    def _servers(self, domain: str, servers: Exchangers, recorder: Recorder) -> None:
        for preference, host in servers.hosts[: answers.MAX_SERVERS]:
            subject = MailServer(domain=domain, host=host).subject
            tlsa: tuple[int | None, bool | None] = (None, None)
            offer: Offer | None = None
            try:
                tlsa = self._asked(_Question(f"_25._tcp.{host}", "TLSA"), answers.bindings, recorder, (MailServer,))
            except SourceError as error:
                words = f"TLSA: {error.detail}"
                recorder.gap(MailServer, error.cause, words, remedy=error.remedy, subject=subject)
            try:
                if self._settings.starttls:
                    offer = self._offer(host, recorder)
            except SourceError as error:
                words = f"STARTTLS: {error.detail}"
                recorder.gap(MailServer, error.cause, words, remedy=error.remedy, subject=subject)
            recorder.add(
                MailServer(
                    domain=domain,
                    host=host,
                    preference=preference,
                    tlsa=tlsa[0],
                    tlsa_validated=tlsa[1],
                    starttls=offer.starttls if offer else None,
                    tls_version=offer.version if offer else None,
                    refusal=offer.refusal if offer else None,
                )
            )
        more = len(servers.hosts) - answers.MAX_SERVERS
        if more > 0:
            words = f"{more} more mail servers than the {answers.MAX_SERVERS} that are asked about"
            recorder.gap(MailServer, GapCause.TRUNCATED, words, subject=domain)

    def _offer(self, host: str, recorder: Recorder) -> Offer:
        """What the first address that answers offers; raises SourceError where none does."""
        wrong: SourceError | None = None
        for kind in ("A", "AAAA"):
            for address in self._asked(_Question(host, kind), answers.addresses, recorder, (MailServer,)):
                recorder.ran(f"SMTP {host} [{address}]:{self._port} EHLO, STARTTLS, QUIT", (MailServer,))
                try:
                    return ask_starttls(address, self._port, host, self._settings.timeout_seconds)
                except SourceError as error:
                    wrong = error
        raise wrong or SourceError(GapCause.ABSENT, "the host has no address in the DNS", "correct its MX record")

    def _asked(
        self,
        question: _Question,
        understand: Callable[[bytes], T],
        recorder: Recorder,
        kinds: tuple[type[Record], ...],
    ) -> T:
        """What the first resolver that gives an answer says; raises the last one's SourceError where none does."""
        wrong: SourceError | None = None
        for resolver in self._settings.resolvers:
            recorder.ran(f"DNS {question.name} {question.kind} from {_place(resolver)}", kinds)
            try:
                return understand(self._ask_one(resolver, question))
            except SourceError as error:
                if error.cause is GapCause.ABSENT:
                    raise
                wrong = error
        raise wrong or SourceError(GapCause.UNSUPPORTED, "no resolver is named", "name one under `resolvers`")

    def _ask_one(self, resolver: Resolver, question: _Question) -> bytes:
        seconds = self._settings.timeout_seconds
        try:
            query = dns.message.make_query(question.name, question.kind, use_edns=0, payload=_PAYLOAD)
            query.flags |= dns.flags.AD  # whether the answer was validated (RFC 6840, section 5.7)
            answer, _ = dns.query.udp_with_fallback(
                query, resolver.address, seconds, resolver.port, ignore_unexpected=True
            )
        except dns.exception.Timeout as error:
            raise ResolverSilentError(GapCause.TIMED_OUT, "the resolver gave no answer in time", _RESOLVER) from error
        except OSError as error:
            words = f"no connection to the resolver: {error.strerror or type(error).__name__}"
            raise ResolverSilentError(GapCause.UNREACHABLE, words, _RESOLVER) from error
        except (dns.exception.DNSException, EOFError, ValueError) as error:
            words = f"no proper answer from the resolver: {type(error).__name__}"
            raise SourceError(GapCause.MALFORMED, words, _RESOLVER) from error
        return answer.wire or answer.to_wire()


def _place(resolver: Resolver) -> str:
    return f"[{resolver.address}]:{resolver.port}" if ":" in resolver.address else f"{resolver.address}:{resolver.port}"
