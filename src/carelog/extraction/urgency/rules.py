"""The red-flag rules: what each looks for, how urgent that is, and whose guidance says so.

A rule is met when, of each of its groups, one sign at least is there. Signs are names of symptoms as the record has
them, or those of `phrases` and `readings`. A rule that is urgent asks for what began lately: what has been so for
months is not counted for it.
"""

from typing import Final

from carelog.extraction.urgency import sources
from carelog.extraction.urgency.accident_rules import ACCIDENT_RULES
from carelog.extraction.urgency.rule import Level, Rule

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
        (sources.NICE_CG95, sources.NHS_CHEST),
    ),
    Rule(
        "chest-crushing",
        "Crushing or squeezing chest pain",
        Level.URGENT,
        (_any("crushing chest pain"),),
        (sources.NHS_CHEST,),
    ),
    Rule(
        "heart-attack",
        "A heart attack that is said to be under way",
        Level.URGENT,
        (_any("heart attack under way"),),
        (sources.NHS_HEART,),
    ),
    Rule("chest-pain", "Chest pain", Level.FOLLOW_UP, (_CHEST,), (sources.NHS_CHEST,)),
    Rule(
        "stroke",
        "Sign of a stroke: face, arm or speech",
        Level.URGENT,
        (
            _any("facial droop | slurred speech | difficulty speaking | sudden one-sided weakness")
            | _any("sudden double vision | stroke under way"),
        ),
        (sources.NHS_STROKE, sources.NICE_NG128),
    ),
    Rule(
        "suicidal",
        "Thoughts of suicide or self-harm",
        Level.URGENT,
        (_any("suicidal thoughts"),),
        (sources.NICE_NG225,),
    ),
    Rule(
        "suicide-prepared",
        "Medicines laid by, with talk of an end",
        Level.URGENT,
        (_any("pills laid by"), _any("talk of an end | suicidal thoughts")),
        (sources.NICE_NG225,),
    ),
    Rule("violence", "Thoughts of harming others", Level.URGENT, (_any("homicidal ideation"),), (sources.NICE_NG10,)),
    Rule(
        "threatened",
        "A threat to the subject's life",
        Level.URGENT,
        (_any("threatened with death"),),
        (sources.NICE_PH50,),
    ),
    Rule(
        "beaten",
        "Being hit, and afraid of home or of who does it",
        Level.URGENT,
        (_any("hit by another"), _any("afraid at home")),
        (sources.NICE_PH50,),
    ),
    Rule(
        "thunderclap-headache",
        "Sudden, severe headache",
        Level.URGENT,
        (_any("thunderclap headache"),),
        (sources.NICE_NG228, sources.NICE_CG150),
    ),
    Rule(
        "anaphylaxis",
        "Swelling of the throat or tongue, or anaphylaxis",
        Level.URGENT,
        (_any("swelling of the airway"),),
        (sources.NICE_CG134, sources.NHS_ANAPHYLAXIS),
    ),
    Rule(
        "anaphylaxis-breathing",
        "Hives or a swollen face with trouble breathing",
        Level.URGENT,
        (_any("hives | face swelling | lip swelling"), _BREATH | _any("wheezing | fainting")),
        (sources.NICE_CG134, sources.NHS_ANAPHYLAXIS),
    ),
    Rule(
        "severe-breathlessness",
        "Severe breathlessness",
        Level.URGENT,
        (_any("severe breathlessness | blue lips"),),
        (sources.NHS_BREATH,),
    ),
    Rule("vomiting-blood", "Vomiting blood", Level.URGENT, (_any("vomiting blood"),), (sources.NICE_CG141,)),
    Rule(
        "black-stools-dizzy",
        "Black stools or blood in the stool, with dizziness or fainting",
        Level.URGENT,
        (_any("black stools | blood in stool"), _DIZZY),
        (sources.NICE_CG141,),
    ),
    Rule(
        "bleeding-unexplained",
        "Blood in the stool, the urine or what is coughed up",
        Level.FOLLOW_UP,
        (_any("black stools | blood in stool | blood in urine | coughing up blood"),),
        (sources.NICE_NG12, sources.NICE_CG141),
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
            | _any(
                "slurred speech | facial droop | sudden one-sided weakness | sudden loss of sight | severe headache"
            ),
        ),
        (sources.AHA_CRISIS, sources.NICE_NG136, sources.ISH_2020),
    ),
    Rule(
        "pressure-very-high",
        "Blood pressure of 180/120 or higher",
        Level.FOLLOW_UP,
        (_any("pressure of 180/120"),),
        (sources.AHA_CRISIS, sources.NICE_NG136),
    ),
    Rule(
        "pressure-very-low",
        "Systolic blood pressure of 90 or lower",
        Level.FOLLOW_UP,
        (_any("pressure of 90"),),
        (sources.NEWS2,),
    ),
    Rule(
        "shock",
        "Low blood pressure with fainting, confusion or breathlessness",
        Level.URGENT,
        (_any("pressure of 90"), _BREATH | _any("fainting | confusion")),
        (sources.NEWS2,),
    ),
    Rule(
        "glucose-very-low", "Glucose below 54 mg/dL", Level.URGENT, (_any("glucose below 54"),), (sources.ADA_GLYCEMIA,)
    ),
    Rule(
        "glucose-extreme",
        "Glucose beyond what a meter can show, or of 30 to 39 in no unit: an emergency in mg/dL and in mmol/L",
        Level.URGENT,
        (_any("glucose of 30 to 39 without a unit | glucose beyond the meter"),),
        (sources.ADA_GLYCEMIA, sources.JBDS_HHS),
    ),
    Rule(
        "glucose-out",
        "Glucose of 17 to 29 in no unit: far too low in mg/dL, very high in mmol/L",
        Level.FOLLOW_UP,
        (_any("glucose of 17 to 29 without a unit"),),
        (sources.ADA_GLYCEMIA, sources.CDC_DKA),
    ),
    Rule(
        "glucose-low", "Glucose below 70 mg/dL", Level.FOLLOW_UP, (_any("glucose below 70"),), (sources.ADA_GLYCEMIA,)
    ),
    Rule(
        "ketoacidosis",
        "Glucose of 250 mg/dL or higher with vomiting, belly pain, confusion or breathlessness",
        Level.URGENT,
        (_any("glucose of 250"), _BREATH | _any("vomiting | abdominal pain | confusion")),
        (sources.CDC_DKA,),
    ),
    Rule(
        "glucose-very-high",
        "Glucose of 300 mg/dL or higher",
        Level.FOLLOW_UP,
        (_any("glucose of 300"),),
        (sources.CDC_DKA,),
    ),
    Rule("oxygen-low", "Oxygen saturation below 92 %", Level.URGENT, (_any("oxygen below 92"),), (sources.NEWS2,)),
    Rule(
        "oxygen-lowered",
        "Oxygen saturation of 92 or 93 %",
        Level.FOLLOW_UP,
        (_any("oxygen below 94"),),
        (sources.NEWS2,),
    ),
    Rule(
        "heart-rate",
        "Heart rate above 130 or of 40 and below",
        Level.URGENT,
        (_any("heart rate out of bounds"),),
        (sources.NEWS2,),
    ),
    Rule(
        "breathing-rate",
        "25 breaths a minute and more, or 8 and fewer",
        Level.URGENT,
        (_any("breathing rate out of bounds"),),
        (sources.NEWS2,),
    ),
    Rule(
        "fever-infant",
        "Fever in an infant under three months",
        Level.URGENT,
        (_any("under three months"), _FEVER),
        (sources.NICE_NG143,),
    ),
    Rule(
        "fever-own-infant",
        "Fever in an infant under three months of whoever calls",
        Level.URGENT,
        (_any("fever of an own infant"),),
        (sources.NICE_NG143,),
    ),
    Rule(
        "meningitis", "Fever with a stiff neck", Level.URGENT, (_FEVER, _any("neck stiffness")), (sources.NICE_NG240,)
    ),
    Rule(
        "sepsis",
        "Fever with confusion, fainting, or severe breathlessness",
        Level.URGENT,
        (_FEVER, _any("confusion | severe breathlessness | blue lips | blue fingers | fainting")),
        (sources.NHS_SEPSIS,),
    ),
    Rule(
        "pregnancy-bleeding",
        "Bleeding in pregnancy",
        Level.URGENT,
        (_any("pregnant"), _any("vaginal bleeding | bleeding")),
        (sources.NICE_NG126,),
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
        (sources.NICE_NG133,),
    ),
    Rule(
        "fetal-movement",
        "A baby in the womb that moves less, or not at all",
        Level.URGENT,
        (_any("decreased fetal movement"),),
        (sources.NHS_MOVEMENTS,),
    ),
    Rule(
        "unresponsive",
        "Somebody who cannot be woken, or does not breathe",
        Level.URGENT,
        (_any("unresponsive"),),
        (sources.NHS_999,),
    ),
    Rule(
        "bleeding-unstopped",
        "Bleeding that does not stop",
        Level.URGENT,
        (_any("bleeding that does not stop"),),
        (sources.NHS_999,),
    ),
    Rule(
        "battery-swallowed", "A swallowed battery", Level.URGENT, (_any("battery swallowed"),), (sources.NCPC_BATTERY,)
    ),
    Rule(
        "overdose",
        "Overdose or poisoning",
        Level.URGENT,
        (_any("overdose"),),
        (sources.NHS_POISONING, sources.NHS_PARACETAMOL),
    ),
    Rule("seizure", "Seizure", Level.URGENT, (_any("seizure"),), (sources.NHS_SEIZURE,)),
    Rule(
        "collapse-cardiac",
        "Fainting with palpitations or chest pain",
        Level.URGENT,
        (_any("fainting"), _CHEST | _any("palpitations")),
        (sources.NICE_CG109,),
    ),
    Rule("fainting", "Fainting", Level.FOLLOW_UP, (_any("fainting"),), (sources.NICE_CG109,)),
    Rule(
        "cauda-equina",
        "Back pain with numbness of the saddle or loss of control of bladder or bowel",
        Level.URGENT,
        (
            _any("back pain | sciatica"),
            _any("numbness between the legs | incontinence | loss of bladder control")
            | _any("loss of bowel control | urinary retention"),
        ),
        (sources.NHS_BACK,),
    ),
    Rule(
        "spinal-cord",
        "Weak or numb legs with loss of control of bladder or bowel",
        Level.URGENT,
        (_any("weak legs"), _any("loss of bladder control | loss of bowel control | unable to pass urine")),
        (sources.NICE_NG127, sources.NHS_BACK),
    ),
    Rule(
        "urine-retained",
        "Passing no urine, for hours or at all",
        Level.URGENT,
        (_any("unable to pass urine"),),
        (sources.NICE_CG97,),
    ),
    Rule(
        "testicle",
        "Sudden pain of a testicle",
        Level.URGENT,
        (_any("sudden pain of a testicle"),),
        (sources.NHS_TESTICLE,),
    ),
    Rule(
        "peritonitis",
        "A belly as hard as a board with fever, pain or vomiting",
        Level.URGENT,
        (_any("rigid abdomen"), _FEVER | _any("abdominal pain | epigastric pain | vomiting")),
        (sources.NHS_PERITONITIS,),
    ),
    Rule(
        "clot",
        "A swollen or painful calf or leg with breathlessness or chest pain",
        Level.URGENT,
        (_any("calf pain | calf swelling | swollen calf | swollen leg"), _BREATH | _CHEST),
        (sources.NICE_NG158,),
    ),
    Rule(
        "embolism",
        "Coughing up blood with breathlessness or chest pain",
        Level.URGENT,
        (_any("coughing up blood"), _BREATH | _CHEST),
        (sources.NICE_NG158, sources.NHS_BREATH),
    ),
    Rule(
        "deep-vein",
        "A swollen, painful calf",
        Level.FOLLOW_UP,
        (_any("calf swelling | swollen calf"),),
        (sources.NICE_NG158,),
    ),
    Rule(
        "sight-lost",
        "Sudden loss of sight",
        Level.URGENT,
        (_any("sudden loss of sight"),),
        (sources.NHS_STROKE, sources.NHS_RETINA),
    ),
    Rule(
        "head-injury",
        "A blow to the head with vomiting, fainting, confusion or a seizure",
        Level.URGENT,
        (_any("head injury"), _any("vomiting | fainting | confusion | seizure | daytime sleepiness")),
        (sources.NICE_NG232,),
    ),
    *ACCIDENT_RULES,
)
"""Every rule, in the order in which flags are shown."""
