"""The words of appointments: branches of medicine, tests, kinds of visits."""

from typing import Final

from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable
from carelog.extraction.wordsets import word_set
from carelog.record.types.appointment import Kind

SPECIALTIES: Final[PhraseTable[str]] = phrase_table(
    {
        "allergology": "allergist | allergy specialist | allergy clinic | allergy and immunology",
        "cardiology": "cardiology | cardiologist | heart specialist | heart doctor | heart clinic",
        "dentistry": "dentist | dental clinic | dentistry",
        "dermatology": "dermatology | dermatologist | skin doctor | skin specialist",
        "dietetics": "dietitian | dietician | nutritionist | dietetics",
        "emergency medicine": "emergency room | emergency department",
        "endocrinology": "endocrinology | endocrinologist | diabetes clinic | diabetologist",
        "gastroenterology": "gastroenterology | gastroenterologist | gi specialist | gi doctor | stomach specialist",
        "general surgery": "general surgery | general surgeon | surgeon",
        "gynecology": "gynecology | gynaecology | gynecologist | gynaecologist | ob gyn | obgyn | ob / gyn",
        "hematology": "hematology | haematology | hematologist | haematologist",
        "infectious disease": "infectious disease | infectious diseases",
        "nephrology": "nephrology | nephrologist | kidney specialist | kidney doctor",
        "neurology": "neurology | neurologist",
        "neurosurgery": "neurosurgery | neurosurgeon | spine surgeon",
        "obstetrics": "obstetrics | obstetrician",
        "oncology": "oncology | oncologist | cancer specialist",
        "ophthalmology": "ophthalmology | ophthalmologist | eye doctor | eye specialist | eye clinic",
        "optometry": "optometrist | optometry",
        "orthopedics": "orthopedics | orthopaedics | orthopedic surgery | orthopedic surgeon | orthopedist |"
        " orthopedic |"
        " orthopaedic surgeon | ortho",
        "otolaryngology": "ent | ear nose and throat | otolaryngology | otolaryngologist",
        "pain medicine": "pain clinic | pain specialist | pain management",
        "occupational therapy": "occupational therapy | occupational therapist",
        "pediatrics": "pediatrics | paediatrics | pediatrician | paediatrician",
        "physical therapy": "pt | physical therapy | physical therapist | physiotherapy | physiotherapist | physio",
        "podiatry": "podiatry | podiatrist | foot doctor",
        "primary care": "primary care | primary care doctor | primary care physician | family doctor | gp | pcp",
        "psychiatry": "psychiatry | psychiatrist",
        "psychology": "psychology | psychologist | therapist | counselor | counsellor | counseling | counselling",
        "pulmonology": "pulmonology | pulmonologist | lung doctor | lung specialist | chest physician",
        "rheumatology": "rheumatology | rheumatologist",
        "speech therapy": "speech therapy | speech therapist | speech pathologist",
        "sleep medicine": "sleep specialist | sleep clinic",
        "urology": "urology | urologist",
        "vascular surgery": "vascular surgery | vascular surgeon | vascular specialist",
    }
)

TESTS: Final[PhraseTable[str]] = phrase_table(
    {
        "MRI": "mri | mri scan | m r i",
        "CT": "ct | ct scan | cat scan | c t scan",
        "PET scan": "pet scan",
        "x-ray": "x ray | x rays | xray | xrays | chest x ray | radiograph | radiographs",
        "ultrasound": "ultrasound | ultrasounds | doppler | sonogram | sonography",
        "echocardiogram": "echocardiogram | echo | cardiac echo",
        "electrocardiogram": "ekg | ecg | electrocardiogram",
        "EEG": "eeg | electroencephalogram",
        "stress test": "stress test | treadmill test | cardiac stress test",
        "Holter monitor": "holter monitor | holter | event monitor | heart monitor",
        "colonoscopy": "colonoscopy",
        "cystoscopy": "cystoscopy",
        "endoscopy": "endoscopy | upper endoscopy | egd",
        "mammogram": "mammogram | mammography",
        "bone density scan": "bone density scan | bone density | dexa scan | dexa",
        "sleep study": "sleep study",
        "biopsy": "biopsy",
        "pulmonary function test": "pulmonary function test | pulmonary function tests | pfts | pft | spirometry",
        "nerve conduction study": "nerve conduction study | nerve conduction studies | emg",
        "cardiac catheterization": "cardiac catheterization | cardiac cath | angiogram",
        "pap smear": "pap smear | pap test",
        "blood work": "blood work | bloodwork | blood test | blood tests | labs | lab work | labwork | cbc |"
        " lipid panel |"
        " metabolic panel | a1c | hemoglobin a1c | thyroid panel | liver function tests | blood draw",
        "urine test": "urinalysis | urine test | urine culture | urine sample",
        "strep test": "strep test | rapid strep | throat culture",
        "allergy test": "allergy test | allergy testing | skin prick test",
        "hearing test": "hearing test | audiogram",
        "eye examination": "eye exam | dilated eye exam | eye examination",
    }
)

KINDS: Final[PhraseTable[Kind]] = phrase_table(
    {
        "follow_up": "follow up | followup | recheck",
        "checkup": "check up | checkup | physical | annual physical | wellness visit | annual visit | annual exam",
        "vaccination": "vaccine | vaccination | flu shot | immunization | booster",
        "therapy": "therapy | physical therapy | physiotherapy | counseling | counselling",
        "procedure": "surgery | procedure | operation | colonoscopy | endoscopy",
        "consultation": "consultation | consult",
        "test": "scan | test | lab | labs | mri | ct | x ray | ultrasound",
    }
)

VISITS: Final = word_set(
    """
    appointment appointments appt visit checkup consultation booking अपॉइंटमेंट
    """
)
VIRTUAL: Final = word_set("video virtual telehealth telemedicine zoom phone telephone online televisit")
TITLES: Final[dict[Kind | None, str]] = {
    "follow_up": "Follow-up",
    "checkup": "Check-up",
    "vaccination": "Vaccination",
    "therapy": "Therapy",
    "procedure": "Procedure",
    "consultation": "Consultation",
    "test": "Test",
}
