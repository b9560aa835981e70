"""The medications of every sample, as a careful reader would write them down."""

import pytest

from carelog.conversations import Conversation
from carelog.extraction.local import extract
from carelog.record.types.medication import Medication
from carelog.samples import sample_files

# Name, dose, how often as said, times per day (0 where the words give no number), status.
Row = tuple[str, str | None, str | None, float, str | None]

EXPECTED: dict[str, list[Row]] = {
    "01-call-morning-check": [
        ("metformin", "500 mg", "twice a day, breakfast and dinner", 2, "taking"),
        ("amlodipine", "5 mg", "once a day in the morning", 1, "taking"),
        ("atorvastatin", "20 mg", "at night", 1, "taking"),
        ("atorvastatin", "20 mg", None, 0, "missed"),
    ],
    "03-whatsapp-upset-stomach": [("metformin", "500 mg", "on empty stomach", 0, "taking")],
    "04-call-nurse-recorded": [
        ("metformin", None, None, 0, "stopped"),
        ("amlodipine", "5 mg", "in the morning", 1, "taking"),
        ("atorvastatin", "20 mg", "at night", 1, "taking"),
    ],
    "05-checkin-wednesday-evening": [("atorvastatin", "20 mg", None, 0, "taking")],
    "06-vcon-doctor-visit": [
        ("metformin", None, None, 0, "stopped"),
        ("tylenol", None, None, 0, "taking"),
        ("amlodipine", "10 mg", "once a day, in the morning", 1, "changed"),
        ("amlodipine", "5 mg", None, 0, None),  # What it was until this visit.
        ("metformin", "500 mg", "once a day with dinner", 1, "started"),
        ("atorvastatin", "20 mg", "at night", 1, "taking"),
    ],
    "10-call-nurse-follow-up": [
        ("amlodipine", "10 mg", "every morning", 1, None),  # the nurse changes it
        ("metformin", "500 mg", None, 0, "missed"),
        ("amlodipine", "5 mg", "once a day", 1, "changed"),
        ("losartan", "50 mg", "once a day", 1, "started"),
        ("metformin", "500 mg", "with dinner", 0, "taking"),
        ("atorvastatin", "20 mg", "at night", 1, "taking"),
    ],
    "11-call-wednesday-check": [
        ("metformin", "500 mg", "Every night", 1, "taking"),
        ("losartan", "50 mg", "once a day, in the morning", 1, "taking"),
        ("amlodipine", "5 mg", "once a day, in the morning", 1, "taking"),
    ],
    "12-whatsapp-voice-note-hinglish": [
        ("dolo", "650 mg", "khane ke baad", 0, "taking"),
        ("telma", "40 mg", "roz subah", 1, "taking"),
    ],
    "13-whatsapp-hindi": [
        ("glycomet", "500 mg", "सुबह शाम खाने के बाद", 2, "taking"),
        ("telma", "40 mg", "सुबह एक", 1, "taking"),
        ("glycomet", "500 mg", None, 0, "missed"),
    ],
    "14-call-daughter-about-her-father": [
        ("furosemide", "40 mg", "once a day in the morning", 1, "taking"),
        ("furosemide", "40 mg", None, 0, "missed"),
        ("carvedilol", "12.5 mg", "twice a day", 2, "taking"),
        ("baby aspirin", None, None, 0, "taking"),
    ],
    "16-call-pharmacy-refill": [
        ("eliquis", "5 mg", "twice a day", 2, "taking"),
        ("lipitor", "40 mg", "at bedtime", 1, "taking"),
        ("toprol xl", "50 mg", "once a day", 1, "taking"),
        ("synthroid", "88 ug", "every morning", 1, "taking"),
        ("omeprazole", "20 mg", None, 0, "stopped"),
        ("lantus", "16 U", "at bedtime", 1, "taking"),
        ("nitroglycerin", None, None, 0, None),  # Has them, and has not needed one in a year.
        ("vitamin d", "1000 [IU]", "once a day", 1, "taking"),
    ],
    "17-call-asthma-check": [
        ("albuterol", None, "when I need it", 0, "taking"),
        ("symbicort", None, "twice a day", 2, "taking"),
        ("symbicort", None, None, 0, "missed"),
        ("prednisone", None, None, 0, "stopped"),
    ],
}


def _row(medication: Medication) -> Row:
    dose, often = medication.dose, medication.frequency
    times = (often.times_per_day if often else None) or 0
    return (medication.name, str(dose) if dose else None, often.text if often else None, times, medication.status)


@pytest.mark.parametrize("name", [file.name.removesuffix(".vcon.json") for file in sample_files()])
def test_no_medication_is_wrong_and_none_is_lost(name: str) -> None:
    file = next(file for file in sample_files() if file.name == f"{name}.vcon.json")
    payloads = [entry.payload for entry in extract(Conversation.parse(file.read_text(encoding="utf-8"))).entries]
    rows = [_row(payload) for payload in payloads if isinstance(payload, Medication)]
    assert sorted(rows, key=repr) == sorted(EXPECTED.get(name, []), key=repr)
