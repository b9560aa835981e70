"""What insights say of made-up records, and what they refuse to say."""

import math
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.kit.ids import new_id
from carelog.record import Entry, parse_payload
from carelog.record.insights.adherence import ScheduleHistory, adherence
from carelog.record.insights.analysis import analyse
from carelog.record.insights.daily import daily_summary
from carelog.record.insights.insight import Insight, Period
from carelog.record.insights.known import Known
from carelog.record.insights.recommendations import recommend
from carelog.record.insights.statistics import going_up, holm, independent, ranks, spearman, spearman_p, theil_sen

KOLKATA = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
SUBJECT = UUID("01928f00-0000-7000-8000-0000000000aa")
DAY = timedelta(days=1)


def entry(type_name: str, payload: dict[str, Any], at: datetime = NOW, **more: Any) -> Entry:
    return Entry(
        id=more.pop("id", None) or new_id(), subject_id=SUBJECT, type=type_name, revision=more.pop("revision", 1),
        state="active", payload=parse_payload(type_name, payload), evidence=(), occurred_at=at,
        occurred_zone="Asia/Kolkata", recorded_at=more.pop("recorded_at", at), recorded_by="test", reason=None,
        source="manual", **more,
    )  # fmt: skip


def known(
    entries: Sequence[Entry],
    *,
    schedules: Sequence[Entry] = (),
    standing: Sequence[Entry] = (),
    since: datetime = NOW - 90 * DAY,
    until: datetime = NOW,
    now: datetime = NOW,
) -> Known:
    around = sorted(entries, key=lambda e: e.occurred_at)
    return Known(around, standing, [ScheduleHistory([s]) for s in schedules], KOLKATA, now, since, until)


def found(insights: Sequence[Insight], id_: str) -> Insight:
    return next(one for one in insights if one.id == id_)


def pressure(systolic: float, diastolic: float, at: datetime) -> Entry:
    return entry(
        "vitals",
        {
            "kind": "blood_pressure",
            "systolic": {"value": systolic, "unit": "mm[Hg]"},
            "diastolic": {"value": diastolic, "unit": "mm[Hg]"},
        },
        at,
    )


def weight(kg: float, at: datetime) -> Entry:
    return entry("vitals", {"kind": "weight", "value": {"value": kg, "unit": "kg"}}, at)


def sugar(value: float, at: datetime, **more: Any) -> Entry:
    return entry("vitals", {"kind": "glucose", "value": {"value": value, "unit": "mg/dL"}, **more}, at)


# Statistics.


def test_a_slip_of_the_tongue_does_not_move_the_slope() -> None:
    line = [(n, 80.0 - n / 10) for n in range(20)]
    assert theil_sen(line)[0] == pytest.approx(-0.1)
    assert theil_sen([*line[:10], (10, 790.0), *line[11:]])[0] == pytest.approx(-0.1, abs=0.01)


def test_rank_correlation_and_its_p() -> None:
    xs = list(range(20))
    assert spearman(xs, [math.exp(x) for x in xs]) == pytest.approx(1)
    assert spearman(xs, [5.0] * 20) is None
    assert spearman_p(0.0, 20) == 1
    assert spearman_p(0.9, 20) < 0.001 < spearman_p(0.3, 20)
    assert spearman_p(0.99, 3) == 1


def test_days_that_drift_count_for_fewer_than_they_are() -> None:
    chance = random.Random(3)
    drifting, noise = [float(n) for n in range(40)], [chance.random() for _ in range(40)]
    assert independent(drifting, drifting) < 5
    assert independent(noise, noise[::-1]) > 30


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_corrected_p_values_are_no_smaller_and_keep_their_order(ps: list[float]) -> None:
    corrected = holm(ps)
    assert all(1 >= c >= p for c, p in zip(corrected, ps, strict=True))
    assert [c for _, c in sorted(zip(ps, corrected, strict=True))] == sorted(corrected)


@given(st.lists(st.integers(0, 5), min_size=2, max_size=20))
def test_ranks_add_up_and_directions_mirror(values: list[int]) -> None:
    assert sum(ranks(values)) == len(values) * (len(values) + 1) / 2
    assert going_up(values) + going_up(values[::-1]) == pytest.approx(1)


# Trends.


def test_a_trend_with_its_numbers_and_the_entries_it_rests_on() -> None:
    readings = [weight(80 - n, NOW - (30 - 3 * n) * DAY) for n in range(10)]
    one = found(analyse(known(readings)), "trend:vitals.weight")
    assert one.title == "Weight fell"
    assert one.numbers["change_percent"] == pytest.approx(-11.2, abs=0.1)
    assert (one.numbers["readings"], one.numbers["days"], one.numbers["span_days"]) == (10, 10, 27)
    assert one.entries == tuple(r.context_id for r in readings)
    assert one.confidence
    assert one.confidence.value == 0.9


@pytest.mark.parametrize(
    ("values", "direction"),
    [
        ([80, 80.5, 81, 81.5, 82], "stable"),
        ([100, 104.9], "stable"),
        ([100, 105], "up"),
        ([100, 60, 130, 70, 120, 62], "mixed"),
        ([5, 5, 5, 90, 5], "stable"),
    ],
)
def test_less_than_five_percent_is_stable_and_noise_is_no_trend(values: list[float], direction: str) -> None:
    readings = [weight(value, NOW - (len(values) - n) * DAY) for n, value in enumerate(values)]
    assert found(analyse(known(readings)), "trend:vitals.weight").numbers["direction"] == direction


def test_one_day_is_no_trend() -> None:
    one = found(analyse(known([weight(80, NOW - DAY), weight(81, NOW - DAY)])), "trend:vitals.weight")
    assert (one.status, one.confidence) == ("not_enough_data", None)
    assert "2 readings on one day" in (one.missing or "")


def test_readings_of_another_state_or_unit_are_another_series() -> None:
    ids = {
        one.id
        for one in analyse(
            known(
                [
                    sugar(95, NOW - DAY, context="fasting"),
                    sugar(150, NOW - DAY, context="post_meal"),
                    sugar(120, NOW - DAY),
                    entry("biomarker", {"code": "ldl", "value": {"value": 2.5, "unit": "mmol/L"}}, NOW - 2 * DAY),
                    entry("biomarker", {"code": "ldl", "value": {"value": 96, "unit": "mg/dL"}}, NOW - DAY),
                ]
            )
        )
        if one.kind == "trend"
    }
    sugars = {"trend:vitals.glucose", "trend:vitals.glucose.fasting", "trend:vitals.glucose.post_meal"}
    assert ids == {*sugars, "trend:biomarker.ldl"}


def test_a_bound_of_a_laboratory_is_no_value() -> None:
    result = {"test": "CRP", "value": {"value": 0.5, "unit": "mg/L"}, "comparator": "<"}
    assert not [one for one in analyse(known([entry("lab_result", result, NOW - DAY)])) if one.kind == "trend"]


# Out of range.


def test_readings_are_compared_with_published_lines_and_nothing_is_diagnosed() -> None:
    readings = [pressure(118, 76, NOW - 3 * DAY), pressure(134, 79, NOW - 2 * DAY), pressure(150, 79, NOW - DAY)]
    insights = analyse(known(readings))
    one = found(insights, "out_of_range:vitals.systolic")
    assert one.numbers["out_of_range"] == 2
    assert one.numbers["far_out_of_range"] == 0
    assert "ACC/AHA 2017" in one.text
    assert "no diagnosis" in one.text
    assert "hypertension" not in one.text.lower()
    assert "age is not recorded" in one.text
    assert not [i for i in insights if i.id == "out_of_range:vitals.diastolic"]


def test_lines_of_adults_are_not_held_against_children() -> None:
    child = entry("profile", {"birth_date": "2016-02"})
    one = found(analyse(known([pressure(131, 70, NOW - DAY)], standing=[child])), "out_of_range:vitals.systolic")
    assert one.status == "not_enough_data"
    adult = entry("profile", {"birth_date": "1990"})
    one = found(analyse(known([pressure(131, 70, NOW - DAY)], standing=[adult])), "out_of_range:vitals.systolic")
    assert "age is not recorded" not in one.text
    assert one.confidence
    assert one.confidence.value == 1


def test_a_result_is_compared_with_its_own_range_alone() -> None:
    def potassium(value: float, at: datetime, **more: Any) -> Entry:
        shown = {"test": "Potassium", "value": {"value": value, "unit": "mmol/L"}, **more}
        return entry("lab_result", shown, at)

    own = {"reference": {"low": 3.5, "high": 5.1}}
    results = [potassium(5.3, NOW - 3 * DAY, **own), potassium(9, NOW - 2 * DAY), potassium(4, NOW - DAY, **own)]
    one = found(analyse(known(results)), "out_of_range:lab_result.potassium")
    assert (one.numbers["out_of_range"], one.numbers["newest_is_last"]) == (1, False)
    assert "3.5 to 5.1" in one.text
    flagged = potassium(5.3, NOW - DAY, flag="normal", **own)
    assert not [i for i in analyse(known([flagged])) if i.kind == "out_of_range"]


def test_a_pulse_after_exercise_is_not_one_at_rest() -> None:
    fast = {"kind": "heart_rate", "value": {"value": 128, "unit": "/min"}}
    running = entry("vitals", {**fast, "context": "after_exercise"}, NOW - DAY)
    assert not [i for i in analyse(known([running])) if i.kind == "out_of_range"]
    assert found(analyse(known([entry("vitals", fast, NOW - DAY)])), "out_of_range:vitals.heart_rate")


# Adherence.

TWICE = {"name": "metformin", "times": ["08:00", "20:00"], "starts_on": "2026-06-01"}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA)


def doses(schedule: Entry | Sequence[Entry], logs: Sequence[Entry], now: datetime = NOW) -> Any:
    history = ScheduleHistory([schedule] if isinstance(schedule, Entry) else schedule)
    period = Period(since=local("2026-06-01T00:00"), until=local("2026-06-06T00:00"))
    [one] = adherence([history], logs, period, now, KOLKATA)
    return one


def log(status: str = "taken", at: str | None = None, due: str | None = None, told: str = "", **more: Any) -> Entry:
    payload = {"name": "Metformin", "status": status, **more}
    payload |= {"taken_at": local(at).isoformat()} if at else {}
    payload |= {"scheduled_for": local(due).isoformat()} if due else {}
    return entry("medication_log", payload, local(told or at or due or ""))


def test_taken_skipped_and_unrecorded_are_three_things() -> None:
    logs = [
        log(at="2026-06-01T08:20"),
        log(at="2026-06-01T21:30"),
        log("skipped", due="2026-06-02T08:00"),
        log(told="2026-06-03T09:00"),
        log(at="2026-06-01T08:40", name="ramipril"),
    ]
    one = doses(entry("medication_schedule", TWICE), logs)
    assert (one.due, one.taken, one.skipped, one.unrecorded) == (10, 3, 1, 6)
    assert [dose.state for dose in one.doses[:5]] == ["taken", "taken", "skipped", "unrecorded", "taken"]
    assert (one.taken_of_recorded, one.taken_at_least, one.taken_at_most) == (75.0, 30.0, 90.0)
    text = " ".join(i.text for i in analyse(known(logs, schedules=[entry("medication_schedule", TWICE)])))
    assert "missed" not in text
    assert "nothing is recorded" in text


def test_a_dose_counts_once_and_the_second_stands_beside() -> None:
    one = doses(entry("medication_schedule", TWICE), [log(at="2026-06-01T08:00"), log(at="2026-06-01T09:00")])
    assert (one.taken, one.beside) == (1, 1)


def test_a_dose_told_as_taken_and_as_skipped_is_neither() -> None:
    logs = [log("taken", due="2026-06-01T08:00"), log("skipped", due="2026-06-01T08:00")]
    one = doses(entry("medication_schedule", TWICE), logs)
    assert (one.taken, one.skipped, one.contradicted) == (0, 0, 1)


def test_the_dose_of_the_evening_before_is_not_this_mornings() -> None:
    late = log(at="2026-05-31T23:50")
    earlier = entry("medication_schedule", {**TWICE, "starts_on": "2026-05-01"})
    assert doses(earlier, [late]).taken == 0


def test_doses_are_due_by_what_the_schedule_was_at_the_time() -> None:
    told = local("2026-06-02T10:00")
    once = entry("medication_schedule", {"name": "metformin", "times": ["08:00"]}, told)
    assert doses(once, []).due == 3
    ended = entry("medication_schedule", {"name": "metformin", "times": ["08:00"], "active": False}, told,
                  id=once.id, revision=2, recorded_at=local("2026-06-04T10:00"))  # fmt: skip
    assert doses([once, ended], []).due == 2
    assert [d.due for d in doses([once, ended], []).doses] == [local("2026-06-03T08:00"), local("2026-06-04T08:00")]


def test_what_is_still_to_come_is_not_due() -> None:
    assert doses(entry("medication_schedule", TWICE), [], now=local("2026-06-02T09:00")).due == 3


@given(st.lists(st.tuples(st.integers(0, 6 * 24 * 60), st.sampled_from(["taken", "skipped"])), max_size=25))
def test_every_dose_told_goes_to_one_due_time_or_beside(told: list[tuple[int, str]]) -> None:
    start = local("2026-05-31T12:00")
    logs = []
    for minutes, status in told:
        at = (start + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat("T", "minutes")
        logs.append(log(status, at=at) if status == "taken" else log(status, due=at))
    one = doses(entry("medication_schedule", TWICE), logs)
    assert one.due == one.taken + one.skipped + one.unrecorded + one.contradicted == 10
    placed = [id_ for dose in one.doses for id_ in dose.entries]
    assert len(placed) == len(set(placed)) <= len(logs)
    assert len(placed) + one.beside <= len(logs)


# Protocols, gaps, correlations, symptoms, intake.


def test_how_far_a_protocol_is() -> None:
    sauna = {"name": "Sauna", "sessions_done": 2, "sessions_total": 10, "starts_on": "2026-06-01",
             "ends_on": "2026-06-21", "status": "active"}  # fmt: skip
    standing = [entry("protocol", sauna), entry("protocol", {"name": "Walking", "status": "active"})]
    one, other = (i for i in analyse(known([], standing=standing)) if i.kind == "protocol")
    assert (one.numbers["percent"], one.numbers["behind"]) == (20.0, True)
    assert other.status == "not_enough_data"


def test_a_habit_that_stopped() -> None:
    habit = [entry("mood", {"level": "good"}, NOW - n * DAY) for n in range(20, 30)]
    one = found(analyse(known(habit)), "gap:mood")
    assert one.numbers["silent_days"] == 20
    assert "not known" in one.text
    weekly = [weight(70, NOW - n * DAY) for n in (10, 17, 24, 31, 38)]
    assert not [i for i in analyse(known(weekly)) if i.kind == "gap"]


def nights(hours: Sequence[float], moods: Sequence[str]) -> list[Entry]:
    made = []
    for n, (slept, level) in enumerate(zip(hours, moods, strict=True)):
        at = NOW - (len(hours) - n) * DAY
        made += [entry("sleep", {"hours": slept}, at), entry("mood", {"level": level}, at)]
    return made


def test_what_goes_together_is_said_with_its_strength_and_never_as_a_cause() -> None:
    chance = random.Random(5)
    hours = [chance.choice([5, 6, 7, 8]) for _ in range(30)]
    moods = [{5: "low", 6: "low", 7: "good", 8: "very_good"}[h] for h in hours]
    one = found(analyse(known(nights(hours, moods))), "correlation:sleep.hours+mood.level")
    assert one.status == "found"
    assert float(one.numbers["spearman"] or 0) > 0.8
    assert "no proof" in one.text
    assert one.entries_in_all == 60


def test_chance_is_no_correlation_and_few_days_are_not_enough() -> None:
    chance = random.Random(8)
    hours, moods = ([chance.choice(options) for _ in range(40)] for options in ((5, 6, 7), ("low", "good", "neutral")))
    assert not [i for i in analyse(known(nights(hours, moods))) if i.kind == "correlation"]  # type: ignore[arg-type]
    few = found(
        analyse(known(nights([5, 6, 7, 8, 9], ["low", "low", "good", "good", "good"]))),
        "correlation:sleep.hours+mood.level",
    )
    assert few.status == "not_enough_data"
    assert few.numbers == {"days": 5, "needed": 14}


def test_two_things_that_both_drift_do_not_go_together_for_that() -> None:
    hours = [5 + n / 10 for n in range(20)]
    readings = [pressure(120 + n, 70, NOW - (20 - n) * DAY) for n in range(20)]
    slept = [entry("sleep", {"hours": h}, NOW - (20 - n) * DAY) for n, h in enumerate(hours)]
    assert not [i for i in analyse(known([*slept, *readings])) if i.kind == "correlation"]


def test_a_symptom_that_grows_worse() -> None:
    def cough(days_ago: int, **more: Any) -> Entry:
        return entry("symptom", {"name": "Cough", "polarity": "present", **more}, NOW - days_ago * DAY)

    told = [cough(9, severity="mild"), cough(5, severity="moderate"), cough(1, severity="severe")]
    one = found(analyse(known(told)), "symptom:cough")
    assert (one.numbers["worsening"], one.numbers["days_present"]) == (True, 3)
    better = [cough(9, severity="severe"), cough(5, trend="worsening"), cough(1, severity="mild", trend="improving")]
    assert found(analyse(known(better)), "symptom:cough").numbers["worsening"] is False
    none = entry("symptom", {"name": "cough", "polarity": "absent"}, NOW - DAY)
    assert not [i for i in analyse(known([none])) if i.kind == "symptom"]


def test_sums_are_of_what_was_recorded_and_say_what_they_leave_out() -> None:
    eaten = [
        entry("food", {"name": "rice", "energy_kcal": 300}, NOW - DAY),
        entry("food", {"name": "dal"}, NOW - DAY),
        entry("water", {"said": "two glasses"}, NOW - DAY),
    ]
    insights = analyse(known(eaten))
    food = found(insights, "intake:food")
    assert (food.numbers["median_per_day"], food.numbers["entries_without_amount"]) == (300, 1)
    assert found(insights, "intake:water").status == "not_enough_data"


def test_an_empty_record_says_so() -> None:
    [one] = analyse(known([]))
    assert one.status == "not_enough_data"


def test_every_insight_names_its_period_and_what_is_missing() -> None:
    entries = [
        *(pressure(100 + 5 * n, 70 + n, NOW - n * DAY) for n in range(12)),
        *nights([6] * 5, ["good"] * 5),
        entry("food", {"name": "rice"}, NOW - DAY),
    ]
    for one in analyse(known(entries, schedules=[entry("medication_schedule", TWICE)])):
        assert one.period.until == NOW
        assert (one.status == "not_enough_data") == (one.missing is not None)
        assert one.entries, one.id


# Recommendations.


def test_a_grave_reading_of_today_is_urgent_and_an_older_one_is_not() -> None:
    fresh = recommend(analyse(known([pressure(190, 100, NOW - DAY / 4)])), NOW)
    assert fresh[0].priority == "urgent"
    assert fresh[0].insight == "out_of_range:vitals.systolic"
    older = recommend(analyse(known([pressure(190, 100, NOW - 20 * DAY)])), NOW)
    assert {one.priority for one in older if one.insight.endswith("systolic")} == {"high"}


def test_no_recommendation_tells_to_change_a_medication() -> None:
    logs = [log("skipped", due=f"2026-06-0{day}T08:00") for day in range(1, 6)]
    made = recommend(analyse(known(logs, schedules=[entry("medication_schedule", TWICE)])), NOW)
    [skipped] = [one for one in made if one.insight.startswith("adherence:")]
    assert skipped.priority == "medium"
    assert "clinician" in skipped.description
    assert "Do not change a dose" in skipped.description


def test_recommendations_rest_on_what_was_found_alone() -> None:
    insights = analyse(known([weight(80, NOW - DAY)]))
    assert recommend(insights, NOW) == []


# The daily summary.


def test_a_day_on_the_subjects_clock() -> None:
    day = date(2026, 6, 2)
    entries = [
        entry("food", {"name": "poha", "meal": "breakfast", "energy_kcal": 250}, local("2026-06-02T08:30")),
        entry("food", {"name": "chutney", "meal": "breakfast"}, local("2026-06-02T08:31")),
        entry("food", {"name": "dal", "meal": "dinner"}, local("2026-06-01T23:59")),
        entry("water", {"amount": {"value": 250, "unit": "mL"}}, local("2026-06-02T09:00")),
        pressure(190, 100, local("2026-06-02T07:00")),
        log(at="2026-06-02T08:10"),
    ]
    visit = entry(
        "appointment", {"title": "Eyes", "scheduled_at": "2026-06-03T10:00:00+05:30"}, local("2026-06-03T10:00")
    )
    off = entry(
        "appointment",
        {"title": "Teeth", "status": "cancelled", "scheduled_at": "2026-06-02T17:00:00+05:30"},
        local("2026-06-02T17:00"),
    )
    now = local("2026-06-02T12:00")
    what = known(
        entries,
        schedules=[entry("medication_schedule", TWICE)],
        since=local("2026-06-02T00:00"),
        until=local("2026-06-03T00:00"),
        now=now,
    )
    summary = daily_summary(what, day, "Asia/Kolkata", coming=[off, visit], due=[])
    [breakfast] = summary.meals
    assert [line.headline for line in breakfast.items] == ["poha (breakfast)", "chutney (breakfast)"]
    energy = breakfast.sums["energy_kcal"]
    assert (energy.total, energy.of, energy.without) == (250, 1, 1)
    assert summary.water_ml.total == 250
    [metformin] = summary.doses
    assert (metformin.due, metformin.taken, metformin.unrecorded, metformin.open) == (2, 1, 0, 1)
    assert [line.out_of_range for line in summary.readings] == [True]
    assert summary.appointments_today == ()
    assert [line.headline for line in summary.appointments_tomorrow] == ["Eyes, 2026-06-03 10:00"]
