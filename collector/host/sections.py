"""The questions of the read-only script, and the root rights that three of them need.

No section writes anything, reads standard input, or returns more than its cap. What needs root is asked for command
by command, so that sudo can grant exactly these command lines and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from collector.records.changes import InstalledSoftware, ObservedChange
from collector.records.configuration import ConfigurationSetting, SecurityLog, StorageVolume
from collector.records.directory import CollectorIdentity, PasswordPolicy
from collector.records.host import Host, Interface, Listener, PatchState, PendingUpdate, Route, Software, TimeSync
from collector.records.identity import Account, LocalPrivilege, SshAccess
from collector.records.record import Record, kind_name

KIB = 1024

DENIED, ABSENT, MISSING, TIMED_OUT = 77, 78, 127, 124
"""Exit statuses of a section: right missing, thing not there, program not there, `timeout` ended it."""

EXTERNAL_ADDRESS = "203.0.113.10"
"""Client address that sshd is asked about: a documentation address (RFC 5737), so never inside."""

EXTERNAL_HOST = "client.example.test"

ANY_USER = "any-user"
"""Stands for a user without a Match block of their own."""

MAX_USERS = 40
"""Privileged users whose sshd settings are asked for, one `sshd -T` each; more are told as a gap."""

MATCHES_READ, MATCH_LINE = "#configuration read", "#configuration "
"""What the section `sshd` begins its list of Match and Include lines with, and each of these."""

ROOT_GROUPS = ("docker", "lxd", "incus-admin", "disk")
"""Groups whose members are root in all but name: a daemon does as root what they ask (docs.docker.com, "Manage Docker
as a non-root user"; the security pages of LXD and Incus), or they may write the disks (Debian, "System groups")."""

SSHD = "sshd"
"""Name of the sections with sshd's effective settings: `sshd` for anyone, `sshd.NAME` for a privileged user."""


@dataclass(frozen=True, slots=True)
class Section:
    """One question of the script."""

    name: str
    kinds: tuple[type[Record], ...]
    body: str
    """POSIX shell commands; may use the functions of the prologue."""
    cap: int = 64 * KIB
    """Bytes of output that are taken."""
    rights: str = ""
    """The right that it needs beyond those of any user, in English."""


# Prints everything of shadow(5) but the hash: state -1 empty, 0 set, 1 starts with `!`, 2 starts with `*`.
SHADOW_COMMAND = (
    "awk",
    "-F:",
    "-v",
    "s=!*",
    "{OFS=FS;$2=length($2)?index(s,substr($2,1,1)):-1;print}",
    "/etc/shadow",
)
KEYS_COMMAND = ("find", "/root", "/home", "-maxdepth", "3", "-name", "authorized_keys", "-size", "+0")
AUDIT_COMMAND = ("auditctl", "-l")
SUDOERS_COMMAND = ("grep", "-aHr", "^", "/etc/sudoers", "/etc/sudoers.d")
SSHD_FILES_COMMAND = ("grep", "-aHr", "^", "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d")

_SHADOW_IN_SUDOERS = re.sub(r"([,:=\\*?\[\]#])", r"\\\1", " ".join(SHADOW_COMMAND[1:]))
_SSHD_IN_SUDOERS = (
    "^-T -C user=[A-Za-z0-9_][A-Za-z0-9_.-]*,"
    f"host={re.escape(EXTERNAL_HOST)},addr={re.escape(EXTERNAL_ADDRESS)}$"
)  # a regular expression for the user name: sudo 1.9.10 or later (sudoers(5), command arguments)
_GRANTS = {
    "shadow": (f"/usr/bin/awk {_SHADOW_IN_SUDOERS}",),
    "keys": (f"/usr/bin/find {' '.join(KEYS_COMMAND[1:])}",),
    "sudoers": (f"/usr/bin/grep {' '.join(SUDOERS_COMMAND[1:])}",),
    SSHD: (f"/usr/sbin/sshd {_SSHD_IN_SUDOERS}", f"/usr/bin/grep {' '.join(SSHD_FILES_COMMAND[1:])}"),
    "audit-rules": ("/usr/sbin/auditctl -l",),
}


def sudo_lines(user: str, section: str | None = None) -> str:
    """The sudoers lines that grant one user exactly the root commands of the script, or just one section's."""
    wanted = _GRANTS[section] if section in _GRANTS else [each for lines in _GRANTS.values() for each in lines]
    return "\n".join(f"{user} ALL=(root) NOPASSWD: {command}" for command in wanted)


def quoted(command: Iterable[str]) -> str:
    """The command line as a shell reads it."""
    return " ".join(f"'{word}'" if re.search(r"[^\w./:=-]", word) else word for word in command)


KERNEL_SETTINGS = (
    "fs.protected_hardlinks",
    "fs.protected_symlinks",
    "fs.suid_dumpable",
    "kernel.dmesg_restrict",
    "kernel.kptr_restrict",
    "kernel.randomize_va_space",
    "kernel.sysrq",
    "kernel.unprivileged_bpf_disabled",
    "kernel.yama.ptrace_scope",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.all.accept_source_route",
    "net.ipv4.conf.all.log_martians",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.icmp_echo_ignore_broadcasts",
    "net.ipv4.ip_forward",
    "net.ipv4.tcp_syncookies",
    "net.ipv6.conf.all.accept_ra",
    "net.ipv6.conf.all.accept_redirects",
    "net.ipv6.conf.all.forwarding",
)
"""Settings of the kernel that bear on security, as sysctl(8) names them."""

_SUDO_RIGHT = "root, or sudo for exactly this command line"

SECTIONS: tuple[Section, ...] = (
    Section("release", (Software,), "cat /etc/os-release || cat /usr/lib/os-release || return 78", cap=8 * KIB),
    Section(
        "products",
        (Software,),
        """if has dpkg-query; then
  dpkg-query -W -f '${db:Status-Abbrev}|${Package}|${Version}\\n' \\
    'postgresql-[0-9]*' 'mariadb-server*' 'mysql-server*' 2>/dev/null
elif has rpm; then
  rpm -q --qf 'ii |%{NAME}|%{VERSION}\\n' postgresql-server mariadb-server mysql-server 2>/dev/null
else return 127; fi
return 0""",
    ),
    Section(
        "system",
        (Host, TimeSync),
        """printf 'name=%s\\nsystem=%s\\nkernel=%s\\narchitecture=%s\\n' \\
  "$(uname -n)" "$(uname -s)" "$(uname -r)" "$(uname -m)"
while read -r key value; do [ "$key" = btime ] && printf 'btime=%s\\n' "$value"; done </proc/stat
for file in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding; do
  value=; read -r value <"$file"; [ -n "$value" ] && printf 'forwarding=%s\\n' "$value"; done
if has systemd-detect-virt; then printf 'container=%s\\n' "$(systemd-detect-virt --container)"; fi
for file in /.dockerenv /run/.containerenv /run/systemd/container; do
  [ -e "$file" ] && printf 'container-mark=%s\\n' "$file"; done
return 0""",
        cap=4 * KIB,
    ),
    Section("interfaces", (Interface,), "has ip || return 127; ip -j -d address show", cap=512 * KIB),
    Section(
        "wireless", (Interface,), "ls -d /sys/class/net/*/wireless /sys/class/net/*/phy80211; return 0", cap=16 * KIB
    ),
    Section(
        "routes",
        (Route,),
        "has ip || return 127; ip -j -4 route show table main && ip -j -6 route show table main",
        cap=1024 * KIB,
    ),
    Section("listeners", (Listener,), "has ss || return 127; ss -Hlntu", cap=256 * KIB),
    # The fifth field (personal names, telephone numbers) is left on the host.
    Section(
        "passwd",
        (Account, LocalPrivilege, PasswordPolicy, CollectorIdentity),
        "awk -F: '{OFS=FS;$5=\"\";print}' /etc/passwd",
        cap=1024 * KIB,
    ),
    Section(
        "group",
        (LocalPrivilege, CollectorIdentity),
        f"{{ cat /etc/group; getent group sudo wheel admin {' '.join(ROOT_GROUPS)}; }}"
        " | awk -F: '{OFS=FS;$2=\"\";print}'",
        cap=512 * KIB,
    ),
    Section(
        "shadow",
        (Account, LocalPrivilege, PasswordPolicy),
        f"root {quoted(SHADOW_COMMAND)}",
        cap=1024 * KIB,
        rights=_SUDO_RIGHT,
    ),
    Section(
        "keys",
        (Account, LocalPrivilege),
        f'sure=; [ "$uid" = 0 ] || {{ all=$(root {quoted(KEYS_COMMAND)}) && sure=1; }}\n'
        """while IFS=: read -r name _ _ _ _ home shell; do
  case $shell in */nologin|*/false|*/sync|*/halt|*/shutdown) continue;; esac
  file=$home/.ssh/authorized_keys under=
  case $home in /home/*/*) ;; /root|/home/*) under=$sure;; esac
  if [ "$under" ]; then case $all in *"$file"*) has=yes;; *) has=no;; esac
  elif [ -s "$file" ]; then has=yes
  elif [ ! -d "$home" ] || { [ -x "$home" ] && [ ! -e "$home/.ssh" ]; } || [ -x "$home/.ssh" ]; then has=no
  else has=unknown; fi
  printf '%s:%s\\n' "$name" "$has"
done </etc/passwd""",
        rights=_SUDO_RIGHT,
    ),
    Section(
        "lastlog",
        (Account,),
        "[ -e /var/log/lastlog ] || return 78; [ -r /var/log/lastlog ] || return 77\n"
        "has lastlog || return 127; limit 20 lastlog",
        cap=1024 * KIB,
    ),
    Section(
        "sudoers",
        (LocalPrivilege, CollectorIdentity),
        f"""elsewhere=
for file in /usr/etc/sudoers /etc/doas.conf /usr/local/etc/doas.conf; do
  [ -e "$file" ] && elsewhere="$elsewhere$file:present\n"; done
[ -e /etc/sudoers ] || {{ [ "$elsewhere" ] && return 127; return 78; }}
root {quoted(SUDOERS_COMMAND)} || return
grep -aHsi '^[[:space:]]*sudoers[[:space:]]*:' /etc/nsswitch.conf
printf "$elsewhere" | grep doas
return 0""",
        cap=512 * KIB,
        rights=_SUDO_RIGHT,
    ),
    Section(
        "sshd-process",
        (SshAccess,),
        """for file in /proc/[0-9]*/comm; do
  read -r name <"$file" || continue
  [ "$name" = sshd ] || continue
  tr '\\0' ' ' <"${file%comm}cmdline"; echo
done; [ -r /proc/1/comm ] || echo hidden; return 0""",
        cap=16 * KIB,
    ),
    Section(
        SSHD,
        (SshAccess, ConfigurationSetting),
        f"""has sshd || return 78
root sshd -T -C "user=$1,host={EXTERNAL_HOST},addr={EXTERNAL_ADDRESS}" $(sshd_file) || return
[ "$1" != {ANY_USER} ] || sshd_matches
return 0""",
        rights=_SUDO_RIGHT,
    ),
    Section(
        "pam",
        (SshAccess, PasswordPolicy),
        """cd /etc/pam.d || return 78
grep -aH ^ sshd common-auth common-account common-session common-password password-auth system-auth \\
  system-login system-remote-login postlogin 2>/dev/null; return 0""",
    ),
    Section(
        "password-rules",
        (PasswordPolicy,),
        """[ -e /etc/login.defs ] || return 78
cd /etc && grep -aHE '^[[:space:]]*PASS_(MAX|MIN|WARN)_' login.defs
cd /etc/security && grep -aHsE '^[[:space:]]*[a-z_]+' pwquality.conf faillock.conf
cd /etc/security/pwquality.conf.d && grep -aHsE '^[[:space:]]*[a-z_]+' *.conf
return 0""",
    ),
    Section(
        "upgradable",
        (PatchState, PendingUpdate),
        """has apt || return 127
set --; [ "$uid" = 0 ] && set -- -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
limit 120 apt -qq "$@" list --upgradable""",
        cap=1024 * KIB,
    ),
    Section(
        "apt-targets",
        (PatchState, PendingUpdate),
        """has apt-get || return 127
for file in /var/lib/apt/lists/*Release; do
  [ -r "$file" ] || continue
  fields=$(awk -F ': ' '/^Label:/ { l = $2 } /^Suite:/ { s = $2 } /^Codename:/ { c = $2 } /^Date:/ { d = $2 }
    /^(MD5Sum|SHA1|SHA256):/ { exit } END { print l "|" s "|" c "|" d }' "$file")
  when=$(date -d "${fields##*|}" +%s) || when=$(stat -c %Y "$file")
  printf '%s|%s|%s\\n' "${fields%|*}" "${file##*/}" "$when"
done; return 0""",
        cap=256 * KIB,
    ),
    Section(
        "apt-state",
        (PatchState,),
        """has apt-get || return 127
stat -c 'fetched=%Y' /var/lib/apt/lists /var/lib/apt/lists/partial /var/lib/apt/periodic/update-success-stamp
last() { awk '/^Start-Date:/ { d = $2 " " $3 } /^Upgrade:/ { u = d } END { if (u) print u }'; }
when=$(last </var/log/apt/history.log); [ -n "$when" ] || when=$(zcat /var/log/apt/history.log.1.gz | last)
[ -n "$when" ] && printf 'upgraded=%s\\n' "$(unset TZ; date -d "$when" +%s)"
[ -r /var/log/apt/history.log ] && echo history=read
limit 20 apt-config dump APT::Periodic
has unattended-upgrade && echo unattended=installed
[ -e /var/run/reboot-required ] && echo reboot=yes
{ [ -e /usr/share/update-notifier/notify-reboot-required ] || has unattended-upgrade; } && echo reboot-reported=yes
return 0""",
    ),
    Section(
        "dnf",
        (PatchState, PendingUpdate),
        """has dnf || return 127
stat -c 'fetched=%Y' /var/cache/dnf/*/repodata/repomd.xml
limit 120 dnf -q -C check-update; status=$?; echo '== security'
limit 120 dnf -q -C updateinfo list --updates --security
has needs-restarting && { needs-restarting -r >/dev/null; printf 'reboot=%s\\n' "$?"; }
[ "$status" = 100 ] || return "$status" """,
        cap=512 * KIB,
    ),
    Section(
        "time-processes",
        (TimeSync,),
        "grep -hxE 'chronyd|systemd-timesyn|ntpd' /proc/[0-9]*/comm; [ -r /proc/1/comm ] || echo hidden; return 0",
        cap=4 * KIB,
    ),
    Section("chrony-tracking", (TimeSync,), "has chronyc || return 127; limit 10 chronyc -n -c tracking", cap=4 * KIB),
    Section(
        "chrony-sources",
        (TimeSync,),
        "has chronyc || return 127; limit 10 chronyc -n -c sources && echo == && limit 10 chronyc -N -c sources",
        cap=32 * KIB,
    ),
    Section(
        "chrony-conf",
        (TimeSync,),
        "has chronyd || return 127\n"
        "grep -ahisE '^[[:space:]]*(server|pool|peer|refclock)[[:space:]]' /etc/chrony.conf /etc/chrony/chrony.conf"
        " /etc/chrony/conf.d/*.conf /etc/chrony/sources.d/*.sources /etc/chrony.d/*\n"
        "for file in /etc/chrony.conf /etc/chrony/chrony.conf; do [ ! -e $file ] || [ -r $file ] || return 77; done"
        "; return 0",
        cap=32 * KIB,
    ),
    Section(
        "timesyncd",
        (TimeSync,),
        """has timedatectl || return 127
limit 10 timedatectl show-timesync --all; limit 10 timedatectl show --property=NTPSynchronized
grep -ahs '^[[:space:]]*\\(Fallback\\)\\{0,1\\}NTP=' /etc/systemd/timesyncd.conf /etc/systemd/timesyncd.conf.d/*.conf
return 0""",
        cap=16 * KIB,
    ),
    Section(
        "ntpd",
        (TimeSync,),
        """has ntpq || return 127
limit 10 ntpq -pn; echo ==; limit 10 ntpq -c rv
echo ==; grep -ahisE '^[[:space:]]*(server|pool|peer)[[:space:]]' /etc/ntp.conf /etc/ntpsec/ntp.conf; return 0""",
        cap=32 * KIB,
    ),
    Section(
        "packages",
        (InstalledSoftware,),
        """if has dpkg-query; then
  dpkg-query -W -f '${db:Status-Abbrev}|${Package}|${Version}|${db-fsys:Last-Modified}\\n'
elif has rpm; then rpm -qa --qf 'ii |%{NAME}|%{VERSION}-%{RELEASE}|%{INSTALLTIME}\\n'
else return 127; fi""",
        cap=1024 * KIB,
    ),
    # Of the command lines, which may hold anything, only whether it was unattended-upgrades leaves the host.
    Section(
        "apt-history",
        (ObservedChange,),
        """has apt-get || return 127
[ -e /var/log/apt/history.log ] || return 78; [ -r /var/log/apt/history.log ] || return 77
runs() { zcat /var/log/apt/history.log.1.gz; cat /var/log/apt/history.log; }
runs | awk '/^Start-Date:/ { print $2 " " $3 }' | (unset TZ; date -f - +%s); echo ==
runs | sed -n -E -e 's/^Commandline:.*unattended-upgrade.*/Automatic: yes/p' \\
  -e '/^(Start-Date|Requested-By|Install|Upgrade|Downgrade|Reinstall|Remove|Purge):/p'; return 0""",
        cap=512 * KIB,
    ),
    Section(
        "volumes",
        (StorageVolume,),
        """has lsblk || return 127
lsblk -J -o NAME,TYPE,FSTYPE,MOUNTPOINT || return 1
printf 'chassis='; cat /sys/class/dmi/id/chassis_type; return 0""",
        cap=256 * KIB,
    ),
    # By cat and not by read: dash asks for one octet at a time, and the kernel gives a setting in one answer only.
    Section(
        "kernel-settings",
        (ConfigurationSetting,),
        f"""cd /proc/sys || return 78
for name in {" ".join(KERNEL_SETTINGS)}; do
  file=$(echo "$name" | tr . /)
  [ -r "$file" ] && value=$(cat "$file") && printf '%s=%s\\n' "$name" "$value"
done; return 0""",
        cap=16 * KIB,
    ),
    # The newest event of the log of log-ons: by the journal where it is read, else by the files' own times.
    Section(
        "log-state",
        (SecurityLog,),
        """grep -hxE 'auditd|rsyslogd|syslog-ng|systemd-journal' /proc/[0-9]*/comm | sort -u | sed 's/^/process=/'
[ -r /proc/1/comm ] || echo hidden=yes
stat -c 'newest=%Y' /var/log/auth.log /var/log/secure /var/log/audit/audit.log
has journalctl && limit 10 journalctl -q -n 1 -o short-unix SYSLOG_FACILITY=4 + SYSLOG_FACILITY=10 \\
  | sed -n -E 's/^([0-9]+)[. ].*/newest=\\1/p'
return 0""",
        cap=4 * KIB,
    ),
    Section(
        "audit-rules",
        (SecurityLog,),
        f"has auditctl || return 127; root {quoted(AUDIT_COMMAND)}",
        cap=128 * KIB,
        rights=_SUDO_RIGHT,
    ),
)

CAPS = {section.name: section.cap for section in SECTIONS}
"""Section name to the bytes of output that are taken."""

KINDS = tuple(sorted({kind for section in SECTIONS for kind in section.kinds}, key=kind_name))
"""Every kind that some section serves."""
