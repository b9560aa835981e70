"""What is said to be well: "any trouble breathing?" "My breathing's been fine" says no as well as a no does."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_BOWELS: Final = word_set("motion motions latrine potty bowels bowel stools stool movements poo poos poop poops")
_FUNCTIONS: Final = {
    "shortness of breath": word_set("breathing breath breathe lungs saans"),
    "vision changes": word_set("vision eyesight eyes see seeing"),
    "hearing loss": word_set("hearing hear"),
    "difficulty sleeping": word_set("sleep sleeping neend नींद"),
    "loss of appetite": word_set("appetite eating bhookh bhook भूख"),
    "fever": word_set("temp temperature thermometer"),
    "fatigue": word_set("energy"),
    "bowel changes": _BOWELS,
    "constipation": _BOWELS,
    "diarrhea": _BOWELS,
    "black stools": _BOWELS,
    "blood in stool": _BOWELS,
    "urinary symptoms": word_set("urination urinating urine bladder waterworks peeing"),
    "depression": word_set("mood spirits"),
    "memory loss": word_set("memory"),
    "loss of balance": word_set("balance"),
    "stomach upset": word_set("stomach digestion"),
    "weight loss": word_set("weight"),
    "weight gain": word_set("weight"),
    "difficulty swallowing": word_set("swallowing swallow"),
    "difficulty concentrating": word_set("concentration focus"),
    "abdominal pain": word_set("belly stomach tummy abdomen"),
    "chest pain": word_set("chest"),
    "sore throat": word_set("throat"),
    "difficulty speaking": word_set("speech talking"),
    "joint pain": word_set("joint joints"),
    "tremor": word_set("hands hand"),
    "rash": word_set("skin"),
    "dry skin": word_set("skin"),
    "eye redness": word_set("eye eyes"),
    "watery eyes": word_set("eye eyes"),
    "ringing in the ears": word_set("ears hearing"),
    "thirst": word_set("thirst drinking"),
    "nausea": word_set("stomach tummy belly"),
    "vomiting": word_set("stomach tummy belly"),
    "neck stiffness": word_set("neck"),
    "jaundice": word_set("eyes skin"),
    "dark urine": word_set("urine pee"),
    "blood in urine": word_set("urine pee"),
    "frequent urination": word_set("urine urination peeing waterworks"),
    "painful urination": word_set("urine urination peeing waterworks"),
    "difficulty urinating": word_set("urine urination peeing waterworks flow stream"),
    "hoarseness": word_set("voice"),
    "sensitivity to light": word_set("light lights"),
    "bleeding gums": word_set("gums"),
    "nosebleed": word_set("nose"),
    "runny nose": word_set("nose"),
    "nasal congestion": word_set("nose"),
    "swollen glands": word_set("glands"),
    "cough": word_set("lungs"),
    "palpitations": word_set("heart heartbeat pulse"),
}
_WELL: Final = word_set(
    """
    free clear grand brilliant lovely sound spotless unchanged fine good great okay ok normal alright regular
    well stable steady excellent perfect theek thik accha acchi achhi अच्छी अच्छा ठीक मस्त mast
    """
)
_BETWEEN: Final = word_set(
    "r is has been 's are have seems feels was pretty really very all quite just totally movements doing going just "
    "perfectly still stayed been it's that's thing wise bilkul ekdum always"
)
_LIKENED: Final = phrase_table(
    {
        "bowels": "like clockwork | like a clock | regular as clockwork | regular as a clock",
        "sleep": """
            like a baby | like a log | like a rock | like a top | like the dead | like a lamb |
            sleep through the night | slept through the night | sleeping through the night |
            sleep right through | sleep straight through
            """,
        "eating": """
            like a horse | like a pig | like a king | eat good | eating good | eat well | eating well | eat fine |
            eating fine | eat everything | out of house and home | never miss a meal | never missed a meal |
            not missed a meal | n't missed a meal | haven't missed a meal
            """,
        "dryness": "dry as a bone | bone dry | dry as anything | nice and dry | clean and dry | dry | all dry",
        "alert": """
            wide awake | bright eyed | alert | bouncing off the walls | running around | full of beans | bright as
            a button |
            awake and mad | up and about | tearing around | as bright as
            """,
        "memory": "sharp as a tack | like an elephant",
        "eyes": "eyes like a hawk | eyes like an eagle | like a hawk",
    }
)
"""What says that all is well where it answers a question that names the function, or its trouble."""
_OTHERWISE: Final = word_set("yes yeah yep it it's they used wish if would could hardly barely but until before when")
_LIKENED_TO: Final = {
    "constipation": "bowels",
    "diarrhea": "bowels",
    "bowel changes": "bowels",
    "difficulty sleeping": "sleep",
    "loss of appetite": "eating",
    "memory loss": "memory",
    "vision changes": "eyes",
    "daytime sleepiness": "alert",
    "drainage": "dryness",
    "ear discharge": "dryness",
    "incontinence": "dryness",
}
_REACH: Final = 5  # words
_DENYING: Final = 3  # words


def _begin_of_remark(words: Sequence[Word], i: int) -> int:
    """ "No rash, eyes are good": the no does not reach the eyes."""
    begin = max(0, i - _DENYING)
    return next((at + 1 for at in range(i - 1, begin - 1, -1) if not words[at].norm.isalpha()), begin)


def likened_to_well(reply: Reading, name: str) -> tuple[int, int] | None:
    """ "Like a horse", "regular as a clock" in the first sentence. "Yes, like clockwork" affirms what was asked."""
    what = _LIKENED_TO.get(name)
    if what is None:
        return None
    first, end = reply.utterance.sentences[0]
    for begin, stop, kind in _LIKENED.within(reply.words, first, end):
        before = reply.words[first:begin]
        if kind == what and not any(is_negative(word) or word.norm in _OTHERWISE for word in before):
            return begin, stop
    return None


def _as_well(words: Sequence[Word], i: int) -> bool:
    """ "Lips are fine, tongue too"."""
    following = [word.norm for word in words[i + 1 : i + 3]]
    return following[:1] in (["too"], ["also"], ["likewise"]) or following == ["as", "well"]


def said_to_be_well(reply: Reading, mention: Mention) -> tuple[int, int] | None:
    """The words of the reply that say that what the symptom would trouble is well, or None."""
    likened = likened_to_well(reply, mention.name)
    if likened is not None:
        return likened
    functions = _FUNCTIONS.get(mention.name)
    if functions is None and mention.part and mention.site:
        # "Swelling in your calf?" - "The calf's fine."
        functions = frozenset({mention.part, f"{mention.part}s", mention.site.split()[-1]})
    if functions is None:
        return None
    words = reply.words
    for i, word in enumerate(words):
        if word.norm.removesuffix("'s") not in functions:
            continue
        if _as_well(words, i) and words[i - 1].norm in (",", "and", ".") and words[i - 2].norm in _WELL:
            return i, i + 2
        for at in range(i + 1, min(len(words), i + _REACH)):
            if words[at].norm in _WELL or (words[at].norm == "right" and words[at - 1].norm == "all"):
                denied = any(is_negative(before) for before in words[_begin_of_remark(words, i) : at])
                return None if denied else (i, at + 1)
            if words[at].norm not in _BETWEEN:
                break
    return None
