"""Made-up payloads of every entry type: the least that each takes, and examples that together set every field."""

from typing import Any

DIABETES = {
    "system": "http://hl7.org/fhir/sid/icd-10-cm",
    "code": "E11.9",
    "display": "Type 2 diabetes mellitus without complications",
}
METFORMIN = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "6809", "display": "metformin"}
COUGH = {"system": "http://snomed.info/sct", "code": "49727002", "display": "Cough"}

# What each type takes with the fewest fields, and its headline.
MINIMAL: dict[str, tuple[dict[str, Any], str]] = {
    "alarm": ({"kind": "water", "title": "Drink", "time": "09:00"}, "Drink: 09:00 daily"),
    "allergy": ({"substance": "peanuts"}, "allergy: peanuts"),
    "appointment": ({"title": "Eye check"}, "Eye check"),
    "biomarker": ({"code": "ldl_cholesterol", "value": {"value": 96, "unit": "mg/dL"}}, "ldl cholesterol: 96 mg/dL"),
    "chat_message": ({"message": "Good morning"}, "Good morning"),
    "check_in": ({}, "check-in (pending)"),
    "condition": ({"name": "asthma"}, "asthma"),
    "data_source": ({"name": "Step counter"}, "Step counter"),
    "document": ({"title": "Letter"}, "Letter"),
    "emergency_contact": ({"name": "Ines", "phone": "2025550143 00"}, "Ines"),
    "exercise": ({"activity": "swimming"}, "swimming"),
    "food": ({"name": "roti"}, "roti"),
    "immunization": ({"vaccine": "influenza, seasonal"}, "influenza, seasonal"),
    "lab_report": ({"name": "Lipid panel"}, "Lipid panel"),
    "lab_result": ({"test": "Ferritin"}, "Ferritin"),
    "medication": ({"name": "ramipril"}, "ramipril"),
    "medication_log": ({"name": "ramipril"}, "ramipril: taken"),
    "medication_schedule": ({"name": "ramipril", "times": ["08:00"]}, "ramipril, 08:00 daily"),
    "meditation_log": ({}, "meditation"),
    "meditation_session": ({"title": "Evening calm"}, "Evening calm"),
    "mood": ({"feeling": "cheerful"}, "mood: cheerful"),
    "notification": ({"kind": "info", "title": "Welcome"}, "Welcome"),
    "observation": ({"name": "Tobacco use"}, "Tobacco use"),
    "prescription": ({"medication": "ramipril"}, "ramipril"),
    "procedure": ({"name": "appendectomy"}, "appendectomy"),
    "profile": ({}, "profile"),
    "protocol": ({"name": "Breathing exercises"}, "Breathing exercises"),
    "sleep": ({"quality": "fair"}, "sleep: fair"),
    "symptom": ({"name": "chest pain", "polarity": "absent"}, "chest pain: absent"),
    "treatment": ({"name": "Sauna"}, "Sauna"),
    "vitals": ({"kind": "spo2", "value": {"value": 97, "unit": "%"}}, "spo2 97 %"),
    "water": ({"said": "two glasses"}, "water: two glasses"),
}

# More examples with their headlines; each field of a type is set in one of them at least.
FULLER: dict[str, list[tuple[dict[str, Any], str]]] = {
    "alarm": [
        (
            {
                "kind": "medication",
                "title": "Take ramipril",
                "message": "One tablet, with water",
                "time": "07:30",
                "days": ["mon", "wed", "fri"],
                "active": False,
                "reference_id": "01928f00-0000-7000-8000-000000000001",
            },
            "Take ramipril: 07:30 mon wed fri (off)",
        ),
        (
            {"kind": "other", "title": "Fast from now", "time": "20:00", "on": "2026-04-01"},
            "Fast from now: 20:00 2026-04-01",
        ),
    ],
    "allergy": [
        (
            {
                "substance": "penicillin",
                "codes": [
                    {
                        "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                        "code": "7980",
                        "display": "penicillin G",
                    }
                ],
                "kind": "allergy",
                "category": "medication",
                "reactions": ["hives", "swollen lips"],
                "severity": "severe",
                "criticality": "high",
                "status": "active",
                "certainty": "confirmed",
                "onset": "2009-06",
                "notes": "After the second tablet",
            },
            "allergy: penicillin (hives, swollen lips, severe, high criticality)",
        ),
        ({"substance": "milk", "kind": "intolerance", "status": "resolved"}, "intolerance: milk, resolved"),
    ],
    "appointment": [
        (
            {
                "title": "Annual check-up",
                "scheduled_at": "2026-03-15T10:00:00+05:30",
                "when": "on the fifteenth at ten",
                "minutes": 30,
                "kind": "checkup",
                "status": "confirmed",
                "doctor": "Dr. Example",
                "specialty": "internal medicine",
                "location": "Room 4, City Clinic",
                "virtual": True,
                "url": "https://meet.example.org/room/4",
                "reason": "yearly",
                "notes": "Bring the last reports",
                "reminder_minutes_before": 45,
            },
            "Annual check-up, 2026-03-15 10:00, Dr. Example, Room 4, City Clinic: confirmed",
        ),
        ({"title": "Follow-up", "when": "in two weeks", "status": "proposed"}, "Follow-up, in two weeks: proposed"),
    ],
    "biomarker": [
        (
            {
                "code": "hba1c",
                "name": "Hemoglobin A1c",
                "loinc": "4548-4",
                "category": "Metabolic",
                "value": {"value": 6.1, "unit": "%"},
                "optimal": {"low": 4, "high": 5.6},
                "safe": {"high": 9},
                "ranges_from": "the clinic's own",
                "status": "warning",
                "measured_at": "2026-02-01T07:10:00Z",
                "notes": "Not fasting",
            },
            "Hemoglobin A1c: 6.1 % (warning)",
        )
    ],
    "chat_message": [
        (
            {
                "message": "Did I take  my tablet?",
                "reply": "You told me so at eight.",
                "channel": "whatsapp",
                "locale": "en-IN",
                "thread": "t-1",
                "intent": "health_query",
                "sent_at": "2026-02-18T14:30:00Z",
            },
            "Did I take my tablet?",
        )
    ],
    "check_in": [
        (
            {
                "kind": "call",
                "summary": "Sleeps badly since the new tablets, and is dizzy in the morning.",
                "topics": ["sleep", "dizziness"],
                "sentiment": "negative",
                "mood": "worn out",
                "energy": 3,
                "urgency": "follow_up",
                "timestamp": "2026-02-18T09:00:00-05:00",
                "status": "flagged",
                "reviewed_by": "Dr. Example",
                "reviewed_at": "2026-02-18T15:00:00Z",
                "review_notes": "Call back",
            },
            "Sleeps badly since the new tablets, and is dizzy in the morning. (follow-up, flagged)",
        )
    ],
    "condition": [
        (
            {
                "name": "type 2 diabetes",
                "codes": [
                    DIABETES,
                    {
                        "system": "http://snomed.info/sct",
                        "code": "44054006",
                        "display": "Diabetes mellitus type 2",
                    },
                ],
                "status": "managed",
                "certainty": "confirmed",
                "severity": "moderate",
                "onset": "2015",
                "notes": "In the family",
                "diagnosed_by": "Dr. Example",
            },
            "type 2 diabetes (E11.9): managed, moderate, confirmed",
        ),
        (
            {
                "name": "broken wrist",
                "body_site": "left wrist",
                "status": "resolved",
                "onset": "2020-01-31",
                "resolved": "2020-03",
            },
            "broken wrist: resolved",
        ),
    ],
    "data_source": [
        (
            {
                "name": "Bathroom scale",
                "kind": "scale",
                "manufacturer": "Example Works",
                "model": "S-2",
                "connected": True,
                "last_sync": "2026-02-18T06:30:00Z",
                "notes": "Upstairs",
            },
            "Bathroom scale, scale, connected, last sync 2026-02-18 06:30",
        )
    ],
    "document": [
        (
            {
                "title": "Blood test",
                "kind": "Lab report",
                "date": "2026-01-30",
                "hospital": "City Clinic",
                "doctor": "Dr. Example",
                "language": "en",
                "file_name": "blood.pdf",
                "mediatype": "application/pdf",
                "size_bytes": 48213,
                "pages": 2,
                "sha256": "0f" * 32,
                "notes": "Second page is blank",
            },
            "Blood test, Lab report, 2026-01-30, City Clinic",
        )
    ],
    "emergency_contact": [
        (
            {
                "name": "Ravi",
                "relationship": "son",
                "phone": "098765 43210",
                "region": "IN",
                "e164": "+919876543210",
                "email": "ravi@example.org",
                "is_primary": True,
                "notes": "After six",
            },
            "Ravi (son), primary",
        )
    ],
    "exercise": [
        (
            {
                "activity": "walking",
                "minutes": 30,
                "distance": {"value": 2.5, "unit": "km"},
                "steps": 3400,
                "intensity": "moderate",
                "frequency": "three times a week",
                "energy_kcal": 150,
                "estimated": True,
                "started_at": "2026-02-18T17:00:00Z",
                "notes": "In the park",
            },
            "walking, 30 min, 2.5 km, 3400 steps, moderate, three times a week",
        )
    ],
    "food": [
        (
            {
                "name": "rice and dal",
                "amount": "a bowl",
                "meal": "lunch",
                "energy_kcal": 400,
                "quantity": {"value": 300, "unit": "g"},
                "protein_g": 12,
                "carbohydrate_g": 60,
                "fat_g": 8,
                "fibre_g": 6.5,
                "sugar_g": 2,
                "estimated": True,
                "eaten_at": "2026-02-18T12:30:00+05:30",
                "notes": "With pickle",
            },
            "rice and dal, a bowl (lunch)",
        )
    ],
    "immunization": [
        (
            {
                "vaccine": "influenza, seasonal",
                "codes": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "140"}],
                "status": "given",
                "dose": {"value": 0.5, "unit": "mL"},
                "lot": "L-7",
                "manufacturer": "Example Works",
                "expires_on": "2026-12-31",
                "site": "left arm",
                "given_by": "Nurse Example",
                "reason": "yearly",
                "notes": "No reaction",
            },
            "influenza, seasonal, 0.5 mL",
        ),
        ({"vaccine": "tetanus", "status": "not_given"}, "tetanus: not given"),
    ],
    "lab_report": [
        (
            {
                "name": "Lipid panel",
                "codes": [{"system": "http://loinc.org", "code": "57698-3"}],
                "status": "final",
                "results": [
                    "01928f00-0000-7000-8000-000000000006",
                    "01928f00-0000-7000-8000-000000000007",
                ],
                "reported_at": "2026-02-02T12:00:00Z",
                "laboratory": "Example Laboratory",
                "conclusion": "Unremarkable",
            },
            "Lipid panel, 2 results, Example Laboratory",
        )
    ],
    "lab_result": [
        (
            {
                "test": "C-reactive protein",
                "loinc": "1988-5",
                "codes": [{"system": "urn:oid:2.16.840.1.113883.3.0", "code": "CRP"}],
                "value": {"value": 0.5, "unit": "mg/L"},
                "comparator": "<",
                "reference": {"low": 0, "high": 5},
                "flag": "normal",
                "status": "final",
                "panel": "Inflammation",
                "specimen": "venous blood",
                "collected_at": "2026-02-01T07:10:00Z",
                "reported_at": "2026-02-02T12:00:00Z",
                "laboratory": "Example Laboratory",
                "notes": "Not fasting",
            },
            "C-reactive protein: <0.5 mg/L, normal",
        ),
        (
            {"test": "Urine glucose", "text": "trace", "reference_text": "negative", "flag": "abnormal"},
            "Urine glucose: trace, abnormal",
        ),
    ],
    "medication": [
        (
            {
                "name": "metformin",
                "ingredient": "metformin",
                "dose": {"value": 500, "unit": "mg"},
                "route": "oral",
                "form": "tablet",
                "frequency": {"text": "twice a day", "times_per_day": 2, "as_needed": False},
                "status": "taking",
                "reason": "sugar",
                "strength": {"value": 250, "unit": "mg"},
                "codes": [METFORMIN],
                "instructions": "after meals",
                "started": "2019-03",
                "stopped": "2026-01-05",
                "prescribed_by": "Dr. Example",
                "notes": "Without sugar coating",
            },
            "metformin 500 mg oral twice a day: taking",
        )
    ],
    "medication_log": [
        (
            {
                "medication_id": "01928f00-0000-7000-8000-000000000002",
                "schedule_id": "01928f00-0000-7000-8000-000000000003",
                "name": "metformin",
                "status": "taken",
                "dose": {"value": 500, "unit": "mg"},
                "taken_at": "2026-02-18T08:05:00+05:30",
                "scheduled_for": "2026-02-18T08:00:00+05:30",
                "notes": "With breakfast",
            },
            "metformin 500 mg, 2026-02-18 08:05: taken",
        ),
        (
            {
                "name": "metformin",
                "status": "skipped",
                "scheduled_for": "2026-02-18T20:00:00+05:30",
                "reason": "felt sick",
            },
            "metformin, 2026-02-18 20:00: skipped",
        ),
    ],
    "medication_schedule": [
        (
            {
                "medication_id": "01928f00-0000-7000-8000-000000000002",
                "name": "metformin",
                "times": ["20:00", "08:00"],
                "days": ["sat", "mon"],
                "dose": {"value": 500, "unit": "mg"},
                "instructions": "after meals",
                "starts_on": "2026-01-01",
                "ends_on": "2026-12-31",
                "active": False,
            },
            "metformin 500 mg, 08:00, 20:00 mon sat (ended)",
        ),
        (
            {"name": "vitamin D", "times": ["09:00"], "every_days": 2, "starts_on": "2026-01-01"},
            "vitamin D, 09:00 every 2 days",
        ),
    ],
    "meditation_log": [
        (
            {
                "session_id": "01928f00-0000-7000-8000-000000000004",
                "title": "Evening calm",
                "minutes": 5,
                "completed": True,
                "started_at": "2026-02-18T07:00:00Z",
                "notes": "Fell asleep",
            },
            "Evening calm, 5 min, completed",
        )
    ],
    "meditation_session": [
        (
            {
                "title": "Morning calm",
                "description": "Five minutes, guided",
                "audio_url": "https://example.org/audio/morning.mp3",
                "minutes": 5,
                "category": "morning",
                "language": "hi-IN",
            },
            "Morning calm, 5 min, morning",
        )
    ],
    "mood": [
        (
            {"level": "low", "feeling": "down", "energy": "very_low", "energy_score": 2, "notes": "Rain all day"},
            "mood: down, energy very low",
        )
    ],
    "notification": [
        (
            {
                "kind": "medication",
                "title": "Take ramipril",
                "message": "One tablet, with water",
                "due_at": "2026-02-18T08:00:00Z",
                "late": True,
                "read_at": "2026-02-18T09:00:00Z",
                "completed_at": "2026-02-18T09:01:00Z",
                "snoozed_until": "2026-02-18T08:30:00Z",
                "reference_id": "01928f00-0000-7000-8000-000000000001",
            },
            "Take ramipril (late), read",
        )
    ],
    "observation": [
        (
            {
                "name": "Pain score",
                "codes": [{"system": "http://loinc.org", "code": "72514-3"}],
                "category": "survey",
                "value": {"value": 2, "unit": "{score}"},
                "interpretation": "mild",
                "observer": "Nurse Example",
                "notes": "After rest",
            },
            "Pain score: 2 {score}",
        ),
        (
            {
                "name": "Housing",
                "parts": [
                    {"name": "Lives in", "text": "a flat"},
                    {"name": "Floor", "value": {"value": 3, "unit": "1"}},
                ],
            },
            "Housing: Lives in: a flat, Floor: 3 1",
        ),
        (
            {
                "name": "Tobacco use",
                "text": "never smoker",
                "answer": [{"system": "http://loinc.org", "code": "LA18978-9", "display": "Never smoker"}],
            },
            "Tobacco use: never smoker",
        ),
        ({"name": "Lives alone", "holds": False}, "Lives alone: no"),
    ],
    "prescription": [
        (
            {
                "medication": "ramipril 5 mg oral tablet",
                "codes": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "261962"}],
                "status": "on_hold",
                "dose": {"value": 5, "unit": "mg"},
                "frequency": "once a day",
                "instructions": "in the morning",
                "as_needed": False,
                "repeats": 3,
                "prescriber": "Dr. Example",
                "reason": "blood pressure",
                "notes": "Cough: ask again",
            },
            "ramipril 5 mg oral tablet, 5 mg, once a day: on hold",
        )
    ],
    "procedure": [
        (
            {
                "name": "appendectomy",
                "codes": [{"system": "http://snomed.info/sct", "code": "80146002"}],
                "status": "completed",
                "ended_at": "2020-01-31T11:00:00Z",
                "body_site": "abdomen",
                "reason": "appendicitis",
                "outcome": "healed",
                "performer": "Dr. Example",
                "location": "City Clinic",
                "notes": "Keyhole",
            },
            "appendectomy, abdomen: completed",
        )
    ],
    "profile": [
        (
            {
                "birth_date": "1960-01-15",
                "sex": "female",
                "gender": "woman",
                "pronouns": "she/her",
                "height_cm": 165,
                "weight_kg": 60.5,
                "blood_type": "AB-",
                "dietary_preferences": ["vegetarian", "no onions"],
                "activity_level": "light",
                "smoking": "former",
                "language": "hi-IN",
                "energy_goal_kcal": 1800,
                "water_goal_ml": 2000,
                "notes": "Hard of hearing on the left",
            },
            "profile: born 1960-01-15, female, 165 cm, 60.5 kg, blood type AB-",
        )
    ],
    "protocol": [
        (
            {
                "treatment_id": "01928f00-0000-7000-8000-000000000005",
                "name": "Red light therapy",
                "category": "Therapy",
                "assigned_by": "Dr. Example",
                "assigned_at": "2026-01-02T10:00:00Z",
                "status": "active",
                "dosage": "10 minutes",
                "frequency": "twice a week",
                "instructions": "Eyes closed",
                "sessions_done": 6,
                "sessions_total": 16,
                "adherence": 37.5,
                "starts_on": "2026-01-05",
                "ends_on": "2026-03-01",
                "notes": "Asked for mornings",
            },
            "Red light therapy, 10 minutes, twice a week, 6/16 sessions: active",
        )
    ],
    "sleep": [
        (
            {
                "hours": 6.5,
                "quality": "good",
                "started": "eleven",
                "ended": "half past six",
                "started_at": "2026-02-17T23:00:00+05:30",
                "ended_at": "2026-02-18T06:30:00+05:30",
                "score": 7,
                "awakenings": 1,
                "notes": "Felt rested",
            },
            "sleep: 6.5 h, good, from eleven, to half past six",
        )
    ],
    "symptom": [
        (
            {
                "name": "cough",
                "polarity": "present",
                "severity": "mild",
                "trend": "worsening",
                "body_site": "chest",
                "duration": "three days",
                "onset": "2026-02-15",
                "frequency": "every morning",
                "status": "active",
                "score": 3.5,
                "trigger": "cold air",
                "relief": "warm water",
                "codes": [COUGH],
                "observed_at": "2026-02-18T07:00:00Z",
                "notes": "Dry",
            },
            "cough: present, mild, chest, worsening, for three days",
        )
    ],
    "treatment": [
        (
            {
                "name": "Red light therapy",
                "description": "Light of 660 nm on the skin",
                "category": "Therapy",
                "codes": [{"system": "http://snomed.info/sct", "code": "31394004", "display": "Light therapy"}],
                "duration": "8 weeks",
                "minutes": 10,
                "frequency": "twice a week",
                "sessions": 16,
                "cost": {"amount": "120.50", "currency": "USD"},
                "status": "active",
            },
            "Red light therapy, Therapy, 8 weeks, twice a week: active",
        )
    ],
    "vitals": [
        (
            {
                "kind": "blood_pressure",
                "systolic": {"value": 142, "unit": "mm[Hg]"},
                "diastolic": {"value": 88, "unit": "mm[Hg]"},
                "said": "one forty two over eighty eight",
                "context": "resting",
                "measured_at": "2026-02-18T07:00:00Z",
                "device": "Cuff on the upper arm",
                "notes": "Left arm",
            },
            "blood pressure 142/88 mmHg",
        ),
        (
            {"kind": "glucose", "value": {"value": 104, "unit": "mg/dL"}, "context": "fasting"},
            "glucose 104 mg/dL, fasting",
        ),
        ({"kind": "waist", "value": {"value": 91.5, "unit": "cm"}}, "waist 91.5 cm"),
        ({"kind": "bmi", "value": {"value": 24.3, "unit": "kg/m2"}}, "bmi 24.3 kg/m²"),
        ({"kind": "body_fat", "value": {"value": 31, "unit": "%"}}, "body fat 31 %"),
    ],
    "water": [
        (
            {
                "amount": {"value": 250, "unit": "mL"},
                "said": "a glass",
                "drunk_at": "2026-02-18T10:00:00Z",
                "notes": "Cold",
            },
            "water: 250 mL",
        )
    ],
}

TOLD: dict[str, list[tuple[dict[str, Any], str]]] = {
    name: [least, *FULLER.get(name, [])] for name, least in MINIMAL.items()
}
"""Each payload with its headline."""

EXAMPLES: dict[str, list[dict[str, Any]]] = {name: [payload for payload, _ in told] for name, told in TOLD.items()}
"""The payloads alone, the least one of each type first."""
