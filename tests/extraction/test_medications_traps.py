"""Talk of medicines in which one word turns the meaning, each beside its opposite; every sentence is made up."""

import pytest

from carelog.conversations.turns import Role, Turn
from carelog.extraction.medications import find_medications
from carelog.extraction.utterances import read
from carelog.record.types.medication import Medication

_ROLES = {"doctor": Role.CLINICIAN, "patient": Role.PATIENT, "carer": Role.CARER, "agent": Role.AGENT}


def medications(dialogue: str) -> list[Medication]:
    """The medications of a dialogue of lines such as "doctor: ..."."""
    turns = []
    for index, line in enumerate(dialogue.split(" / ")):
        who, text = line.split(": ", 1)
        turns.append(Turn(index, text, f"/dialog/{index}/body", speaker=who, role=_ROLES[who]))
    found = []
    for finding in find_medications(read(turns)):
        assert isinstance(finding.payload, Medication)
        found.append(finding.payload)
    return found


def told(dialogue: str) -> list[str]:
    """Each as "name dose status", what is unknown left out."""
    return [
        " ".join(part for part in (m.name, str(m.dose) if m.dose else None, m.status) if part)
        for m in medications(dialogue)
    ]


def often(dialogue: str) -> list[tuple[str | None, str | None, float | None]]:
    """Each with its dose, its frequency as said and times per day."""
    return [
        (m.dose and str(m.dose), m.frequency and m.frequency.text, m.frequency and m.frequency.times_per_day)  # type: ignore[misc]
        for m in medications(dialogue)
    ]


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("patient: I missed my Zoloft on Monday.", ["zoloft missed"]),
        ("patient: I never miss my Zoloft.", ["zoloft taking"]),
        ("patient: I haven't missed my Zoloft once.", ["zoloft taking"]),
        ("patient: I take Zoloft 50 mg and I never skip it.", ["zoloft 50 mg taking"]),
        ("patient: I take Zoloft 50 mg. I skipped it on Sunday.", ["zoloft 50 mg taking", "zoloft 50 mg missed"]),
        ("patient: No, I missed the Zoloft last night.", ["zoloft missed"]),
        ("agent: Have you missed any of the Zoloft? / patient: No, never.", ["zoloft taking"]),
        ("agent: Have you missed any of the Zoloft? / patient: Yes, twice.", ["zoloft missed"]),
        ("doctor: If you miss your Zoloft, just take the next one.", []),
        ("patient: What if I forget my Zoloft?", []),
        ("doctor: If the swab is positive I'll prescribe amoxicillin.", []),
        ("doctor: Did you stop the Zoloft? / patient: No.", ["zoloft taking"]),
        ("doctor: Did you stop the Zoloft? / patient: Yes, in May.", ["zoloft stopped"]),
        ("doctor: Can you stop the Zoloft on Friday?", ["zoloft stopped"]),
    ],
)
def test_missed_and_not_missed(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        (
            "doctor: I also have omeprazole here, 20 mg. / patient: No, no, I stopped that one.",
            ["omeprazole 20 mg stopped"],
        ),
        ("doctor: You're on omeprazole 20 mg. / patient: I stopped that last month.", ["omeprazole 20 mg stopped"]),
        ("doctor: You're on omeprazole 20 mg. / patient: I take it every day.", ["omeprazole 20 mg taking"]),
        ("doctor: And the omeprazole? / patient: That one I take.", ["omeprazole taking"]),
        ("doctor: And the omeprazole? / patient: I skipped it all week.", ["omeprazole missed"]),
        ("doctor: And the omeprazole? / patient: That's the twenty, once a day.", ["omeprazole 20 mg taking"]),
        ("doctor: How long on omeprazole? / patient: Twenty.", []),
        ("patient: Amlodipine 5 mg. I just had it.", ["amlodipine 5 mg taking"]),
        ("doctor: Amlodipine stays as it is, 5 mg.", ["amlodipine 5 mg taking"]),
        ("doctor: The amlodipine makes your ankles swell.", []),
    ],
)
def test_what_is_said_of_it_afterwards(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("patient: I take Lipitor 40 mg. / doctor: Atorvastatin forty, that's the generic.", ["lipitor 40 mg taking"]),
        ("patient: I take Lipitor 40 mg and Toprol 50 mg.", ["lipitor 40 mg taking", "toprol 50 mg taking"]),
        (
            "patient: I take losartan fifty and amlodipine five. / doctor: Losartan fifty, amlodipine five. Got it.",
            ["losartan 50 mg taking", "amlodipine 5 mg taking"],
        ),
        (
            "doctor: I'm starting losartan 50 mg. / patient: Losartan fifty. Okay.",
            ["losartan 50 mg started"],
        ),
        ("doctor: You've got two refills left on the Lipitor.", ["lipitor taking"]),
        ("doctor: The Toprol 50 mg. That one's out of refills.", ["toprol 50 mg taking"]),
        ("doctor: I'm sending in a refill of the Toprol 50 mg.", ["toprol 50 mg ordered"]),
        ("patient: Next is the Lipitor. It's forty milligrams, at bedtime.", ["lipitor 40 mg taking"]),
    ],
)
def test_read_backs_and_refills_make_no_second_entry(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


@pytest.mark.parametrize(
    "dialogue",
    [
        "doctor: If you feel sick, we can give you something called ondansetron, four milligrams.",
        "doctor: Most people do fine on acetaminophen.",
        "doctor: The doctor might write you a few days of oxycodone.",
        "doctor: Some folks take aspirin or a blood thinner. That isn't you, is it? / patient: No.",
        "doctor: If you take aspirin, you bleed more.",
        "patient: What if I took an aspirin?",
        "patient: I read about Ozempic in the paper.",
        "patient: They offered me oxycodone, but I'd rather not.",
        "doctor: We may add losartan 50 mg next time.",
        "doctor: Let's say we start losartan.",
        "doctor: We talked about starting losartan.",
        "doctor: He'll want you to take an extra forty of the furosemide.",
        "patient: I don't want Ozempic.",
        "doctor: Do you take any aspirin or ibuprofen? / patient: No, I don't take anything.",
        "doctor: Are you taking anything without a prescription? Aspirin, ibuprofen? / patient: No.",
        "patient: I'm not taking any medicines.",
        "patient: I don't take any medication.",
        "doctor: Which inhalers are you using?",
    ],
)
def test_what_is_only_thought_of_is_no_entry(dialogue: str) -> None:
    assert told(dialogue) == []


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("doctor: I'll give you ondansetron, four milligrams.", ["ondansetron 4 mg ordered"]),
        ("doctor: I'll prescribe amoxicillin.", ["amoxicillin ordered"]),
        ("doctor: We can prescribe you some meloxicam 15 mg once a day.", ["meloxicam 15 mg ordered"]),
        ("doctor: I'm adding losartan 50 mg.", ["losartan 50 mg started"]),
        ("doctor: Do you take aspirin or ibuprofen? / patient: Yes, both.", ["aspirin taking", "ibuprofen taking"]),
        ("doctor: Which inhalers are you using? / patient: Symbicort.", ["symbicort taking"]),
    ],
)
def test_what_is_meant_is_one(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("patient: My wife takes the aspirin, not me.", []),
        ("patient: My wife says I should take the aspirin.", ["aspirin taking"]),
        ("patient: My sister-in-law takes losartan.", []),
        ("patient: My husband has it too. He takes metoprolol 50 mg.", []),
        ("carer: My husband is the patient. He takes metoprolol 50 mg.", ["metoprolol 50 mg taking"]),
        ("patient: My neighbor is on insulin and I take metformin.", ["metformin taking"]),
        ("patient: I'm allergic to penicillin, and I take metformin.", ["metformin taking"]),
        ("patient: Penicillin gives me a rash.", []),
        ("doctor: Any allergies? / patient: Sulfa drugs and penicillin.", []),
    ],
)
def test_other_peoples_medicines_and_allergies(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        (
            "patient: Synthroid. It used to be seventy five, but she put me up to eighty eight. Micrograms.",
            ["synthroid 88 ug taking"],
        ),
        ("patient: Synthroid. It used to be 75 micrograms, now it's 88 micrograms.", ["synthroid 88 ug taking"]),
        ("patient: I take Synthroid 88 micrograms.", ["synthroid 88 ug taking"]),
        (
            "doctor: And the Lantus? / patient: Fourteen units. No, I tell a lie, it's sixteen. Sixteen units.",
            ["lantus 16 U taking"],
        ),
        (
            "agent: Did you take your insulin? / patient: Yes, fourteen units, no wait, sixteen.",
            ["insulin 16 U taking"],
        ),
        ("patient: Lantus, I take twelve. Twelve units at night.", ["lantus 12 U taking"]),
        (
            "patient: I was put on Plavix 75, aspirin 81 and Lipitor 80.",
            ["plavix 75 mg started", "aspirin 81 mg started", "lipitor 80 mg started"],
        ),
        ("patient: I take lisinopril 10 mg, no, sorry, 20 mg.", ["lisinopril 20 mg taking"]),
        ("patient: I take lisinopril, no, sorry, losartan 50 mg.", ["losartan 50 mg taking"]),
        ("patient: I take lisinopril, losartan and no aspirin.", ["lisinopril taking", "losartan taking"]),
        ("patient: I take metformin, five hundred five hundred milligrams.", ["metformin 500 mg taking"]),
        ("patient: I take metformin, forty forty milligrams.", ["metformin 40 mg taking"]),
        ("patient: I take Xanax .5 milligrams.", ["xanax 0.5 mg taking"]),
        ("patient: I take Xanax, point five milligrams.", ["xanax 0.5 mg taking"]),
        ("patient: I used to take 20 mg of lisinopril.", ["lisinopril 20 mg stopped"]),
        ("patient: For the cholesterol I take atorvastatin, twenty milligrams.", ["atorvastatin 20 mg taking"]),
        ("patient: The cholesterol one, atorvastatin, twenty milligrams at night.", ["atorvastatin 20 mg taking"]),
    ],
)
def test_the_dose_that_holds(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("patient: I take half a tablet of metoprolol.", [(None, None, None)]),
        ("patient: I take two tablets of metformin 500 mg, twice a day.", [("500 mg", "twice a day", 2)]),
        ("patient: I take two tablets of 500 mg metformin.", [("500 mg", None, None)]),
        (
            "patient: I take Lantus, 10 units in the morning and 12 units at night.",
            [("10 U", "in the morning", 1), ("12 U", "at night", 1)],
        ),
        (
            "agent: Did you take your Lantus? / patient: I took ten units in the morning and twelve at night.",
            [("10 U", "in the morning", 1), ("12 U", "at night", 1)],
        ),
        ("patient: I take lisinopril every day, 20 mg.", [("20 mg", "every day", 1)]),
        ("patient: I take Tylenol as needed.", [(None, "as needed", None)]),
        ("patient: I took Tylenol on Saturday.", [(None, None, None)]),
        ("patient: I take methotrexate 15 mg every Saturday.", [("15 mg", "every Saturday", pytest.approx(1 / 7))]),
        (
            "patient: I take losartan 50 mg and amlodipine 5 mg. Both once a day.",
            [("50 mg", "once a day", 1), ("5 mg", "once a day", 1)],
        ),
        (
            "doctor: Increase the losartan from 25 mg to 50 mg twice a day.",
            [("50 mg", "twice a day", 2), ("25 mg", None, None)],
        ),
        (
            "doctor: Start prednisone 40 mg once a day, then taper down to 20 mg.",
            [("40 mg", "once a day", 1), ("20 mg", None, None)],
        ),
    ],
)
def test_how_much_and_how_often(dialogue: str, expected: list[tuple[str | None, str | None, float | None]]) -> None:
    assert often(dialogue) == expected


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("patient: Telma 40, woh main roz subah leti hoon, woh miss nahi ki", ["telma 40 mg taking"]),
        ("patient: Telma 40 kal miss ho gayi", ["telma 40 mg missed"]),
        ("patient: Telma 40 kal bhool gayi thi", ["telma 40 mg missed"]),
        ("patient: Dolo 650 li thi dopahar ko", ["dolo 650 mg taking"]),
        ("patient: Dolo 650 nahi li", ["dolo 650 mg missed"]),
        ("patient: मैं Telma 40 mg रोज़ लेती हूँ", ["telma 40 mg taking"]),
        ("patient: कल Telma लेना भूल गई", ["telma missed"]),
        ("patient: Telma मैंने बंद कर दी", ["telma stopped"]),
        ("doctor: दवाइयाँ ले रहे हैं? / patient: जी। Glycomet 500 mg सुबह शाम", ["glycomet 500 mg taking"]),
        ("patient: Telma 40 aur Ecosprin 75 roz leta hoon", ["telma 40 mg taking", "ecosprin 75 mg taking"]),
        ("patient: Telma 40 aur Ecosprin 75 band kar di", ["telma 40 mg stopped", "ecosprin 75 mg stopped"]),
        ("patient: मेरी पत्नी Telma लेती है", []),
        ("patient: meri biwi Telma leti hai", []),
    ],
)
def test_hindi_in_both_scripts(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("doctor: You're on lisinopril 10? / patient: No, 20.", ["lisinopril 20 mg taking"]),
        ("doctor: You're on lisinopril 10? / patient: Yes.", ["lisinopril 10 mg taking"]),
        ("doctor: I see you take metformin. / patient: Yes, 500 twice a day.", ["metformin 500 mg taking"]),
        ("doctor: Any ibuprofen, naproxen, aspirin? / patient: Just Tylenol.", ["tylenol taking"]),
        ("doctor: Any ibuprofen, naproxen, aspirin? / patient: No.", []),
        ("doctor: Is he on any blood thinners? / carer: Yes, Eliquis.", ["eliquis taking"]),
        ("doctor: Is he on any blood thinners? / carer: Yes.", ["blood thinner taking"]),
        (
            "doctor: What medicines are you on? / patient: Lisinopril 10, and a baby aspirin.",
            ["lisinopril 10 mg taking", "baby aspirin taking"],
        ),
        ("doctor: Do you want me to start you on Ozempic? / patient: No.", []),
        ("doctor: Do you want me to start you on Ozempic? / patient: Yes, please.", ["ozempic started"]),
        ("patient: Can you refill my Zoloft 50 mg?", ["zoloft 50 mg taking"]),
        ("patient: Can I take Zoloft with milk?", ["zoloft asked"]),
        ("agent: Reminder: take your metformin 500 mg now.", ["metformin 500 mg ordered"]),
    ],
)
def test_questions_and_what_answers_them(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


@pytest.mark.parametrize(
    ("dialogue", "expected"),
    [
        ("patient: I'm off the prednisone now.", ["prednisone stopped"]),
        ("patient: I'm no longer on Plavix.", ["plavix stopped"]),
        ("patient: I'm still on Plavix.", ["plavix taking"]),
        ("patient: I was on Lipitor but switched to Crestor 10 mg.", ["lipitor stopped", "crestor 10 mg changed"]),
        ("patient: I want to stop the Lipitor.", ["lipitor taking"]),
        ("doctor: I want to stop the Lipitor.", ["lipitor stopped"]),
        ("patient: I'm supposed to take Lasix but I don't.", ["lasix missed"]),
        ("patient: I finished the amoxicillin on Friday.", ["amoxicillin stopped"]),
        ("doctor: Resume the metformin 500 mg on Monday.", ["metformin 500 mg started"]),
        ("doctor: I wouldn't increase the Lipitor.", ["lipitor taking"]),
        ("doctor: We could increase the Lipitor to 80.", []),
        ("doctor: I'd rather you take Tylenol than ibuprofen.", ["tylenol ordered"]),
        ("patient: They gave me morphine in the hospital.", []),
        ("patient: They gave me morphine.", ["morphine taking"]),
        ("carer: I give him his Keppra at night.", ["keppra taking"]),
        ("patient: I'm scared of taking statins.", []),
        ("patient: When I was pregnant I took labetalol.", ["labetalol stopped"]),
        ("patient: I took labetalol this morning.", ["labetalol taking"]),
        ("patient: I haven't taken any Advil today.", []),
        ("patient: I haven't taken my Advil today.", ["advil missed"]),
    ],
)
def test_beginnings_and_ends(dialogue: str, expected: list[str]) -> None:
    assert told(dialogue) == expected


def test_a_bare_name_is_quoted_with_its_sentence() -> None:
    turn = Turn(0, "Hello. I stopped metformin because of my stomach. It's better.", "/dialog/0/body")
    [finding] = find_medications(read([turn]))
    [span] = finding.spans
    assert turn.text[span.start : span.end] == "I stopped metformin because of my stomach."


def test_a_follow_up_question_asks_for_what_is_taken_too() -> None:
    asked = "agent: What are you taking for the sugar? / patient: Metformin. / agent: And for your blood pressure? / "
    assert told(asked + "patient: Amlodipine, five milligrams.") == ["metformin taking", "amlodipine 5 mg taking"]
    assert told("agent: How is your mother? / patient: Fine. / agent: And the cat? / patient: Amlodipine.") == []
