"""What contradicts is kept, both of it, and linked."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from door import make_vcon
from hypothesis import given
from hypothesis import strategies as st

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id
from carelog.pipeline.submission import from_vcon
from carelog.record import Entry, Evidence, NewEntry, parse_payload
from carelog.record.adding import add
from carelog.record.appending import Placed, link
from carelog.record.conflicts import Compared, contradict, contradictions
from carelog.record.editing import Draft, Written
from carelog.record.store import EntryQuery

SUBJECT = UUID("01928f00-0000-7000-8000-0000000000aa")
NOON = datetime(2026, 6, 10, 6, 30, tzinfo=UTC)
"""Noon in India."""
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> ManualClock:
    """The evening of the day that most of it is of."""
    return ManualClock(NOON.replace(hour=18))


def told(
    type_name: str, payload: dict[str, Any], at: datetime = NOON, said_in: int | None = None, **more: Any
) -> Compared:
    """`said_in` numbers the conversation."""
    return Compared(
        id=new_id(),
        subject_id=SUBJECT,
        type=type_name,
        payload=parse_payload(type_name, payload),
        at=at,
        zone_name="Asia/Kolkata",
        source=more.get("source", "conversation" if said_in else "manual"),
        conversations=frozenset([UUID(int=said_in)] if said_in else []),
    )


def both_ways(one: Compared, other: Compared, *around: Compared) -> bool:
    answers = {contradict(one, other, around), contradict(other, one, around)}
    assert len(answers) == 1
    return answers.pop()


TAKING = {"name": "metformin", "status": "taking", "frequency": {"text": "every day", "times_per_day": 1}}
STOPPED = {"name": "metformin", "status": "stopped"}


def test_taken_and_stopped_on_one_day_cannot_both_be() -> None:
    assert both_ways(told("medication", TAKING, said_in=1), told("medication", STOPPED, NOON + DAY / 8, said_in=2))


def test_the_day_is_the_subjects() -> None:
    late, next_morning = datetime(2026, 6, 10, 18, 0, tzinfo=UTC), datetime(2026, 6, 10, 19, 0, tzinfo=UTC)
    assert not both_ways(
        told("medication", TAKING, late, said_in=1), told("medication", STOPPED, next_morning, said_in=2)
    )


def test_started_in_may_and_stopped_in_june_is_a_change() -> None:
    may = told("medication", {"name": "metformin", "status": "started"}, NOON - 30 * DAY, said_in=1)
    assert not both_ways(may, told("medication", STOPPED, said_in=2))


def test_a_stop_that_reaches_back_over_what_was_told_before_contradicts_it() -> None:
    before = told("medication", TAKING, NOON - 5 * DAY, said_in=1)
    assert both_ways(before, told("medication", {**STOPPED, "stopped": "2026-05"}, said_in=2))
    assert not both_ways(before, told("medication", {**STOPPED, "stopped": "2026-06"}, said_in=2))
    assert not both_ways(before, told("medication", {**STOPPED, "stopped": "2026-06-05"}, said_in=2))


def test_taken_soon_after_it_was_stopped_unless_a_new_start_was_told() -> None:
    stopped, taking = told("medication", STOPPED, said_in=1), told("medication", TAKING, NOON + 3 * DAY, said_in=2)
    assert both_ways(stopped, taking)
    restarted = told("medication", {"name": "metformin", "status": "started"}, NOON + DAY, said_in=3)
    assert not both_ways(stopped, restarted)
    assert not both_ways(stopped, taking, restarted)
    assert not both_ways(stopped, told("medication", TAKING, NOON + 40 * DAY, said_in=2))
    assert not both_ways(stopped, told("medication", {**TAKING, "started": "2026-06-12"}, NOON + 3 * DAY, said_in=2))


def test_within_one_conversation_and_between_imports_nothing_contradicts() -> None:
    assert not both_ways(told("medication", TAKING, said_in=1), told("medication", STOPPED, said_in=1))
    imported = [told("medication", payload, source="import") for payload in (TAKING, STOPPED)]
    assert not both_ways(*imported)
    assert both_ways(imported[0], told("medication", STOPPED, said_in=1))


def test_a_brand_and_its_ingredient_are_one_medication() -> None:
    brand = {"name": "glucophage", "ingredient": "metformin", "status": "stopped"}
    assert both_ways(told("medication", TAKING, said_in=1), told("medication", brand, said_in=2))
    assert not both_ways(
        told("medication", TAKING, said_in=1), told("medication", {**STOPPED, "name": "ramipril"}, said_in=2)
    )


@pytest.mark.parametrize(
    ("other", "is_so"),
    [
        ({"dose": {"value": 1000, "unit": "mg"}}, True),
        ({"dose": {"value": 500, "unit": "mg"}}, False),
        ({"dose": {"value": 2, "unit": "{tablet}"}}, False),
        ({"dose": {"value": 1000, "unit": "mg"}, "frequency": {"text": "at night", "times_per_day": 1}}, False),
        ({"dose": {"value": 1000, "unit": "mg"}, "status": "changed"}, False),
        ({"dose": {"value": 1000, "unit": "mg"}, "route": "intravenous"}, False),
    ],
)
def test_two_doses_on_one_day(other: dict[str, Any], is_so: bool) -> None:
    one = {**TAKING, "dose": {"value": 500, "unit": "mg"}, "route": "oral"}
    pair = told("medication", one, said_in=1), told("medication", {**TAKING, **other}, NOON + DAY / 24, said_in=2)
    assert both_ways(*pair) is is_so


def test_a_symptom_that_is_there_and_is_not_at_the_same_time() -> None:
    absent = told("symptom", {"name": "cough", "polarity": "absent"}, said_in=1)
    present = {"name": "Cough", "polarity": "present"}
    assert both_ways(absent, told("symptom", present, NOON + timedelta(hours=1), said_in=2))
    assert not both_ways(absent, told("symptom", present, NOON + timedelta(hours=6), said_in=2))
    since = {**present, "onset": "2026-06-01"}
    assert both_ways(absent, told("symptom", since, NOON + 3 * DAY, said_in=2))
    assert not both_ways(absent, told("symptom", {**since, "frequency": "now and then"}, NOON + 3 * DAY, said_in=2))
    pain = {"name": "pain", "polarity": "present", "body_site": "knee"}
    assert not both_ways(
        told("symptom", pain), told("symptom", {"name": "pain", "polarity": "absent", "body_site": "back"})
    )


def test_an_allergy_that_is_denied_was_never_there() -> None:
    stated = told("allergy", {"substance": "penicillin"}, NOON - 400 * DAY)
    denied = told("allergy", {"substance": "Penicillin", "certainty": "refuted"})
    assert both_ways(stated, denied)
    suspected = told("allergy", {"substance": "penicillin", "certainty": "suspected"}, NOON - 400 * DAY)
    assert not both_ways(suspected, denied)
    resolved = {"substance": "penicillin", "status": "resolved"}
    assert not both_ways(stated, told("allergy", resolved))
    assert both_ways(told("allergy", {"substance": "penicillin"}), told("allergy", resolved))


def test_a_condition_that_is_over_and_is_not() -> None:
    active = told("condition", {"name": "asthma", "status": "active"})
    assert both_ways(active, told("condition", {"name": "asthma", "status": "resolved"}))
    assert both_ways(
        active, told("condition", {"name": "asthma", "status": "resolved", "resolved": "2020"}, NOON + DAY)
    )
    assert not both_ways(active, told("condition", {"name": "asthma", "status": "resolved"}, NOON + 300 * DAY))


def test_a_dose_that_was_taken_and_was_not() -> None:
    eight = "2026-06-10T08:00:00+05:30"
    taken = told(
        "medication_log", {"name": "ramipril", "scheduled_for": eight, "taken_at": "2026-06-10T09:30:00+05:30"}
    )
    assert both_ways(taken, told("medication_log", {"name": "ramipril", "status": "skipped", "scheduled_for": eight}))
    assert not both_ways(
        taken,
        told("medication_log", {"name": "ramipril", "status": "skipped", "scheduled_for": "2026-06-10T20:00:00+05:30"}),
    )
    five, ten = ({"name": "ramipril", "taken_at": eight, "dose": {"value": mg, "unit": "mg"}} for mg in (5, 10))
    assert both_ways(told("medication_log", five), told("medication_log", ten))
    untimed = {"name": "ramipril", "status": "skipped"}
    assert not both_ways(taken, told("medication_log", untimed))


_MOMENTS = st.integers(-60, 60).map(lambda hours: NOON + timedelta(hours=7 * hours))
_DATES = st.sampled_from([None, "2025", "2026-05", "2026-06-01", "2026-06-09", "2026-06-10"])
_MEDICATIONS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["metformin", "ramipril"]),
        "status": st.sampled_from([None, "taking", "started", "changed", "stopped", "ordered", "missed", "asked"]),
        "started": _DATES,
        "stopped": _DATES,
        "dose": st.sampled_from([None, {"value": 5, "unit": "mg"}, {"value": 10, "unit": "mg"}]),
    }
)
_SYMPTOMS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["cough", "pain"]),
        "polarity": st.sampled_from(["present", "absent"]),
        "onset": _DATES,
        "status": st.sampled_from([None, "active", "recurrent", "resolved"]),
    }
)
_CONDITIONS = st.fixed_dictionaries(
    {
        "name": st.just("asthma"),
        "status": st.sampled_from([None, "active", "managed", "resolved"]),
        "certainty": st.sampled_from([None, "suspected", "confirmed", "refuted"]),
        "onset": _DATES,
        "resolved": _DATES,
    }
)
_TOLD = st.one_of(
    *(
        st.builds(told, st.just(name), payloads, _MOMENTS, st.sampled_from([None, 1, 2]))
        for name, payloads in (("medication", _MEDICATIONS), ("symptom", _SYMPTOMS), ("condition", _CONDITIONS))
    )
)


@given(st.lists(_TOLD, min_size=2, max_size=6))
def test_it_does_not_matter_who_is_asked_first(statements: list[Compared]) -> None:
    one, other, *around = statements
    assert contradict(one, other, around) == contradict(other, one, around)
    assert not contradict(one, one, around)


@given(st.lists(_TOLD, max_size=6), st.integers(0, 6))
def test_the_pairs_are_the_same_in_whichever_order_they_are_written(statements: list[Compared], at: int) -> None:
    written, around = statements[:at], statements[at:]
    found = contradictions(written, around)
    assert len({frozenset(pair) for pair in found}) == len(found)
    assert set(contradictions(written[::-1], around[::-1])) == set(found)
    later = contradictions(around, written)
    between = {pair for pair in found if len({s.id for s in written} & set(pair)) == 1}
    assert between == {pair for pair in later if len({s.id for s in written} & set(pair)) == 1}


# In the record.


async def a_record(carelog: Carelog) -> UUID:
    document = json.dumps(make_vcon("Good morning."))
    [receipt] = await carelog.intake.accept(operator(), [from_vcon(document)])
    assert receipt.subject_id
    return receipt.subject_id


async def said(carelog: Carelog, subject: UUID, type_name: str, payload: dict[str, Any], at: datetime = NOON) -> Entry:
    """An entry as the links leave it, told by a conversation of its own."""
    conversation = new_id()
    quote = Evidence(conversation=conversation, turn=0, pointer="/dialog/0/body", start=0, end=4, quote="said")
    new = NewEntry(type_name, parse_payload(type_name, payload), (quote,), at, "Asia/Kolkata", "test")
    async with carelog.health.write() as connection:
        [id_] = await add(connection, [Placed(subject, conversation, str(conversation), new)], carelog.clock.now())
    return await carelog.record.get(operator(), id_)


async def by_hand(carelog: Carelog, subject: UUID, type_name: str, payload: dict[str, Any]) -> Entry:
    written = await carelog.record.create(operator(), subject, Draft(type_name, payload, NOON))
    assert isinstance(written, Written)
    return await carelog.record.get(operator(), written.entry.id)


async def test_two_conversations_that_contradict_each_other_are_kept_and_shown(carelog: Carelog) -> None:
    subject = await a_record(carelog)
    taking = await said(carelog, subject, "medication", TAKING)
    assert taking.contradicts == ()
    stopped = await said(carelog, subject, "medication", {**STOPPED, "name": "Metformin"})
    assert stopped.contradicts == (taking.context_id,)
    page = await carelog.record.page(operator(), subject, EntryQuery(types=("medication",)))
    assert {e.id: e.contradicts for e in page.items} == {
        taking.id: (stopped.context_id,),
        stopped.id: (taking.context_id,),
    }


async def test_two_of_one_batch_contradict_each_other_too(carelog: Carelog) -> None:
    subject = await a_record(carelog)
    drafts = [Draft("symptom", {"name": "fever", "polarity": p}, NOON) for p in ("present", "absent")]
    present, absent = await carelog.record.create_all(operator(), subject, drafts)
    assert isinstance(present, Written)
    assert isinstance(absent, Written)
    found = await carelog.record.get(operator(), present.entry.id)
    assert found.contradicts == (absent.entry.context_id,)


async def test_what_contradicts_is_no_duplicate(carelog: Carelog) -> None:
    subject = await a_record(carelog)
    stated = await by_hand(carelog, subject, "allergy", {"substance": "penicillin"})
    denied = await by_hand(carelog, subject, "allergy", {"substance": "penicillin", "certainty": "refuted"})
    assert denied.contradicts == (stated.context_id,)
    again = await said(carelog, subject, "allergy", {"substance": "penicillin", "certainty": "confirmed"})
    assert again.id == stated.id
    assert again.contradicts == (denied.context_id,)


async def test_a_correction_takes_the_link_away_and_a_retraction_hides_it(carelog: Carelog) -> None:
    subject = await a_record(carelog)
    taking = await said(carelog, subject, "medication", TAKING)
    stopped = await said(carelog, subject, "medication", STOPPED)
    await carelog.record.retract(operator(), taking.id, revision=1)
    assert (await carelog.record.get(operator(), stopped.id)).contradicts == ()
    await carelog.record.restore(operator(), taking.id, revision=2)
    assert (await carelog.record.get(operator(), stopped.id)).contradicts == (taking.context_id,)
    await carelog.record.revise(operator(), stopped.id, {"name": "ramipril"}, revision=1)
    assert (await carelog.record.get(operator(), taking.id)).contradicts == ()


async def test_a_link_that_somebody_made_outlives_a_correction(carelog: Carelog) -> None:
    subject = await a_record(carelog)
    one = await by_hand(carelog, subject, "water", {"said": "two glasses"})
    other = await by_hand(carelog, subject, "water", {"said": "none at all"})
    async with carelog.health.write() as connection:
        await link(connection, [(one.id, "contradicts", other.id)], by="key:test", at=NOON)
    await carelog.record.revise(operator(), one.id, {"said": "three glasses"}, revision=1)
    assert (await carelog.record.get(operator(), other.id)).contradicts == (one.context_id,)


@pytest.mark.parametrize("name", ["Метформин", "Élavil", "Süßholz", "मेटफॉर्मिन"])
async def test_names_in_any_script_are_compared_in_whatever_case(carelog: Carelog, name: str) -> None:
    subject = await a_record(carelog)
    taking = await said(carelog, subject, "medication", {**TAKING, "name": name})
    stopped = await said(carelog, subject, "medication", {**STOPPED, "name": name.lower()})
    again = await said(carelog, subject, "medication", {**TAKING, "name": name.upper() if "ß" not in name else name})
    assert stopped.contradicts == (taking.context_id,)
    assert again.contradicts == (stopped.context_id,)
