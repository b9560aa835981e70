"""What the medication extractor makes of small dialogues; every sentence is made up."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.finding import Finding
from carelog.extraction.medications import find_medications
from carelog.extraction.utterances import Utterance, read
from carelog.record.types.medication import Medication

_ROLES = {
    "doctor": Role.CLINICIAN,
    "patient": Role.PATIENT,
    "carer": Role.CARER,
    "agent": Role.AGENT,
    "someone": Role.UNKNOWN,
}


def dialogue(*lines: str) -> list[Utterance]:
    """Turns from "doctor: ..." lines, numbered from 10 so that a turn's number is not its place."""
    turns = []
    for index, line in enumerate(lines, start=10):
        who, text = line.split(": ", 1)
        turns.append(Turn(index, text, f"/dialog/{index}/body", speaker=who, role=_ROLES[who]))
    return read(turns)


def medications(*lines: str) -> list[Medication]:
    found = []
    for finding in find_medications(dialogue(*lines)):
        assert isinstance(finding.payload, Medication)
        found.append(finding.payload)
    return found


def told(*lines: str) -> list[tuple[str, str | None, str | None]]:
    return [(m.name, str(m.dose) if m.dose else None, m.status) for m in medications(*lines)]


def quotes(said: Sequence[Utterance], finding: Finding) -> list[str]:
    texts = {utterance.turn.index: utterance.text for utterance in said}
    return [texts[span.turn][span.start : span.end] for span in finding.spans]


@pytest.mark.parametrize(
    ("line", "dose"),
    [
        ("patient: I take lisinopril 20 mg.", "20 mg"),
        ("patient: I take lisinopril 20mg.", "20 mg"),
        ("patient: I take lisinopril, twenty milligrams.", "20 mg"),
        ("patient: I take 20 mg of lisinopril.", "20 mg"),
        ("patient: I take lisinopril 20.", "20 mg"),
        ("patient: I'm on twenty of lisinopril.", "20 mg"),
        ("doctor: I'd start a 2.5-milligram lisinopril tablet.", "2.5 mg"),
        ("doctor: Lisinopril comes to you at, uh, ten milligrams.", "10 mg"),
        ("patient: I'm on lisinopril and that is one hundred and ten mcg.", "110 ug"),
        ("doctor: Start lisinopril .5 milligrams.", "0.5 mg"),
        ("doctor: Start half a milligram of lisinopril.", "0.5 mg"),
        ("doctor: We'll do lisinopril 500- lisinopril 5 milligrams.", "5 mg"),
        ("doctor: Lisinopril, which is an ace inhibitor, 10 milligrams.", "10 mg"),
        ("doctor: Take 20 milligrams a day of the lisinopril.", "20 mg"),
    ],
)
def test_a_strength_is_read_wherever_it_stands_beside_the_name(line: str, dose: str) -> None:
    [found] = medications(line)
    assert (found.name, found.ingredient, str(found.dose)) == ("lisinopril", "lisinopril", dose)


@pytest.mark.parametrize(
    ("line", "name", "dose"),
    [
        ("patient: I use ten units of Lantus at night.", "lantus", "10 U"),
        ("doctor: Take vitamin D 2000 units a day.", "vitamin d", "2000 [IU]"),
        ("patient: I take thyronorm 50 in the morning.", "thyronorm", "50 ug"),
        ("doctor: Take Carafate one gram four times a day.", "carafate", "1 g"),
        ("doctor: Use hydrocortisone 1% cream on the rash.", "hydrocortisone", "1 %"),
        ("patient: I take Norco 5/325 for my back.", "norco", "5 mg"),
        ("doctor: Take potassium chloride 20 milliequivalents.", "potassium chloride", "20 meq"),
        ("patient: I take a thousand milligrams of metformin.", "metformin", "1000 mg"),
    ],
)
def test_units_are_the_ones_that_the_medicine_is_measured_in(line: str, name: str, dose: str) -> None:
    [found] = medications(line)
    assert (found.name, str(found.dose)) == (name, dose)


@pytest.mark.parametrize(
    "line",
    [
        "patient: I am 64 and I take amlodipine.",
        "patient: My pressure was 120/80 with the amlodipine.",
        "patient: I take amlodipine and walk for 20 minutes.",
        "patient: I have been on amlodipine for 12 weeks.",
        "patient: I take amlodipine and eat under 2000 milligrams of sodium.",
        "patient: I take two amlodipine.",
        "patient: I take amlodipine two times a day.",
        "doctor: With amlodipine your sugar fell to 110 milligrams per deciliter.",
        "patient: I take 5 to 10 milligrams of amlodipine.",
        "patient: I take amlodipine 5-10 mg.",
        "patient: I take five or ten milligrams of amlodipine.",
        "doctor: You may take up to 10 milligrams of amlodipine.",
        "doctor: Take amlodipine, and never more than 10 milligrams.",
        "patient: I take amlodipine, and the oxygen was 98 percent.",
    ],
)
def test_a_number_of_something_else_is_no_strength(line: str) -> None:
    assert not any(m.dose for m in medications(line))


def test_a_strength_may_follow_in_another_turn() -> None:
    said = dialogue("patient: I'm on lisinopril.", "doctor: What dose?", "patient: Twenty milligrams, at night.")
    [finding] = find_medications(said)
    assert isinstance(finding.payload, Medication)
    assert finding.payload.headline() == "lisinopril 20 mg at night: taking"
    assert quotes(said, finding) == ["I'm on lisinopril.", "Twenty milligrams, at night"]


def test_a_voice_agents_questions_are_answered_with_strengths() -> None:
    assert told("agent: Did you take your morning insulin?", "patient: Yes, 12 units.") == [
        ("insulin", "12 U", "taking")
    ]
    assert told("agent: How many units of insulin did you take?", "patient: 14.") == [("insulin", "14 U", "taking")]


def test_a_bare_number_answers_what_dose_only() -> None:
    assert told("patient: I'm on lisinopril.", "doctor: What dose?", "patient: Twenty.") == [
        ("lisinopril", "20 mg", "taking")
    ]
    assert told("patient: I'm on lisinopril.", "doctor: How long?", "patient: Twenty years.") == [
        ("lisinopril", None, "taking")
    ]


def test_a_change_gives_the_new_strength() -> None:
    assert told("doctor: We'll increase your losartan to 50 milligrams.") == [("losartan", "50 mg", "changed")]
    assert told("patient: I take losartan 25 mg.", "doctor: Let's go up to 50.") == [
        ("losartan", "25 mg", None),
        ("losartan", "50 mg", "changed"),
    ]
    assert told("patient: I take losartan 25 mg.", "doctor: I'll lower it to 12.5 mg.") == [
        ("losartan", "25 mg", None),
        ("losartan", "12.5 mg", "changed"),
    ]


def test_what_a_dose_is_to_be_changed_from_is_no_longer_what_is_taken() -> None:
    assert told("doctor: We'll increase your losartan from 25 to 50 milligrams.") == [
        ("losartan", "50 mg", "changed"),
        ("losartan", "25 mg", None),
    ]
    assert told("patient: They increased my losartan from 25 to 50 milligrams.") == [("losartan", "50 mg", "changed")]


def test_a_change_of_something_else_is_no_change_of_the_medicine() -> None:
    assert told("doctor: Lower your blood pressure with losartan.") == []
    assert told("patient: I take losartan.", "doctor: Lower your weight to 80.") == [("losartan", None, "taking")]


@pytest.mark.parametrize(
    "line",
    [
        "doctor: Zoloft has few interactions.",
        "doctor: Stay away from ibuprofen.",
        "doctor: Lisinopril, that's the one with the cough.",
        "doctor: And penicillin is still the only allergy?",
        "patient: Penicillin was my only allergy.",
    ],
)
def test_a_medicine_of_which_only_the_name_is_said_is_no_entry(line: str) -> None:
    assert told(line) == []


def test_what_is_taken_for_an_allergy_is_no_allergy() -> None:
    assert told("patient: I take Claritin, it is for my allergies.") == [("claritin", None, "taking")]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("patient: I take Zoloft.", "taking"),
        ("patient: I'm on Zoloft.", "taking"),
        ("doctor: I want to continue you on Zoloft.", "taking"),
        ("doctor: Don't stop taking your Zoloft.", "taking"),
        ("doctor: I'm gon na start you on Zoloft.", "started"),
        ("patient: They put me on Zoloft in May.", "started"),
        ("doctor: I'm going to start you on something new. It's Zoloft.", "started"),
        ("doctor: I'll prescribe you some Zoloft.", "ordered"),
        ("doctor: I'm sending in a refill of Zoloft.", "ordered"),
        ("doctor: You should take Zoloft.", "ordered"),
        ("agent: Take your Zoloft.", "ordered"),
        ("doctor: We'll increase your Zoloft.", "changed"),
        ("doctor: I'm going to switch you to Zoloft.", "changed"),
        ("patient: The Zoloft was increased.", "changed"),
        ("patient: I stopped the Zoloft last month.", "stopped"),
        ("patient: I used to take Zoloft.", "stopped"),
        ("patient: I'm not taking Zoloft anymore.", "stopped"),
        ("patient: I tried Zoloft, it didn't help.", "stopped"),
        ("patient: I was on Zoloft and then I quit it.", "stopped"),
        ("patient: I ran out of my Zoloft.", "missed"),
        ("patient: I forgot my Zoloft twice.", "missed"),
        ("patient: I have n't been taking my Zoloft.", "missed"),
        ("patient: Should I take Zoloft?", "asked"),
        ("doctor: Are you taking Zoloft?", "asked"),
        ("doctor: We'll have you continue your Zoloft.", "taking"),
    ],
)
def test_the_status_is_what_was_said(line: str, status: str | None) -> None:
    assert told(line) == [("zoloft", None, status)]


@pytest.mark.parametrize(
    "line",
    [
        "patient: I'm allergic to Zoloft.",
        "patient: I had a bad reaction to Zoloft.",
        "patient: My wife takes Zoloft.",
        "patient: My mother's Zoloft is in the drawer.",
        "doctor: Don't take Zoloft.",
        "patient: I've never taken Zoloft.",
        "patient: No Zoloft.",
        "doctor: I don't think you need Zoloft.",
        "doctor: We could think about Zoloft down the road.",
        "doctor: If that fails, we'd add Zoloft.",
    ],
)
def test_what_is_not_the_subjects_medicine_is_no_entry(line: str) -> None:
    assert told(line) == []


def test_an_allergy_asked_for_is_no_medicine_and_a_medicine_for_allergies_is_one() -> None:
    assert told("doctor: Any allergies?", "patient: Penicillin and codeine.") == []
    assert [name for name, _, _ in told("patient: I take Claritin for my allergies and Flonase.")] == [
        "claritin",
        "flonase",
    ]


def test_what_a_carer_says_of_a_relative_is_about_the_subject() -> None:
    assert told("carer: My son takes Keppra 500 mg twice a day.") == [("keppra", "500 mg", "taking")]


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Do you take any aspirin?", "Yes.", "taking"),
        ("Do you take any aspirin?", "I take it every morning.", "taking"),
        ("Do you take any aspirin?", "No, I quit taking it last year.", "stopped"),
        ("Are you still taking aspirin?", "No.", "stopped"),
        ("Did you take your aspirin today?", "I forgot it.", "missed"),
        ("Do you take any aspirin?", "Who, me?", "asked"),
        ("You're on aspirin, right?", "Right.", "taking"),
    ],
)
def test_a_question_counts_with_its_answer(question: str, answer: str, expected: str) -> None:
    assert told(f"doctor: {question}", f"patient: {answer}") == [("aspirin", None, expected)]


def test_a_no_is_no_entry_and_an_answer_is_quoted() -> None:
    assert told("doctor: Do you take any aspirin?", "patient: No.") == []
    said = dialogue("doctor: Do you take any aspirin?", "patient: Yes, every day.")
    [finding] = find_medications(said)
    assert quotes(said, finding)[0] == "Do you take any aspirin?"
    assert quotes(said, finding)[1].startswith("Yes")
    assert [m.frequency.text for m in medications("doctor: Do you take aspirin?", "patient: Yes, every day.") if
            m.frequency] == ["every day"]  # fmt: skip


def test_a_medicine_named_in_answer_to_what_do_you_take_is_taken() -> None:
    assert told("doctor: What do you take for the pain?", "patient: Ibuprofen 400 mg.") == [
        ("ibuprofen", "400 mg", "taking")
    ]


def test_a_switch_stops_one_and_changes_to_the_other() -> None:
    assert told("doctor: I'd like to switch you from Zoloft to Lexapro 10 mg.") == [
        ("zoloft", None, "stopped"),
        ("lexapro", "10 mg", "changed"),
    ]


def test_one_finding_for_a_medicine_and_strength() -> None:
    [found] = medications(
        "doctor: How are you doing on the metformin?",
        "patient: Fine, I take metformin 500 mg twice a day.",
        "doctor: Good, stay on the metformin 500 mg with meals.",
    )
    assert found.headline() == "metformin 500 mg twice a day: taking"


def test_stopping_ends_the_strength_that_was_taken() -> None:
    assert told("doctor: You're on amlodipine 5 mg.", "doctor: Let's stop the amlodipine.") == [
        ("amlodipine", "5 mg", "stopped"),
    ]
    assert told("patient: I stopped the amlodipine.", "doctor: Let's start amlodipine 5 mg again.") == [
        ("amlodipine", None, "stopped"),
        ("amlodipine", "5 mg", "started"),
    ]


def test_a_brand_and_its_ingredient_are_one_medicine_and_two_insulins_are_two() -> None:
    assert told("patient: I take Lasix.", "doctor: Yes, furosemide 40 mg.") == [("furosemide", "40 mg", "taking")]
    assert told("patient: I take Lantus 20 units and Humalog 20 units.") == [
        ("lantus", "20 U", "taking"),
        ("humalog", "20 U", "taking"),
    ]


def test_everything_of_one_order_in_one_quote() -> None:
    said = dialogue("doctor: I'll send in amoxicillin 500 mg capsules by mouth every eight hours for bronchitis.")
    [finding] = find_medications(said)
    payload = finding.payload
    assert isinstance(payload, Medication)
    assert payload.model_dump(exclude_none=True) == {
        "name": "amoxicillin",
        "ingredient": "amoxicillin",
        "dose": {"value": 500, "unit": "mg"},
        "route": "oral",
        "form": "capsule",
        "frequency": {"text": "every eight hours", "times_per_day": 3, "as_needed": False},
        "status": "ordered",
        "reason": "bronchitis",
    }
    assert quotes(said, finding) == [
        "I'll send in amoxicillin 500 mg capsules by mouth every eight hours for bronchitis."
    ]
    assert finding.spans[0].turn == 10


@pytest.mark.parametrize(
    ("line", "name", "form", "route"),
    [
        ("patient: I take two puffs of my Ventolin.", "ventolin", "inhaler", "inhaled"),
        ("doctor: Put the nitroglycerin under the tongue.", "nitroglycerin", None, "sublingual"),
        ("doctor: I'll prescribe timolol eye drops.", "timolol", "drops", "ophthalmic"),
        ("patient: I use Voltaren gel on my knee.", "voltaren", "gel", "topical"),
        ("patient: I use a fentanyl patch.", "fentanyl", "patch", "transdermal"),
        ("patient: I take aspirin.", "aspirin", None, None),
    ],
)
def test_form_and_route(line: str, name: str, form: str | None, route: str | None) -> None:
    assert [(m.name, m.form, m.route) for m in medications(line)] == [(name, form, route)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("patient: main metformin 500 subah shaam leta hoon", [("metformin", "500 mg", "taking")]),
        ("patient: maine telma 40 band kar di", [("telma", "40 mg", "stopped")]),
        ("patient: BP ki goli kal bhool gaya", [("blood pressure medication", None, "missed")]),
        ("patient: dolo 650 li thi raat ko", [("dolo", "650 mg", "taking")]),
        ("patient: pan 40 khali pet leta hoon", [("pan", "40 mg", "taking")]),
        ("patient: doctor ne ecosprin 75 likhi hai", [("ecosprin", "75 mg", "ordered")]),
        ("patient: doctor ne metformin 500 se 1000 kar diya", [("metformin", "1000 mg", "changed")]),
        ("patient: metformin se ulti hoti thi, dawai band kar di", [("metformin", None, "stopped")]),
        ("patient: pan mein 40 minute sabzi pakayi", []),
    ],
)
def test_hindi_and_english_mixed(line: str, expected: list[tuple[str, str | None, str | None]]) -> None:
    assert told(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "doctor: Your potassium is 4.1 and your vitamin D was low.",
        "doctor: We'll check a calcium level, magnesium and an insulin level.",
        "patient: I eat oranges, milk and nuts with iron and zinc in them.",
        "doctor: The thyroid and the cholesterol look fine.",
        "patient: Dr. Lopez said to pause and align the tide.",
        "doctor: Take a deep breath and use your leg muscles.",
        "doctor: You have decreased flexion and a different gait.",
        "patient: He sits with cashews and diamonds.",
    ],
)
def test_foods_tests_names_and_ordinary_words_are_no_medicines(line: str) -> None:
    assert told(line) == []


def test_the_same_words_are_medicines_when_they_are_taken() -> None:
    assert told("patient: I take potassium and vitamin D.") == [
        ("potassium", None, "taking"),
        ("vitamin d", None, "taking"),
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("doctor: Take lisinipril 10 mg daily.", "lisinopril"),
        ("patient: I take metfromin.", "metformin"),
        ("patient: amlodapine 5 mg once a day", "amlodipine"),
        ("patient: I'm taking metropolol.", "metoprolol"),
        ("doctor: You're on hydro chlorothiazide 25.", "hydrochlorothiazide"),
    ],
)
def test_a_misspelled_name_is_known_and_quoted_as_said(line: str, name: str) -> None:
    said = dialogue(line)
    [finding] = find_medications(said)
    assert isinstance(finding.payload, Medication)
    assert finding.payload.name == name
    assert name not in quotes(said, finding)[0]


def test_kinds_of_medicine_count_when_something_is_said_of_them() -> None:
    assert told("patient: I take my blood pressure pills and a blood thinner.") == [
        ("blood pressure medication", None, "taking"),
        ("blood thinner", None, "taking"),
    ]
    assert told("doctor: Any blood thinners?", "patient: No.") == []
    assert told("doctor: Antibiotics do nothing for a virus.") == []


def test_rare_names_count_in_company_only() -> None:
    assert told("doctor: I'll prescribe selinexor 60 mg.") == [("selinexor", "60 mg", "ordered")]
    assert told("patient: I read about selinexor.") == []


_WORDS = st.sampled_from(
    [
        *("i take", "taking", "stopped it", "the", "my", "lisinopril", "aspirin", "pan", "insulin", "20 mg", "20mg"),
        *("5/325", "5/", "from", "to", "40 units", "of", "it", ".", "?", ",", "twice a day", "yes", "no", "allergic"),
        *(
            "wife",
            "dawai band kar di",
            "increase",
            "12/12",
            "%",
            "10 µg",
            "-",
            "as needed",
            "for pain",
            "don't",
            "7:30",
        ),
    ]
)


@given(st.lists(st.lists(_WORDS, max_size=14), max_size=5))
def test_every_quote_stands_in_its_turn_and_every_number_was_said(lines: list[list[str]]) -> None:
    speakers = ("doctor", "patient")
    said = dialogue(*(f"{speakers[i % 2]}: {' '.join(words)}" for i, words in enumerate(lines)))
    texts = {utterance.turn.index: utterance.text for utterance in said}
    seen = set()
    for finding in find_medications(said):
        assert isinstance(finding.payload, Medication)
        assert finding.spans
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(texts[span.turn])
            assert texts[span.turn][span.start : span.end].strip()
        dose = finding.payload.dose
        if dose is not None:
            numbers = {float(number) for text in texts.values() for number in re.findall(r"\d+", text)}
            assert dose.value in numbers
            assert any(f"{dose.value:g}" in quote for quote in quotes(said, finding))
        key = (finding.payload.ingredient, dose, finding.payload.status)
        assert key not in seen
        seen.add(key)


@given(st.text("0123456789.,:/-½% mgaxnolisprd\n", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    find_medications(dialogue(f"patient: lisinopril {text} aspirin", f"doctor: {text}mg"))
