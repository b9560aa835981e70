"""The red-flag rules: what each looks for, how urgent that is, and whose guidance says so.

A rule is met when, of each of its groups, one sign at least is there. Signs are names of symptoms as the record has
them, or those of `phrases` and `readings`. A rule that is urgent asks for what began lately: what has been so for
months is not counted for it.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Level(IntEnum):
    """How soon somebody is to look at it."""

    ROUTINE = 0
    FOLLOW_UP = 1
    URGENT = 2

    @property
    def label(self) -> str:
        """As tags and analyses have it.

        >>> Level.FOLLOW_UP.label
        'follow-up'
        """
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Source:
    """Guidance that a rule follows."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`looks_for` are groups of signs: one of each must be there."""

    id: str
    title: str
    level: Level
    looks_for: tuple[frozenset[str], ...]
    sources: tuple[Source, ...]


AHA_CRISIS: Final = Source(
    "American Heart Association, When to call 911 about high blood pressure",
    "https://www.heart.org/en/health-topics/high-blood-pressure/understanding-blood-pressure-readings/"
    "hypertensive-crisis-when-you-should-call-911-for-high-blood-pressure",
)
ADA_GLYCEMIA: Final = Source(
    "American Diabetes Association, Standards of Care 2025, 6. Glycemic Goals and Hypoglycemia",
    "https://doi.org/10.2337/dc25-S006",
)
JBDS_HHS: Final = Source(
    "JBDS, Management of hyperosmolar hyperglycaemic state in adults", "https://doi.org/10.1111/dme.15005"
)
CDC_DKA: Final = Source("CDC, Diabetic Ketoacidosis", "https://www.cdc.gov/diabetes/about/diabetic-ketoacidosis.html")
NEWS2: Final = Source(
    "Royal College of Physicians, National Early Warning Score (NEWS) 2",
    "https://www.rcplondon.ac.uk/projects/outputs/national-early-warning-score-news-2",
)
NHS_ANAPHYLAXIS: Final = Source("NHS, Anaphylaxis", "https://www.nhs.uk/conditions/anaphylaxis/")
NHS_BREATH: Final = Source("NHS, Shortness of breath", "https://www.nhs.uk/conditions/shortness-of-breath/")
NHS_CHEST: Final = Source("NHS, Chest pain", "https://www.nhs.uk/conditions/chest-pain/")
NHS_999: Final = Source(
    "NHS, When to call 999",
    "https://www.nhs.uk/nhs-services/urgent-and-emergency-care-services/when-to-call-999/",
)
NHS_HEART: Final = Source("NHS, Heart attack", "https://www.nhs.uk/conditions/heart-attack/")
NHS_MOVEMENTS: Final = Source(
    "NHS, Your baby's movements", "https://www.nhs.uk/pregnancy/keeping-well/your-babys-movements/"
)
NHS_PARACETAMOL: Final = Source("NHS, Paracetamol for adults", "https://www.nhs.uk/medicines/paracetamol-for-adults/")
NHS_POISONING: Final = Source("NHS, Poisoning", "https://www.nhs.uk/conditions/poisoning/")
NHS_RETINA: Final = Source("NHS, Detached retina", "https://www.nhs.uk/conditions/detached-retina-retinal-detachment/")
NHS_SEIZURE: Final = Source(
    "NHS, What to do if someone has a seizure (fit)",
    "https://www.nhs.uk/conditions/what-to-do-if-someone-has-a-seizure-fit/",
)
NHS_SEPSIS: Final = Source("NHS, Sepsis", "https://www.nhs.uk/conditions/sepsis/")
NHS_STROKE: Final = Source("NHS, Stroke", "https://www.nhs.uk/conditions/stroke/")
NHS_BACK: Final = Source("NHS, Back pain", "https://www.nhs.uk/conditions/back-pain/")
NICE_CG95: Final = Source("NICE CG95, Recent-onset chest pain", "https://www.nice.org.uk/guidance/cg95")
NICE_CG109: Final = Source("NICE CG109, Transient loss of consciousness", "https://www.nice.org.uk/guidance/cg109")
NICE_CG134: Final = Source("NICE CG134, Anaphylaxis", "https://www.nice.org.uk/guidance/cg134")
NICE_CG141: Final = Source(
    "NICE CG141, Acute upper gastrointestinal bleeding", "https://www.nice.org.uk/guidance/cg141"
)
NICE_CG150: Final = Source("NICE CG150, Headaches in over 12s", "https://www.nice.org.uk/guidance/cg150")
NICE_NG10: Final = Source("NICE NG10, Violence and aggression", "https://www.nice.org.uk/guidance/ng10")
NICE_NG12: Final = Source(
    "NICE NG12, Suspected cancer: recognition and referral", "https://www.nice.org.uk/guidance/ng12"
)
NICE_NG126: Final = Source("NICE NG126, Ectopic pregnancy and miscarriage", "https://www.nice.org.uk/guidance/ng126")
NICE_NG128: Final = Source("NICE NG128, Stroke and TIA", "https://www.nice.org.uk/guidance/ng128")
NICE_NG133: Final = Source("NICE NG133, Hypertension in pregnancy", "https://www.nice.org.uk/guidance/ng133")
NICE_NG136: Final = Source("NICE NG136, Hypertension in adults", "https://www.nice.org.uk/guidance/ng136")
NICE_NG143: Final = Source("NICE NG143, Fever in under 5s", "https://www.nice.org.uk/guidance/ng143")
NICE_NG158: Final = Source("NICE NG158, Venous thromboembolic diseases", "https://www.nice.org.uk/guidance/ng158")
NICE_NG225: Final = Source("NICE NG225, Self-harm", "https://www.nice.org.uk/guidance/ng225")
NICE_NG228: Final = Source("NICE NG228, Subarachnoid haemorrhage", "https://www.nice.org.uk/guidance/ng228")
NICE_NG232: Final = Source("NICE NG232, Head injury", "https://www.nice.org.uk/guidance/ng232")
NICE_NG240: Final = Source("NICE NG240, Meningitis (bacterial)", "https://www.nice.org.uk/guidance/ng240")
NICE_PH50: Final = Source("NICE PH50, Domestic violence and abuse", "https://www.nice.org.uk/guidance/ph50")

_CHEST: Final = frozenset({"crushing chest pain", "chest pain", "chest tightness", "chest pressure"})
_BREATH: Final = frozenset({"shortness of breath", "orthopnea", "severe breathlessness", "waking breathless"})
_FEVER: Final = frozenset({"fever", "temperature of 38"})
_DIZZY: Final = frozenset({"dizziness", "lightheadedness", "fainting", "weakness", "palpitations"})


def _any(text: str) -> frozenset[str]:
    return frozenset(name.strip() for name in text.split("|"))


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "chest-pain-cardiac",
        "Chest pain with breathlessness, sweating, or pain that spreads",
        Level.URGENT,
        (_CHEST, _BREATH | _any("sweating | arm pain | jaw pain | pain that spreads | vomiting | nausea | fainting")),
        (NICE_CG95, NHS_CHEST),
    ),
    Rule(
        "chest-crushing", "Crushing or squeezing chest pain", Level.URGENT, (_any("crushing chest pain"),), (NHS_CHEST,)
    ),
    Rule(
        "heart-attack",
        "A heart attack that is said to be under way",
        Level.URGENT,
        (_any("heart attack under way"),),
        (NHS_HEART,),
    ),
    Rule("chest-pain", "Chest pain", Level.FOLLOW_UP, (_CHEST,), (NHS_CHEST,)),
    Rule(
        "stroke",
        "Sign of a stroke: face, arm or speech",
        Level.URGENT,
        (
            _any("facial droop | slurred speech | difficulty speaking | sudden one-sided weakness")
            | _any("sudden double vision | stroke under way"),
        ),
        (NHS_STROKE, NICE_NG128),
    ),
    Rule("suicidal", "Thoughts of suicide or self-harm", Level.URGENT, (_any("suicidal thoughts"),), (NICE_NG225,)),
    Rule("violence", "Thoughts of harming others", Level.URGENT, (_any("homicidal ideation"),), (NICE_NG10,)),
    Rule("threatened", "A threat to the subject's life", Level.URGENT, (_any("threatened with death"),), (NICE_PH50,)),
    Rule(
        "thunderclap-headache",
        "Sudden, severe headache",
        Level.URGENT,
        (_any("thunderclap headache"),),
        (NICE_NG228, NICE_CG150),
    ),
    Rule(
        "anaphylaxis",
        "Swelling of the throat or tongue, or anaphylaxis",
        Level.URGENT,
        (_any("swelling of the airway"),),
        (NICE_CG134, NHS_ANAPHYLAXIS),
    ),
    Rule(
        "anaphylaxis-breathing",
        "Hives or a swollen face with trouble breathing",
        Level.URGENT,
        (_any("hives | face swelling | lip swelling"), _BREATH | _any("wheezing | fainting")),
        (NICE_CG134, NHS_ANAPHYLAXIS),
    ),
    Rule(
        "severe-breathlessness",
        "Severe breathlessness",
        Level.URGENT,
        (_any("severe breathlessness | blue lips"),),
        (NHS_BREATH,),
    ),
    Rule("vomiting-blood", "Vomiting blood", Level.URGENT, (_any("vomiting blood"),), (NICE_CG141,)),
    Rule(
        "black-stools-dizzy",
        "Black stools or blood in the stool, with dizziness or fainting",
        Level.URGENT,
        (_any("black stools | blood in stool"), _DIZZY),
        (NICE_CG141,),
    ),
    Rule(
        "bleeding-unexplained",
        "Blood in the stool, the urine or what is coughed up",
        Level.FOLLOW_UP,
        (_any("black stools | blood in stool | blood in urine | coughing up blood"),),
        (NICE_NG12, NICE_CG141),
    ),
    Rule(
        "hypertensive-emergency",
        "Blood pressure of 180/120 or higher, with symptoms",
        Level.URGENT,
        (
            _any("pressure of 180/120"),
            _CHEST
            | _BREATH
            | _any("back pain | numbness | weakness | vision changes | difficulty speaking | confusion")
            | _any("slurred speech | facial droop | sudden one-sided weakness | sudden loss of sight"),
        ),
        (AHA_CRISIS, NICE_NG136),
    ),
    Rule(
        "pressure-very-high",
        "Blood pressure of 180/120 or higher",
        Level.FOLLOW_UP,
        (_any("pressure of 180/120"),),
        (AHA_CRISIS, NICE_NG136),
    ),
    Rule(
        "pressure-very-low",
        "Systolic blood pressure of 90 or lower",
        Level.FOLLOW_UP,
        (_any("pressure of 90"),),
        (NEWS2,),
    ),
    Rule(
        "shock",
        "Low blood pressure with fainting, confusion or breathlessness",
        Level.URGENT,
        (_any("pressure of 90"), _BREATH | _any("fainting | confusion")),
        (NEWS2,),
    ),
    Rule("glucose-very-low", "Glucose below 54 mg/dL", Level.URGENT, (_any("glucose below 54"),), (ADA_GLYCEMIA,)),
    Rule(
        "glucose-extreme",
        "Glucose beyond what a meter can show, or of 30 to 39 in no unit: an emergency in mg/dL and in mmol/L",
        Level.URGENT,
        (_any("glucose of 30 to 39 without a unit | glucose beyond the meter"),),
        (ADA_GLYCEMIA, JBDS_HHS),
    ),
    Rule(
        "glucose-out",
        "Glucose of 17 to 29 in no unit: far too low in mg/dL, very high in mmol/L",
        Level.FOLLOW_UP,
        (_any("glucose of 17 to 29 without a unit"),),
        (ADA_GLYCEMIA, CDC_DKA),
    ),
    Rule("glucose-low", "Glucose below 70 mg/dL", Level.FOLLOW_UP, (_any("glucose below 70"),), (ADA_GLYCEMIA,)),
    Rule(
        "ketoacidosis",
        "Glucose of 250 mg/dL or higher with vomiting, belly pain, confusion or breathlessness",
        Level.URGENT,
        (_any("glucose of 250"), _BREATH | _any("vomiting | abdominal pain | confusion")),
        (CDC_DKA,),
    ),
    Rule("glucose-very-high", "Glucose of 300 mg/dL or higher", Level.FOLLOW_UP, (_any("glucose of 300"),), (CDC_DKA,)),
    Rule("oxygen-low", "Oxygen saturation below 92 %", Level.URGENT, (_any("oxygen below 92"),), (NEWS2,)),
    Rule("oxygen-lowered", "Oxygen saturation of 92 or 93 %", Level.FOLLOW_UP, (_any("oxygen below 94"),), (NEWS2,)),
    Rule(
        "heart-rate",
        "Heart rate above 130 or of 40 and below",
        Level.URGENT,
        (_any("heart rate out of bounds"),),
        (NEWS2,),
    ),
    Rule(
        "breathing-rate",
        "25 breaths a minute and more, or 8 and fewer",
        Level.URGENT,
        (_any("breathing rate out of bounds"),),
        (NEWS2,),
    ),
    Rule(
        "fever-infant",
        "Fever in an infant under three months",
        Level.URGENT,
        (_any("under three months"), _FEVER),
        (NICE_NG143,),
    ),
    Rule("meningitis", "Fever with a stiff neck", Level.URGENT, (_FEVER, _any("neck stiffness")), (NICE_NG240,)),
    Rule(
        "sepsis",
        "Fever with confusion, fainting, or severe breathlessness",
        Level.URGENT,
        (_FEVER, _any("confusion | severe breathlessness | blue lips | blue fingers | fainting")),
        (NHS_SEPSIS,),
    ),
    Rule(
        "pregnancy-bleeding",
        "Bleeding in pregnancy",
        Level.URGENT,
        (_any("pregnant"), _any("vaginal bleeding | bleeding")),
        (NICE_NG126,),
    ),
    Rule(
        "pre-eclampsia",
        "Changed vision, or pain below the ribs with headache, in pregnancy",
        Level.URGENT,
        (
            _any("pregnant"),
            _any("vision changes | epigastric pain"),
            _any("headache | severe headache | pressure of 180/120"),
        ),
        (NICE_NG133,),
    ),
    Rule(
        "fetal-movement",
        "A baby in the womb that moves less, or not at all",
        Level.URGENT,
        (_any("decreased fetal movement"),),
        (NHS_MOVEMENTS,),
    ),
    Rule(
        "unresponsive",
        "Somebody who cannot be woken, or does not breathe",
        Level.URGENT,
        (_any("unresponsive"),),
        (NHS_999,),
    ),
    Rule("overdose", "Overdose or poisoning", Level.URGENT, (_any("overdose"),), (NHS_POISONING, NHS_PARACETAMOL)),
    Rule("seizure", "Seizure", Level.URGENT, (_any("seizure"),), (NHS_SEIZURE,)),
    Rule(
        "collapse-cardiac",
        "Fainting with palpitations or chest pain",
        Level.URGENT,
        (_any("fainting"), _CHEST | _any("palpitations")),
        (NICE_CG109,),
    ),
    Rule("fainting", "Fainting", Level.FOLLOW_UP, (_any("fainting"),), (NICE_CG109,)),
    Rule(
        "cauda-equina",
        "Back pain with numbness of the saddle or loss of control of bladder or bowel",
        Level.URGENT,
        (
            _any("back pain | sciatica"),
            _any("numbness between the legs | incontinence | loss of bladder control")
            | _any("loss of bowel control | urinary retention"),
        ),
        (NHS_BACK,),
    ),
    Rule(
        "clot",
        "A swollen or painful calf or leg with breathlessness or chest pain",
        Level.URGENT,
        (_any("calf pain | calf swelling | swollen calf"), _BREATH | _CHEST),
        (NICE_NG158,),
    ),
    Rule(
        "embolism",
        "Coughing up blood with breathlessness or chest pain",
        Level.URGENT,
        (_any("coughing up blood"), _BREATH | _CHEST),
        (NICE_NG158, NHS_BREATH),
    ),
    Rule(
        "deep-vein", "A swollen, painful calf", Level.FOLLOW_UP, (_any("calf swelling | swollen calf"),), (NICE_NG158,)
    ),
    Rule("sight-lost", "Sudden loss of sight", Level.URGENT, (_any("sudden loss of sight"),), (NHS_STROKE, NHS_RETINA)),
    Rule(
        "head-injury",
        "A blow to the head with vomiting, fainting, confusion or a seizure",
        Level.URGENT,
        (_any("head injury"), _any("vomiting | fainting | confusion | seizure | daytime sleepiness")),
        (NICE_NG232,),
    ),
)
"""Every rule, in the order in which flags are shown."""
