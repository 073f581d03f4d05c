"""What vendors' rules mean where it is easy to get wrong: each case would else hide an opening or invent one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collector.evidence import GapCause
from collector.network.exports import FAMILIES, resolve, unfolded
from collector.network.fortigate import parse_fortigate
from collector.network.iptables import parse_iptables
from collector.network.palo_alto import parse_palo_alto
from collector.network.pfsense import parse_pfsense
from collector.network.ruleset import parse_ruleset
from collector.records.network import FirewallRule
from collector.source import SourceError

NOBODY = (FAMILIES, True)
"""Addresses, and whether they are negated, of a side that no packet has."""


def fortigate(policy: str, before: str = "") -> list[FirewallRule]:
    """The rules of one policy, given its `set` lines."""
    lines = "\n".join(f"set {line}" for line in policy.split("; "))
    text = f"{before}\nconfig firewall policy\nedit 1\n{lines}\nnext\nend\n"
    return [rule for rule in parse_fortigate(text.encode(), "fw").rules if rule.chain == "forward"]


ALL = 'srcintf any; dstintf any; action accept; srcaddr all; dstaddr all; service "ALL"; schedule always'


@pytest.mark.parametrize(
    "policy",
    [
        "srcintf any; dstintf any; action deny; internet-service-src enable; internet-service-src-name X; dstaddr all",
        "srcintf any; dstintf any; internet-service-src enable; internet-service enable; action deny",
        "srcintf any; dstintf any; internet-service6-src enable; dstaddr6 all; action deny",
        ALL + "; ztna-status enable",
        ALL + "; reputation-minimum 3",
        ALL + "; src-vendor-mac 12",
    ],
)
def test_a_fortigate_policy_by_what_no_rule_can_tell_is_not_taken_for_all(policy: str) -> None:
    (rule,) = fortigate(policy)
    assert rule.not_understood


def test_what_a_fortigate_policy_leaves_switched_off_asks_for_nothing() -> None:
    (rule,) = fortigate(ALL + "; ztna-status disable; reputation-minimum 0; ippool disable; tos-mask 0x00")
    assert rule.not_understood == ()


def test_a_fortigate_negates_each_version_by_its_own_word() -> None:
    objects = "config firewall address6\nedit six\nset ip6 2001:db8::/64\nnext\nend\n"
    four, six = fortigate(
        ALL.replace("all", "10.1.1.0/24", 1) + "; srcaddr6 six; dstaddr6 all; srcaddr-negate enable", objects
    )
    assert (four.sources_negated, six.sources_negated) == (True, False)


def test_a_fortigate_has_policies_for_ipv6_of_their_own() -> None:
    old = "config firewall policy6\nedit 4\nset srcintf any\nset dstintf any\nset srcaddr all\nset dstaddr all\n"
    old += "set action accept\nset service ALL\nnext\nend"
    assert [(rule.handle, rule.sources) for rule in fortigate(ALL, old)] == [(1, ("0.0.0.0/0",)), (4, ("::/0",))]


def test_a_fortigates_names_for_several_interfaces() -> None:
    wan = 'config system sdwan\nconfig members\nedit 1\nset interface "wan1"\nnext\nedit 2\nset interface "wan2"\n'
    (rule,) = fortigate(
        ALL.replace("dstintf any", "dstintf virtual-wan-link"), wan + 'set zone "other"\nnext\nend\nend'
    )
    assert rule.out_interfaces == ("wan1",)


def test_a_fortigate_zone_that_is_open_within_passes_without_a_policy() -> None:
    zone = 'config system zone\nedit "lan"\nset interface "port1" "port2"\nset intrazone allow\nnext\nend\n'
    inside = fortigate(ALL, zone)[-1]
    assert (inside.in_interfaces, inside.out_interfaces, inside.verdict) == (
        ("port1", "port2"),
        ("port1", "port2"),
        "accept",
    )
    assert len(fortigate(ALL, zone.replace("allow", "deny"))) == 1


def test_a_fortigate_group_with_an_exception_is_not_taken_for_its_members() -> None:
    group = "config firewall addrgrp\nedit g\nset member all\nset exclude enable\nset exclude-member x\nnext\nend"
    (rule,) = fortigate(ALL.replace("srcaddr all", "srcaddr g"), group)
    assert (rule.sources, rule.not_understood) == (("0.0.0.0/0",), ("address g",))


@pytest.mark.parametrize(
    "service",
    [
        "set tcp-portrange 443\nset iprange 10.0.0.1",
        "set tcp-portrange 80:53",
        "set protocol IP\nset protocol-number 6\nset proxy enable",
        "set comment empty",
    ],
)
def test_a_fortigate_service_that_asks_for_more_is_not_taken_for_its_ports(service: str) -> None:
    objects = f"config firewall service custom\nedit s\n{service}\nnext\nend"
    found = fortigate(ALL.replace('"ALL"', "s"), objects)
    assert found
    assert all(rule.not_understood for rule in found)


def test_any_interface_of_one_fortigate_domain_is_not_one_of_another() -> None:
    policy = "config firewall policy\nedit 1\n" + "\n".join(f"set {line}" for line in ALL.split("; ")) + "\nnext\nend\n"
    ports = "config global\nconfig system interface\nedit p1\nset vdom a\nnext\nedit p2\nset vdom b\nnext\nend\nend\n"
    text = f"{ports}config vdom\nedit a\n{policy}next\nedit b\n{policy}next\nend\n"
    found = parse_fortigate(text.encode(), "fw").rules
    assert [(rule.in_interfaces, rule.out_interfaces) for rule in found] == [(("p1",), ("p1",)), (("p2",), ("p2",))]


def test_a_fortigate_in_the_mode_of_applications_has_other_rules() -> None:
    found = fortigate(ALL, "config firewall security-policy\nedit 1\nset action accept\nnext\nend")
    assert [bool(rule.not_understood) for rule in found] == [True, True, False]


def test_a_fortigate_that_answers_what_it_denies_refuses() -> None:
    assert fortigate(ALL.replace("accept", "deny") + "; send-deny-packet enable")[0].verdict == "reject"


def test_a_fortigates_routes_and_addresses() -> None:
    text = """config system interface
edit p1
set ip 10.1.1.2 255.255.255.0
config secondaryip
edit 1
set ip 10.1.9.1 255.255.255.0
next
end
config vrrp
edit 1
set vrip 10.1.1.1
next
end
next
end
config firewall address
edit far
set subnet 10.8.0.0 255.255.0.0
next
edit name
set type fqdn
next
end
config firewall policy
end
config router static
edit 1
set dstaddr far
set gateway 10.1.1.8
set distance 20
next
edit 2
set dstaddr name
set gateway 10.1.1.9
next
edit 3
set internet-service 65537
set gateway 10.1.1.9
next
end
config router static6
edit 1
set gateway 2001:db8::1
next
end
"""
    found = parse_fortigate(text.encode(), "fw")
    assert found.interfaces[0].addresses == ("10.1.1.2/24", "10.1.9.1/24", "10.1.1.1/24")
    assert [(each.destination, each.gateway, each.metric) for each in found.routes] == [
        ("10.8.0.0/16", "10.1.1.8", 20),
        ("::/0", "2001:db8::1", None),
    ]


def palo_alto(rules: str, *, vsys: str = "", device: str = "", defaults: str = "") -> list[FirewallRule]:
    """The security rules of a firewall with the zones a (p1, p2) and b (p3)."""
    zones = "".join(
        f'<entry name="{name}"><network><layer3>{ports}</layer3></network></entry>'
        for name, ports in (("a", "<member>p1</member><member>p2</member>"), ("b", "<member>p3</member>"))
    )
    text = f"""<config><devices><entry name="localhost.localdomain">{device}<vsys><entry name="vsys1">
        <zone>{zones}</zone><rulebase><security><rules>{rules}</rules></security>{defaults}</rulebase></entry>{vsys}
        </vsys></entry></devices></config>"""
    return [rule for rule in parse_palo_alto(text.encode(), "fw").rules if rule.chain == "forward"]


def entry(name: str = "r", **facts: str) -> str:
    """One security rule, any to any unless said otherwise."""
    lists = {"from": "any", "to": "any", "source": "any", "destination": "any", "application": "any", "service": "any"}
    told = {key.replace("_", "-"): value for key, value in facts.items()}
    body = "".join(f"<{key}><member>{told.pop(key, value)}</member></{key}>" for key, value in lists.items())
    return f'<entry name="{name}">{body}{"".join(f"<{key}>{value}</{key}>" for key, value in told.items())}</entry>'


def ways(rules: list[FirewallRule]) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    return [(rule.in_interfaces, rule.out_interfaces, rule.verdict) for rule in rules]


WITHIN = [(("p1", "p2"), ("p1", "p2"), "accept"), (("p3",), ("p3",), "accept")]


def test_a_palo_alto_rule_between_zones_says_nothing_within_one() -> None:
    found = palo_alto(entry(rule_type="interzone", action="deny"))
    assert ways(found) == [(("p1", "p2"), ("p3",), "drop"), (("p3",), ("p1", "p2"), "drop"), *WITHIN]
    found = palo_alto(entry(rule_type="intrazone", action="deny"))
    assert ways(found) == [(("p1", "p2"), ("p1", "p2"), "drop"), (("p3",), ("p3",), "drop"), *WITHIN]


def test_palo_altos_last_rules_may_have_been_changed() -> None:
    changed = "<default-security-rules><rules>{}</rules></default-security-rules>"
    open_between = changed.format('<entry name="interzone-default"><action>allow</action></entry>')
    assert ways(palo_alto("", defaults=open_between)) == [*WITHIN, ((), (), "accept")]
    closed = changed.format('<entry name="intrazone-default"><action>deny</action></entry>')
    assert [rule.verdict for rule in palo_alto("", defaults=closed)] == ["drop", "drop"]


def test_a_palo_alto_that_panorama_manages_has_rules_that_are_not_in_its_file() -> None:
    managed = "<deviceconfig><system><panorama><local-panorama/></panorama></system></deviceconfig>"
    found = palo_alto("", device=managed)
    assert [rule.not_understood for rule in found[:2]] == [("rules that Panorama pushes",)] * 2
    assert ways(palo_alto("")) == WITHIN


def test_what_a_palo_alto_recognises_by_itself_is_not_taken_for_all_ports() -> None:
    (rule, *_) = palo_alto(entry(service="application-default", action="allow"))
    assert rule.not_understood == ("application-default",)
    (rule, *_) = palo_alto(entry(source_user="<member>unknown</member>", action="allow"))
    assert rule.not_understood == ("source-user unknown",)


def test_any_zone_of_one_virtual_system_is_not_one_of_another() -> None:
    zone = '<entry name="c"><network><layer3><member>p9</member></layer3></network></entry>'
    found = palo_alto(entry(action="deny"), vsys=f'<entry name="vsys2"><zone>{zone}</zone></entry>')
    assert ways(found)[0] == (("p1", "p2", "p3"), ("p1", "p2", "p3"), "drop")


def test_a_palo_alto_that_tells_of_what_it_denies_refuses() -> None:
    assert palo_alto(entry(action="deny", icmp_unreachable="yes"))[0].verdict == "reject"


def pfsense(rules: str, more: str = "") -> list[FirewallRule]:
    """The rules of a firewall with an inside (em1) by both versions."""
    text = f"""<pfsense><interfaces><lan><enable/><if>em1</if><ipaddr>10.1.1.2</ipaddr><subnet>24</subnet>
        <ipaddrv6>2001:db8::2</ipaddrv6><subnetv6>64</subnetv6></lan><opt1><enable/><if>em2</if></opt1></interfaces>
        <filter>{rules}</filter>{more}</pfsense>"""
    return list(parse_pfsense(text.encode(), "fw").rules)


def line(interface: str = "lan", source: str = "<any/>", more: str = "", family: str = "inet46") -> str:
    return f"""<rule><type>pass</type><interface>{interface}</interface><ipprotocol>{family}</ipprotocol>
        <source>{source}</source><destination><any/></destination>{more}</rule>"""


def test_a_pfsense_alias_without_members_is_nobody() -> None:
    alias = "<aliases><alias><name>empty</name><type>host</type><address></address></alias></aliases>"
    (rule,) = pfsense(line(source="<address>empty</address>"), alias)
    assert (rule.sources, rule.sources_negated) == NOBODY
    (rule,) = pfsense(line(source="<address>empty</address><not/>"), alias)
    assert (rule.sources, rule.sources_negated) == ((), False)


def test_a_pfsense_rule_of_one_family_says_nothing_of_the_other() -> None:
    (rule,) = pfsense(line(source="<network>lan</network>", family="inet"))
    assert rule.sources == ("10.1.1.0/24",)
    (rule,) = pfsense(line(source="<network>lan</network>", family="inet6"))
    assert rule.sources == ("2001:db8::/64",)
    ping = "<protocol>icmp</protocol><icmptype>echoreq</icmptype>"
    (rule,) = pfsense(line(more=ping, family="inet6"))
    assert (rule.protocols, rule.icmp_types, rule.not_understood) == (("ipv6-icmp",), ("echo-request",), ())


def test_a_pfsense_rule_for_the_products_own_interfaces_touches_no_other() -> None:
    group = "<ifgroups><ifgroupentry><ifname>inside</ifname><members>lan opt1</members></ifgroupentry></ifgroups>"
    found = pfsense(line("lan") + line("openvpn") + line("inside") + line("elsewhere"), group)
    assert [rule.in_interfaces for rule in found] == [("ovpns*", "ovpnc*"), ("em1", "em2"), ("em1",), ()]
    assert [bool(rule.not_understood) for rule in found] == [False, False, False, True]


@pytest.mark.parametrize("more", ["<gateway>WAN2</gateway>", "<tcpflags1>syn</tcpflags1>"])
def test_a_pfsense_rule_by_what_no_rule_can_tell_is_not_taken_for_all(more: str) -> None:
    (rule,) = pfsense(line(more=more))
    assert rule.not_understood


def test_what_opnsense_writes_for_no_is_no() -> None:
    (rule,) = pfsense(line(source="<network>lan</network><not>0</not>", family="inet"))
    assert rule.sources_negated is False


def test_a_pfsense_port_forward_is_seen() -> None:
    forward = "<nat><rule><interface>lan</interface><protocol>udp</protocol><source><any/></source>"
    forward += "<destination><any/><port>53</port></destination><target>127.0.0.1</target></rule></nat>"
    (rule,) = pfsense("", forward)
    assert (rule.chain, rule.translation, rule.ports) == ("dnat", "dnat", ("53",))


def test_a_pfsenses_shared_address_is_its_own() -> None:
    shared = "<virtualip><vip><mode>carp</mode><interface>lan</interface><subnet>10.1.1.1</subnet>"
    shared += "<subnet_bits>24</subnet_bits></vip></virtualip>"
    text = f"<pfsense><interfaces><lan><if>em1</if></lan></interfaces><filter/>{shared}</pfsense>"
    assert parse_pfsense(text.encode(), "fw").interfaces[0].addresses == ("10.1.1.1/24",)


def nft(flags: Any) -> bytes:
    where = {"family": "inet", "table": "t"}
    return json.dumps(
        {
            "nftables": [
                {"metainfo": {"json_schema_version": 1}},
                {"table": {"family": "inet", "name": "t", "flags": flags}},
                {"chain": {**where, "name": "f", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
                {"rule": {**where, "chain": "f", "handle": 2, "expr": [{"accept": None}]}},
            ]
        }
    ).encode()


@pytest.mark.parametrize(("flags", "asleep"), [("dormant", True), (["dormant"], True), (["owner"], False), ([], False)])
def test_a_table_that_is_switched_off_filters_nothing(flags: Any, *, asleep: bool) -> None:
    found = parse_ruleset(nft(flags), "fw")
    assert (found.chains[0].hook is None, found.rules[0].disabled) == (asleep, asleep)


def test_flags_that_are_not_shown_are_no_ruleset() -> None:
    with pytest.raises(SourceError) as raised:  # nft 1.0.6 prints the table's name here
        parse_ruleset(nft("t"), "fw")
    assert raised.value.cause is GapCause.UNSUPPORTED


def test_packets_that_are_kept_out_of_connection_tracking_meet_other_rules() -> None:
    table = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j CT --notrack\nCOMMIT\n"
    (rule,) = parse_iptables(table.encode(), "fw", "ip").rules
    assert rule.not_understood


DEEP = {f"g{level}": (f"g{level + 1}", "10.1.1.0/24", f"g{level + 1}") for level in range(12)}
"""Groups that each name the next one twice."""


def test_a_group_is_looked_into_once_however_often_it_is_named() -> None:
    looked: list[str] = []

    def members(name: str) -> tuple[str, ...] | None:
        looked.append(name)
        return DEEP.get(name)

    assert list(unfolded(["g0", "g0"], members)) == ["g12", "10.1.1.0/24"]
    assert len(looked) == 14
    assert resolve(["g0"], DEEP, {"g12": ["10.1.2.3"]}).values == ["10.1.2.3", "10.1.1.0/24"]


def test_a_group_within_itself_stands_for_what_is_not_known() -> None:
    groups = {"a": ["b", "10.1.1.1"], "b": ["c"], "c": ["a", "b", "10.1.1.2"]}
    found = resolve(["a"], groups, {})
    assert (found.values, found.unknown) == (["10.1.1.2", "10.1.1.1"], ["address a", "address b"])
    far = {f"g{level}": [f"g{level + 1}"] for level in range(40)}
    assert resolve(["g0"], far, {}).unknown == ["address g16"]


def test_groups_of_services_and_ports_within_others() -> None:
    services = (
        "config firewall service custom\nedit web\nset tcp-portrange 443\nnext\nend\nconfig firewall service group\n"
    )
    services += "edit g1\nset member g2 g2 web\nnext\nedit g2\nset member web g1\nnext\nend\n"
    known, within = fortigate(ALL.replace('"ALL"', "g1 g2"), services)
    assert (known.ports, within.not_understood) == (("443",), ("service g1",))

    groups = """<service><entry name="web"><protocol><tcp><port>443</port></tcp></protocol></entry></service>
        <service-group>
        <entry name="g1"><members><member>g2</member><member>g2</member><member>g1</member></members></entry>
        <entry name="g2"><members><member>web</member></members></entry></service-group>"""
    text = f"""<config><devices><entry><vsys><entry name="vsys1">{groups}<rulebase><security><rules>
        {entry(service="g1")}</rules></security></rulebase></entry></vsys></entry></devices></config>"""
    known, within = parse_palo_alto(text.encode(), "fw").rules[:2]
    assert (known.ports, within.not_understood) == (("443",), ("service g1",))

    aliases = "".join(
        f"<alias><name>{name}</name><type>{kind}</type><address>{held}</address></alias>"
        for name, kind, held in (
            ("inner", "port", "443 8443"),
            ("outer", "port", "inner inner 80"),
            ("hosts", "host", "some some 10.2.2.2 hosts"),
            ("some", "network", "10.1.1.0/24 lan"),
        )
    )
    more = "<protocol>tcp</protocol><destination><any/><port>outer</port></destination>"
    one = f"<rule><type>pass</type><interface>lan</interface><source><address>hosts</address></source>{more}</rule>"
    (rule,) = pfsense(one, f"<aliases>{aliases}</aliases>")
    assert rule.ports == ("443", "8443", "80")
    assert rule.not_understood == ("alias hosts of the type host",)
