"""Reads who may do what on a host."""

from __future__ import annotations

from collector.evidence import GapCause
from collector.host import sshd, system
from collector.host.accounts import read_accounts, read_groups, read_shadow, read_users
from collector.host.password_rules import own_ages, read_policy
from collector.host.privileges import group_rights, root_accounts, sudo_rights
from collector.host.reading import Missing, Reading, remedy_of
from collector.host.sections import ANY_USER, MAX_USERS, SSHD
from collector.host.sudoers import read_sudoers
from collector.records.directory import CollectorIdentity, PasswordPolicy
from collector.records.identity import Account, LocalPrivilege, SshAccess

SHADOW_FIELDS = (
    "expires",
    "never_expires",
    "password_must_change",
    "password_never_expires",
    "password_present",
    "password_set",
)
"""Fields of Account that only shadow(5) tells."""


class AccessReading(Reading):
    """Who may do what on the host: accounts, rights, ways in, rules for passwords."""

    def _accounts(self) -> list[Account] | None:
        passwd = self.answer.text("passwd")
        if passwd is None:
            return None
        return list(
            read_accounts(
                passwd,
                self.answer.text("shadow"),
                self.answer.text("lastlog"),
                self.answer.text("keys"),
                self.target.name,
                self.now,
                keys_elsewhere=bool(sshd.keys_elsewhere(self.answer.text(SSHD) or "")),
            )
        )

    def accounts(self) -> None:
        """The accounts, with what shadow(5) and lastlog tell of them."""
        accounts = self._accounts()
        if accounts is None:
            self.miss(Account, "passwd", "/etc/passwd could not be read")
            return
        self.facts.records.extend(accounts)
        hidden: tuple[str, ...] = ()
        if self.answer.text("shadow") is None:
            self.miss(Account, "shadow", "state, age and end of the passwords (/etc/shadow) could not be read")
            hidden += SHADOW_FIELDS
        if any(account.enabled is None for account in accounts) and "shadow" in self.answer.parts:
            self._keys_unknown()
            hidden += ("enabled", "interactive")
        if self.answer.text("lastlog") is None:
            hidden += ("last_used", "never_used")
        if hidden:
            self.facts.unreadable[Account] = hidden

    def _keys_unknown(self) -> None:
        if places := sshd.keys_elsewhere(self.answer.text(SSHD) or ""):
            self.facts.missing.append(
                Missing(
                    Account,
                    GapCause.UNSUPPORTED,
                    f"sshd takes keys from elsewhere too, which is not read ({', '.join(places)[:200]}): for accounts"
                    " without a usable password it is not known whether they can be used",
                    "see to it that keys of people who have left are gone there too",
                )
            )
        elif self.answer.text("shadow") is not None:
            self.facts.missing.append(
                Missing(
                    Account,
                    GapCause.DENIED,
                    "whether accounts without a usable password have SSH keys could not be seen, so for some it is not "
                    "known whether they can be used",
                    remedy_of("keys", self.target.user),
                )
            )

    def privileges(self) -> None:
        """Who has root's rights, by uid and by sudo."""
        accounts = self._accounts()
        if accounts is None:
            self.miss(LocalPrivilege, "passwd", "/etc/passwd could not be read")
            return
        self.facts.records.extend(root_accounts(accounts))
        held = self.answer.text("group")
        if held is not None:
            users, by_name = list(read_users(self.answer.text("passwd") or "")), {each.name: each for each in accounts}
            self.facts.records.extend(group_rights(users, read_groups(held), by_name, host=self.target.name))
        text = self.answer.text("sudoers")
        part = self.answer.parts.get("sudoers")
        if text is None:
            if part is not None and part.cause is GapCause.ABSENT:
                return  # no sudoers file: sudo gives nobody anything
            self.miss(LocalPrivilege, "sudoers", "the sudo rules could not be read, so only uid 0 is known")
            return
        groups = self.ask(
            LocalPrivilege, "group", "the groups could not be read, so rights given to groups are not known"
        )
        if groups is None:
            return
        sudoers = read_sudoers(text)
        values = system.read_values(self.answer.text("system") or "")
        self.facts.records.extend(
            sudo_rights(
                sudoers,
                list(read_users(self.answer.text("passwd") or "")),
                read_groups(groups),
                {account.name: account for account in accounts},
                host=self.target.name,
                node=values.get("name", [None])[0],
            )
        )
        for path in sudoers.not_read:
            self.facts.missing.append(
                Missing(
                    LocalPrivilege,
                    GapCause.UNSUPPORTED,
                    f"sudoers includes {path}, which is not read",
                    "move the file to /etc/sudoers.d, where it is read",
                )
            )
        for where in sudoers.elsewhere:
            self.facts.missing.append(
                Missing(
                    LocalPrivilege,
                    GapCause.UNSUPPORTED,
                    f"rights come from {where} too, which is not read",
                    "see to it that whoever decides on rights on the host reads them there",
                )
            )
        for line in sudoers.not_understood:
            self.malformed(LocalPrivilege, f"a sudoers line could not be understood: {line[:200]}")

    def collector(self) -> None:
        """The reading user, and what it may do."""
        if self.ask(CollectorIdentity, "passwd", "/etc/passwd could not be read") is None:
            return
        user, host = self.target.user, self.target.name
        seen = AccessReading(self.answer, self.target, self.now)
        seen.privileges()
        held = {
            record.role
            for record in seen.facts.records
            if isinstance(record, LocalPrivilege) and record.holder == user and record.enabled is not False
        }
        unknown = not held and user != "root" and bool(seen.facts.missing)
        roles = None if unknown else tuple(sorted(held | ({"uid-0"} if user == "root" else set())))
        self.facts.records.append(CollectorIdentity(name=f"{user}@{host}", roles=roles))
        if roles is None:
            self.facts.unreadable[CollectorIdentity] = ("roles",)

    def ssh(self) -> None:
        """What sshd asks of those who log on, in general and for those with root's rights."""
        part = self.answer.parts.get(SSHD)
        if part is not None and part.cause is GapCause.ABSENT:
            self.facts.missing.append(Missing(SshAccess, GapCause.ABSENT, "no SSH server (sshd) on this host"))
            return
        if part is not None and "privilege separation directory" in part.note:
            self.facts.missing.append(
                Missing(
                    SshAccess,
                    GapCause.ABSENT,
                    "an SSH server is installed but not running, so it does not tell its settings",
                    "start it and scan again, or remove it where it is not needed",
                )
            )
            return
        factors = None
        pam = self.ask(SshAccess, "pam", "sshd's PAM stack could not be read")
        if pam is not None:
            try:
                factors = sshd.read_pam(pam)
            except sshd.PamIncludeError:
                factors = None  # pam_second_factors None says that it is not known
        if part is None or not part.ok:
            self.miss(SshAccess, SSHD, "sshd's settings could not be read")
            return
        asked = sorted(name for name in self.answer.parts if name == SSHD or name.startswith(f"{SSHD}."))
        if len(asked) - 1 > MAX_USERS:
            detail = f"more than {MAX_USERS} users have root rights; sshd was asked about the first of them only"
            self.facts.missing.append(Missing(SshAccess, GapCause.TRUNCATED, detail))
        answered = {name.partition(".")[2] for name in asked if self.answer.text(name) is not None}
        matches = sshd.read_matches(part.text, answered)
        if matches is None:
            detail = "whether sshd demands something else of some users or addresses (Match) could not be read"
            self.facts.missing.append(Missing(SshAccess, GapCause.DENIED, detail, remedy_of(SSHD, self.target.user)))
        for name in asked:
            user = name.partition(".")[2] or None
            text = self.ask(SshAccess, name, f"sshd's settings for {user or 'users in general'} could not be read")
            if text is None:
                continue
            groups = None if user is None else self._groups_of(user)
            access = sshd.read_sshd(text, self.target.name, user, factors, matches, groups)
            if access is None:
                self.malformed(SshAccess, f"`sshd -T` printed no settings for {user or ANY_USER}")
            else:
                self.facts.records.append(access)

    def _groups_of(self, user: str) -> frozenset[str] | None:
        """The groups that the host's own files put a user in; None where they were not asked for."""
        passwd, group = self.answer.text("passwd"), self.answer.text("group")
        if passwd is None or group is None:
            return None
        first = {each.gid for each in read_users(passwd) if each.name == user}
        return frozenset(
            name for name, (number, members) in read_groups(group).items() if user in members or number in first
        )

    def password_rules(self) -> None:
        """The host's rules for passwords, and each account's own age limit."""
        rules = self.ask(PasswordPolicy, "password-rules", "the host's rules for passwords could not be read")
        if rules is None:
            return
        pam = self.ask(PasswordPolicy, "pam", "PAM's settings for passwords could not be read")
        accounts = None if self.answer.text("shadow") is None else self._accounts()
        named = None
        if accounts is not None:
            named = tuple(each.name for each in accounts if each.password_present and each.enabled is not False)
        policy = read_policy(pam, rules, self.target.name, named)
        self.facts.records.append(policy)
        shadow = self.answer.text("shadow")
        if shadow is None:
            self.miss(PasswordPolicy, "shadow", "the maximum age of each account's password (/etc/shadow) is not known")
        else:
            self.facts.records.extend(own_ages(policy, {name: s.max_days for name, s in read_shadow(shadow).items()}))
