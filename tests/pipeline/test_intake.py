"""Intake: everything of a conversation is stored together, once, and in the right person's record."""

import asyncio

import pytest
from made_up import submission

from carelog.app import Carelog
from carelog.conversations.search import ConversationQuery
from carelog.identity import Principal, operator
from carelog.kit.errors import Conflict, Forbidden, InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.pipeline.intake import Verdict
from carelog.pipeline.runs import RunQuery
from carelog.pipeline.submission import Submission, from_vcon, read_transcript

ME = operator()


async def test_an_accepted_conversation_is_found_and_has_its_run(carelog: Carelog) -> None:
    given = submission("My knee hurts since Tuesday.", external_id="m-1")
    [receipt] = await carelog.intake.accept(ME, [given])
    assert receipt.verdict is Verdict.ACCEPTED
    stored = await carelog.conversations.get(ME, receipt.conversation_id)
    assert stored.document == given.conversation.json
    assert (stored.channel, stored.external_id) == ("checkin", "m-1")
    for query in (
        ConversationQuery(tel="+1 (202) 555-0100"),
        ConversationQuery(words="knee tuesday"),
        ConversationQuery(tel="tel:+12025550100", words="KNEE", channel="checkin"),
    ):
        assert [c.id for c in (await carelog.conversations.page(ME, query)).items] == [receipt.conversation_id]
    runs = await carelog.runs.page(ME, RunQuery(conversation_id=receipt.conversation_id))
    assert tuple(run.id for run in runs.items) == receipt.runs


async def test_conditions_that_match_nothing_are_not_dropped(carelog: Carelog) -> None:
    await carelog.intake.accept(ME, [submission("I slept well.")])
    for query in (
        ConversationQuery(tel="+12025550100", words="unheard"),
        ConversationQuery(tel="+12025550199", mailto="nobody@example.org"),
        ConversationQuery(words='"slept" AND NOT* ('),
    ):
        assert (await carelog.conversations.page(ME, query)).items == []


async def test_words_are_found_in_other_scripts_and_whatever_marks_they_carry(carelog: Carelog) -> None:
    await carelog.intake.accept(ME, [submission("मुझे बुखार है"), submission("it's a so-called “migraine”")])
    for words in ("बुखार", "मुझे है", "migraine", "so-called", "it's"):
        assert len((await carelog.conversations.page(ME, ConversationQuery(words=words))).items) == 1, words


async def test_a_second_delivery_changes_nothing(carelog: Carelog) -> None:
    first = submission(external_id="wamid.1")
    again = submission(external_id="wamid.1")  # another uuid, as a sender that builds its vCon anew would have
    [accepted] = await carelog.intake.accept(ME, [first])
    for repeated in (first, again):
        [receipt] = await carelog.intake.accept(ME, [repeated])
        assert receipt.verdict is Verdict.DUPLICATE
        assert receipt.conversation_id == accepted.conversation_id
    assert len((await carelog.runs.page(ME)).items) == 1


async def test_the_same_name_on_another_channel_is_another_conversation(carelog: Carelog) -> None:
    given = [submission(external_id="1"), submission(external_id="1", channel="whatsapp")]
    receipts = await carelog.intake.accept(ME, given)
    assert [r.verdict for r in receipts] == [Verdict.ACCEPTED, Verdict.ACCEPTED]


async def test_a_batch_that_holds_a_conversation_twice_stores_it_once(carelog: Carelog) -> None:
    given = submission(external_id="1")
    receipts = await carelog.intake.accept(ME, [given, given])
    assert [r.verdict for r in receipts] == [Verdict.ACCEPTED, Verdict.DUPLICATE]


async def test_another_document_under_a_stored_uuid_is_a_conflict_and_not_a_duplicate(carelog: Carelog) -> None:
    first = submission("I have a headache.")
    await carelog.intake.accept(ME, [first])
    other = first.conversation.json.replace("headache", "fever")
    [receipt] = await carelog.intake.accept(ME, [from_vcon(other, channel="checkin")])
    assert receipt.verdict is Verdict.REFUSED
    assert isinstance(receipt.error, Conflict)


async def test_one_refusal_does_not_hold_up_the_rest_of_the_batch(carelog: Carelog) -> None:
    stranger = Submission(submission().conversation, channel="checkin", subject_id=new_id())
    receipts = await carelog.intake.accept(ME, [submission(), stranger, submission()])
    assert [r.verdict for r in receipts] == [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.ACCEPTED]
    assert isinstance(receipts[1].error, NotFound)


async def test_many_deliveries_of_one_thing_at_once_are_stored_once(carelog: Carelog) -> None:
    given = [submission(external_id="1", tel="+12025550111") for _ in range(8)]
    receipts = await asyncio.gather(*(carelog.intake.accept(ME, [one]) for one in given))
    verdicts = [r.verdict for [r] in receipts]
    assert sorted(verdicts) == [Verdict.ACCEPTED] + [Verdict.DUPLICATE] * 7
    assert len({r.subject_id for [r] in receipts}) == 1


async def test_one_number_or_address_has_one_record(carelog: Carelog) -> None:
    by_phone = submission(tel="+12025550101")
    by_both = submission(parties=[{"tel": "+1 202 555 0101", "mailto": "Ana@Example.org", "role": "patient"}])
    by_mail = submission(parties=[{"mailto": "mailto:ana@example.org", "role": "patient"}])
    someone_else = submission(tel="+12025550102")
    receipts = await carelog.intake.accept(ME, [by_phone, by_both, by_mail, someone_else])
    owners = [r.subject_id for r in receipts]
    assert owners[0] == owners[1] == owners[2]
    assert owners[3] != owners[0]


async def test_a_name_alone_never_joins_two_records(carelog: Carelog) -> None:
    receipts = await carelog.intake.accept(
        ME, [submission(parties=[{"name": "Ravi Kumar", "role": "patient"}]) for _ in range(2)]
    )
    assert receipts[0].subject_id != receipts[1].subject_id
    with pytest.raises(InvalidInput, match="several"):
        await carelog.subjects.find(ME, "ravi  kumar")


@pytest.mark.parametrize(
    "withheld",
    [
        {"tel": "anonymous"},
        {"tel": "+266696687"},  # the same on a keypad
        {"tel": "+0000000000"},
        {"tel": "0"},
        {"tel": "+"},
        {"tel": "sip:anonymous@anonymous.invalid"},
        {"mailto": "no-reply@example.org"},
        {"mailto": "anonymous"},
        {"uuid": "00000000-0000-0000-0000-000000000000"},
    ],
)
async def test_those_who_withhold_their_number_are_not_one_person(carelog: Carelog, withheld: dict[str, str]) -> None:
    given = [submission(parties=[{**withheld, "role": "patient"}]) for _ in range(2)]
    receipts = await carelog.intake.accept(ME, given)
    assert len({r.subject_id for r in receipts} - {None}) == 2


async def test_a_patient_who_is_there_twice_has_one_record(carelog: Carelog) -> None:
    phone, message = {"tel": "+12025550107", "role": "patient"}, {"tel": "tel:+1-202-555-0107", "role": "customer"}
    receipts = await carelog.intake.accept(ME, [submission(parties=[phone, message]), submission(parties=[message])])
    assert receipts[0].subject_id == receipts[1].subject_id
    other = {"tel": "+12025550108", "role": "patient"}
    [of_two] = await carelog.intake.accept(ME, [submission(parties=[phone, other])])
    assert of_two.subject_id not in {receipts[0].subject_id, None}


@pytest.mark.parametrize(
    ("tel", "start", "zone"),
    [
        ("+919820012345", "2026-01-05T03:00:00Z", "Asia/Kolkata"),
        ("+12025550123", "2026-01-05T03:00:00+00:00", "America/New_York"),
        ("+919820012345", "2026-01-05T03:00:00-05:00", "-05:00"),
        ("+61412345678", "2026-01-05T03:00:00Z", "UTC"),  # a mobile of any Australian zone
        ("9820012345", "2026-01-05T03:00:00Z", "UTC"),
    ],
)
async def test_a_subject_whose_conversation_is_timed_in_utc_lives_where_their_number_is_at_home(
    carelog: Carelog, tel: str, start: str, zone: str
) -> None:
    said = submission().conversation.document
    dialog = [{**said["dialog"][0], "start": start}]
    given = submission(parties=[{"tel": tel, "role": "patient"}], dialog=dialog)
    [receipt] = await carelog.intake.accept(ME, [given])
    assert receipt.subject_id
    assert (await carelog.subjects.get(ME, receipt.subject_id)).zone == zone


async def test_a_label_of_a_transcript_is_no_name(carelog: Carelog) -> None:
    given = read_transcript("Agent: Any fever?\nPatient: No.", carelog.clock)
    [receipt] = await carelog.intake.accept(ME, [given])
    assert receipt.subject_id
    assert (await carelog.subjects.get(ME, receipt.subject_id)).name is None


async def test_a_carers_call_goes_to_the_patients_record(carelog: Carelog) -> None:
    parties = [{"tel": "+12025550105", "role": "carer"}, {"tel": "+12025550106", "role": "patient"}]
    [receipt] = await carelog.intake.accept(ME, [submission(parties=parties)])
    assert receipt.subject_id == (await carelog.subjects.find(ME, "+12025550106")).id
    with pytest.raises(NotFound):
        await carelog.subjects.find(ME, "+12025550105")


async def test_a_key_of_some_subjects_cannot_write_to_others_nor_learn_of_them(carelog: Carelog) -> None:
    theirs = submission(tel="+12025550107", external_id="theirs")
    mine = submission(tel="+12025550108")
    _, own = await carelog.intake.accept(ME, [theirs, mine])
    assert own.subject_id
    limited = Principal("key", frozenset({"conversations:write"}), frozenset({own.subject_id}))
    receipts = await carelog.intake.accept(
        limited,
        [submission(tel="+12025550107"), submission(tel="+12025550109"), theirs, submission(tel="+12025550108")],
    )
    assert [r.verdict for r in receipts] == [Verdict.REFUSED] * 3 + [Verdict.ACCEPTED]
    assert {r.subject_id for r in receipts[:3]} == {None}
    assert isinstance(receipts[0].error, Forbidden)


async def test_who_may_not_write_is_refused(carelog: Carelog) -> None:
    with pytest.raises(Forbidden):
        await carelog.intake.accept(Principal("key", frozenset({"conversations:read"})), [submission()])


async def test_a_channel_that_no_chain_takes_is_kept_all_the_same(carelog: Carelog, opened: object) -> None:
    async with opened(chains={"r": {"channels": ["lab"], "links": ["extract"]}}) as other:  # type: ignore[operator]
        [receipt] = await other.intake.accept(ME, [submission()])
        assert receipt.verdict is Verdict.ACCEPTED
        assert receipt.runs == ()
        assert await other.conversations.get(ME, receipt.conversation_id)


async def test_a_conversation_says_its_channel_and_name_itself_where_nobody_else_does() -> None:
    given = submission(carelog={"channel": "whatsapp", "external_id": "wamid.7"}).conversation.json
    assert from_vcon(given).name == ("whatsapp", "wamid.7")
    assert from_vcon(given, channel="calls", external_id="8").name == ("calls", "8")
    with pytest.raises(InvalidInput, match="channel"):
        from_vcon(given, channel="pigeon")


async def test_characters_that_a_database_may_refuse_are_kept(carelog: Carelog) -> None:
    odd = submission("a\u0000b \U0001f600 \uffff", subject="c\u0000d", parties=[{"name": "e\u0000f", "tel": "x\u0000"}])
    [receipt] = await carelog.intake.accept(ME, [odd])
    assert receipt.verdict is Verdict.ACCEPTED
    stored = await carelog.conversations.get(ME, receipt.conversation_id)
    assert stored.conversation.document == odd.conversation.document


async def test_a_name_that_is_taken_in_another_record_is_no_duplicate(carelog: Carelog) -> None:
    [one, other] = await carelog.intake.accept(ME, [submission(), submission(tel="+12025550177")])
    first = Submission(submission("One.").conversation, "checkin", "visit-1", subject_id=one.subject_id)
    second = Submission(submission("Two.").conversation, "checkin", "visit-1", subject_id=other.subject_id)
    for given in (first, first):
        [receipt] = await carelog.intake.accept(ME, [given])
        assert receipt.error is None
    [refused] = await carelog.intake.accept(ME, [second])
    assert isinstance(refused.error, Conflict)
