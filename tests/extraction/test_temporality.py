"""When what was said happened: never in the future, on the subject's clock, whatever is said and whenever."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.finding import Finding, Span
from carelog.extraction.temporality import dated
from carelog.extraction.timewords import Sense, find_time_words
from carelog.extraction.utterances import Utterance, read
from carelog.extraction.wordsets import word_set
from carelog.record.types.food import Food

ZONES = ("UTC", "Asia/Kolkata", "America/New_York", "Pacific/Kiritimati", "Europe/London", "Australia/Lord_Howe")
_WORDS = sorted(
    word_set(
        """
            yesterday today tonight now last night this morning evening afternoon on monday friday sunday two three
            ten a few days weeks months years hours minutes ago pehle kal parso aaj raat subah shaam ko se tha hai
            karunga at around eight 7:30 am pm half past noon in november december 30th 12/28 3/4 since until the
            day before after every next may 2026-01-02 , . and i had will ate it was rice day week कल परसों आज रात
            था
            """
    )
)
_TEXTS = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=14).map(" ".join)
_MOMENTS = st.datetimes(datetime(1851, 1, 1), datetime(2199, 1, 1))  # noqa: DTZ001  the zone is given below


def said(text: str, at: datetime, zone: str = "UTC") -> Utterance:
    [utterance] = read([Turn(0, text, "/t", role=Role.PATIENT)], started_at=at, zone=zone)
    return utterance


def told(text: str, at: datetime, zone: str = "UTC") -> list[tuple[str, str | None]]:
    found = find_time_words(said(text, at, zone))
    return [(one.sense.value, one.moment.isoformat()[:16] if one.moment else None) for one in found]


@given(_TEXTS, _MOMENTS, st.sampled_from(ZONES))
def test_what_is_past_lies_before_the_moment_of_speaking_on_the_same_clock(text: str, at: datetime, zone: str) -> None:
    utterance = said(text, at.replace(tzinfo=UTC), zone)
    for one in find_time_words(utterance):
        assert (one.moment is not None) == (one.sense is Sense.PAST)
        if one.moment is not None:
            assert utterance.said_at is not None
            assert one.moment.astimezone(UTC) <= utterance.said_at.astimezone(UTC)
            assert one.moment.tzinfo is utterance.said_at.tzinfo


@given(_TEXTS, _MOMENTS, st.sampled_from(ZONES))
def test_nothing_that_is_said_breaks_the_pass_over_findings(text: str, at: datetime, zone: str) -> None:
    utterance = said(text, at.replace(tzinfo=UTC), zone)
    finding = Finding("food", Food(name="rice"), (Span(0, 0, len(text)),))
    for found in dated([finding], [utterance]):
        assert isinstance(found, Finding)
        assert found.happened_at is None or found.happened_at.astimezone(UTC) <= at.replace(tzinfo=UTC)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_yesterday_is_the_day_before_on_the_subjects_clock(at: datetime, zone: str) -> None:
    utterance = said("It was 140 yesterday.", at.replace(tzinfo=UTC), zone)
    [one] = find_time_words(utterance)
    assert utterance.said_at is not None and one.moment is not None
    assert one.moment.date() == utterance.said_at.date() - timedelta(days=1)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe"])
def test_an_hour_that_the_clock_skips_becomes_the_first_one_after_it(zone: str) -> None:
    days = (datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(zone)) + timedelta(days=n) for n in range(400))
    for noon in days:
        [one] = find_time_words(said("It woke me this morning at 2:10 am.", noon, zone))
        assert one.moment is not None and one.moment.date() == noon.date()
        again = one.moment.astimezone(UTC).astimezone(noon.tzinfo)
        assert again.replace(tzinfo=None) == one.moment.replace(tzinfo=None)


NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("text", "sense", "moment"),
    [
        ("yesterday", "past", "2026-01-04T12:00"),
        ("last night", "past", "2026-01-04T21:00"),
        ("yesterday morning", "past", "2026-01-04T09:00"),
        ("yesterday at two in the night", "past", "2026-01-05T02:00"),
        ("this morning", "past", "2026-01-05T07:30"),
        ("this morning at eight", "past", "2026-01-05T08:00"),
        ("at eight this morning", "past", "2026-01-05T08:00"),
        ("this morning at ten", "ahead", None),
        ("this evening", "ahead", None),
        ("an hour ago", "past", "2026-01-05T08:00"),
        ("about an hour ago", "past", "2026-01-05T08:00"),
        ("about a week ago", "open", None),
        ("two months ago", "past", "2025-11-05T12:00"),
        ("a few days ago", "open", None),
        ("since yesterday", "began", None),
        ("kal raat se", "began", None),
        ("worse than yesterday", "open", None),
        ("before yesterday", "open", None),
        ("today", "now", None),
        ("in two days", "ahead", None),
        ("next Friday", "ahead", None),
        ("kal main jaunga", "ahead", None),
        ("kal main gaya", "past", "2026-01-04T12:00"),
        ("every Friday", "open", None),
    ],
)
def test_one_time(text: str, sense: str, moment: str | None) -> None:
    assert told(text, NINE) == [(sense, moment)]


def test_a_turn_of_which_nobody_knows_when_it_was_said_tells_no_time() -> None:
    [utterance] = read([Turn(0, "It was 140 yesterday", "/t")])
    assert find_time_words(utterance) == []
