"""The words that say which vital a number is."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction.utterances import PhraseTable, Utterance, Word, words_of
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Context, Kind

_PHRASES: dict[Kind | None, str] = {
    "blood_pressure": "blood pressure|blood pressures|blood pressure's|bp|bp's|bps|b p|pressure|"
    "pressures|pressure's|रक्तचाप|बीपी",
    "heart_rate": "heart rate|heart rate monitor|heart rate's|heart rates|heartrate|heart beat|heartbeat|pulse|"
    "pulse rate|pulse's|hr|resting heart rate|धड़कन|पल्स",
    "temperature": "temperature|temperature's|temperatures|temp|temp's|temps|fever|low grade fever|"
    "high grade fever|febrile|burning up|thermometer|थर्मामीटर|bukhar|bukhaar|बुखार|तापमान",
    "glucose": "blood sugar|blood sugars|blood sugar's|sugar|sugars|sugar's|glucose|blood glucose|"
    "sugar level|sugar levels|blood sugar level|blood sugar levels|glucose level|glucose levels|"
    "fasting|fasting sugar|fasting glucose|fasting blood sugar|accu chek|fbs|ppbs|rbs|cbg|bsl|glucose monitor|"
    "glucometer|sugar monitor|blood sugar monitor|any lows|any highs|any hypos|hypos|any highs or lows|"
    "any lows or highs|any low sugars|शुगर",
    "spo2": "oxygen|oxygen's|o2's|oxygen level|oxygen levels|oxygen saturation|oxygen sat|oxygen sats|oxygenation|o2|"
    "o2 sat|o2 sats|o2 saturation|o2 level|sats|sat's|saturation|saturations|saturating|satting|spo2|"
    "sp o2|pulse ox|pulse oximeter|pulse oximetry|oximeter|finger thing|finger clip|finger probe|finger monitor|ऑक्सीजन",
    "weight": "weight|weight's|body weight|weigh|weighs|weighed|weighing|wt|scales|scale is|"
    "scale was|scale says|scale said|scale shows|scale showed|scale showing|weighing machine|weighing scale|"
    "vajan|wajan|wazan|वजन|वज़न",
    "height": "height|height's|ht|tall|lambai|लंबाई",
    "respiratory_rate": "respiratory rate|respiratory rate's|respiration|respirations|respiration rate|"
    "breathing rate|resp rate|resp|resps|rr|breaths",
    "bmi": "bmi|body mass index|b m i",
    "waist": "waist|waist size|waist circumference|waistline",
    "body_fat": "body fat|body fat percentage|fat percentage",
    # Words that begin like a vital and are none.
    None: "a1c|hemoglobin a1c|haemoglobin a1c|hba1c|hb a1c|sugar free|blood sugar log|added sugar|"
    "weight loss|weight gain|weight watchers|lost weight|lose weight|losing weight|gained weight|"
    "gain weight|goal weight|target weight|ideal weight|dream weight|birth weight|oxygen tank|"
    "oxygen therapy|oxygen concentrator|blood pressure cuff|blood pressure medication|"
    "blood pressure medications|blood pressure medicine|blood pressure pill|blood pressure pills|"
    "eye pressure|peer pressure|room temperature|"
    "water temperature|fasting labs|fasting lipids|fasting insulin|fasting blood work",
}  # fmt: skip


class Cue(NamedTuple):
    """Words `first` up to `end` name a vital; `kind` None: they only look as if they did."""

    first: int
    end: int
    kind: Kind | None


_TABLE = PhraseTable((phrase, kind) for kind, phrases in _PHRASES.items() for phrase in phrases.split("|"))
_FIRST_WORDS = frozenset(words_of(phrase)[0].norm for phrases in _PHRASES.values() for phrase in phrases.split("|"))


def find_cues(utterance: Utterance) -> list[Cue]:
    """Every cue, left to right, the longest phrase at each place."""
    if _FIRST_WORDS.isdisjoint(utterance.norms):
        return []
    words = utterance.words
    cues: list[Cue] = []
    end = 0
    for i in [k for k, word in enumerate(words) if word.norm in _FIRST_WORDS]:
        if i >= end and (match := _TABLE.at(words, i)):
            end = i + match[0]
            cues.append(Cue(i, end, match[1]))
    return cues


_CONTEXT_PHRASES: dict[Context, str] = {
    "fasting": "fasting|fbs|( f )|empty stomach|before breakfast|before eating|khali pet|खाली पेट",
    "post_meal": "after breakfast|after lunch|after dinner|after eating|after food|after meal|"
    "after meals|after a meal|after the meal|after my meal|after i ate|after having breakfast|"
    "after having lunch|after having dinner|( pp )|pp|post lunch|post dinner|post breakfast|"
    "post meal|post prandial|postprandial|ppbs|khane ke baad|khane ke ek ghante baad|khane ke do ghante baad|"
    "खाने के बाद",
    "pre_meal": "before lunch|before dinner|before supper|before meals|before a meal|before my meal|before the meal|"
    "before my lunch|before my dinner|pre meal|khane se pehle|खाने से पहले",
    "bedtime": "bedtime|before bed|before going to bed|before sleeping|before i went to bed|sone se pehle|सोने से पहले",
    "resting": "resting|at rest",
    "after_exercise": "after exercise|after exercising|after walking|after my walk|after a walk|"
    "after the walk|after running|after my run|after a run|after workout|after my workout|"
    "after working out|after the gym|on the treadmill|on the bike|on my run|during exercise|during my workout|"
    "during my run|while exercising|while running|while working out|when i exercise|when i run|at the gym",
}
_CONTEXTS = PhraseTable(
    (phrase, context) for context, phrases in _CONTEXT_PHRASES.items() for phrase in phrases.split("|")
)
_CONTEXT_WORDS = word_set(
    """
    ( fasting fbs empty before khali खाली after post postprandial pp ppbs khane खाने resting at pre bedtime sone सोने
    on during while when
    """
)
_USUAL: dict[Context, frozenset[Kind]] = {
    "fasting": frozenset({"glucose"}),
    "post_meal": frozenset({"glucose"}),
    "pre_meal": frozenset({"glucose"}),
    "bedtime": frozenset({"glucose", "blood_pressure"}),
    "resting": frozenset({"heart_rate", "blood_pressure"}),
    "after_exercise": frozenset({"heart_rate", "blood_pressure", "spo2"}),
}


def context_of(words: Sequence[Word], first: int, end: int, kind: Kind) -> Context | None:
    """The circumstances of a reading that are said among the words `first` to `end`."""
    for i in range(max(0, first), min(end, len(words))):
        if words[i].norm in _CONTEXT_WORDS and (match := _CONTEXTS.at(words, i)) and kind in _USUAL[match[1]]:
            return match[1]
    return None
