"""Whether a reply says of what was asked about that it is over, that it came back or that it goes on."""

from carelog.extraction.ended import is_over
from carelog.extraction.exchange_fillers import skip_fillers
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set

_IT = word_set("it it's they they've they're that that's")
_YES = word_set("yes yeah yep yup haan")
_FEW = 5  # words
_SHORT = 9  # words
_NOW_WELL = phrase_set(
    """
    fine now | okay now | ok now | all right now | alright now | good now | all good now | all gone now | gone now |
    not now | not anymore | not any more | better now | it's fine now | it's okay now | it's all right now |
    it doesn't now | it does n't now | it doesn't anymore | it does n't anymore | it doesn't any more | none now |
    nothing now | i'm fine now | i'm okay now | ab theek hai | ab thik hai | ab nahi hai | ab nahi | अब ठीक है |
    अब नहीं है | अब नहीं
    """
)
_BACK = word_set("back returned returns again")
_GOING_ELSEWHERE = word_set("down up to home out through by for on in back taking doing")
_STAYING = phrase_set(
    """
    never left | never went away | never stopped | never went | still there | still here | still have it | still
    got it | still going | still do | still does | still have |
    abhi bhi | ab bhi | अभी भी | अब भी | kahan utra | kahan utri | kahan gaya | kahan gayi | kahan theek | kahan
    ruka | कहाँ उतरा |
    कहां उतरा | कहाँ उतरी | कहाँ गया | कहाँ गई | कहाँ ठीक | कहाँ रुका | not gone
    """
)


def ends(reply: Reading) -> bool:
    """Whether the reply says of what was asked about that it is over: "yes, it's gone"."""
    if _ends_then(reply):
        return True
    first, end = reply.utterance.sentences[0]
    opening = skip_fillers(reply.words, first, end)
    if opening + 1 < end and reply.words[opening].norm in _YES:
        opening = skip_fillers(reply.words, opening + 1, end)  # "Is it better?" - "Yes, gone."
    if opening < end and is_over(reply.words, (opening, min(end, opening + 2))):
        goes_on = reply.words[opening + 1].norm in _GOING_ELSEWHERE if opening + 1 < end else False
        return not goes_on  # "Headache?" - "Gone."
    return any(
        word.norm in _IT and is_over(reply.words, (i, end))
        for i, word in enumerate(reply.words[first:end], start=first)
    )


def _ends_then(reply: Reading) -> bool:
    """ "First day it was slow. Fine now.", "Monday. It broke this morning." """
    if len(reply.utterance.sentences) == 1:
        return False
    first, end = reply.utterance.sentences[1]
    opening = skip_fillers(reply.words, first, end)
    if reply.words[end - 1].norm == "?":
        return False
    if _NOW_WELL.at(reply.words, first) is not None and end - first <= _FEW:
        return True
    if opening >= end:
        return False
    about_it = reply.words[opening].norm in _IT and end - opening <= _SHORT
    return about_it and not any(m.first < end for m in reply.mentions) and is_over(reply.words, (opening, end))


def came_back(reply: Reading) -> bool:
    """ "Did the pain go?" "For a week, then it came back." """
    return any(
        word.norm in _BACK and reply.words[i - 1].norm in ("came", "is", "it", "it's", "they're", "started")
        for i, word in enumerate(reply.words)
    )


def goes_on(reply: Reading) -> bool:
    """ "Is your cough gone?" - "Still there." """
    return any(_STAYING.at(reply.words, i) is not None for i in range(*reply.utterance.sentences[0]))


def goes_on_in_hindi(reply: Reading) -> bool:
    """ "Chakkar aate hain?" - "Uthti hoon to thoda aata hai", "pehle din se hai": a verb that says that it is so."""
    first, end = reply.utterance.sentences[0]
    said = [word.norm for word in reply.words[first:end] if word.norm.isalpha() or not word.norm.isascii()]
    said = [norm for norm in said if norm != "।"]
    if len(said) < _PAIR or said[-1] not in _IS or not _HINDI_NOT.isdisjoint(said) or reply.words[end - 1].norm == "?":
        return False
    return said[-2] in _HAPPENING or (said[-2] in _SINCE and len(said) <= _SHORT)


_PAIR = 2  # words
_IS = word_set("hai hain है हैं")
_HINDI_NOT = word_set("nahi nahin nhi नहीं नही")
_HAPPENING = word_set(
    "aata aati aate hota hoti hote rehta rehti lagta lagti lagte आता आती आते होता होती होते रहता रहती लगता लगती लगते"
)
_SINCE = word_set("se bhi से भी")
