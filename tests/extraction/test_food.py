"""What was eaten, and the foods that were only talked about."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.finding import Finding
from carelog.extraction.food import find_food
from carelog.extraction.utterances import read
from carelog.extraction.wordsets import word_set
from carelog.record.types.food import Food

ROLES = {"P": Role.PATIENT, "A": Role.AGENT, "D": Role.CLINICIAN, "C": Role.CARER}


def dialogue(*lines: str) -> list[Turn]:
    """'P: ...' is said by the patient, 'A:' by an agent, 'D:' by a doctor, 'C:' by a carer."""
    return [
        Turn(index=i, text=line[3:], pointer=f"/dialog/{i}/body", role=ROLES[line[0]]) for i, line in enumerate(lines)
    ]


def found(*lines: str) -> list[Finding]:
    return find_food(read(dialogue(*lines)))


def headlines(*lines: str) -> list[str]:
    return [finding.payload.headline() for finding in found(*lines)]


def quotes(lines: Sequence[str], finding: Finding) -> list[str]:
    turns = dialogue(*lines)
    return [turns[span.turn].text[span.start : span.end] for span in finding.spans]


def test_each_food_is_one_entry_with_its_amount_as_said_and_its_meal() -> None:
    lines = ["P: I had two boiled eggs, toast with butter, and a cup of coffee for breakfast"]
    findings = found(*lines)
    assert [finding.payload.headline() for finding in findings] == [
        "boiled egg, two (breakfast)",
        "toast (breakfast)",
        "butter (breakfast)",
        "coffee, a cup (breakfast)",
    ]
    assert quotes(lines, findings[0]) == ["had two boiled eggs"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("P: had three eggs this morning", ["egg, three"]),
        ("P: ate dal chawal for lunch", ["dal (lunch)", "rice (lunch)"]),
        ("P: breakfast was two idlis and sambar", ["idli, two (breakfast)", "sambar (breakfast)"]),
        ("P: lunch: dal, roti, sabzi", ["dal (lunch)", "roti (lunch)", "sabzi (lunch)"]),
        ("P: for dinner just soup", ["soup (dinner)"]),
        ("P: I had a burger for lunch and salmon for dinner", ["burger (lunch)", "salmon (dinner)"]),
        ("P: for lunch I had rice and for dinner I ate two rotis", ["rice (lunch)", "roti, two (dinner)"]),
        ("P: I've been eating a lot of pizza and burgers", ["pizza, a lot", "burger"]),
        ("P: I drank two beers last night", ["beer, two"]),
        ("P: I had 200 ml milk", ["milk, 200 ml"]),
        ("P: I usually have oatmeal for breakfast", ["oatmeal (breakfast)"]),
        ("P: after breakfast I had a banana", ["banana"]),
        ("P: had an aloo paratha", ["aloo paratha"]),
        ("P: I had my morning tea and two biscuits", ["tea", "biscuit, two"]),
        ("P: I came home and had rice", ["rice"]),
        ("C: she had some soup for dinner", ["soup, some (dinner)"]),
    ],
)
def test_eating_that_is_asserted(line: str, expected: list[str]) -> None:
    assert headlines(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("P: subah do roti khayi", ["roti, do"]),
        ("P: मैंने एक कप चाय पी", ["tea, एक कप"]),
        ("P: nashte mein poha khaya aur chai pi", ["poha (breakfast)", "tea (breakfast)"]),
        ("P: ek katori dal aur do roti li", ["dal, ek katori", "roti, do"]),
        ("P: maine roti nahi khayi", []),
        ("P: agar roti khayi to", []),
    ],
)
def test_hindi_puts_the_verb_last(line: str, expected: list[str]) -> None:
    assert headlines(line) == expected


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("What did you have for lunch?", "a bowl of dal and some rice", ["dal, a bowl (lunch)", "rice, some (lunch)"]),
        ("What did you eat today?", "Just some toast.", ["toast, some"]),
        ("Did you have breakfast?", "Yes, two idlis with sambar", ["idli, two (breakfast)", "sambar (breakfast)"]),
        ("How was your dinner?", "Good, I had fish curry", ["fish curry (dinner)"]),
        ("Tell me what you had for breakfast.", "Idli and chutney.", ["idli (breakfast)", "chutney (breakfast)"]),
        ("aaj kya khaya?", "khichdi aur dahi", ["khichdi", "yogurt"]),
    ],
)
def test_answers_name_what_was_eaten(question: str, answer: str, expected: list[str]) -> None:
    lines = [f"A: {question}", f"P: {answer}"]
    findings = found(*lines)
    assert [finding.payload.headline() for finding in findings] == expected
    assert quotes(lines, findings[0])[-1] == question


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Did you have breakfast?", "No"),
        ("What should you eat for breakfast?", "eggs"),
        ("Do you like fish?", "fish and rice"),
        ("Are you allergic to anything?", "peanuts"),
    ],
)
def test_answers_that_tell_of_no_meal(question: str, answer: str) -> None:
    assert found(f"A: {question}", f"P: {answer}") == []


@pytest.mark.parametrize(
    "line",
    [
        "D: you should eat more vegetables",
        "D: I had pizza yesterday",
        "P: you told me to eat more vegetables",
        "P: I should eat more vegetables",
        "P: I love pizza",
        "P: I'm allergic to peanuts",
        "P: if I eat pasta I get sick",
        "P: I skipped breakfast",
        "P: I didn't eat rice",
        "P: I can't drink milk",
        "P: I had chicken pox",
        "P: I had an egg allergy",
        "P: I had an apple watch",
        "P: I had orange urine",
        "P: I had my eggs frozen",
        "P: I took milk thistle",
        "P: I used to eat meat",
        "P: last year I ate meat",
        "P: my husband had a burger",
        "P: she came home and had rice",
        "P: I want to have some ice cream",
        "P: I'm going to eat an apple",
        "P: I have a beer now and then",
        "P: I took my pills with orange juice",
        "P: I took her off dairy milk",
        "P: had lunch at noon",
        "P: I had surgery for a turkey bite",
    ],
)
def test_foods_that_were_not_eaten(line: str) -> None:
    assert found(line) == []


def test_what_was_left_out_is_not_eaten() -> None:
    assert headlines("P: I had rice, no bread, and fish") == ["rice", "fish"]
    assert headlines("P: I had tea with milk and coffee without cream") == ["tea", "coffee"]


def test_energy_only_when_said() -> None:
    [finding] = found("P: I had a cheese sandwich, about 400 calories")
    assert isinstance(finding.payload, Food)
    assert finding.payload.energy_kcal == 400
    [plain] = found("P: I had a cheese sandwich")
    assert isinstance(plain.payload, Food)
    assert plain.payload.energy_kcal is None


WORDS = list(word_set("i had ate two a bowl of rice dal khaya and , . for lunch not with no milk 3 calories she"))


@given(st.lists(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=4))
def test_any_dialogue_yields_findings_inside_its_turns(texts: list[str]) -> None:
    turns = [Turn(i, text, "/t", role=(Role.AGENT, Role.PATIENT)[i % 2]) for i, text in enumerate(texts)]
    for finding in find_food(read(turns)):
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(turns[span.turn].text)
