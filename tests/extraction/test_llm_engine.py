"""The LLM engine over a real server whose model lies, muddles and breaks in every way: nothing ungrounded is kept."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from model_server import Model, fact, turn_saying
from one_link import made_up
from small_http import Asked, Server, answer, endpoint, serving

from carelog.ai.calls import Calls
from carelog.ai.failures import EndpointFailure, EndpointRefusal
from carelog.conversations import Conversation
from carelog.extraction.grounding import ground
from carelog.extraction.llm.engine import ENGINE, LlmEngine, LlmOptions, Reading
from carelog.extraction.llm.holding import Dropped

HEADACHE = "I've had a bad headache since Monday."
LASIX = "I take twenty milligrams of Lasix every morning."
PRESSURE = "My pressure was one thirty five over eighty."


def call(*turns: str, roles: str = "patient") -> Conversation:
    """Turns in turn by a clinician, when they begin with '?', and the patient."""
    dialog = [
        {
            "type": "text",
            "start": f"2026-01-05T08:{n // 60:02}:{n % 60:02}+00:00",
            "parties": 1 if text.startswith("?") else 0,
            "mediatype": "text/plain",
            "encoding": "none",
            "body": text.lstrip("?"),
        }
        for n, text in enumerate(turns)
    ]
    parties = [{"tel": "+12025550100", "name": "Ana Reyes", "role": roles}, {"name": "Jo Okafor", "role": "clinician"}]
    return made_up(parties=parties, dialog=dialog)


def honest(_: str, transcript: str) -> list[Any]:
    """Facts of the sentences that are known here, as a good model gives them."""
    known: list[tuple[str, Any]] = [
        (HEADACHE, lambda n: fact("symptom", n, "a bad headache since Monday", {
            "name": "headache", "severity": "severe", "duration": "since Monday"})),
        (LASIX, lambda n: fact("medication", n, LASIX, {
            "name": "Lasix", "dose": "twenty milligrams", "frequency": "every morning", "status": "taking"})),
        (PRESSURE, lambda n: fact("vitals", n, PRESSURE, {
            "kind": "blood_pressure", "systolic": "one thirty five", "diastolic": "eighty"})),
    ]  # fmt: skip
    return [make(turn_saying(transcript, words)) for words, make in known if words in transcript]


async def readings(
    model: Any, *conversations: Conversation, server: dict[str, Any] | None = None, **options: Any
) -> list[Reading | Exception]:
    async with serving(model) as serving_, Calls(endpoint(serving_, **(server or {}))) as calls:
        return await LlmEngine(calls, LlmOptions(model="made-up-1", **options)).read(
            [(one, one.zone or "UTC") for one in conversations]
        )


async def reading(model: Any, conversation: Conversation, **more: Any) -> Reading:
    [result] = await readings(model, conversation, **more)
    if isinstance(result, Exception):
        raise result
    return result


def headlines(told: Reading | Exception) -> list[str]:
    assert isinstance(told, Reading), told
    return [finding.payload.headline() for finding in told.held.findings]


async def dropped(conversation: Conversation, given: Any) -> Dropped:
    """Why a fact is dropped, which leaves nothing."""
    told = await reading(Model(lambda id_, text: [given]), conversation)
    assert told.held.findings == ()
    [(why, count)] = told.held.fates.items()
    assert count == 1
    return Dropped(why)


async def test_what_is_said_becomes_findings_read_by_code_from_the_turns_own_words() -> None:
    conversation = call("?How are you?", HEADACHE, LASIX, PRESSURE)
    told = await reading(Model(honest), conversation)
    assert headlines(told) == [
        "headache: present, severe, since Monday",
        "lasix 20 mg every morning: taking",
        "blood pressure 135/80 mmHg",
    ]
    grounded = ground(told.held.findings, conversation, zone="UTC", engine=ENGINE)
    entries = grounded.entries
    assert grounded.dropped == 0
    assert [e.evidence[0].quote for e in entries] == [HEADACHE, LASIX, PRESSURE]
    assert entries[1].payload.model_dump()["ingredient"] == "furosemide"
    assert told.held.fates == {"kept": 3}


async def test_what_it_took_is_told() -> None:
    told = await reading(Model(honest), call(HEADACHE), server={"prices": {"prompt": 1, "completion": 1}})
    assert told.usage.as_json().keys() == {
        "calls", "seconds", "prompt_tokens", "cached_tokens", "completion_tokens", "cost",
    }  # fmt: skip
    assert told.model == "made-up-1"


async def test_a_question_and_its_answer_are_both_quoted() -> None:
    asked_ = fact("symptom", 0, "Any fever?", {"name": "fever"}, polarity="absent",
                  support=[{"turn": 1, "quote": "no, none"}])  # fmt: skip
    told = await reading(Model(lambda id_, text: [asked_]), call("?Any fever?", "No, none."))
    [finding] = told.held.findings
    assert finding.payload.headline() == "fever: absent"
    assert [span.turn for span in finding.spans] == [0, 1]


async def test_a_quote_is_kept_with_the_rest_of_its_sentence() -> None:
    cut = fact("symptom", 0, "any chest pain", {"name": "chest pain"})
    conversation = call("I don't have any chest pain.")
    told = await reading(Model(lambda id_, text: [cut]), conversation)
    [entry] = ground(told.held.findings, conversation, zone="UTC", engine=ENGINE).entries
    assert entry.evidence[0].quote == "I don't have any chest pain."


TALK = ("?Do you take aspirin?", "No. " + LASIX, HEADACHE, "My wife takes metformin 500 mg, and it was 98.")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (fact("medication", 1, "I take warfarin", {"name": "warfarin"}), Dropped.QUOTE_MISSING),
        (fact("medication", 1, LASIX, {"name": "warfarin"}), Dropped.VALUE_NOT_SAID),
        (fact("medication", 1, LASIX, {"name": "Lasix", "dose": "twenty five milligrams"}), Dropped.VALUE_NOT_SAID),
        (fact("medication", 1, LASIX, {"name": "Lasix", "dose": "20 mg"}), Dropped.VALUE_NOT_SAID),
        (fact("medication", 1, LASIX.replace("twenty", "forty"), {"name": "Lasix"}), Dropped.QUOTE_MISSING),
        (fact("medication", 2, LASIX, {"name": "Lasix"}), Dropped.QUOTE_ELSEWHERE),
        (fact("medication", 99, LASIX, {"name": "Lasix"}), Dropped.QUOTE_ELSEWHERE),
        (fact("medication", 1, LASIX, {"name": "Lasix"}, support=[{"turn": 0, "quote": "Yes"}]), Dropped.QUOTE_MISSING),
        (fact("medication", 0, "Do you take aspirin?", {"name": "aspirin"}), Dropped.ONLY_ASKED),
        (fact("medication", 1, LASIX, {"status": "taking"}), Dropped.NOTHING_SAID),
        (fact("medication", 1, LASIX, {"name": "Lasix", "frequency": "No"}), Dropped.VALUE_NOT_SAID),
        (fact("medication", 1, LASIX, {"name": "I"}), Dropped.INVALID),
        (fact("condition", 3, TALK[3], {"name": "and it"}), Dropped.INVALID),
        (fact("medication", 1, LASIX, {"name": "Lasix"}, polarity="absent"), Dropped.DENIED),
        (fact("medication", 3, TALK[3], {"name": "metformin"}, experiencer="family"), Dropped.ANOTHER_PERSON),
        (fact("symptom", 2, HEADACHE, {"name": "headache"}, temporality="hypothetical"), Dropped.HYPOTHETICAL),
        (fact("symptom", 2, HEADACHE, {"name": "headache"}, temporality="planned"), Dropped.NOT_YET),
        (fact("symptom", 2, HEADACHE, {"name": "headache"}, temporality="past"), Dropped.LONG_PAST),
        (fact("symptom", 2, HEADACHE, {"name": "headache", "dose": "bad"}), Dropped.MALFORMED),
        (fact("symptom", 2, HEADACHE, {"name": "[NAME_9]"}), Dropped.PLACEHOLDER),
        (fact("symptom", 2, "headache [PHONE_1]", {"name": "headache"}), Dropped.PLACEHOLDER),
        (fact("vitals", 3, TALK[3], {"kind": "blood_pressure", "systolic": "98", "diastolic": "500"}), Dropped.INVALID),
        (fact("vitals", 3, TALK[3], {"kind": "weight", "value": "500 mg"}), Dropped.INVALID),
        (fact("symptom", 2, "", {"name": "headache"}), Dropped.MALFORMED),
        (fact("symptom", -1, HEADACHE, {"name": "headache"}), Dropped.MALFORMED),
        (fact("diagnosis", 2, HEADACHE, {"name": "headache"}), Dropped.MALFORMED),
        ({**fact("symptom", 2, HEADACHE, {"name": "headache"}), "turn": "2"}, Dropped.MALFORMED),
        ({"type": "symptom"}, Dropped.MALFORMED),
        ("headache", Dropped.MALFORMED),
        (None, Dropped.MALFORMED),
    ],
)
async def test_what_does_not_stand_there_is_dropped_and_counted(given: Any, why: Dropped) -> None:
    assert await dropped(call(*TALK), given) is why


async def test_a_medicine_that_was_stopped_is_news_though_past() -> None:
    stopped = fact(
        "medication", 0, "I stopped Lasix last week", {"name": "Lasix", "status": "stopped"}, temporality="past"
    )
    told = await reading(Model(lambda id_, text: [stopped]), call("I stopped Lasix last week."))
    assert headlines(told) == ["lasix: stopped"]


async def test_a_number_is_read_from_the_turn_where_the_model_cuts_it() -> None:
    cut = fact("medication", 0, "take 500 mg of metformin", {"name": "metformin", "dose": "500"})
    told = await reading(Model(lambda id_, text: [cut]), call("I take 500 mg of metformin."))
    assert headlines(told) == ["metformin 500 mg"]


async def test_a_choice_that_there_is_not_is_left_out() -> None:
    odd = fact("symptom", 0, HEADACHE, {"name": "headache", "severity": "terrible"})
    told = await reading(Model(lambda id_, text: [odd]), call(HEADACHE))
    assert headlines(told) == ["headache: present"]


async def test_the_same_fact_twice_is_one() -> None:
    told = await reading(Model(lambda id_, text: honest(id_, text) * 2), call(HEADACHE))
    assert len(told.held.findings) == 1


async def test_short_conversations_share_a_question_under_ids_of_their_own() -> None:
    model = Model(honest)
    told = await readings(model, call(HEADACHE), call(LASIX), call(PRESSURE), call("Hello."), together=3)
    assert [len(texts) for texts in model.asked_about] == [3, 1]
    assert [len(headlines(one)) for one in told] == [1, 1, 1, 0]
    shares = [one.usage.prompt for one in told[:3] if isinstance(one, Reading)]
    assert sum(share for share in shares if share) == pytest.approx(1000, abs=2)


async def test_what_is_the_same_in_all_questions_comes_first() -> None:
    model = Model(honest)
    await readings(model, call(HEADACHE), call(LASIX), together=1)
    one, other = (question["messages"] for question in model.questions)
    assert one[0] == other[0]
    assert "headache" not in one[0]["content"]


async def test_cross_talk_is_refused_and_each_is_asked_about_alone() -> None:
    def muddled(id_: str, text: str) -> list[Any]:
        stolen = fact("medication", 0, LASIX, {"name": "Lasix"})
        return [*honest(id_, text), stolen] if LASIX not in text else honest(id_, text)

    model = Model(muddled)
    told = await readings(model, call(HEADACHE), call(LASIX))
    assert [headlines(one) for one in told] == [
        ["headache: present, severe, since Monday"],
        ["lasix 20 mg every morning: taking"],
    ]
    assert [len(texts) for texts in model.asked_about] == [2, 1]
    assert isinstance(told[0], Reading)
    assert told[0].held.fates == {"kept": 1, "quote_missing": 1}


@pytest.mark.parametrize("swap", [{"c1": "c2", "c2": "c1"}, {"c1": "c9", "c2": "c9"}, {"c1": "c1", "c2": "c1"}])
async def test_answers_under_the_wrong_ids_do_no_harm(swap: dict[str, str]) -> None:
    def spoil(ids: list[str], text: str) -> str:
        if len(ids) == 1:
            return text
        for id_, other in swap.items():
            text = text.replace(f'"id": "{id_}"', f'"id": "<{other}>"')
        return text.replace("<", "").replace(">", "")

    told = await readings(Model(honest, spoils=spoil), call(HEADACHE), call(LASIX))
    assert [headlines(one) for one in told] == [
        ["headache: present, severe, since Monday"],
        ["lasix 20 mg every morning: taking"],
    ]


@pytest.mark.parametrize(
    "spoiled",
    [
        "I found a headache.",
        '{"conversations": [{"id": "c1", "fac',
        '{"conversations": {}}',
        "[]",
        "{}",
        "",
        answer(200, {"choices": [{"finish_reason": "length", "message": {"content": '{"conversations": ['}}]}),
        answer(200, {"choices": [{"finish_reason": "content_filter", "message": {"content": ""}}]}),
        answer(200, b'{"choices": ['),
        answer(500),
        answer(400),
        answer(413),
        None,
    ],
)
async def test_what_goes_wrong_for_several_is_asked_again_one_by_one(spoiled: Any) -> None:
    model = Model(honest, spoils=lambda ids, text: spoiled if len(ids) > 1 else text)
    near = {"timeout_seconds": 0.5, "structured": "json_schema"}
    told = await readings(model, call(HEADACHE), call(LASIX), call(PRESSURE), server=near)
    assert [len(headlines(one)) for one in told] == [1, 1, 1]
    assert [len(texts) for texts in model.asked_about] == [3, 1, 1, 1]


async def test_one_that_goes_wrong_alone_fails_alone() -> None:
    def spoil(ids: list[str], text: str) -> str:
        return "No." if "Lasix" in text else text

    told = await readings(Model(honest, spoils=spoil), call(HEADACHE), call(LASIX), call(PRESSURE))
    assert [isinstance(one, Reading) for one in told] == [True, False, True]
    assert isinstance(told[1], EndpointFailure)
    assert not isinstance(told[1], EndpointRefusal)
    assert "Lasix" not in told[1].message


async def test_who_asks_to_be_left_alone_is() -> None:
    model = Model(honest, faults=[answer(429, retry_after="30")], probing=False)
    told = await readings(model, call(HEADACHE), call(LASIX))
    assert all(isinstance(one, EndpointFailure) and one.retry_after for one in told)
    assert model.questions == []


async def test_an_answer_that_drips_beyond_the_time_is_a_failure() -> None:
    async def dripping(asked: Asked) -> AsyncIterator[bytes]:
        import asyncio

        yield b"HTTP/1.1 200 Told\r\ncontent-length: 100000\r\n\r\n"
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    [told] = await readings(dripping, call(HEADACHE), server={"timeout_seconds": 0.2})
    assert isinstance(told, EndpointFailure)
    assert "did not answer within" in told.message


async def test_a_long_conversation_goes_in_windows_and_its_turns_keep_their_numbers() -> None:
    talk = [f"{'?' * (n % 2)}Then we talked about the weather of day {n}." for n in range(120)]
    conversation = call(*talk[:50], HEADACHE, *talk[50:100], LASIX, *talk[100:])
    model = Model(honest)
    told = await reading(model, conversation, window=2000)
    assert len(model.questions) > 2
    assert [finding.spans[0].turn for finding in told.held.findings] == [50, 101]
    assert told.usage.calls == len(model.questions)


async def test_a_question_that_is_too_long_is_halved_until_it_is_not() -> None:
    def spoil(ids: list[str], text: str) -> str | bytes:
        return text if len(model.questions[-1]["messages"][-1]["content"]) < 400 else answer(413)

    model = Model(honest, spoils=spoil)
    told = await reading(model, call(*["We talked for a while."] * 20, HEADACHE, LASIX))
    assert [finding.type for finding in told.held.findings] == ["symptom", "medication"]


async def test_one_turn_that_is_too_long_even_alone_is_a_refusal() -> None:
    [told] = await readings(Model(honest, spoils=lambda ids, text: answer(413)), call(HEADACHE))
    assert isinstance(told, EndpointRefusal)


async def test_a_conversation_without_words_is_not_asked_about() -> None:
    model = Model(honest)
    silent = {"type": "incomplete", "disposition": "no-answer", "start": "2026-01-05T08:00:00Z", "parties": [0]}
    told = await reading(model, made_up(dialog=[silent]))
    assert (told.held.findings, told.model, model.questions) == ((), None, [])


async def test_nothing_that_names_a_person_goes_out_and_quotes_come_back_whole() -> None:
    def known(id_: str, text: str) -> list[Any]:
        [line] = [line for line in text.splitlines() if "Lasix" in line]
        quote = line.partition(": ")[2]
        doctor = quote.partition("Doctor ")[2].partition(" ")[0]
        visit = fact("appointment", 0, quote, {"title": quote[:12], "doctor": doctor})
        return [fact("medication", 0, quote, {"name": "Lasix"}), visit]

    conversation = call("I'm Ana, Doctor Okafor gave me Lasix; my number is 202-555-0100, ana@example.org.")
    model = Model(known)
    async with serving(model) as server, Calls(endpoint(server)) as calls:
        [told] = await LlmEngine(calls, LlmOptions(model="made-up-1")).read([(conversation, "UTC")])
        assert not any(word in gone_out(server) for word in ("Ana", "Reyes", "Okafor", "555", "example.org"))
    assert isinstance(told, Reading)
    entries = ground(told.held.findings, conversation, zone="UTC", engine=ENGINE).entries
    assert entries[0].evidence[0].quote == conversation.turns[0].text.rstrip(".")
    assert [e.payload.model_dump().get("doctor") for e in entries] == [None, "Okafor"]


async def test_where_redaction_fails_nothing_is_sent_and_the_others_are_read() -> None:
    model = Model(honest)
    told = await readings(model, call("They call me [NAME_1].", HEADACHE), call(LASIX))
    assert [isinstance(one, Reading) for one in told] == [False, True]
    assert [len(texts) for texts in model.asked_about] == [1]
    assert "headache" not in str(model.questions)


async def test_roles_go_out_and_speakers_of_no_known_role_are_told_apart() -> None:
    model = Model(honest)
    dialog = [
        {"type": "text", "start": f"2026-01-05T08:00:0{n}Z", "parties": n % 2, "mediatype": "text/plain",
         "encoding": "none", "body": text}
        for n, text in enumerate(["Hello?", HEADACHE, "Oh."])
    ]  # fmt: skip
    await reading(model, made_up(parties=[{"name": "Kim"}, {"name": "Lee"}], dialog=dialog))
    [[text]] = model.asked_about
    assert text.strip().splitlines() == [
        "[0] Speaker A: Hello?", f"[1] Speaker B: {HEADACHE}", "[2] Speaker A: Oh.",
    ]  # fmt: skip


async def test_a_number_is_taken_out_before_its_turn_is_cut() -> None:
    model = Model(lambda id_, text: [])
    digits = "My number is 202 555 0100 and I am well. " * 60
    async with serving(model) as server, Calls(endpoint(server, cache=False)) as calls:
        await LlmEngine(calls, LlmOptions(model="made-up-1", window=1000)).read([(call(digits), "UTC")])
        assert len(model.questions) > 2
        assert not any(part in gone_out(server) for part in ("202", "555", "0100"))


async def test_days_and_hours_are_resolved_against_when_they_were_said() -> None:
    friday = "I'll see Doctor Okafor for a check-up on Friday at 9:30 am."
    facts = [
        fact("symptom", 0, HEADACHE, {"name": "headache", "duration": "since Monday"}),
        fact("appointment", 1, friday, {"title": "a check-up", "when": "on Friday at 9:30 am", "status": "scheduled"},
             temporality="planned"),
        fact("appointment", 2, "Come back next week.", {"title": "Come back", "when": "next week"},
             temporality="planned"),
    ]  # fmt: skip
    dialog = [
        {"type": "text", "start": f"2026-01-07T23:0{n}:00+05:30", "parties": 0, "mediatype": "text/plain",
         "encoding": "none", "body": text}
        for n, text in enumerate([HEADACHE, friday, "Come back next week."])
    ]  # fmt: skip
    conversation = made_up(parties=[{"role": "patient"}], dialog=dialog)
    told = await reading(Model(lambda id_, text: facts), conversation)
    ache, visit, later = [finding.payload.model_dump(mode="json", exclude_none=True) for finding in told.held.findings]
    assert ache["onset"] == "2026-01-05"
    assert visit["scheduled_at"] == "2026-01-09T09:30:00+05:30"
    entries = ground(told.held.findings, conversation, zone="+05:30", engine=ENGINE).entries
    assert entries[1].occurred_at.isoformat() == visit["scheduled_at"]
    assert (later["when"], "scheduled_at" in later) == ("next week", False)


def gone_out(server: Server) -> str:
    return "\n".join(asked.body.decode() for asked in server.got)
