"""Makes the sources that the settings name, and says how each of them obtains its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from collector.evidence import OWN, Obtained
from collector.network.shell import Connect
from collector.recorder import ConfiguredSource
from collector.records.network import Zone
from collector.records.record import Record
from collector.secrets import resolve
from collector.source import Source, SourceError
from config.registers import Register
from config.settings import Settings
from config.sources import (
    AnySource,
    BackupReport,
    BorgSource,
    BundleSource,
    DocumentSource,
    DrillReports,
    EntraSource,
    FirewallExportSource,
    FirewallSource,
    LdapSource,
    LocalSource,
    MailDomainSource,
    PrivacyIdeaSource,
    ProbeSource,
    ProxmoxBackupSource,
    ResticSource,
    SshLogin,
    SshSource,
    TlsSource,
    VeeamSource,
)
from styrk.errors import UsageError
from styrk.stand_in import NOT_ASKED, StandIn

_HANDED_OVER = (BackupReport, DocumentSource, DrillReports, FirewallExportSource)
"""Sources that are files which someone handed over, and no systems."""
Built = tuple[ConfiguredSource, str]
"""A source with its type's name in the settings."""


def configured_sources(
    settings: Settings, wanted: frozenset[type[Record]], only: tuple[str, ...] = ()
) -> tuple[Built, ...]:
    """Every source that gives some of the wanted kinds, in the order of ids; `only` limits the configured ones.

    What the settings themselves declare, and the table of support periods, are always among them. All that is not
    observed is read from files of this machine. Raises UsageError where a source's settings cannot work.
    """
    observed = Obtained.OBSERVED
    built = [
        (
            ConfiguredSource(source, source.provides & wanted, obtained, controlled_by, tags, obtained is not observed),
            kind,
        )
        for source, kind, obtained, controlled_by, tags in _all(settings, only)
        if source.provides & wanted
    ]
    return tuple(sorted(built, key=lambda each: each[0].source.id))


def scanned_sources(
    settings: Settings, wanted: frozenset[type[Record]], only: tuple[str, ...] = ()
) -> tuple[Built, ...]:
    """As `configured_sources`, with a stand-in that says «not read» for each source that `only` leaves out."""
    chosen = configured_sources(settings, wanted, only)
    if not only:
        return chosen
    read = {configured.source.id for configured, _ in chosen}
    left_out = tuple(
        (replace(configured, source=StandIn(configured.source.id, configured.source.provides, NOT_ASKED)), kind)
        for configured, kind in configured_sources(settings, wanted)
        if configured.source.id not in read
    )
    return tuple(sorted((*chosen, *left_out), key=lambda each: each[0].source.id))


def _all(settings: Settings, only: tuple[str, ...]) -> Iterator[tuple[Source, str, Obtained, str, tuple[str, ...]]]:
    for entry in settings.sources:
        if not only or entry.id in only:
            source = _made(entry.id, partial(_system, entry, settings))
            obtained = Obtained.PROVIDED if isinstance(entry, _HANDED_OVER) else Obtained.OBSERVED
            yield source, entry.type, obtained, entry.controlled_by, entry.tags
    for register in settings.registers:
        if not only or register.id in only:
            from collector.register.register import RegisterFile

            source = _made(register.id, partial(RegisterFile, register))
            given = Obtained.PROVIDED if register.attested is None else Obtained.ATTESTED
            yield source, "register", given, register.controlled_by, register.tags
    if settings.zones or settings.flows:
        from collector.register.declared import DeclaredNetwork

        yield (
            _made(
                "declared",
                lambda: DeclaredNetwork(settings.zones, settings.flows, elsewhere=bool(_of_registers(settings))),
            ),
            "declared",
            Obtained.PROVIDED,
            OWN,
            (),
        )
    yield from _stated(settings)
    from collector.register.lifecycle import LifecycleTable

    yield LifecycleTable(), "lifecycle", Obtained.PROVIDED, OWN, ()


def _stated(settings: Settings) -> Iterator[tuple[Source, str, Obtained, str, tuple[str, ...]]]:
    """What the settings' own files of questions and recommendations hold."""
    if not settings.questions and settings.recommendations is None:
        return
    from collector.register.stated import question_source, recommendation_source
    from config.ledgers import load_ledgers
    from config.questions import load_questions

    if settings.questions:
        yield question_source(load_questions(settings)), "questions", Obtained.PROVIDED, OWN, ()
    if settings.recommendations is not None:
        yield recommendation_source(load_ledgers(settings)), "recommendations", Obtained.PROVIDED, OWN, ()


def _made(name: str, make: Callable[[], Source]) -> Source:
    try:
        return make()
    except SourceError as error:
        raise UsageError(f"the source {name} cannot work: {error.detail}", error.remedy) from error


def _system(entry: AnySource, settings: Settings) -> Source:
    """The source for one entry under `sources`; libraries are imported only for what is configured."""
    match entry:
        case LocalSource():
            from collector.host.source import LocalHost

            return LocalHost(entry)
        case SshSource():
            from collector.host.source import SshHosts

            return SshHosts(entry, resolve)
        case LdapSource():
            from collector.directory.source import DirectorySource

            return DirectorySource(entry, resolve)
        case EntraSource():
            from collector.directory.entra import EntraDirectory

            return EntraDirectory(entry, resolve)
        case PrivacyIdeaSource():
            from collector.factors.privacyidea import PrivacyIdea

            return PrivacyIdea(entry, resolve)
        case ResticSource() | BorgSource() | ProxmoxBackupSource() | VeeamSource():
            return _backup(entry)
        case FirewallSource():
            from collector.network.nftables import NftablesFirewalls

            return NftablesFirewalls(entry, _connect(entry.login))
        case ProbeSource() | BundleSource():
            return _of_zones(entry, settings)
        case TlsSource():
            from collector.network.tls import TlsHandshakes

            return TlsHandshakes(entry)
        case MailDomainSource():
            from collector.mail.domain import MailDomains

            return MailDomains(entry)
        case BackupReport() | DocumentSource() | DrillReports() | FirewallExportSource():
            return _handed_over(entry)


def _of_zones(entry: ProbeSource | BundleSource, settings: Settings) -> Source:
    """The source for one entry that is held against the declared zones.

    Where registers declare zones, what is wrong with those costs this source's evidence, and not the scan.
    """
    from collector.register.declared import with_registers, zones_of

    own = zones_of(settings.zones)
    registers = _of_registers(settings)
    if not registers:
        return _in_zones(entry, settings, own)
    from collector.register.register import RegisterFile

    try:
        return _in_zones(entry, settings, with_registers(own, map(RegisterFile, registers)))
    except SourceError as error:
        return StandIn(entry.id, _kinds_of(entry, settings), error)


def _of_registers(settings: Settings) -> tuple[Register, ...]:
    """The registers that declare zones."""
    return tuple(register for register in settings.registers if register.holds == "zone")


def _in_zones(entry: ProbeSource | BundleSource, settings: Settings, zones: tuple[Zone, ...]) -> Source:
    if isinstance(entry, ProbeSource):
        from collector.network.probe import ReachabilityProbe

        return ReachabilityProbe(entry, zones, _connect(entry.login))
    from styrk.relayed_evidence import RelayedEvidence

    return RelayedEvidence(entry, settings.organisation.name, zones)


def _kinds_of(entry: ProbeSource | BundleSource, settings: Settings) -> frozenset[type[Record]]:
    """What the source would give."""
    if isinstance(entry, ProbeSource):
        from collector.network.probe import ReachabilityProbe

        return ReachabilityProbe.provides
    return _in_zones(entry, settings, ()).provides


def _backup(entry: ResticSource | BorgSource | ProxmoxBackupSource | VeeamSource) -> Source:
    """The source for one place where backups lie."""
    match entry:
        case ResticSource():
            from collector.backup.restic import ResticRepository

            return ResticRepository(entry, lambda: resolve(entry.password))
        case BorgSource():
            from collector.backup.borg import BorgRepository

            return BorgRepository(entry, resolve)
        case ProxmoxBackupSource():
            from collector.backup.proxmox import ProxmoxDatastore

            return ProxmoxDatastore(entry, resolve)
        case VeeamSource():
            from collector.backup.veeam import VeeamServer

            return VeeamServer(entry, resolve)


def _handed_over(entry: BackupReport | DocumentSource | DrillReports | FirewallExportSource) -> Source:
    """The source for one entry whose files someone handed over."""
    match entry:
        case BackupReport():
            from collector.backup.job_report import JobReport

            return JobReport(entry)
        case DocumentSource():
            from collector.documents.folder import DocumentFolder

            return DocumentFolder(entry)
        case DrillReports():
            from collector.backup.drill_reports import DrillFolder

            return DrillFolder(entry)
        case FirewallExportSource():
            from collector.network.export import FirewallExport

            return FirewallExport(entry)


def _connect(login: SshLogin | None) -> Connect | None:
    if login is None:
        return None
    from collector.transport.ssh import SshClient

    client = SshClient(login, resolve)
    return client.shell
