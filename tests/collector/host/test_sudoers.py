from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.host.accounts import User
from collector.host.privileges import group_rights, sudo_rights
from collector.host.sudoers import read_sudoers
from collector.records.identity import LocalPrivilege

USERS = [
    User("root", 0, 0, "/root", "/bin/bash"),
    User("anna", 1000, 1000, "/home/anna", "/bin/bash"),
    User("bo", 1001, 1500, "/home/bo", "/bin/bash"),
]
GROUPS = {"sudo": (27, ("anna", "kerstin")), "drift": (1500, ())}


def rights(*lines: str, folder: dict[str, str] | None = None) -> dict[tuple[str, str], LocalPrivilege]:
    text = "\n".join(f"/etc/sudoers:{line}" for line in (*lines, "@includedir /etc/sudoers.d"))
    for name, line in (folder or {}).items():
        text += f"\n/etc/sudoers.d/{name}:{line}"
    found = sudo_rights(read_sudoers(text), USERS, GROUPS, {}, host="web1.example.test", node="web1")
    return {(right.holder, right.role): right for right in found}


def test_a_groups_members_hold_its_rights_primary_members_too() -> None:
    found = rights("%sudo ALL=(ALL:ALL) ALL", "%drift ALL=(ALL) NOPASSWD: ALL")
    assert set(found) == {("anna", "sudo"), ("kerstin", "sudo"), ("bo", "sudo")}
    assert found["anna", "sudo"].through == ("sudo",)
    assert found["anna", "sudo"].without_password is False
    assert found["bo", "sudo"].without_password is True


def test_a_usual_group_that_is_not_there_gives_nobody_anything_and_a_directorys_is_named() -> None:
    found = rights("%wheel ALL=(ALL) ALL", r"%domain\ admins ALL=(ALL) ALL")
    assert set(found) == {("%domain admins", "sudo")}
    assert found["%domain admins", "sudo"].holder_category == "group"


def test_a_group_by_number_and_a_user_by_number() -> None:
    assert set(rights("%#27 ALL=ALL", "#1001 ALL=ALL")) == {("anna", "sudo"), ("kerstin", "sudo"), ("bo", "sudo")}


def test_aliases_are_followed_through_each_other_and_negation_takes_away() -> None:
    found = rights(
        "User_Alias ADMINS = anna, bo : ALLT = ADMINS, !bo",
        "Cmnd_Alias SHELLS = /bin/sh, \\",
        "  /bin/bash",
        "Runas_Alias TOP = root",
        "ALLT ALL = (TOP) SHELLS",
    )
    assert set(found) == {("anna", "sudo")}


def test_an_alias_that_names_itself_ends() -> None:
    assert rights("User_Alias A = B", "User_Alias B = A, anna", "A ALL=ALL")["anna", "sudo"].holder == "anna"


def test_named_commands_as_root_are_no_full_right_and_a_root_shell_is_one() -> None:
    assert rights("anna ALL=(root) NOPASSWD: /usr/bin/systemctl restart a\\:b, PASSWD: /bin/true") == {}
    assert set(rights("anna ALL=(root) /usr/bin/su -", "bo ALL=(root) !ALL, /bin/id")) == {("anna", "sudo")}


def test_rights_as_another_user_or_only_a_group_are_not_roots() -> None:
    assert rights("anna ALL=(postgres) ALL", "bo ALL=(:adm) ALL") == {}


def test_tags_and_targets_hold_until_changed() -> None:
    found = rights("anna ALL=(postgres) NOPASSWD: /bin/a, (root) /bin/b, ALL")
    assert found["anna", "sudo"].without_password is True


def test_a_line_for_other_hosts_is_not_this_hosts() -> None:
    assert rights("Host_Alias DB = db1, db2", "anna DB = ALL", "bo db1=ALL : web1 = NOPASSWD: ALL") == {
        ("bo", "sudo"): LocalPrivilege(
            holder="bo",
            host="web1.example.test",
            role="sudo",
            role_name="bo db1=ALL : web1 = NOPASSWD: ALL",
            without_password=True,
        )
    }
    assert ("anna", "sudo") in rights("anna ALL, !db1 = ALL")
    assert rights("anna ALL, !web1 = ALL") == {}


def test_authentication_that_is_switched_off_is_shown() -> None:
    assert rights("Defaults:anna !authenticate", "anna ALL=ALL")["anna", "sudo"].without_password is True
    assert rights("Defaults !authenticate", "bo ALL=ALL")["bo", "sudo"].without_password is True


def test_comments_and_quotes() -> None:
    found = rights("anna ALL=(ALL) ALL # temporary", "# bo ALL=ALL", '"bo" ALL = ALL')
    assert found["anna", "sudo"].role_name == "anna ALL=(ALL) ALL"
    assert ("bo", "sudo") in found


def test_a_line_that_goes_on_is_one_and_so_is_the_last_that_never_ends() -> None:
    assert ("bo", "sudo") in rights("anna,\\", "bo ALL=(ALL) ALL")
    text = "/etc/sudoers:anna ALL=(ALL) \\\n/etc/sudoers:ALL\\"
    (right,) = sudo_rights(read_sudoers(text), USERS, GROUPS, {}, host="web1.example.test", node="web1")
    assert (right.holder, right.role) == ("anna", "sudo")


def test_the_folder_is_read_as_sudo_reads_it() -> None:
    folder = {"10-drift": "anna ALL=ALL", "saved.dpkg-old": "bo ALL=ALL", "draft~": "bo ALL=ALL"}
    assert set(rights(folder=folder)) == {("anna", "sudo")}


def test_without_includedir_the_folder_does_not_count() -> None:
    text = "/etc/sudoers:root ALL=(ALL) ALL\n/etc/sudoers.d/x:anna ALL=ALL"
    assert [rule.users for rule in read_sudoers(text).rules] == [("root",)]


def test_what_is_not_read_or_not_understood_is_told() -> None:
    sudoers = read_sudoers("/etc/sudoers:@include /srv/sudoers.%h\n/etc/sudoers:nonsense\n")
    assert sudoers.not_read == ["/srv/sudoers.%h"]
    assert sudoers.not_understood == ["nonsense"]


def test_everybody_is_a_group() -> None:
    assert rights("ALL ALL=(ALL) ALL")["ALL", "sudo"].holder_category == "group"


SUDOERS_WORDS = st.text(alphabet='aANO #%@!\\"=,:()+*\n\tPSWDl_', max_size=200)


@given(st.one_of(st.text(max_size=200), SUDOERS_WORDS))
def test_no_text_makes_the_reading_fail(text: str) -> None:
    prefixed = "\n".join(f"/etc/sudoers:{line}" for line in text.split("\n"))
    for candidate in (text, prefixed):
        for right in sudo_rights(read_sudoers(candidate), USERS, GROUPS, {}, host="h"):
            assert right.holder
            assert right.role == "sudo"


def test_authentication_that_is_switched_off_for_an_alias_or_for_more_than_users() -> None:
    found = rights("User_Alias DRIFT = anna", "Defaults:DRIFT !authenticate", "anna ALL=ALL", "bo ALL=ALL")
    assert [found[name, "sudo"].without_password for name in ("anna", "bo")] == [True, False]
    sudoers = read_sudoers("/etc/sudoers:Defaults!/bin/id !authenticate\n/etc/sudoers:Defaults>root !authenticate\n")
    assert (sudoers.without_authentication, len(sudoers.not_understood)) == (set(), 2)


def test_anyone_but_root_is_not_root() -> None:
    assert rights("anna ALL=(ALL, !root) ALL") == {}
    assert set(rights("anna ALL=(!root, ALL) ALL")) == {("anna", "sudo")}


def test_rules_that_come_from_elsewhere_are_told() -> None:
    text = "/etc/sudoers:root ALL=(ALL) ALL\n/etc/nsswitch.conf:{}\n"
    assert read_sudoers(text.format("sudoers: files sss")).elsewhere == ["sss"]
    assert read_sudoers(text.format("sudoers:\tldap [SUCCESS=return NOTFOUND=continue] files")).elsewhere == ["ldap"]
    assert read_sudoers(text.format("sudoers: files")).elsewhere == []
    assert read_sudoers("/etc/doas.conf:present\n").elsewhere == ["/etc/doas.conf"]


def test_groups_that_are_root_in_all_but_name() -> None:
    groups = {"docker": (999, ("anna", "root")), "lxd": (1500, ()), "users": (100, ("anna",))}
    found = list(group_rights(USERS, groups, {}, host="web1"))
    assert [(each.holder, each.role, each.role_name, each.through, each.without_password) for each in found] == [
        ("anna", "root-group", "docker", ("docker",), True),
        ("bo", "root-group", "lxd", ("lxd",), True),
    ]
