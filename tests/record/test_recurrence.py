"""When a clock time comes round again: in every zone, across every change of its clock."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given
from hypothesis import strategies as st

from carelog.record.recurrence import Recurrence, first_shown, next_occurrence, occurrences

NAMES = sorted(available_timezones() - {"localtime"})
ZONES = st.sampled_from(NAMES).map(ZoneInfo)
MOMENTS = st.integers(150_000_000, 2_140_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
QUARTER = timedelta(minutes=15)


def shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


@st.composite
def changes(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    """A zone, and a day about which its clock is set forward or back, if there is one in that year."""
    zone, year = draw(ZONES), draw(st.integers(1975, 2037))
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(366)]
    changed = [b.date() for a, b in pairwise(noons) if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset()]
    day = draw(st.sampled_from(changed) if changed else st.just(noons[0].date()))
    return zone, day + timedelta(days=draw(st.integers(-1, 1)))


@given(change=changes(), clock=MINUTES)
@example(change=(ZoneInfo("Pacific/Apia"), date(2011, 12, 30)), clock=time(8))
@example(change=(ZoneInfo("Europe/Berlin"), date(2026, 3, 29)), clock=time(2, 30))
@example(change=(ZoneInfo("Europe/Berlin"), date(2026, 10, 25)), clock=time(2, 30))
@example(change=(ZoneInfo("Australia/Lord_Howe"), date(2026, 10, 4)), clock=time(2, 15))
@example(change=(ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4)), clock=time(0))
def test_a_time_comes_when_the_clock_first_shows_it_or_what_lies_beyond(
    change: tuple[ZoneInfo, date], clock: time
) -> None:
    zone, day = change
    wall = datetime.combine(day, clock)
    moment = first_shown(wall, zone)
    assert shown(moment, zone) >= wall
    # Nothing earlier: not just before, nor in the two days of the clock that lie before it.
    assert shown(moment - timedelta(seconds=1), zone) < wall
    assert all(shown(moment - step * QUARTER, zone) < wall for step in range(1, 4 * 48))


@given(
    zone=ZONES,
    after=MOMENTS,
    times=st.lists(MINUTES, min_size=1, max_size=4),
    days=st.none() | st.frozensets(st.integers(0, 6), min_size=1),
)
def test_the_next_occurrence_is_the_earliest_there_is(
    zone: ZoneInfo, after: datetime, times: list[time], days: frozenset[int] | None
) -> None:
    found = next_occurrence(Recurrence(tuple(sorted(times)), days), after, zone)
    local = after.astimezone(zone).date()
    every = [
        first_shown(datetime.combine(day, clock), zone)
        for day in (local + timedelta(days=offset) for offset in range(-3, 12))
        for clock in times
        if days is None or day.weekday() in days
    ]
    assert found == min(moment for moment in every if moment > after)


@given(zone=ZONES, after=MOMENTS, clock=MINUTES)
def test_a_daily_time_comes_once_a_day_in_rising_order(zone: ZoneInfo, after: datetime, clock: time) -> None:
    year = list(islice(occurrences(Recurrence((clock,)), after, zone), 365))
    assert all(earlier < later for earlier, later in pairwise(year))
    # A clock that is set forward over a whole day, as Samoa's once was, makes a year a day shorter.
    assert abs(year[-1] - year[0] - timedelta(days=364)) <= timedelta(hours=26)


def test_in_the_gap_it_comes_at_its_end_and_in_the_overlap_once() -> None:
    new_york = ZoneInfo("America/New_York")
    at_half_past = Recurrence.of(["01:30", "02:30"])
    spring = [m.astimezone(new_york).isoformat() for m in _within(at_half_past, date(2026, 3, 8), new_york)]
    assert spring == ["2026-03-08T01:30:00-05:00", "2026-03-08T03:00:00-04:00"]
    autumn = [m.astimezone(new_york).isoformat() for m in _within(at_half_past, date(2026, 11, 1), new_york)]
    assert autumn == ["2026-11-01T01:30:00-04:00", "2026-11-01T02:30:00-05:00"]


def _within(recurrence: Recurrence, day: date, zone: ZoneInfo) -> list[datetime]:
    midnight = first_shown(datetime.combine(day, time()), zone)
    ends = first_shown(datetime.combine(day + timedelta(days=1), time()), zone)
    return list(takewhile(lambda m: m < ends, occurrences(recurrence, midnight - timedelta(seconds=1), zone)))


def test_two_times_in_one_gap_come_as_one() -> None:
    found = islice(
        occurrences(Recurrence.of(["02:15", "02:45"]), datetime(2026, 3, 29, tzinfo=UTC), ZoneInfo("Europe/Berlin")), 2
    )
    assert [m.isoformat() for m in found] == ["2026-03-29T01:00:00+00:00", "2026-03-30T00:15:00+00:00"]


def test_it_ends_with_its_last_day_and_starts_with_its_first() -> None:
    zone = timezone(timedelta(hours=-11))
    some = Recurrence.of(["23:00"], ["mon", "thu"], first=date(2026, 2, 2), last=date(2026, 2, 9))
    found = [m.astimezone(zone).date() for m in occurrences(some, datetime(2020, 1, 1, tzinfo=UTC), zone)]
    assert found == [date(2026, 2, 2), date(2026, 2, 5), date(2026, 2, 9)]


@given(after=MOMENTS, first=st.dates(date(1975, 1, 1), date(2037, 1, 1)), every=st.integers(2, 60))
def test_every_so_many_days_is_counted_from_the_first(after: datetime, first: date, every: int) -> None:
    found = next_occurrence(Recurrence.of(["08:00"], first=first, every=every), after, UTC)
    assert found is not None
    assert found > after
    assert found.date() >= first
    assert (found.date() - first).days % every == 0
    assert found - after <= timedelta(days=every) or found.date() == first
