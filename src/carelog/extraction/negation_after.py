"""What is denied by the words that follow it: "the cough is gone", "bukhar nahi hai", "the puking is finally done"."""

from collections.abc import Sequence

from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_MARKS = frozenset(".?!।…\n;")
_AFTER = phrase_set(
    """
    chhod ke | chhod kar | chhodke | chhodkar | chod ke | छोड़कर | छोड़ कर | free | no | nope | is gone | are gone |
    was gone | 's gone | has gone | have gone | gone | gone away | has gone away | went away | has resolved |
    have resolved | resolved | is resolved | has cleared | cleared up | has cleared up | disappeared |
    has disappeared | has stopped | have stopped | stopped | subsided | has subsided | all gone | is all gone |
    completely gone | is completely gone | no longer there | is no longer there | is no more | is not there |
    is n't there | isn't there | is absent | was absent | denied | none | negative | not present | not noted |
    not a problem | isn't a problem | is n't a problem | is not a problem | has n't been a problem |
    hasn't been a problem | has n't been an issue | hasn't been an issue | not an issue | is not an issue |
    not really | not at all | not especially | not particularly | nahi | nahin | nhi | nai | nhi hai | nhi h |
    nahi h | nai hai | nai h | nahi hai | nahin hai | bilkul nahi | नहीं | नही | भी नहीं | bhi nahi | theek ho gaya |
    thik ho gaya | thik ho gayi | theek ho gai | khatam ho gaya | khatam ho gayi | ठीक हो गई | ठीक हो गयी | चली गई |
    चली गयी | खत्म हो गया | खत्म हो गई | theek ho gayi | chala gaya | chali gayi | ठीक हो गया | चला गया |
    went away completely | is better now and gone | has completely resolved | has pretty much resolved |
    has gone now | has finally gone | neg | also no | also not | also none | also nil | nil | as well no | too no |
    quit | let up | packed up | packed in | dried up | cleared off | wore off | worn off | passed off |
    sorted itself out | behind me | over now | over with | done with | a thing of the past | long gone | utar gaya |
    utar gayi | utar gya | ab theek hai | ab thik hai | ab theek hain | ab bilkul theek hai | अब ठीक है | अब ठीक हैं |
    अब बिल्कुल ठीक है | उतर गया | उतर गई | band ho gaya | band ho gayi | बंद हो गया | is n't back | isn't back |
    is not back | has n't been back | hasn't been back | has n't returned | hasn't returned | has not returned |
    has n't come back | hasn't come back | has not come back | did n't come back | didn't come back |
    did not come back | never came back | has never come back | have n't come back | haven't come back |
    does n't happen anymore | doesn't happen anymore | do n't come anymore | don't come anymore |
    does n't come anymore | doesn't come anymore | do n't happen anymore | don't happen anymore | wapas nahi aaya |
    wapas nahi aayi | wapas nahi hua | wapas nahi hui | बंद हो गई | band hai | band hain | band hui | band hua |
    band ho gaye | band ho chuka hai | band ho chuki hai | बंद है | बंद हैं | बंद हुई | बंद हुआ | बंद हो गए |
    ke bina | के बिना |
    ruk gaya | ruk gayi | ruk gaye | ruk gai | theek hua | theek hui | theek hue | रुक गई | रुक गया | रुक गए |
    khatam | khatm
    """
)
_ENDING = phrase_set("band | बंद | done | over | settled | settled down | lifted | finished | passed | healed | sorted")
"""What says that it is over where nothing goes on: "the puking is finally done", not "done by noon"."""
_BEFORE_AFTER = word_set(
    """
    also too to kal aaj ab subah just long has have is are was were 's all completely totally pretty much now
    finally basically , : - koi
    tha thi था थी थे aana ana aani hona आना आनी होना तो ही hi भी bhi mein ki ka mostly ho hota hoti कोई भी
    """
)


_GOING_ON = word_set("now once when after since thank thankfully")
_OF_THE_NEXT = word_set("none negative no nope")
_NOT_REALLY = word_set("really all especially particularly")


def _not_only(words: Sequence[Word], at: int, stop: int) -> bool:
    """ "Bukhar hi nahi, khansi bhi hai"."""
    only = words[at - 2].norm in _ONLY or any(words[i].norm == "sirf" for i in range(max(0, at - _FEW), at))
    return only and any(word.norm in _TOO for word in words[at : min(stop, at + _NOW_WITHIN)])


_FEW = 4  # words
_ONLY = word_set("hi ही sirf")
_TOO = word_set("bhi भी")


def _is_there_still(words: Sequence[Word], at: int) -> bool:
    """ "Bukhar nahi utra", "dard nahi tha, ab hai"."""
    if at < len(words) and words[at].norm in _WAS:
        said = [word.norm for word in words[at + 1 : at + _NOW_WITHIN]]
        now = next((i for i, norm in enumerate(said) if norm in _NOW), len(said))
        return not _IS.isdisjoint(said[now:]) and _HINDI_NOT.isdisjoint(said[now:])
    return at < len(words) and words[at].norm in _LEAVING


_HINDI_NOT = word_set("nahi nahin nhi nai नहीं नही")
_WAS = word_set("tha thi the था थी थे")
_NOW = word_set("ab aaj अब आज")
_IS = word_set("hai hain है हैं")
_NOW_WITHIN = 8  # words
_LEAVING = word_set(
    """
    utra utri utre utar ruk ruka ruki ruke ja jaa gaya gayi gya gye jata jati theek thik kam band khatam khatm hat chhut
    chhoot chhutta chhutti utarta utarti rukta rukti rukte badha badhi badhe badh badhta badhti jaata jaati jaate mit
    mitta mitti sahan bujhti bujhta tooti tootti
    उतरा उतरी उतरे उतर उतरता रुक रुका रुकी रुके रुकता रुकती जा गया गई गयी गए जाता जाती ठीक कम बंद खत्म ख़त्म हट छूट
    """
)


def is_denied_after(words: Sequence[Word], clause: tuple[int, int], end: int) -> bool:
    """Whether the words from `end` on deny what stands before them."""
    at = end
    while at < clause[1] and at - end <= 4:
        match = _AFTER.at(words, at)
        if match is not None:
            stop = at + match[0]
            if words[stop - 1].norm in _HINDI_NOT and (
                _is_there_still(words, stop) or _not_only(words, stop, clause[1])
            ):
                return False
            if stop < len(words) and words[at].norm in _LEAVING and words[stop].norm in _HINDI_NOT:
                return False  # "dard khatam nahi hua"
            if stop < len(words) and words[stop].norm in ("down", "up"):
                return False  # "has gone down" is better, not over
            # "chest pain, no shortness of breath": that "none" or "no" opens the next item of a list.
            return (
                not (words[at].norm in _OF_THE_NEXT or words[stop - 1].norm in _NOT_REALLY)
                or stop >= clause[1]
                or words[stop].norm in _MARKS
                or words[stop].norm == ","  # "the nausea, no, that was in May"
            )
        ended = _ENDING.at(words, at) if at > end else None
        if ended is not None:
            stop = at + ended[0]
            if words[at].norm == "over" and words[at - 1].norm == "all":
                return False  # "shaking all over"
            return stop >= clause[1] or words[stop].norm in _GOING_ON or not words[stop].norm.isalpha()
        if words[at].norm not in _BEFORE_AFTER:
            return False
        at += 1
    return False
