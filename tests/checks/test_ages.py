from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from checks.ages import local_day

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@given(st.datetimes(datetime(1996, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001  # the strategy adds the zone
def test_a_day_is_the_one_of_the_clock_in_sweden(moment: datetime) -> None:
    assert local_day(moment) == moment.astimezone(STOCKHOLM).date()


def test_the_ends_of_time() -> None:
    for moment in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        assert local_day(moment) == moment.date()
