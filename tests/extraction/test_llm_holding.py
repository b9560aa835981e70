"""Whatever a model gives, what is kept of it stands in the turns."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from model_server import fact

from carelog.conversations.turns import Role, Turn
from carelog.extraction.llm.fields import FIELDS
from carelog.extraction.llm.holding import KEPT, hold
from carelog.extraction.utterances import Utterance, read

TALK = (
    (Role.CLINICIAN, "Any fever or chest pain? Do you take 75 mg of clopidogrel?"),
    (Role.PATIENT, "No fever, but my chest hurts since Monday, and I take metformin 500 mg twice a day."),
    (Role.PATIENT, "My pressure was 135/80, my sugar one twenty. I slept six hours and walked for thirty minutes."),
    (Role.UNKNOWN, "I'm allergic to penicillin. I had two eggs, and a check-up on Friday at 10:30 am."),
)
UTTERANCES: list[Utterance] = read(Turn(n, text, f"/{n}", role=role) for n, (role, text) in enumerate(TALK))
WORDS = [word for _, text in TALK for word in text.split()]
LIES = ["warfarin", "50", "mg", "5000", "[NAME_1]", "", "severe", "blood_pressure", "taking", "\x00", "١٢"]
TRUE = (
    fact("symptom", 1, "No fever", {"name": "fever"}, polarity="absent", support=[{"turn": 0, "quote": "Any fever"}]),
    fact("symptom", 1, "my chest hurts since Monday", {"name": "chest hurts", "duration": "since Monday"}),
    fact("medication", 1, "I take metformin 500 mg twice a day", {"name": "metformin", "dose": "500 mg"}),
    fact("vitals", 2, "My pressure was 135/80", {"kind": "blood_pressure", "systolic": "135", "diastolic": "80"}),
    fact("vitals", 2, "my sugar one twenty", {"kind": "glucose", "value": "one twenty"}),
    fact("sleep", 2, "I slept six hours", {"hours": "six hours"}),
    fact("exercise", 2, "walked for thirty minutes", {"activity": "walked", "minutes": "thirty minutes"}),
    fact("allergy", 3, "I'm allergic to penicillin", {"substance": "penicillin"}),
    fact("food", 3, "I had two eggs", {"name": "eggs", "amount": "two"}),
)
# How each number of the truth was said.
SAID = {135: "135", 80: "80", 120: "one twenty", 500: "500", 75: "75", 6: "six", 0.5: "thirty", 30: "thirty"}


@st.composite
def words_of_a_turn(draw: st.DrawFn) -> tuple[int, str]:
    turn = draw(st.integers(0, len(TALK) - 1))
    words = TALK[turn][1].split()
    first = draw(st.integers(0, len(words) - 1))
    return turn, " ".join(words[first : draw(st.integers(first + 1, len(words)))])


@st.composite
def facts_half_true(draw: st.DrawFn) -> Any:
    """A true fact with up to two lies in it."""
    told = dict(draw(st.sampled_from(TRUE)))
    fields = {field["name"]: field["value"] for field in told["fields"]}
    for lie in draw(st.lists(st.sampled_from(["type", "turn", "quote", "field", "value", "support"]), max_size=2)):
        turn, quote = draw(words_of_a_turn())
        value = draw(st.sampled_from([quote, *quote.split(), *LIES]))
        match lie:
            case "type":
                told["type"] = draw(st.sampled_from(sorted(FIELDS)))
            case "turn":
                told["turn"] = draw(st.sampled_from([turn, 99]))
            case "quote":
                told |= draw(st.sampled_from([{"turn": turn, "quote": quote}, {"quote": f"{told['quote']} {value}"}]))
            case "field":
                fields[draw(st.sampled_from(sorted(FIELDS[told["type"]])))] = value
            case "value" if fields:
                fields[draw(st.sampled_from(sorted(fields)))] = value
            case _:
                told["support"] = [{"turn": turn, "quote": quote}]
    return {**told, "fields": [{"name": name, "value": value} for name, value in fields.items()]}


def test_the_truth_is_kept() -> None:
    held = hold(TRUE, UTTERANCES)
    assert held.fates == {KEPT: len(TRUE)}
    assert [finding.payload.headline() for finding in held.findings] == [
        "fever: absent",
        "chest pain: present, since Monday",
        "metformin 500 mg",
        "blood pressure 135/80 mmHg",
        "glucose 120 mg/dL",
        "sleep: 6 h",
        "walked, 30 min",
        "allergy: penicillin",
        "eggs, two",
    ]


@settings(max_examples=200)
@given(st.lists(facts_half_true(), max_size=5))
def test_what_is_kept_stands_in_the_turns(facts: list[Any]) -> None:
    held = hold(facts, UTTERANCES)
    assert sum(held.fates.values()) == len(facts)
    assert len(held.findings) <= held.fates[KEPT]
    for finding in held.findings:
        assert all(0 <= span.start < span.end <= len(TALK[span.turn][1]) for span in finding.spans)
        quoted = " ".join(TALK[span.turn][1][span.start : span.end] for span in finding.spans).lower()
        payload = finding.payload.model_dump(exclude_none=True)
        numbers = [payload[name]["value"] for name in ("dose", "value", "systolic", "diastolic") if name in payload]
        numbers += [payload[name] for name in ("hours", "minutes") if name in payload]
        assert all(SAID[number] in quoted for number in numbers)
        names = [str(payload[name]) for name in ("substance", "activity", "amount", "title") if name in payload]
        if finding.type in {"medication", "food", "condition"}:
            names.append(payload["name"])
        assert all(name.lower() in quoted for name in names)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*fact("symptom", 0, "", {}), "name", "value"]), inner, max_size=9)
    ),
    max_leaves=12,
)


@given(st.lists(ANYTHING, max_size=4))
def test_whatever_is_no_fact_is_dropped(given_: list[Any]) -> None:
    held = hold(given_, UTTERANCES)
    assert held.findings == ()
    assert sum(held.fates.values()) == len(given_)
