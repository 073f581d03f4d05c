from __future__ import annotations

from datetime import UTC, datetime

from collector.host.clock import Running, read_chrony, read_ntpd, read_processes, read_timesyncd

CHRONY = Running("chrony", certain=True)
TIMESYNCD = Running("systemd-timesyncd", certain=True)

# From timedatectl(1) and sd-bus' printing of NTPMessage, systemd 252.
SHOW_TIMESYNC = """LinkNTPServers=
SystemNTPServers=
FallbackNTPServers=0.debian.pool.ntp.org 1.debian.pool.ntp.org
ServerName=sth1.ntp.se
ServerAddress=194.58.200.20
NTPMessage={ Leap=0, Version=4, Mode=4, Stratum=1, Precision=-23, RootDelay=0, Jitter=1ms }
NTPSynchronized=yes
NTP=sth1.ntp.se gbg1.ntp.se
"""
NTPQ = """     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
*194.58.200.20   .PPS.            1 u   35   64  377    1.234    2.500   0.100
+194.58.200.21   .PPS.            1 u   35   64  377    1.234    2.600   0.100
 192.0.2.9       .INIT.          16 u    -   64    0    0.000    0.000   0.000
==
associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,
leap=00, stratum=2, precision=-23, offset=2.500
==
server sth1.ntp.se iburst
pool ntp.example.test
"""


def test_a_chrony_that_has_not_synchronised_has_no_offset() -> None:
    found = read_chrony(
        "web1", "00000000,,0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n", "==\n", None, CHRONY
    )
    assert (found.stratum, found.leap, found.offset_us, found.selected) == (16, "not-synchronised", None, None)
    assert (found.configured, found.last_update, found.reachable) == (None, None, ())


def test_a_clock_that_is_slow_has_a_negative_offset() -> None:
    line = "C0000201,192.0.2.1,1,1795199990.5,95.000015000,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,Normal\n"
    found = read_chrony(
        "web1", line, "^,*,192.0.2.1,1,6,17,1,0,0,0\n==\n^,*,tid.example.test,1,6,17,1,0,0,0\n", "", CHRONY
    )
    assert found.offset_us == -95_000_015  # "95.000015 seconds slow of NTP time" (chronyc(1), measured)
    assert found.selected == "tid.example.test"
    assert found.last_update == datetime(2026, 11, 20, 18, 39, 50, tzinfo=UTC)


def test_a_chrony_that_does_not_answer_is_told_by_its_processes() -> None:
    assert read_chrony("web1", None, None, "", Running(None, certain=True)).running is False
    assert read_chrony("web1", None, None, "", Running(None, certain=False)).running is None


def test_timesyncd() -> None:
    found = read_timesyncd("web1", SHOW_TIMESYNC, TIMESYNCD)
    assert (found.selected, found.configured) == ("sth1.ntp.se", ("sth1.ntp.se", "gbg1.ntp.se"))
    assert found.reachable == ("sth1.ntp.se",)
    silent = "".join(line for line in SHOW_TIMESYNC.splitlines(True) if not line.startswith("NTPMessage"))
    assert read_timesyncd("web1", silent, TIMESYNCD).reachable is None
    assert (found.stratum, found.leap, found.running) == (1, "normal", True)


def test_timesyncd_without_own_servers_uses_the_fallback() -> None:
    text = SHOW_TIMESYNC.replace("NTP=sth1.ntp.se gbg1.ntp.se\n", "").replace("Synchronized=yes", "Synchronized=no")
    found = read_timesyncd("web1", text, TIMESYNCD)
    assert found.configured == ("0.debian.pool.ntp.org", "1.debian.pool.ntp.org")
    assert (found.selected, found.stratum, found.leap) == (None, 16, "not-synchronised")


def test_ntpd() -> None:
    found = read_ntpd("web1", NTPQ, Running("ntpd", certain=True))
    assert (found.selected, found.offset_us, found.stratum, found.leap) == ("194.58.200.20", -2500, 2, "normal")
    assert found.reachable == ("194.58.200.20", "194.58.200.21")
    assert found.configured == ("sth1.ntp.se", "ntp.example.test")


def test_hidden_processes_prove_nothing() -> None:
    assert read_processes("hidden\n") == Running(None, certain=False)
    assert read_processes("chronyd\nhidden\n") == Running("chrony", certain=False)
