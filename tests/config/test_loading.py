"""Every mistake in `styrk.yaml` is told at once, with its place and what to write instead."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.loading import load_default_settings, load_settings, parse_settings
from config.problems import MAX_PROBLEMS, SettingsError
from config.sources import LdapSource, ResticSource, SshSource

HEAD = """\
organisation: {name: Exempelkommun}
sources:
  - {id: here, type: local, tags: [critical]}
zones:
  - {name: inside, networks: [192.0.2.0/24]}
"""
SSH = "{user: s, private_key: 'file:k', known_hosts: kh}"


def load(text: str) -> str:
    """The mistakes in a settings file, one a line."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(text.encode(), "styrk.yaml", Path("/nowhere"))
    return str(caught.value)


def source(text: str) -> str:
    return f"organisation: {{name: X}}\nzones:\n  - {{name: inside, networks: [192.0.2.0/24]}}\nsources:\n  - {text}\n"


def after_head(text: str) -> str:
    return HEAD + text + "\n"


MISTAKES = [
    # form
    ("sources: [{id: a, type: local}]\n", "1:1: organisation: this key is required"),
    ("organisation: {name: X}\n", "1:1: name at least one source, or one register"),
    ("organisation: {name: X}\nsources: []\n", "2:10: sources: name at least one source, or one register"),
    ("organisation: {name: X}\nregisters: []\n", "2:12: registers: name at least one source, or one register"),
    ("- a\n", "1:1: must be a mapping (key: value)"),
    (source("{id: a, type: local, nam: x}"), "5:26: sources.0.nam: unknown key; did you mean name?"),
    (source("{id: a, type: lokal}"), "5:19: sources.0.type: unknown value; did you mean local?"),
    (source("{id: a}"), "5:5: sources.0.type: this key is required"),
    (
        source("{id: Kungälv DC, type: local}"),
        "5:10: sources.0.id: must be lower-case letters a-z, digits and hyphens, at most 63; for example kungalv-dc",
    ),
    (source("{id: 7, type: local}"), '5:10: sources.0.id: must be text; write it in quotes: "7"'),
    (source("{id: true, type: local}"), '5:10: sources.0.id: must be text; write it in quotes: "true"'),
    (
        source("{id: a, type: local, tags: x}"),
        "5:32: sources.0.tags: must be a list; write it as a list: [...]",
    ),
    (source("{id: a, type: local, tags: }"), "5:32: sources.0.tags: has no value: must be a list"),
    (
        source(f"{{id: a, type: ssh, login: {SSH}, hosts: [{{name: h, port: 99999}}]}}"),
        "5:106: sources.0.hosts.0.port: must be less than or equal to 65535",
    ),
    (
        source(f"{{id: a, type: ssh, login: {SSH}, hosts: [{{name: h, prt: 2}}]}}"),
        "5:100: sources.0.hosts.0.prt: unknown key; did you mean port?",
    ),
    (
        source(f"{{id: a, type: ssh, login: {SSH}, hosts: [{{name: h, port: '022'}}]}}"),
        "5:106: sources.0.hosts.0.port: must be a whole number; write 22, without quotes or leading zeros",
    ),
    (
        source(f"{{id: a, type: ssh, login: {SSH}, hosts: [{{name: h, collects_logs: ja}}]}}"),
        "5:115: sources.0.hosts.0.collects_logs: must be true or false; write true",
    ),
    (
        source(f"{{id: a, type: ssh, login: {SSH}, hosts: [{{name: h}}, {{name: h}}]}}"),
        "5:108: sources.0.hosts.1.name: h is used twice, first on line 5",
    ),
    (
        source("{id: a, type: ssh, login: {user: s, private_key: k, known_hosts: kh}, hosts: [{name: h}]}"),
        "5:54: sources.0.login.private_key: a secret is never written in this file: say where it is kept; file:",
    ),
    (
        source("{id: a, type: restic, repository: /r, password: hunter2}"),
        "5:53: sources.0.password: a secret is never written in this file: say where it is kept; env:NAME, file:",
    ),
    (
        source("{id: a, type: restic, repository: 'rest:https://u:hunter2@h/', password: 'env:P'}"),
        "5:39: sources.0.repository: a password is never written in an address",
    ),
    (
        source('{id: a, type: local, name: "-----BEGIN OPENSSH PRIVATE KEY-----"}'),
        "5:32: sources.0.name: a private key is never written in this file",
    ),
    (
        source("{id: a, type: ldap, dialect: active-directory, host: h, base: DC=x, bind: {user: u}}"),
        "5:79: sources.0.bind.password: this key is required for a simple bind",
    ),
    (
        source(
            "{id: a, type: ldap, dialect: openldap, host: h, base: DC=x, bind: {method: external, password: 'env:P'}}"
        ),
        "5:90: sources.0.bind.password: an external bind has no password; remove it",
    ),
    (
        source("{id: a, type: ldap, dialect: ad, host: h, base: DC=x, bind: {method: gssapi}}"),
        "5:34: sources.0.dialect: unknown value; choose from: active-directory, openldap",
    ),
    (
        source("{id: a, type: nftables, hosts: [{name: fw}]}"),
        "5:5: sources.0.login: this key is required with hosts",
    ),
    (
        source("{id: a, type: probe, zone: insid, targets: [{address: 192.0.2.1, ports: [22]}]}"),
        "5:32: sources.0.zone: there is no zone insid; did you mean inside?",
    ),
    (
        source("{id: a, type: probe, zone: inside, targets: [{address: 198.51.100.1, ports: [22]}]}"),
        "5:60: sources.0.targets.0.address: is in no declared zone; declare its network under zones",
    ),
    (
        source("{id: a, type: probe, zone: inside, targets: [{address: host, ports: [22]}]}"),
        "5:60: sources.0.targets.0.address: is no IP address",
    ),
    (
        source("{id: a, type: bundle, path: in, trusted_keys: k.pub, source: probe, kinds: [host, probe]}"),
        "5:5: sources.0.zone: this key is required with probes: the zone that the worker stands in",
    ),
    (
        source("{id: a, type: bundle, path: in, trusted_keys: k.pub, source: probe, kinds: [probe], zone: outside}"),
        "5:95: sources.0.zone: there is no zone outside; did you mean inside?",
    ),
    (
        source("{id: a, type: bundle, path: in, trusted_keys: k.pub, source: ../x, kinds: [host]}"),
        "5:66: sources.0.source: must be lower-case letters a-z, digits and hyphens, at most 63; for example x",
    ),
    # what one part says of another
    (
        source("{id: declared, type: local}"),
        "5:10: sources.0.id: declared is a name that Styrk or Windows keeps for itself; declared-1",
    ),
    (
        source("{id: nul, type: local}"),
        "5:10: sources.0.id: nul is a name that Styrk or Windows keeps for itself; nul-1",
    ),
    (source("{id: a, type: local}\n  - {id: a, type: local}"), "6:10: sources.1.id: a is used twice, first on line 5"),
    (
        after_head("registers:\n  - {id: here, holds: major-change, file: f, columns: {system: S, date: D}}"),
        "7:10: registers.0.id: here is a source already, on line 3",
    ),
    (
        after_head("registers:\n  - {id: r, holds: major-change, file: f, columns: {system: S}}"),
        "7:52: registers.0.columns: no column is mapped to date",
    ),
    (
        after_head("registers:\n  - {id: r, holds: employment, file: f, columns: {person_key: S, strat: D}}"),
        "7:66: registers.0.columns.strat: employment has no field strat; did you mean start?",
    ),
    (
        after_head(
            "registers:\n  - {id: r, holds: employment, file: f, columns: {person_key: S}, values: {status: {a: b}}}"
        ),
        "7:76: registers.0.values.status: no column is mapped to status",
    ),
    (
        after_head("registers:\n  - {id: r, holds: protected-system, group: elected, file: f, columns: {name: S}}"),
        "7:38: registers.0.group: only a register of employments has a group",
    ),
    (
        after_head("flows: [{source: insde, destination: inside}]"),
        "6:18: flows.0.source: there is no zone insde; did you mean inside?",
    ),
    (
        after_head("flows: [{source: inside, destination: inside, ports: [443]}]"),
        '6:55: flows.0.ports.0: must be text; write it in quotes: "443"',
    ),
    (
        after_head('flows: [{source: inside, destination: inside, ports: ["9-1"]}]'),
        "6:55: flows.0.ports.0: ports go from 1 to 65535, the lower one first",
    ),
    (
        after_head('flows: [{source: inside, destination: inside, ports: ["http"]}]'),
        "6:55: flows.0.ports.0: must be a port, or two with a hyphen between; for example 443 or 8000-8010",
    ),
    (
        after_head('flows: [{source: inside, destination: inside, protocol: icmp, ports: ["1"]}]'),
        "6:63: flows.0.ports: icmp has no ports; remove them",
    ),
    (
        after_head("flows: [{source: inside, destination: inside, destination_addresses: [198.51.100.1]}]"),
        "6:71: flows.0.destination_addresses.0: is not in the zone inside",
    ),
    (
        after_head("flows: [{source: inside, destination: inside, valid_until: 2026-02-30}]"),
        "6:60: flows.0.valid_until: must be a date, YYYY-MM-DD",
    ),
    (
        HEAD + "  - {name: b, networks: [192.0.2.0/24]}\n",
        "6:26: zones.1.networks.0: 192.0.2.0/24 is in the zone inside already",
    ),
    (
        HEAD + "  - {name: b, networks: [192.0.2.1/28]}\n",
        "6:26: zones.1.networks.0: is an address within a network; the network is 192.0.2.0/28",
    ),
    (HEAD + "  - {name: b, networks: [dmz]}\n", "6:26: zones.1.networks.0: is no network; for example"),
    (HEAD + "  - {name: inside, networks: []}\n", "6:12: zones.1.name: inside is used twice, first on line 5"),
    (
        after_head("catalogues: [nationella-tia]"),
        "6:14: catalogues.0: there is no catalogue nationella-tia; did you mean nationella-tio?",
    ),
    (after_head("catalogues: [nationella-tio, nationella-tio]"), "6:30: catalogues.1: nationella-tio is listed twice"),
    (after_head("catalogues: [own.yaml]"), "6:14: catalogues.0: this catalogue has mistakes: 1"),
    (after_head("claims: claims.yaml"), "6:9: claims: this claims file has mistakes: 1"),
    (
        after_head("controls: {accounts-stal: {}}"),
        "6:12: controls.accounts-stal: there is no control accounts-stal; did you mean accounts-stale?",
    ),
    (
        after_head("controls: {accounts-stale: {parameters: {stale_day: 1}}}"),
        "6:42: controls.accounts-stale.parameters.stale_day: accounts-stale has no such parameter; did you mean",
    ),
    (
        after_head("controls: {accounts-stale: {parameters: {stale_days: sixty}}}"),
        "6:54: controls.accounts-stale.parameters.stale_days: must be a whole number, as in the default",
    ),
    (
        after_head("controls: {accounts-stale: {parameters: {stale_days: true}}}"),
        "6:54: controls.accounts-stale.parameters.stale_days: must be a whole number, as in the default",
    ),
    (
        after_head("controls: {accounts-stale: {parameters: {exempt: [1]}}}"),
        '6:51: controls.accounts-stale.parameters.exempt.0: must be text; write it in quotes: "1"',
    ),
    (
        after_head("controls: {accounts-stale: {exclude_sources: [her]}}"),
        "6:47: controls.accounts-stale.exclude_sources.0: there is no source her; did you mean here?",
    ),
    (after_head("controls: {Foo Bar: {}}"), "6:12: controls.Foo Bar: "),
    (after_head("outputs: {}"), "6:1: outputs: unknown key; did you mean output?"),
    (after_head("output: {directory: 7}"), '6:21: output.directory: must be text; write it in quotes: "7"'),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[expected for _, expected in MISTAKES])
def test_a_mistake_is_told_once_with_its_place(text: str, expected: str) -> None:
    lines = [line for line in load(text).splitlines() if line.startswith("styrk.yaml:")]
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"styrk.yaml:{expected}")
    assert "hunter2" not in lines[0]


WAIVER = """\
waivers:
  - id: w
    control: accounts-stale
    scope: {sources: [here], subjects: [gammalt]}
    decided_by: IT-chef
    decided: 2026-02-01
    reason: Kontot behövs tills systemet har avvecklats.
    expires: 2026-12-31
"""


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("accounts-stale", "accounts-stalest", "8:14: waivers.0.control: there is no control accounts-stalest"),
        ("[here]", "[ad]", "9:23: waivers.0.scope.sources.0: there is no source ad; choose from: here"),
        (
            "{sources: [here],",
            "{tags: [critcal],",
            "9:20: waivers.0.scope.tags.0: there is no source with the tag critcal; did you mean critical?",
        ),
        (", subjects: [gammalt]", "", "9:12: waivers.0.scope.subjects: a waiver names each subject that it covers"),
        ("[gammalt]", "[]", "9:40: waivers.0.scope.subjects: a waiver names each subject that it covers"),
        ("[gammalt]", "[g*]", "9:41: waivers.0.scope.subjects.0: a waiver names each subject in full, without wildc"),
        ("12-31\n", "12-31\n    decision: {subjects: []}\n", "14:26: waivers.0.decision.subjects: must have"),
        ("2026-12-31", "2026-01-31", "13:14: waivers.0.expires: expires before it was decided (2026-02-01)"),
        ("2026-12-31", "next year", "13:14: waivers.0.expires: must be a date, YYYY-MM-DD"),
        ("2026-12-31", "1767139200", "13:14: waivers.0.expires: must be a date, YYYY-MM-DD"),
        ("Kontot behövs tills systemet har avvecklats.", "Behövs.", "12:13: waivers.0.reason: must have at least 20"),
        (
            "Kontot behövs tills systemet har avvecklats.",
            f"'{20 * ' '}'",
            "12:13: waivers.0.reason: must have at least",
        ),
        ("    expires: 2026-12-31\n", "", "7:5: waivers.0.expires: this key is required"),
    ],
)
def test_a_waiver_is_decided_dated_and_about_something(right: str, wrong: str, expected: str) -> None:
    parse_settings((HEAD + WAIVER).encode(), "styrk.yaml", Path("/nowhere"))
    assert right in WAIVER
    found = load(HEAD + WAIVER.replace(right, wrong))
    assert found.startswith(f"styrk.yaml:{expected}")
    assert "\n" not in found


def test_all_mistakes_are_told_at_once_in_reading_order() -> None:
    text = (
        "organisation: {nme: X}\nsources:\n  - {id: a, type: lokal}\n  - {id: a, type: local, tags: *t}\n"
        "zones:\n  - {name: z, networks: [x]}\nzones: []\ncatalogues: [nix]\ncontrols: {nix: {}}\n"
    )
    places = [line.split(": ")[0] for line in load(text).splitlines()]
    assert places == [
        f"styrk.yaml:{place}" for place in ("1:15", "1:16", "3:19", "4:10", "4:32", "6:26", "7:1", "8:14", "9:12")
    ]


def test_mistakes_beyond_the_bound_are_counted() -> None:
    text = HEAD + "".join(f"unknown{number}: 1\n" for number in range(MAX_PROBLEMS + 20))
    assert load(text).splitlines()[-1] == "... and 20 more"


def test_a_flood_of_mistakes_is_cut_short_in_time() -> None:
    text = HEAD + "waivers:\n" + "".join(f"  - {{id: w{n}, control: accounts-stal{n}}}\n" for n in range(20_000))
    started = time.process_time()
    lines = load(text).splitlines()
    assert len(lines) == MAX_PROBLEMS + 1
    assert time.process_time() - started < 15


def test_problems_are_values_for_machines() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(b"organisation: {name: X}\nsources: 1\n", "s.yaml", Path())
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.column, problem.path) == ("s.yaml", 2, 10, "sources")
    assert problem.message == "must be a list"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no\.yaml:1:1: the file cannot be read"):
        load_settings(tmp_path / "no.yaml")


def test_relative_paths_start_where_the_file_is(tmp_path: Path) -> None:
    file = tmp_path / "styrk.yaml"
    file.write_text(
        "organisation: {name: X}\nsources:\n"
        f"  - {{id: a, type: ssh, login: {SSH}, hosts: [{{name: h}}]}}\n"
        "  - {id: b, type: restic, repository: repo, password: 'file:secrets/p'}\n"
        "  - {id: c, type: restic, repository: 'sftp:u@h:/repo', password: 'env:P'}\n"
        "  - {id: d, type: ldap, dialect: openldap, host: h, base: DC=x, tls: {ca_file: /ca.pem},"
        " bind: {method: anonymous}}\n"
        "claims: claims.yaml\ncatalogues: [own/c.yaml, nationella-tio]\noutput: {signing_key: ~/key}\n",
        encoding="utf-8",
    )
    (tmp_path / "claims.yaml").write_text("claims: []\n", encoding="utf-8")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "c.yaml").write_text(
        "id: own\ntitle: Egen\nkind: own\nrequirements: [{id: A1, section: '1', kind: demand, title: Krav}]\n",
        encoding="utf-8",
    )
    loaded = load_settings(file)
    ssh, local, remote, ldap = loaded.sources
    assert isinstance(ssh, SshSource)
    assert isinstance(local, ResticSource)
    assert isinstance(remote, ResticSource)
    assert isinstance(ldap, LdapSource)
    assert ssh.login.private_key == f"file:{tmp_path / 'k'}"
    assert ssh.login.known_hosts == tmp_path / "kh"
    assert (local.repository, local.password) == (str(tmp_path / "repo"), f"file:{tmp_path / 'secrets/p'}")
    assert (remote.repository, remote.password) == ("sftp:u@h:/repo", "env:P")
    assert ldap.tls.ca_file == Path("/ca.pem")
    assert loaded.claims == (tmp_path / "claims.yaml",)
    assert loaded.catalogues == (str(tmp_path / "own/c.yaml"), "nationella-tio")
    assert loaded.output.directory == tmp_path / "evidence"
    assert loaded.output.signing_key == Path.home() / "key"


def test_mistakes_in_the_files_that_it_names_are_told_with_their_own_places(tmp_path: Path) -> None:
    (tmp_path / "claims.yaml").write_text("claims:\n  - {id: c}\n", encoding="utf-8")
    (tmp_path / "own.yaml").write_text("id: own\n", encoding="utf-8")
    file = tmp_path / "styrk.yaml"
    file.write_text(HEAD + "claims: claims.yaml\ncatalogues: [./own.yaml]\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert {Path(problem.file).name for problem in caught.value.problems} == {
        "styrk.yaml",
        "claims.yaml",
        "own.yaml",
    }


def test_without_a_file_this_host_is_scanned_and_bundles_go_below_the_current_folder() -> None:
    default = load_default_settings()
    assert [(each.id, each.type) for each in default.sources] == [("this-host", "local")]
    assert default.catalogues == ("cybersakerhetslagen-2-3", "nationella-tio")
    assert default.output.directory == Path("evidence")


_KEYS = st.sampled_from(
    ["organisation", "sources", "zones", "flows", "waivers", "controls", "registers", "id", "type", "name", "scope",
     "networks", "hosts", "login", "bind", "tags", "columns", "catalogues", "ports", "parameters", "x"]
)  # fmt: skip
_VALUES = st.recursive(
    st.sampled_from(
        ["local", "ssh", "ldap", "probe", "nftables", "a", "true", "7", "null", "192.0.2.0/24", "'1'", "é"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(_KEYS, inner, max_size=4).map(
            lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=6))
@settings(deadline=None)
def test_any_shape_gives_settings_or_mistakes_and_nothing_else(shape: dict[str, str]) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in shape.items())
    with pytest.raises(SettingsError):
        parse_settings(text.encode(), "f", Path("/nowhere"))


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_gives_mistakes_and_nothing_else(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_settings(text.encode("utf-8", "surrogatepass"), "f", Path("/nowhere"))
