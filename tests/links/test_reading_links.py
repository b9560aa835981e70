"""`extract` and `summarize`: what was said reaches the record and the vCon, in the speakers' words."""

from collections.abc import Callable
from typing import Any

import pytest
from made_up import chain, submission

from carelog.app import Carelog
from carelog.conversations.content import text_at
from carelog.identity import operator
from carelog.pipeline.run import RunState
from carelog.record import Entry

ME = operator()
Opened = Callable[..., Any]


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def call(*turns: tuple[str, str]) -> dict[str, Any]:
    parties = [{"tel": "+12025550100", "name": "Ana Reyes", "role": "patient"}, {"name": "Desk", "role": "agent"}]
    dialog = [
        {
            "type": "text",
            "start": f"2026-01-05T08:00:{n:02}-05:00",
            "parties": 0 if who == "patient" else 1,
            "mediatype": "text/plain",
            "encoding": "none",
            "body": said,
        }
        for n, (who, said) in enumerate(turns)
    ]
    return {"parties": parties, "dialog": dialog}


CALL = call(
    ("agent", "Good morning, Ana. Any chest pain or fever since yesterday?"),
    ("patient", "No."),
    ("agent", "And your medicines?"),
    ("patient", "I take metformin 500 mg twice a day. My blood pressure was 142 over 88 this morning."),
    ("agent", "Lovely weather we are having."),
)


async def taken_in(carelog: Carelog, **document: Any) -> tuple[list[Entry], dict[str, Any]]:
    [receipt] = await carelog.intake.accept(ME, [submission(**document)])
    await carelog.worker.drain()
    assert await carelog.runs.counts(ME) == {RunState.FINISHED: 1}
    assert receipt.subject_id
    entries = (await carelog.record.page(ME, receipt.subject_id)).items
    stored = await carelog.conversations.get(ME, receipt.conversation_id)
    return entries, stored.conversation.document


async def test_the_record_quotes_the_conversation(opened: Opened) -> None:
    async with opened(chains={"record": chain("extract")}) as carelog:
        entries, document = await taken_in(carelog, **CALL)
    told = {entry.payload.headline() for entry in entries}
    assert {"chest pain: absent", "fever: absent", "blood pressure 142/88 mmHg"} <= told
    assert any(line.startswith("metformin 500 mg") for line in told)
    for entry in entries:
        assert entry.occurred_zone == "-05:00"
        for evidence in entry.evidence:
            assert text_at(document, evidence.pointer)[evidence.start : evidence.end] == evidence.quote
    [chest] = [e for e in entries if e.payload.headline() == "chest pain: absent"]
    assert [e.turn for e in chest.evidence] == [0, 1]


async def test_only_the_types_that_are_wanted_are_kept(opened: Opened) -> None:
    async with opened(chains={"record": chain({"extract": {"types": ["vitals"]}})}) as carelog:
        entries, _ = await taken_in(carelog, **CALL)
    assert {entry.type for entry in entries} == {"vitals"}


@pytest.mark.parametrize("links", [["extract", "summarize"], ["summarize"]])
async def test_a_summary_holds_the_telling_sentences_word_for_word(opened: Opened, links: list[str]) -> None:
    async with opened(chains={"record": chain(*links)}) as carelog:
        _, document = await taken_in(carelog, **CALL)
    [summary] = document["analysis"]
    assert (summary["type"], summary["vendor"], summary["dialog"]) == ("summary", "carelog", [0, 1, 2, 3, 4])
    lines = summary["body"].splitlines()
    assert "Desk: Any chest pain or fever since yesterday?" in lines
    assert "Ana Reyes: I take metformin 500 mg twice a day." in lines
    assert "weather" not in summary["body"]


async def test_a_conversation_without_words_has_no_summary(opened: Opened) -> None:
    silent = {"type": "incomplete", "disposition": "no-answer", "start": "2026-01-05T08:00:00Z", "parties": [0]}
    async with opened(chains={"record": chain("extract", "summarize")}) as carelog:
        entries, document = await taken_in(carelog, dialog=[silent])
    assert entries == []
    assert "analysis" not in document
