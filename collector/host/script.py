"""Makes the one script that is run on a host from the sections that the wanted kinds need.

Each section's output stands between marks with a random nonce, so that nothing on the host can fake a section.
"""

from __future__ import annotations

from collections.abc import Iterable

from collector.host.sections import (
    ANY_USER,
    MATCH_LINE,
    MATCHES_READ,
    MAX_USERS,
    ROOT_GROUPS,
    SECTIONS,
    SSHD,
    SSHD_FILES_COMMAND,
    SUDOERS_COMMAND,
    Section,
    quoted,
)
from collector.records.record import Record
from collector.source import Query

NONCE_VARIABLE = "STYRK_NONCE"
"""Environment variable of the local run: an argument would show the nonce to every user of the host."""

_PROLOGUE = r"""LC_ALL=C TZ=UTC PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin; export LC_ALL TZ PATH
unset LANGUAGE LANG ENV; umask 077; exec 2>/dev/null
main() {
exec 4>&1
uid=$(id -u)
has() { command -v "$1" >/dev/null; }
limit() { if has timeout; then timeout "$@"; else shift; "$@"; fi; }
root() {
  if [ "$uid" = 0 ]; then "$@"
  elif [ "$sudo" = 1 ]; then has sudo || return 127; limit 20 sudo -n "$@"
  else return 77; fi
}
section() {
  printf '\n@@styrk-begin %s %s\n' "$nonce" "$1"
  note=$( { { "$3" "$4" 2>&3; printf '\n%s' "$?" >&3; } | head -c "$2" >&4; } 3>&1 | tail -c 600)
  printf '\n@@styrk-note %s\n%s\n@@styrk-end %s %s\n' "$nonce" "$note" "$nonce" "$1"
}
"""

_EPILOGUE = "}\nmain </dev/null | dd obs=262144\n"
# main is read to its end before it starts, so a connection that breaks never runs half a script; dd gathers the
# output into few large writes, each of which would otherwise be an SSH packet of its own.


# A daemon that was started with `-f FILE` is asked about that file, and its Match lines are read in it. Users: uid 0,
# and whoever is named in sudoers or in a Match line, or is in a group that is named there, or in the usual ones.
_GROUPS = " ".join(f"%{group}" for group in ROOT_GROUPS)
_SSHD_HELPERS = rf"""sshd_file() {{
  for file in /proc/[0-9]*/comm; do
    read -r name <"$file" || continue
    [ "$name" = sshd ] || continue
    tr '\0' '\n' <"${{file%comm}}cmdline" | tr ' ' '\n' | awk 'f {{ print "-f", $0; exit }} $0 == "-f" {{ f = 1 }}'
  done 2>/dev/null | grep -x -- '-f [A-Za-z0-9_./-]*' | head -n 1
}}
sshd_lines() {{
  set -- $(sshd_file); [ -z "$1" ] || shift
  if [ "$1" ]; then
    if [ -r "$1" ]; then grep -aH ^ "$1"; else root grep -aH ^ "$1"; fi
    return
  fi
  set -- /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf
  for file; do
    if [ -e "$file" ] && [ ! -r "$file" ]; then set --; break; fi
  done
  if [ -d /etc/ssh/sshd_config.d ] && [ ! -r /etc/ssh/sshd_config.d ]; then set --; fi
  if [ "$1" ]; then grep -aHs ^ "$@"; else root {quoted(SSHD_FILES_COMMAND)}; fi
}}
sshd_matches() {{
  sshd_lines | awk '{{ file = $0; sub(/:.*/, "", file); sub(/^[^:]*:[ \t]*/, "") }}
    file ~ /sshd_config[.]d\// && file !~ /[.]conf$/ {{ next }}
    NR == 1 {{ print "{MATCHES_READ} " file }}
    tolower($0) ~ /^(match|include)[ \t=]/ {{ print "{MATCH_LINE}" $0 }}'
}}
users() {{
  {{ root {quoted(SUDOERS_COMMAND)} | sed 's/^[^:]*://; s/#[^0-9].*//'; echo '%sudo %wheel %admin {_GROUPS}'
    sshd_matches | awk '{{ print; gsub(/[ ,=]/, " %"); print }}'
  }} | tr -s ' \t,=:()!\\' '\n' | awk 'FILENAME == "-" {{ s[$1] = 1; next }} {{ split($0, f, ":") }}
    FILENAME == "/etc/passwd" {{ if (f[1] in s || f[3] == 0 || f[4] in g) print f[1]; next }}
    ("%" f[1]) in s {{ g[f[3]] = 1; n = split(f[4], m, ","); for (i = 1; i <= n; i++) print m[i] }}' \
    - /etc/group /etc/passwd | grep -xE '[A-Za-z0-9_][A-Za-z0-9_.-]*' | sort -u | head -n {MAX_USERS + 1}
}}
"""
_SSHD_LOOP = """users | while read -r user; do section "sshd.$user" {cap} s_{number} "$user" </dev/null; done
"""


def needed(wanted: frozenset[type[Record]]) -> tuple[Section, ...]:
    """The sections that serve any of the wanted kinds."""
    return tuple(section for section in SECTIONS if wanted.intersection(section.kinds))


def script(sections: Iterable[Section], *, sudo: bool, nonce: str | None = None) -> bytes:
    """The whole script for `sh`; without a nonce it takes it from the environment (`NONCE_VARIABLE`)."""
    first = f"nonce={nonce}" if nonce else f"nonce=${NONCE_VARIABLE}; unset {NONCE_VARIABLE}"
    parts = [f"{first} sudo={int(sudo)}\n" if nonce else f"{first}\nsudo={int(sudo)}\n", _PROLOGUE]
    for number, section in enumerate(sections):
        if section.name == SSHD:
            parts.append(_SSHD_HELPERS)
        parts.append(f"s_{number}() {{\n{section.body}\n}}\n")
        parts.append(f"section {section.name} {section.cap} s_{number} {ANY_USER}\n")
        if section.name == SSHD:
            parts.append(_SSHD_LOOP.format(cap=section.cap, number=number))
    parts.append(_EPILOGUE)
    return "".join(parts).encode("ascii")


def queries(target: str, wanted: frozenset[type[Record]]) -> Iterable[Query]:
    """The sections as they are listed before a scan."""
    for section in needed(wanted):
        kinds = tuple(kind for kind in section.kinds if kind in wanted)
        helpers = _SSHD_HELPERS if section.name == SSHD else ""
        yield Query(target, f"sh, section {section.name}: {helpers}{section.body}", kinds, section.rights)
