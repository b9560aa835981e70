"""Published thresholds, as data. They tell where a guideline draws a line, and diagnose nothing: a single reading at
home is no diagnosis.

Blood pressure: 2017 ACC/AHA guideline for high blood pressure in adults, Table 6 (doi:10.1161/HYP.0000000000000065),
and its hypertensive crises from above 180 and/or above 120 mmHg; low below 90/60 mmHg: NHLBI, "Low Blood Pressure".
Temperature: CDC, "Definitions of Signs, Symptoms, and Conditions of Ill Travelers", fever from 38.0 °C (100.4 °F);
CDC, "Preventing Hypothermia", below 35 °C (95 °F); from 39.4 °C (103 °F) on Mayo Clinic, "Fever", has adults call
somebody.
Oxygen saturation: WHO, "Pulse Oximetry Training Manual" (2011): 95 to 100 % is expected, 94 % and less is to be looked
into, less than 90 % an emergency.
Heart rate: American Heart Association, "All About Heart Rate": 60 to 100 beats a minute at rest in adults; at 131 and
at 40 the National Early Warning Score 2 (Royal College of Physicians, 2017) gives its highest score.
Respiratory rate: National Early Warning Score 2: 12 to 20 breaths a minute score nothing, 8 and less, and 25 and more,
score highest.
Blood sugar: American Diabetes Association, Standards of Care in Diabetes, sections 2 and 6: fasting from 100 mg/dL on
and from 126 mg/dL on; at random from 200 mg/dL on; low below 70 mg/dL (level 1), and below 54 mg/dL (level 2). From
300 mg/dL on CDC, "Diabetic Ketoacidosis", has people call somebody.
Body mass index: WHO, Technical Report Series 894 (2000): 18.5, 25 and 30 kg/m2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Grade = Literal["beyond", "far_beyond"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """Values that lie beyond a line: above `above`, from `least` on, below `below`, or up to `most`. `words` follow
    upon "readings lie"."""

    words: str
    source: str
    grade: Grade = "beyond"
    above: float | None = None
    least: float | None = None
    below: float | None = None
    most: float | None = None

    def passed(self, value: float) -> bool:
        return (
            (self.above is not None and value > self.above)
            or (self.least is not None and value >= self.least)
            or (self.below is not None and value < self.below)
            or (self.most is not None and value <= self.most)
        )


_BP: Final = "ACC/AHA 2017"
_WHO: Final = "WHO"
_ADA: Final = "ADA Standards of Care"
_NEWS: Final = "NEWS2, Royal College of Physicians 2017"
_LOW_SUGAR: Final = (
    Threshold("below 54 mg/dL, where level 2 of low blood sugar begins", _ADA, "far_beyond", below=54),
    Threshold("below 70 mg/dL, where level 1 of low blood sugar begins", _ADA, below=70),
)
_HIGH_SUGAR: Final = Threshold("at 300 mg/dL or more", "CDC", "far_beyond", least=300)

ADULTS: Final[Mapping[str, tuple[Threshold, ...]]] = {
    "vitals.systolic": (
        Threshold("above 180 mmHg", _BP, "far_beyond", above=180),
        Threshold("at 140 mmHg or more, the line of stage 2 in adults", _BP, least=140),
        Threshold("from 130 to 139 mmHg, the range of stage 1 in adults", _BP, least=130),
        Threshold("from 120 to 129 mmHg, which the guideline calls elevated in adults", _BP, least=120),
        Threshold("below 90 mmHg", "NHLBI", below=90),
    ),
    "vitals.diastolic": (
        Threshold("above 120 mmHg", _BP, "far_beyond", above=120),
        Threshold("at 90 mmHg or more, the line of stage 2 in adults", _BP, least=90),
        Threshold("from 80 to 89 mmHg, the range of stage 1 in adults", _BP, least=80),
        Threshold("below 60 mmHg", "NHLBI", below=60),
    ),
    "vitals.heart_rate": (
        Threshold("at 131 per minute or more", _NEWS, "far_beyond", least=131),
        Threshold("at 40 per minute or less", _NEWS, "far_beyond", most=40),
        Threshold("above 100 per minute, the upper end for an adult at rest", "American Heart Association", above=100),
        Threshold("below 60 per minute, the lower end for an adult at rest", "American Heart Association", below=60),
    ),
    "vitals.respiratory_rate": (
        Threshold("at 25 per minute or more", _NEWS, "far_beyond", least=25),
        Threshold("at 8 per minute or less", _NEWS, "far_beyond", most=8),
        Threshold("above 20 per minute, the upper end for an adult at rest", _NEWS, above=20),
        Threshold("below 12 per minute, the lower end for an adult at rest", _NEWS, below=12),
    ),
    "vitals.bmi": (
        Threshold("at 30 kg/m² or more", _WHO, least=30),
        Threshold("from 25 kg/m² on", _WHO, least=25),
        Threshold("below 18.5 kg/m²", _WHO, below=18.5),
    ),
}
"""By the kind of a series, the gravest line first; for adults only."""

EVERYBODY: Final[Mapping[str, tuple[Threshold, ...]]] = {
    "vitals.temperature": (
        Threshold("at 39.4 °C or more", "Mayo Clinic", "far_beyond", least=39.4),
        Threshold("at 38 °C or more, which counts as fever", "CDC", least=38),
        Threshold("below 35 °C", "CDC", "far_beyond", below=35),
    ),
    "vitals.spo2": (
        Threshold("below 90 %", "WHO Pulse Oximetry Training Manual", "far_beyond", below=90),
        Threshold("at 94 % or less", "WHO Pulse Oximetry Training Manual", most=94),
    ),
    "vitals.glucose": (
        _HIGH_SUGAR,
        *_LOW_SUGAR,
        Threshold("at 200 mg/dL or more, the line for a reading at any time", _ADA, least=200),
    ),
    "vitals.glucose.fasting": (
        _HIGH_SUGAR,
        *_LOW_SUGAR,
        Threshold("at 126 mg/dL or more, the upper line for fasting readings", _ADA, least=126),
        Threshold("from 100 to 125 mg/dL, the lower line for fasting readings", _ADA, least=100),
    ),
    **dict.fromkeys(
        (
            "vitals.glucose.pre_meal",
            "vitals.glucose.post_meal",
            "vitals.glucose.bedtime",
            "vitals.glucose.after_exercise",
        ),
        (_HIGH_SUGAR, *_LOW_SUGAR, Threshold("at 200 mg/dL or more", _ADA, least=200)),
    ),
}
