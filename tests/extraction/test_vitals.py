"""Readings that were said, and the many numbers that are none."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.finding import Finding, Implausible
from carelog.extraction.utterances import read
from carelog.extraction.vitals import find_vitals
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Vitals

ROLES = {"P": Role.PATIENT, "A": Role.AGENT, "D": Role.CLINICIAN, "C": Role.CARER}


def dialogue(*lines: str) -> list[Turn]:
    """'P: ...' is said by the patient, 'A:' by an agent, 'D:' by a doctor, 'C:' by a carer."""
    return [
        Turn(index=i, text=line[3:], pointer=f"/dialog/{i}/body", role=ROLES[line[0]]) for i, line in enumerate(lines)
    ]


def found(*lines: str) -> list[Finding]:
    findings = find_vitals(read(dialogue(*lines)))
    assert not any(isinstance(finding, Implausible) for finding in findings)
    return [finding for finding in findings if isinstance(finding, Finding)]


def doubted(*lines: str) -> list[Implausible]:
    return [finding for finding in find_vitals(read(dialogue(*lines))) if isinstance(finding, Implausible)]


def headlines(*lines: str) -> list[str]:
    return [finding.payload.headline() for finding in found(*lines)]


def quotes(lines: Sequence[str], finding: Finding) -> list[str]:
    turns = dialogue(*lines)
    return [turns[span.turn].text[span.start : span.end] for span in finding.spans]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("My blood pressure was 140/90 this morning", "140/90"),
        ("BP 128/82", "128/82"),
        ("it's one thirty five over eighty", "135/80"),
        ("my pressure is one forty on ninety", "140/90"),
        ("I checked my blood pressure. It came to 152 over 94.", "152/94"),
        ("Bp one twenty eighty", "120/80"),
        ("BP: 140-90", "140/90"),
        ("140/90", "140/90"),
        ("the top number was 140 and the bottom number was 90", "140/90"),
        ("mera bp 150/95 hai", "150/95"),
        ("I took my BP at 7 this morning and it was 138 over 84", "138/84"),
        ("a hundred and forty over over seventy", "140/70"),
    ],
)
def test_blood_pressure_in_the_ways_people_say_it(text: str, reading: str) -> None:
    assert headlines(f"P: {text}") == [f"blood pressure {reading} mmHg"]


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("my pulse is 72", "heart rate 72 per minute"),
        ("72 bpm", "heart rate 72 per minute"),
        ("heart rate was fifty eight", "heart rate 58 per minute"),
        ("my temperature was a hundred and one point two", "temperature 38.4 °C"),
        ("temp of 38.5", "temperature 38.5 °C"),
        ("it was a 101 degree fever", "temperature 38.3 °C"),
        ("running a fever of one oh two", "temperature 38.9 °C"),
        ("bukhar 101 hai", "temperature 38.3 °C"),
        ("my temperature is ninety eight . six", "temperature 37 °C"),
        ("sugar was 142", "glucose 142 mg/dL"),
        ("my sugar is two fifty today", "glucose 250 mg/dL"),
        ("glucose 7.8 mmol/L", "glucose 140.5 mg/dL"),
        ("sats 94 %", "spo2 94 %"),
        ("my o2 sat is ninety six percent", "spo2 96 %"),
        ("97 percent oxygen", "spo2 97 %"),
        ("I weigh 82 kilos", "weight 82 kg"),
        ("weight 180 lbs", "weight 81.6 kg"),
        ("I'm about 11 stone 4", "weight 71.7 kg"),
        ("I weighed myself this morning, 186 pounds", "weight 84.4 kg"),
        ("my oxygen dropped to 88 last night", "spo2 88 %"),
        ("five foot six tall", "height 167.6 cm"),
        ("my height is 5'6\"", "height 167.6 cm"),
        ("I am 1.68 m", "height 168 cm"),
        ("respiratory rate is 18", "respiratory rate 18 per minute"),
    ],
)
def test_single_measures_in_one_stored_unit(text: str, headline: str) -> None:
    assert headlines(f"P: {text}") == [headline]


def test_hr_is_a_heart_rate_before_a_number_and_an_hour_after_one() -> None:
    assert headlines("P: SpO2 98 HR 88") == ["spo2 98 %", "heart rate 88 per minute"]
    assert headlines("P: my sugar was 142 hr later") == []


def test_a_reading_is_not_lost_among_other_talk() -> None:
    said = "D: you appear to be breathing a little fast your respiratory rate is twenty right where we want it"
    assert headlines(said) == ["respiratory rate 20 per minute"]


def test_a_row_of_readings_is_told_apart() -> None:
    said = "D: temp 99.1 F, spo2 97%, hr 72, respirations are sixteen and blood pressure is 120/80"
    assert headlines(said) == [
        "temperature 37.3 °C",
        "spo2 97 %",
        "heart rate 72 per minute",
        "respiratory rate 16 per minute",
        "blood pressure 120/80 mmHg",
    ]


def test_one_who_tells_of_himself_needs_no_names_for_measures() -> None:
    said = "P: I'm 54 years old, 5 feet 6 inches and 82 kg"
    assert headlines(said) == ["height 167.6 cm", "weight 82 kg"]
    assert headlines("P: I'm 5'10 and 180 lbs") == ["height 177.8 cm", "weight 81.6 kg"]


def test_what_was_said_is_kept_and_quoted_with_its_meaning() -> None:
    lines = ["P: This morning my blood pressure was one forty over ninety, doctor."]
    [finding] = found(*lines)
    assert isinstance(finding.payload, Vitals)
    assert finding.payload.said == "one forty over ninety"
    assert quotes(lines, finding) == ["blood pressure was one forty over ninety"]


@pytest.mark.parametrize(
    ("question", "answer", "headline", "quote"),
    [
        ("What was your sugar this morning?", "one forty two", "glucose 142 mg/dL", "one forty two"),
        ("And your weight?", "Uh, seventy two kilos.", "weight 72 kg", "Uh, seventy two kilos."),
        ("What is your temperature", "It's a hundred and one.", "temperature 38.3 °C", "It's a hundred and one."),
        ("How tall are you?", "five ten", "height 177.8 cm", "five ten"),
        ("Do you check your blood pressure?", "Yes, 140 over 90", "blood pressure 140/90 mmHg", "Yes, 140 over 90"),
    ],
)
def test_a_bare_answer_is_supported_by_its_question(question: str, answer: str, headline: str, quote: str) -> None:
    lines = [f"A: {question}", f"P: {answer}"]
    [finding] = found(*lines)
    assert finding.payload.headline() == headline
    assert quotes(lines, finding) == [quote, question]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Have you been checking your sugar?", "Yes, three times a day"),
        ("Is your sugar above 200?", "yes, 240 days ago it started"),
        ("Did your pressure go over 160 over 100?", "No"),
        ("What was your sugar?", "Between 130 and 140"),
        ("How much do you weigh?", "82"),
        ("What is your husband's sugar?", "180"),
    ],
)
def test_an_answer_that_gives_no_reading(question: str, answer: str) -> None:
    assert found(f"A: {question}", f"P: {answer}") == []


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        ("P: fasting sugar 110", "glucose 110 mg/dL, fasting"),
        ("P: Sugar (F) - 118", "glucose 118 mg/dL, fasting"),
        ("P: sugar was 180 after lunch", "glucose 180 mg/dL, post meal"),
        ("P: my resting heart rate is 58", "heart rate 58 per minute, resting"),
        ("P: my pulse was 130 after running", "heart rate 130 per minute, after exercise"),
    ],
)
def test_circumstances_are_kept(line: str, headline: str) -> None:
    assert headlines(line) == [headline]


def test_a_second_reading_has_circumstances_of_its_own() -> None:
    assert headlines("P: fasting sugar 110 and after lunch 160") == [
        "glucose 110 mg/dL, fasting",
        "glucose 160 mg/dL, post meal",
    ]
    assert headlines("P: My sugar before breakfast was 134 and two hours after breakfast it was 189.") == [
        "glucose 134 mg/dL, fasting",
        "glucose 189 mg/dL, post meal",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "D: we want it under 130/80",
        "D: your goal is to keep your blood pressure at 120/80",
        "D: if your pressure goes above 160 over 90 call us",
        "D: normal is 120/80",
        "D: let's bring your blood pressure down to 130/80",
        "D: your last blood pressure was 150/90",
        "D: I'd like your sugar to be around 110",
        "D: patients with a temperature of 101 should come in",
        "D: a heart rate of 100 is considered fast",
        "P: my baby weighs 8 pounds",
        "P: I live in room 140/90",
        "P: I scored 120/80 on the test",
        "P: I take ten units when my sugar is 200",
        "P: my sugar went from 250 to 140",
        "P: BP 130/80/70",
        "D: 120/80 is the goal",
        "D: call me if your sugar is 300 or higher",
        "D: my blood pressure is 140/90 too",
        "P: my husband's pressure is 150/90",
        "P: his sugar was 200",
        "P: last year my blood pressure was 150/90",
        "P: my sugar was 300 two months ago",
        "P: my blood pressure is usually 120/80",
        "P: my sugar is between 130 and 140",
        "P: sugar 130-140",
        "P: the pain is 5/10",
        "P: I have 20/20 vision",
        "P: born on 6/8/2025",
        "P: I take Symbicort 160/45 mcg",
        "P: my A1c was 7.2",
        "P: my sugar pill is 500 mg",
        "P: two spoons of sugar",
        "P: I lost 5 pounds",
        "P: I'm 10 pounds lighter",
        "P: my weight is 82",
        "P: my goal weight is 75 kg",
        "P: I had a fever for 3 days",
        "P: the room temperature is 98",
        "P: I'm on 2 liters of oxygen",
        "P: pulse at 7:30",
        "D: your heart rate is in the sixties",
        "A: Is your blood pressure 140/90?",
    ],
)
def test_numbers_that_are_no_reading_of_the_subject_now(line: str) -> None:
    assert found(line) == []


def test_a_carer_and_a_dictating_clinician_speak_of_the_subject_as_he_or_she() -> None:
    assert headlines("C: his sugar was 200") == ["glucose 200 mg/dL"]
    assert headlines("D: her pulse is 67") == ["heart rate 67 per minute"]


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        ("P: sugar was 115, sorry, 150 not 115", "glucose 150 mg/dL"),
        ("P: BP 140/90, no, sorry, 150/90", "blood pressure 150/90 mmHg"),
    ],
)
def test_a_correction_takes_the_place_of_the_slip(line: str, headline: str) -> None:
    assert headlines(line) == [headline]


@pytest.mark.parametrize(
    ("line", "payload", "fields"),
    [
        (
            "P: my heart rate was 500",
            {"kind": "heart_rate", "said": "500", "value": {"value": 500, "unit": "/min"}},
            ("value",),
        ),
        (
            "P: my pressure was 90/140",
            {
                "kind": "blood_pressure",
                "said": "90/140",
                "systolic": {"value": 90, "unit": "mm[Hg]"},
                "diastolic": {"value": 140, "unit": "mm[Hg]"},
            },
            ("systolic", "diastolic"),
        ),
        (
            "P: my temperature was about 150",
            {"kind": "temperature", "said": "about 150", "value": {"value": 65.6, "unit": "Cel"}},
            ("value",),
        ),
    ],
)
def test_a_reading_that_nobody_can_have_is_for_a_person_to_judge(
    line: str, payload: dict[str, object], fields: tuple[str, ...]
) -> None:
    [doubt] = doubted(line)
    assert (dict(doubt.payload), doubt.fields) == (payload, fields)
    assert find_vitals(read(dialogue(line))) == [doubt]


@pytest.mark.parametrize(
    "line",
    [
        "P: they checked my pulse on March 4",
        "P: my blood pressure was fine on 12/8",
        "P: about my sugar, call me at 9876543210",
        "P: my pulse, 500 Main Street",
        "P: my husband's pressure was 900 over 80",
        "P: if my sugar is 9000 call me",
        "P: my sugar was 12",
        "P: I use oxygen at 2",
    ],
)
def test_a_number_that_is_no_reading_is_no_doubtful_one_either(line: str) -> None:
    assert find_vitals(read(dialogue(line))) == []


def test_what_is_put_right_in_a_later_turn_is_borne_out_by_both() -> None:
    lines = ["P: My fasting sugar was 124.", "A: 124, noted.", "P: No wait, it was 142."]
    [finding] = found(*lines)
    assert finding.payload.headline() == "glucose 142 mg/dL, fasting"
    assert [span.turn for span in finding.spans] == [2, 0]


def test_what_was_misheard_is_put_right_by_who_said_it() -> None:
    lines = ["P: My blood pressure was one thirteen over eighty.", "A: 113 over 80?", "P: No, one thirty over eighty."]
    assert headlines(*lines) == ["blood pressure 130/80 mmHg"]


def measured(line: str) -> float:
    [finding] = found(line)
    assert isinstance(finding.payload, Vitals) and finding.payload.value is not None
    return finding.payload.value.value


@given(st.integers(950, 1080).map(lambda tenths: tenths / 10))
def test_fahrenheit_is_kept_as_celsius(degrees: float) -> None:
    for line in (f"P: my temperature was {degrees}", f"P: my temperature was {degrees} degrees Fahrenheit"):
        assert measured(line) * 1.8 + 32 == pytest.approx(degrees, abs=0.1)


@given(st.integers(90, 500))
def test_pounds_are_kept_as_kilograms(pounds: int) -> None:
    assert measured(f"P: I weigh {pounds} pounds") / 0.45359237 == pytest.approx(pounds, abs=0.12)


@given(st.integers(7, 30), st.integers(0, 13))
def test_stones_are_kept_as_kilograms(stones: int, pounds: int) -> None:
    said = f"P: I weigh {stones} stone {pounds} pounds"
    assert measured(said) / 0.45359237 == pytest.approx(stones * 14 + pounds, abs=0.12)


@given(st.integers(4, 7), st.integers(0, 11))
def test_feet_and_inches_are_kept_as_centimetres(feet: int, inches: int) -> None:
    assert measured(f"P: my height is {feet} feet {inches} inches") / 2.54 == pytest.approx(
        feet * 12 + inches, abs=0.03
    )


@given(st.integers(20, 330).map(lambda tenths: tenths / 10))
def test_millimoles_of_sugar_are_kept_as_milligrams(millimoles: float) -> None:
    assert measured(f"P: my sugar was {millimoles} mmol/L") / 18.0156 == pytest.approx(millimoles, abs=0.01)


@given(st.floats(0, 1e6), st.sampled_from(["pulse", "temperature", "sugar", "oxygen", "breathing rate", "bmi"]))
def test_no_number_makes_a_reading_that_nobody_can_have(number: float, name: str) -> None:
    for finding in find_vitals(read(dialogue(f"P: my {name} is {number:.1f}"))):
        assert isinstance(finding, Implausible) or isinstance(finding.payload, Vitals)


WORDS = list(
    word_set(
        "blood pressure sugar was 140 / 90 over temp 101 f my pulse 72 bpm if not five six feet kg , . ? 900 wait no"
    )
)


@given(st.lists(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=4))
def test_any_dialogue_yields_findings_inside_its_turns(texts: list[str]) -> None:
    turns = [Turn(i, text, "/t", role=(Role.AGENT, Role.PATIENT)[i % 2]) for i, text in enumerate(texts)]
    for finding in find_vitals(read(turns)):
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(turns[span.turn].text)
