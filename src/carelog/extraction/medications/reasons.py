"""What a medicine is taken for, where that is said right after it: "for pain", "for my blood pressure"."""

from collections.abc import Sequence

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
    kidney stones, bukhar, dard, khansi, sardi, neend
"""
_REASONS: PhraseTable[str] = PhraseTable((name.strip(), name.strip()) for name in _NAMES.split(","))
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
        if words[i].norm == "for":
            at = i + 1
            while at < len(words) - 1 and words[at].norm in _ARTICLES and not _REASONS.at(words, at):
                at += 1
            if match := _REASONS.at(words, at):
                return match[1]
    return None
