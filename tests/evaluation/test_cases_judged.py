"""Cases are read strictly, and judged field by field: what would slip through here would slip through everywhere."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from evaluation.cases import Case, WrongCase, case_files, load
from evaluation.judging import Verdict, conversation_of, judge
from evaluation.scores import Share, score_cases, score_talks

import evaluation
from carelog.conversations import Conversation, Role
from carelog.extraction.finding import Finding, Implausible, Span
from carelog.extraction.grounding import Grounded, ground
from carelog.extraction.local import extract
from carelog.record.registry import parse_payload

GOOD = """
- name: one
  about: made-up
  opposite: other
  started: 2026-03-04T23:30:00+05:30
  zone: Asia/Kolkata
  turns: ["D: Any cough?", "P: A bad cough, and 38.4 degrees."]
  entries:
  - {type: symptom, name: cough, polarity: present, severity: severe}
  - {type: vitals, kind: temperature, value: {value: 38.4}, at: 2026-03-04}
- name: other
  about: made-up
  turns: ["P: No cough."]
  entries: []
  ignore: [mood]
  urgency: routine
"""
COUGH = {"name": "cough", "polarity": "present", "severity": "severe"}
WARM = {"kind": "temperature", "value": {"value": 38.44, "unit": "Cel"}}


def cases(tmp_path: Path, text: str) -> tuple[Case, ...]:
    path = tmp_path / "made-up.yaml"
    path.write_text(dedent(text))
    return load(path)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return cases(tmp_path, GOOD)[0]


def finding(kind: str, payload: dict[str, object], *, turn: int = 1, end: int = 11) -> Finding:
    return Finding(kind, parse_payload(kind, payload), (Span(turn, 0, end),))


def verdict(case: Case, *findings: Finding | Implausible, urgency: str | None = None) -> Verdict:
    conversation = conversation_of(case)
    read = ground(findings, conversation, zone=case.zone or "UTC", engine="test/1")
    return judge(case, conversation, read, urgency)


def test_a_case_is_a_conversation_of_its_turns(case: Case) -> None:
    conversation = conversation_of(case)
    assert [(turn.role, turn.text) for turn in conversation.turns] == [
        (Role.CLINICIAN, "Any cough?"),
        (Role.PATIENT, "A bad cough, and 38.4 degrees."),
    ]
    assert conversation.started_at == case.started
    assert Conversation.parse(conversation.json).zone == "+05:30"


def test_what_is_expected_and_found_is_right(case: Case) -> None:
    told = verdict(case, finding("symptom", COUGH), finding("vitals", WARM))
    assert told.problems == ()
    assert (told.right, told.expected, told.found) == ({"symptom": 1, "vitals": 1},) * 3


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        ([finding("symptom", COUGH)], "missing     vitals {kind: temperature"),
        ([finding("symptom", COUGH | {"severity": "mild"}), finding("vitals", WARM)], "severity: mild, not severe"),
        ([finding("symptom", COUGH | {"severity": None}), finding("vitals", WARM)], "severity: None, not severe"),
        ([finding("symptom", COUGH)] * 2 + [finding("vitals", WARM)], "unexpected  symptom {name: cough"),
        ([finding("symptom", COUGH), finding("mood", {"energy": "low"}), finding("vitals", WARM)], "unexpected  mood"),
        (
            [finding("symptom", COUGH), finding("vitals", WARM | {"value": {"value": 38.46, "unit": "Cel"}})],
            "value: {value: 38.46, unit: Cel}, not {value: 38.4}",
        ),
        (
            [finding("symptom", COUGH), finding("vitals", WARM), Implausible("vitals", {}, (Span(1, 0, 5),))],
            "review      vitals: implausible, unexpected",
        ),
    ],
)
def test_everything_else_is_a_problem(case: Case, found: list[Finding | Implausible], problem: str) -> None:
    told = verdict(case, *found)
    assert not told.passed
    assert any(problem in line for line in told.problems), told.problems


def test_the_day_is_that_of_the_subjects_clock(case: Case) -> None:
    late = replace(case, started=case.started + timedelta(hours=1))
    assert any(
        "at: 2026-03-05 00:30, not 2026-03-04" in line
        for line in verdict(late, finding("symptom", COUGH), finding("vitals", WARM)).problems
    )


def test_quotes_must_stand(case: Case) -> None:
    conversation = conversation_of(case)
    read = ground([finding("symptom", COUGH), finding("vitals", WARM)], conversation, zone="UTC", engine="test/1")
    [first, second] = read.entries
    moved = replace(first, evidence=tuple(e.model_copy(update={"start": e.start + 1}) for e in first.evidence))
    told = judge(case, conversation, Grounded((moved, replace(second, evidence=()))))
    assert any("does not stand at /dialog/1/body 1-11" in line for line in told.problems)
    assert any("vitals has none" in line for line in told.problems)
    assert not judge(case, conversation, replace(read, dropped=1)).passed


def test_each_entry_answers_for_one_expectation(tmp_path: Path) -> None:
    text = """
    - name: twice
      about: made-up
      turns: ["P: A bad cough."]
      entries:
      - {type: symptom, name: cough}
      - {type: symptom, name: cough, severity: severe}
    """
    [case] = cases(tmp_path, text)
    plain = {"name": "cough", "polarity": "present"}
    both = [finding("symptom", COUGH, turn=0), finding("symptom", plain, turn=0)]
    assert verdict(case, *both).passed
    assert verdict(case, *reversed(both)).passed
    assert not verdict(case, both[0]).passed


def test_doubts_and_urgency_are_looked_at_where_they_are_given(case: Case, tmp_path: Path) -> None:
    found = [finding("symptom", COUGH), finding("vitals", WARM)]
    doubted = [*found, Implausible("vitals", {"kind": "heart_rate"}, (Span(1, 0, 5),), ("value",))]
    [wanting, _] = cases(
        tmp_path, GOOD.replace("- name: other", "  reviews: [{type: vitals, doubt: implausible}]\n- name: other")
    )
    assert verdict(wanting, *doubted).passed
    assert "no review   vitals: implausible" in verdict(wanting, *found).problems
    urgent = replace(case, urgency="urgent")
    assert verdict(urgent, *found, urgency="routine").problems == ("urgency     routine, not urgent",)
    assert verdict(urgent, *found, urgency="urgent").passed


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  about: made-up", "  abuot: made-up", "line 3: there is no key 'abuot'"),
        ("polarity: present", "polarty: present", "line 9: symptom has no field 'polarty'"),
        ("type: vitals", "type: vital", "line 10: there is no entry type 'vital'"),
        ("opposite: other", "opposite: another", "line 4: one has no opposite 'another'"),
        ("name: other", "name: one", "one stands 2 times"),
        ('"P: No cough."', '"X: No cough."', "line 13: a turn is one of"),
        ('"P: No cough."', '"P: "', "line 13: a turn is one of"),
        ("zone: Asia/Kolkata", "zone: Asia/Kolkatta", "line 6: there is no time zone"),
        ("2026-03-04T23:30:00+05:30", "2026-03-04T23:30:00", "line 5: started is a moment with its offset"),
        ("at: 2026-03-04", "at: soon", "line 10: 'soon' is neither a day nor a moment"),
        ("ignore: [mood]", "ignore: [moods]", "there is no entry type 'moods'"),
        ("urgency: routine", "urgency: low", "line 16: urgency is one of"),
        ("  entries: []", "", "entries is a list"),
        ("  urgency: routine", "  reviews: [{type: vitals, doubt: odd}]", "a doubt is one of"),
        ("  urgency: routine", "  reviews: [{kind: vitals}]", "there is no key 'kind'"),
    ],
)
def test_a_slip_in_a_case_is_told_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(WrongCase) as wrong:
        cases(tmp_path, GOOD.replace(old, new, 1))
    assert problem in str(wrong.value)


def test_scores_are_counted_by_file_and_by_type(case: Case) -> None:
    good = verdict(case, finding("symptom", COUGH), finding("vitals", WARM))
    bad = verdict(case, finding("symptom", COUGH), finding("mood", {"energy": "low"}))
    scores = score_cases([(case, good), (replace(case, file="second"), bad)])
    assert scores.phenomena == {"made-up": Share(1, 1), "second": Share(0, 1)}
    assert scores.passed == Share(1, 2)
    assert scores.recall == {"symptom": Share(2, 2), "vitals": Share(1, 2)}
    assert scores.precision == {"symptom": Share(2, 2), "vitals": Share(1, 1), "mood": Share(0, 1)}


def test_cases_that_are_held_out_have_the_same_form() -> None:
    files = case_files(Path(evaluation.__file__).parent / "held_out")
    assert sum(len(load(path)) for path in files) >= 50


def test_a_talk_is_scored_by_what_names_mean(tmp_path: Path) -> None:
    [talk] = cases(
        tmp_path,
        """
        - name: talk
          about: visit
          turns: ["P: I get winded, no fever. I take Glucophage 500 mg and lisinopril 20 mg. My ears itch."]
          entries:
          - {type: symptom, name: dyspnea, polarity: present}
          - {type: symptom, name: fever, polarity: present}
          - {type: symptom, name: dizziness, polarity: absent}
          - {type: medication, name: metformin, dose: {value: 500, unit: mg}}
          - {type: medication, name: lisinopril, dose: {value: 10, unit: mg}}
        """,
    )
    scores = score_talks([(talk, extract(conversation_of(talk)).entries)])
    assert (scores.symptoms, scores.polarity, scores.symptoms_right) == (Share(2, 3), Share(1, 3), Share(2, 3))
    assert (scores.strengths, scores.strengths_right) == (Share(1, 2), Share(1, 2))
