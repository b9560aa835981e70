"""Visits are scored by what their notes say; the document keeps the figures."""

import asyncio
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from evaluation.engines import Read, by_command, by_model
from evaluation.notes import Strength, mentions, same_strength, strengths_of, symptoms_of
from evaluation.quality import COLUMNS, HISTORY, NEWEST, WrongDocument
from evaluation.scores import CaseScores, Share, TalkScores, VisitScores, score_visits
from evaluation.table import as_markdown, as_text, rows
from evaluation.visits import VARIABLE, NoVisits, find, read
from model_server import Model, fact, turn_saying
from small_http import definition, serving

from evaluation import quality

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
NOTE = """CHIEF COMPLAINT

Cough.

REVIEW OF SYSTEMS

• Constitutional: Denies fever, chills, or weight loss.
• Respiratory: Endorses dyspnea on exertion and a mild cough, but denies chest pain.
• Musculoskeletal: Reports right knee pain.
• Neurological: No wobbliness of the elbow.

RESULTS

Potassium 4.1. Hemoglobin is 12 grams.

PLAN

Continue lisinopril 20 mg daily. Increase metformin to 1,000 mg. Taking 5 mg of it.
"""
CSV = """dataset,encounter_id,dialogue,note
made,M1,"[doctor] any fever ?
[patient] no , but a cough .
and a headache .
[patient_guest] he takes lisinopril twenty .","{}"
"""


def test_a_review_of_systems_says_what_is_and_what_is_not() -> None:
    assert symptoms_of(NOTE) == {
        "fever": "absent",
        "chills": "absent",
        "weight loss": "absent",
        "shortness of breath": "present",
        "cough": "present",
        "chest pain": "absent",
        "knee pain": "present",
        "wobbliness of the elbow": "absent",
    }
    assert symptoms_of("PLAN\n\nDenies fever.") == {}


def test_a_note_mentions_a_symptom_by_any_of_its_words() -> None:
    assert mentions(NOTE, "shortness of breath")
    assert mentions(NOTE, "wobbliness")
    assert not mentions(NOTE, "rash")


def test_strengths_stand_beside_their_medicines() -> None:
    assert strengths_of(NOTE) == {Strength("lisinopril", 20), Strength("metformin", 1000)}
    assert same_strength(Strength("metformin", 1000), Strength("metformin hydrochloride", 1000))
    assert not same_strength(Strength("metformin", 1000), Strength("metformin", 500))
    assert not same_strength(Strength("metformin", 500), Strength("sitagliptin", 500))


@pytest.fixture
def visits_file(tmp_path: Path) -> Path:
    path = tmp_path / "made.csv"
    path.write_text(CSV.format(NOTE))
    return path


def entry(kind: str, payload: Mapping[str, Any], quote: str, start: int) -> dict[str, Any]:
    place = {"pointer": "/dialog/1/body", "start": start, "end": start + len(quote), "quote": quote}
    return {"type": kind, "payload": payload, "evidence": [place]}


def test_what_was_found_is_held_against_the_note(visits_file: Path) -> None:
    [visit] = read([visits_file])
    assert visit.said == (
        ("doctor", "any fever ?"),
        ("patient", "no , but a cough .\nand a headache ."),
        ("patient_guest", "he takes lisinopril twenty ."),
    )
    found = [
        entry("symptom", {"name": "fever", "polarity": "absent"}, "no", 0),
        entry("symptom", {"name": "cough", "polarity": "absent"}, "cough", 11),
        entry("symptom", {"name": "headache", "polarity": "present"}, "headache", 0),
        entry("medication", {"name": "lisinopril", "dose": {"value": 20, "unit": "mg"}}, "a", 9),
        entry("medication", {"name": "aspirin", "strength": {"value": 81, "unit": "mg"}}, "a", 9),
        entry("medication", {"name": "metformin"}, "a", 9),
    ]
    scores = score_visits([visit], Read({visit.id: found}, seconds=0.5))
    assert scores == VisitScores(
        visits=1,
        symptoms=Share(2, 8),
        polarity=Share(1, 8),
        mentioned=Share(2, 3),
        strengths=Share(1, 2),
        strengths_right=Share(1, 2),
        quotes=Share(5, 6),
        per_second=2.0,
        memory_mb=None,
    )


def test_the_command_is_run_as_anybody_would(visits_file: Path) -> None:
    visits = read([visits_file])
    told = by_command(visits)
    names = {
        e["payload"]["name"]: e["payload"]["polarity"] for e in told.entries[visits[0].id] if e["type"] == "symptom"
    }
    assert names == {"fever": "absent", "cough": "present", "headache": "present"}
    assert score_visits(visits, told).quotes.part == score_visits(visits, told).quotes.whole > 0
    assert told.memory_mb is not None
    assert told.memory_mb > 10


def test_without_an_endpoint_no_model_is_measured(visits_file: Path) -> None:
    assert by_model(read([visits_file])) is None


async def test_a_model_is_measured_where_the_settings_have_one(
    visits_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reads(_id: str, transcript: str) -> list[Any]:
        turn = turn_saying(transcript, "headache")
        return [fact("symptom", turn, "and a headache", {"name": "headache"})]

    visits = read([visits_file])
    async with serving(Model(reads)) as server:
        monkeypatch.setenv("CARELOG_AI_ENDPOINTS", json.dumps({"default": definition(server)}))
        told = await asyncio.to_thread(by_model, visits)
    assert told is not None
    [found] = told.entries[visits[0].id]
    assert found["payload"]["name"] == "headache"
    assert score_visits(visits, told).quotes == Share(1, 1)


def test_visits_are_where_they_are_said_to_be(
    visits_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert find(None, download=False) == []
    assert find(tmp_path, download=False) == [visits_file]
    monkeypatch.setenv(VARIABLE, str(visits_file))
    assert find(None, download=False) == [visits_file]
    with pytest.raises(NoVisits, match="no CSV files"):
        find(tmp_path / "elsewhere", download=False)
    visits_file.write_text("dialogue,other\nHello,\n")
    with pytest.raises(NoVisits, match="no column"):
        read([visits_file])


CASES = CaseScores({"negation": Share(3, 4)}, {"symptom": Share(5, 6)}, {"symptom": Share(5, 5), "mood": Share(0, 1)})
TALKS = TalkScores(2, Share(3, 5), Share(2, 5), Share(3, 4), Share(1, 2), Share(1, 1))
HELD_OUT = CaseScores({"days": Share(1, 2)}, {}, {})
VISITS = VisitScores(
    2, Share(3, 4), Share(2, 4), Share(4, 4), Share(1, 2), Share(1, 1), Share(9, 9), per_second=61.25, memory_mb=80.4
)


def test_what_was_not_measured_is_said_so() -> None:
    text = as_text(rows(CASES, HELD_OUT, TALKS, None, None))
    assert text.count("not measured") == 2
    assert "... of negation" in text
    assert "held-out cases" in text
    assert "0.750" in text


def test_the_document_keeps_a_line_for_each_time_it_was_saved() -> None:
    empty = quality.parse(f"# About\n\nWords.\n\n{NEWEST}\n\nnot measured\n\n{HISTORY}\n\n| day |\n|---|\n")
    first = quality.entry_of(date(2026, 1, 5), "0.1.0", "local/1", (CASES, HELD_OUT), VISITS)
    assert first.figures == ("3/4", "1/2", "0.750", "0.500", "1.000", "0.500", "1.000", "1.000", "61.2")
    once = quality.saved(empty, rows(CASES, HELD_OUT, TALKS, VISITS, None), [first])
    assert quality.parse(once.text()) == once
    unmeasured = quality.entry_of(date(2026, 1, 6), "0.1.0", "local/1", (CASES, HELD_OUT), None)
    twice = quality.saved(once, rows(CASES, HELD_OUT, TALKS, None, None), [unmeasured])
    assert [entry.day.day for entry in twice.history] == [5, 6]
    again = quality.saved(twice, rows(CASES, HELD_OUT, TALKS, VISITS, None), [first])
    assert [entry.day.day for entry in again.history] == [6, 5]
    assert again.about == "# About\n\nWords.\n"
    assert again.newest == as_markdown(rows(CASES, HELD_OUT, TALKS, VISITS, None))
    with pytest.raises(WrongDocument):
        quality.parse(once.text().replace(HISTORY, "## Past"))
    with pytest.raises(WrongDocument):
        quality.parse(once.text().replace("| 2026-01-05 |", "| lately |"))


def test_the_document_that_is_there_has_its_shape() -> None:
    document = quality.parse(DOCUMENT.read_text(encoding="utf-8"))
    assert document.text() == DOCUMENT.read_text(encoding="utf-8")
    assert document.history
    newest = document.history[-1]
    assert len(newest.figures) == len(COLUMNS) - 3
    shown = [line.split("|")[3].strip() for line in document.newest.splitlines()]
    assert set(newest.figures[2:8]) <= {*shown}
