"""What a medicine is taken for, where that is said right after it: "for pain", "for my blood pressure"."""

from collections.abc import Sequence

from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.wordsets import word_set

_NAMES = """
    pain, chest pain, back pain, joint pain, nerve pain, knee pain, neck pain, breakthrough pain, headache,
    headaches, migraine, migraines, fever, cold, cough, flu, sore throat, congestion, sinuses, allergies,
    asthma, copd, breathing, wheezing, blood pressure, high blood pressure, hypertension, bp, cholesterol,
    high cholesterol, diabetes, sugar, blood sugar, type two diabetes, heart, heart failure, afib,
    atrial fibrillation, palpitations, angina, swelling, inflammation, edema, fluid, thyroid,
    hypothyroidism, hyperthyroidism, gout, arthritis, osteoarthritis, rheumatoid arthritis, osteoporosis,
    bones, muscle spasms, spasms, cramps, reflux, acid reflux, heartburn, gerd, ulcer, ulcers, nausea,
    vomiting, constipation, diarrhea, ibs, gas, stomach, acidity, infection, uti, urinary tract infection,
    pneumonia, bronchitis, strep, strep throat, sinus infection, ear infection, skin infection,
    lyme disease, covid, malaria, anxiety, depression, panic attacks, sleep, insomnia, adhd, bipolar,
    seizures, epilepsy, dizziness, vertigo, tremor, parkinson's, rash, itching, eczema, psoriasis, acne,
    anemia, iron deficiency, prostate, bladder, menopause, hot flashes, birth control, weight loss,
    kidney stones, bukhar, dard, khansi, sardi, neend, memory, mood, focus, immunity, nerves, joints, skin, hair,
    dry eyes, glaucoma, nasal congestion, runny nose, hay fever, burning, numbness, neuropathy, sugars, heart rate,
    heart rhythm, blood clots, stroke, water retention, hot flushes, cholesterol levels, triglycerides, periods,
    infections, withdrawal, opioid withdrawal, smoking, alcohol, shingles, herpes, fungus, yeast infection, scabies
"""
_REASONS: PhraseTable[str] = PhraseTable((name.strip(), name.strip()) for name in _NAMES.split(","))
_PURPOSES = phrase_set(
    """
    for | to help with | to help | help with | to treat | to control | to lower | to bring down | to prevent |
    helps with | ke liye
    """
)
_TAKES = word_set("i i'm i've he she we you take takes taking use uses on")
_BEFORE = 10
_LEADING = 3
_ARTICLES = word_set("the my your his her this that any some high a an")


def reason_after(words: Sequence[Word], first: int, end: int) -> str | None:
    """The reason that a "for" between words `first` and `end` gives.

    >>> from carelog.extraction.utterances import words_of
    >>> reason_after(words_of("20 mg daily for my blood pressure for 10 days"), 0, 10)
    'blood pressure'
    """
    for i in range(first, min(end, len(words) - 1)):
        if words[i].norm in ".?!":
            return None
        if (purpose := _PURPOSES.at(words, i)) and (reason := _reason_at(words, i + purpose[0])):
            return reason
    return None


def reason_before(words: Sequence[Word], sentence: tuple[int, int], first: int) -> str | None:
    """The reason that the sentence begins with: "for my cholesterol I take" before a name at word `first`.

    >>> from carelog.extraction.utterances import words_of
    >>> reason_before(words_of("And for my cholesterol I take Crestor"), (0, 7), 6)
    'cholesterol'
    """
    for i in range(max(sentence[0], first - _BEFORE), first - 2):
        if words[i].norm == "for" and i - sentence[0] <= _LEADING:
            reason = _reason_at(words, i + 1)
            takes = any(word.norm in _TAKES for word in words[i + 1 : first])
            return reason if takes else None
    return None


def _reason_at(words: Sequence[Word], at: int) -> str | None:
    while at < len(words) - 1 and words[at].norm in _ARTICLES and not _REASONS.at(words, at):
        at += 1
    match = _REASONS.at(words, at) if at < len(words) else None
    return match[1] if match else None
