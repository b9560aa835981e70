"""What the local engine reads in each sample: every entry that a careful reader would make, and no other.

Medicines are left to the tests of their own room.
"""

import pytest

from carelog.conversations import Conversation
from carelog.extraction.local import extract
from carelog.samples import sample_files

EXPECTED: dict[str, list[str]] = {
    "01-call-morning-check": [
        "headache: present, mild, for three days",
        "chest pain: absent",
        "chest tightness: absent",
        "shortness of breath: absent",
        "vision changes: absent",
        "nausea: absent",
        "dizziness: present, mild",
        "foot swelling: absent",
        "ankle swelling: absent",
        "cold hands and feet: present",
        "blood pressure 142/88 mmHg",
        "glucose 156 mg/dL, fasting",
        "sleep: 5 h, poor",
        "mood: low",
    ],
    "02-checkin-tuesday-morning": [
        "sleep: 6.5 h",
        "mood: okay",
        "water: Two glasses of warm water",
        "idli, two (breakfast)",
        "sambar (breakfast)",
        "banana (breakfast)",
        "weight 68.4 kg",
        "walking, 25 min",
        "headache: present, improving",
    ],
    "03-whatsapp-upset-stomach": [
        "diarrhea: present, since Sunday",
        "nausea: present, mild, since last night",
        "fever: absent",
        "vomiting: absent",
        "blood in stool: absent",
        "water: 2000 mL",
        "blood pressure 138/86 mmHg",
        "heart rate 82 per minute",
    ],
    "04-call-nurse-recorded": [
        "Appointment, 2026-01-29 09:15, Dr. Whitlow: scheduled",
        "headache: present, improving",
        "dizziness: present",
        "diarrhea: absent",
        "nausea: absent",
        "glucose 192 mg/dL, fasting",
        "frequent urination: absent",
        "thirst: present",
        "vision changes: absent",
        "blood pressure 144/90 mmHg",
    ],
    "05-checkin-wednesday-evening": [
        "fatigue: present",
        "mood: low",
        "mood: energy low",
        "lemon rice (lunch)",
        "yogurt (lunch)",
        "roti, two (dinner)",
        "dal (dinner)",
        "papaya, a small bowl (dinner)",
        "water: 6 glasses of water",
        "yoga, 15 min",
        "headache: absent",
        "foot pain: present",
        "blood pressure 140/88 mmHg",
    ],
    "06-vcon-doctor-visit": [
        "headache: present",
        "dizziness: present",
        "diarrhea: present",
        "glucose 198 mg/dL, fasting",
        "fever: absent",
        "chills: absent",
        "weight loss: absent",
        "night sweats: absent",
        "chest pain: absent",
        "palpitations: present",
        "shortness of breath: absent",
        "cough: absent",
        "leg swelling: absent",
        "tingling: present, mild, toes, for two months",
        "vision changes: absent",
        "painful urination: absent",
        "sleep: 6 h",
        "mood: worried",
        "blood pressure 148/92 mmHg",
        "heart rate 78 per minute",
        "temperature 36.9 °C",
        "spo2 98 %",
        "weight 68.5 kg",
    ],
    "07-scan-prescription": [],
    "08-lab-results": [],
    "09-call-no-answer": [],
    "10-call-nurse-follow-up": [
        "ankle swelling: present, since Saturday",
        "calf pain: absent",
        "shortness of breath: absent",
        "blood pressure 128/80 mmHg",
        "headache: absent",
        "dizziness: absent",
        "glucose 141 mg/dL, fasting",
        "glucose 168 mg/dL, fasting",
        "diarrhea: absent",
    ],
    "11-call-wednesday-check": [
        "ankle swelling: present, mild",
        "headache: absent",
        "dizziness: absent",
        "lip swelling: absent",
        "face swelling: absent",
        "cough: absent",
        "blood pressure 126/78 mmHg",
        "glucose 138 mg/dL, fasting",
        "sleep: 7 h",
        "walking, 30 min",
    ],
    "12-whatsapp-voice-note-hinglish": [
        "fever: present, kal raat se",
        "temperature 38.6 °C",
        "temperature 37.9 °C",
        "cough: present, do din se",
        "sore throat: present",
        "difficulty swallowing: present",
        "shortness of breath: absent",
        "vomiting: absent",
        "headache: present, mild",
        "khichdi",
        "lemonade",
        "water: 2000 mL",
    ],
    "13-whatsapp-hindi": [
        "shortness of breath: absent",
        "glucose 148 mg/dL, fasting",
        "blood pressure 136/84 mmHg",
        "heart rate 76 per minute",
        "dizziness: absent",
        "chest pain: absent",
        "knee pain: present, तीन हफ़्ते से",
        "sleep: 7 h, fair",
        "walking, 30 min",
        "water: 8 गिलास",
    ],
    "14-call-daughter-about-her-father": [
        "orthopnea: present",
        "leg swelling: present",
        "shortness of breath: present",
        "chest pain: absent",
        "fever: absent",
        "cough: present, mild",
        "blood pressure 118/64 mmHg",
        "spo2 93 %",
        "water: Three glasses of water",
    ],
    "15-call-rescheduling": [
        "Appointment, 2026-02-12 10:30, Dr. Lindqvist: cancelled",
        "Appointment, 2026-02-18 11:15, Dr. Lindqvist: scheduled",
    ],
    "16-call-pharmacy-refill": [
        "bleeding: absent",
        "bruising: present, arm",
        "dizziness: absent",
    ],
    "17-call-asthma-check": [
        "asthma (J45.909): active, confirmed",
        "Peak flow: 310 L/min",
        "wheezing: present",
        "productive cough: present, mild",
        "fever: absent",
        "chest pain: absent",
        "chest tightness: present",
        "spo2 96 %",
        "heart rate 88 per minute",
    ],
    "18-call-what-if-questions": [
        "blood pressure 118/76 mmHg",
    ],
}

FILES = {file.name.removesuffix(".vcon.json"): file for file in sample_files()}


def test_every_sample_has_its_entries_listed() -> None:
    assert FILES.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_record_of_a_sample_holds_these_entries_and_no_other(name: str) -> None:
    entries = extract(Conversation.parse(FILES[name].read_bytes())).entries
    assert sorted(e.payload.headline() for e in entries if e.type != "medication") == sorted(EXPECTED[name])


def test_a_call_about_dates_and_parking_yields_the_two_appointments_and_nothing_else() -> None:
    entries = extract(Conversation.parse(FILES["15-call-rescheduling"].read_bytes())).entries
    assert [e.type for e in entries] == ["appointment", "appointment"]


def test_quotes_say_enough_and_not_too_much() -> None:
    for name, file in FILES.items():
        for entry in extract(Conversation.parse(file.read_bytes())).entries:
            quotes = [evidence.quote for evidence in entry.evidence]
            assert all(len(quote) <= 120 for quote in quotes), (name, quotes)
            if entry.type in ("vitals", "sleep", "mood"):
                assert len(" ".join(quotes).split()) > 1, (name, quotes)


def test_a_carer_is_not_the_patient() -> None:
    entries = extract(Conversation.parse(FILES["14-call-daughter-about-her-father"].read_bytes())).entries
    said = " ".join(evidence.quote for entry in entries for evidence in entry.evidence)
    assert "slept three hours" not in said
    assert "the size of Boston" not in said
