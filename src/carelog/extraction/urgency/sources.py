"""The guidance that the rules follow."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Source:
    """Guidance that a rule follows."""

    name: str
    url: str


AHA_CRISIS: Final = Source(
    "American Heart Association, When to call 911 about high blood pressure",
    "https://www.heart.org/en/health-topics/high-blood-pressure/understanding-blood-pressure-readings/"
    "hypertensive-crisis-when-you-should-call-911-for-high-blood-pressure",
)
ISH_2020: Final = Source(
    "International Society of Hypertension, 2020 Global Hypertension Practice Guidelines",
    "https://doi.org/10.1161/HYPERTENSIONAHA.120.15026",
)
NCPC_BATTERY: Final = Source(
    "National Capital Poison Center, Button Battery Ingestion Triage and Treatment Guideline",
    "https://www.poison.org/battery/guideline",
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
NHS_ANTICOAGULANTS: Final = Source(
    "NHS, Anticoagulant medicines: side effects", "https://www.nhs.uk/conditions/anticoagulants/side-effects/"
)
NHS_CARBON_MONOXIDE: Final = Source(
    "NHS, Carbon monoxide poisoning", "https://www.nhs.uk/conditions/carbon-monoxide-poisoning/"
)
NHS_COUGHED_BLOOD: Final = Source("NHS, Coughing up blood", "https://www.nhs.uk/conditions/coughing-up-blood/")
NHS_EYES: Final = Source("NHS, Eye injuries", "https://www.nhs.uk/conditions/eye-injuries/")
NHS_FIRST_AID: Final = Source("NHS 111 Wales, First aid", "https://111.wales.nhs.uk/encyclopaedia/f/article/firstaid/")
NHS_INFANT: Final = Source(
    "NHS, Is your baby or toddler seriously ill?",
    "https://www.nhs.uk/conditions/baby/health/is-your-baby-or-toddler-seriously-ill/",
)
NHS_PREMATURE: Final = Source(
    "NHS 111 Wales, Premature labour", "https://111.wales.nhs.uk/livewell/pregnancy/PrematureLabour/"
)
NHS_PRIAPISM: Final = Source("NHS, Priapism", "https://www.nhs.uk/conditions/priapism/")
NHS_SNAKES: Final = Source("NHS 111 Wales, Snake bites", "https://111.wales.nhs.uk/encyclopaedia/s/article/snakebites")
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
NHS_PERITONITIS: Final = Source("NHS, Peritonitis", "https://www.nhs.uk/conditions/peritonitis/")
NHS_POISONING: Final = Source("NHS, Poisoning", "https://www.nhs.uk/conditions/poisoning/")
NHS_RETINA: Final = Source("NHS, Detached retina", "https://www.nhs.uk/conditions/detached-retina-retinal-detachment/")
NHS_SEIZURE: Final = Source(
    "NHS, What to do if someone has a seizure (fit)",
    "https://www.nhs.uk/conditions/what-to-do-if-someone-has-a-seizure-fit/",
)
NHS_SEPSIS: Final = Source("NHS, Sepsis", "https://www.nhs.uk/conditions/sepsis/")
NHS_TESTICLE: Final = Source("NHS, Testicle pain", "https://www.nhs.uk/conditions/testicle-pain/")
NHS_STROKE: Final = Source("NHS, Stroke", "https://www.nhs.uk/conditions/stroke/")
NHS_BACK: Final = Source("NHS, Back pain", "https://www.nhs.uk/conditions/back-pain/")
NICE_CG95: Final = Source("NICE CG95, Recent-onset chest pain", "https://www.nice.org.uk/guidance/cg95")
NICE_CG97: Final = Source("NICE CG97, Lower urinary tract symptoms in men", "https://www.nice.org.uk/guidance/cg97")
NICE_CG109: Final = Source("NICE CG109, Transient loss of consciousness", "https://www.nice.org.uk/guidance/cg109")
NICE_CG134: Final = Source("NICE CG134, Anaphylaxis", "https://www.nice.org.uk/guidance/cg134")
NICE_CG141: Final = Source(
    "NICE CG141, Acute upper gastrointestinal bleeding", "https://www.nice.org.uk/guidance/cg141"
)
NICE_CG150: Final = Source("NICE CG150, Headaches in over 12s", "https://www.nice.org.uk/guidance/cg150")
NICE_CG151: Final = Source("NICE CG151, Neutropenic sepsis", "https://www.nice.org.uk/guidance/cg151")
NICE_NG10: Final = Source("NICE NG10, Violence and aggression", "https://www.nice.org.uk/guidance/ng10")
NICE_NG12: Final = Source(
    "NICE NG12, Suspected cancer: recognition and referral", "https://www.nice.org.uk/guidance/ng12"
)
NICE_NG126: Final = Source("NICE NG126, Ectopic pregnancy and miscarriage", "https://www.nice.org.uk/guidance/ng126")
NICE_NG127: Final = Source(
    "NICE NG127, Suspected neurological conditions: recognition and referral", "https://www.nice.org.uk/guidance/ng127"
)
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
