"""What is over: "I had a fever | but it's gone now", "I was throwing up | but I'm fine now"."""

from collections.abc import Collection, Sequence

from carelog.extraction.negation import Clause, is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_NO_LONGER = phrase_set(
    """
    not anymore | not any more | not now | not since then | no longer | no more | not today | never anymore |
    never any more | never now | ab nahi | अब नहीं
    """
)
_NONE_LEFT = phrase_set(
    """
    bilkul nahi | bilkul nahin | nahi hai ab | nahin hai ab | ab nahi | ab nahin | khatam ho gaya | chala gaya |
    theek ho gaya | बिल्कुल नहीं | बिलकुल नहीं | नहीं है अब | अब नहीं | खत्म हो गया | चला गया | ठीक हो गया
    """
)
_WELL_NOW = phrase_set(
    """
    i'm better now | i'm all better | i'm fine now | i'm okay now | i'm ok now | i'm good now | i'm all right now |
    i'm alright now | i'm over it | i'm back to normal | he's fine now | she's fine now | he's better now |
    she's better now | he's okay now | she's okay now
    """
)
_NOWADAYS = word_set("now today currently nowadays")
_NONE = word_set("nothing none no not fine ok okay good gone normal clear well never")
_ABOUT = word_set("yes yeah yep oh about almost pretty much just like maybe it was")
_AT_ONCE = word_set("overnight immediately instantly")
_IN_TIME = word_set("inside within in after by took")
_TIMES = word_set(
    "day days week weeks hour hours month months minutes night morning monday tuesday wednesday thursday friday "
    "saturday sunday yesterday christmas easter"
)
_WHEN = 6  # words
_OCCASIONS = word_set("when whenever while after if")
_LEADING = word_set(", . and but so then now luckily thankfully fortunately")
_IT = word_set("it it's they they've they're that that's its")
_OVER = phrase_set(
    """
    gone | went away | gone away | resolved | cleared up | cleared right up | disappeared | stopped | subsided |
    over now | all over now | settled | settled down | cleared | passed now | all better | all clear | it went . |
    it went , | they went . | it passed | they passed | has passed | have passed |
    's passed | passed off | passed quickly | went back down | went right back down | gone back down |
    gone right back down | back to normal | wore off | worn off | healed | healed up | finished | is over | 's over |
    are over | finally done | all done | packed up | packed in | dried up | all dried up | sorted itself out |
    righted itself | came right | cleared off | long gone | thing of the past | behind me | come and gone | came
    and went | been and gone | all healed | it quit | they quit |
    has quit | have quit | 's quit | let up | is finally over | 's finally over | utar gaya | utar gayi | band ho gaya |
    band ho gayi | उतर गया | उतर गई | बंद हो गया | बंद हो गई | it broke | broke this morning | broke last night |
    broke yesterday | broke today | has broken
    """
)


def clause_about_it(words: Sequence[Word], among: Sequence[Clause], clause: Clause) -> Clause | None:
    """The next clause, if it goes on about what was just named: "I had a fever | but it's gone now"."""
    following = next((c for c in among if c[0] == clause[1]), None)
    if following is not None and words[following[0]].norm in _OCCASIONS:
        following = next((c for c in among if c[0] == following[1]), None)  # "it hurt | when I ate | but it's gone"
    if following is None:
        return None
    at = following[0]
    while at < following[1] and words[at].norm in _LEADING:
        at += 1
    about_it = at < following[1] and (words[at].norm in _IT or _NO_LONGER.at(words, at) is not None)
    return (at, following[1]) if about_it else None


def is_over(words: Sequence[Word], clause: Clause) -> bool:
    """Whether a clause about "it" says that it is over: "it's gone now", "they've stopped"."""
    ended = _NO_LONGER.at(words, clause[0])
    if ended is not None:
        following = clause[0] + ended[0]
        return following >= len(words) or words[following].norm != "than"  # "no more than usual"
    return any(
        _OVER.at(words, i) is not None and not any(is_negative(word) for word in words[clause[0] : i])
        for i in range(*clause)
    )


def is_none_now(words: Sequence[Word], sentence: Clause) -> bool:
    """ "Now, nothing", "today he's fine", "not anymore"."""
    first, end = sentence
    if _NO_LONGER.at(words, first) is not None:
        return True
    return words[first].norm in _NOWADAYS and any(word.norm in _NONE for word in words[first + 1 : end])


def is_none_left(words: Sequence[Word]) -> bool:
    """ "Dard kam hua?" - "Haan, bilkul nahi hai ab": it is not less, there is none."""
    return any(_NONE_LEFT.at(words, i) is not None or _OVER.at(words, i) is not None for i in range(len(words)))


def took_a_while(words: Sequence[Word], sentence: Clause) -> bool:
    """ "Is the cough gone?" - "Inside a week", "by Monday", "overnight": when it ended."""
    said = [word.norm for word in words[slice(*sentence)] if word.norm.isalpha()]
    while said and said[0] in _ABOUT:
        said = said[1:]
    if not said or len(said) > _WHEN or any(norm in ("no", "not") for norm in said):
        return False
    at_once = said[0] in _AT_ONCE or (said[-1] == "away" and said[0] in ("straight", "right"))
    return at_once or (said[0] in _IN_TIME and not _TIMES.isdisjoint(said))


def is_well_now(words: Sequence[Word], among: Sequence[Clause], clause: Clause) -> bool:
    """ "I was throwing up all weekend | but I'm fine now"."""
    following = next((c for c in among if c[0] == clause[1]), None)
    if following is None:
        return False
    first = next((i for i in range(*following) if words[i].norm not in _LEADING), following[0])
    return _WELL_NOW.at(words, first) is not None


def is_gone_after(words: Sequence[Word], stop: int, end: int, named: Collection[int]) -> bool:
    """ "Fever lasted three days, gone since Saturday": of what was named before word `end`."""
    for i in range(end, stop - 1):
        if i in named:
            return False
        gone = None
        if words[i].norm == ",":
            gone = _GONE.at(words, i + 1)
        elif words[i].norm == "and":
            gone = _ENDED.at(words, i + 1)
        if gone is not None:
            after = i + 1 + gone[0]
            following = words[after].norm if after < stop else ""
            return not following.isalpha() or following in _SINCE or following in _TIMES
    return False


_ENDED = phrase_set("ended | stopped | resolved | went away | cleared up | broke | then stopped | then ended")
_GONE = phrase_set(
    """
    none today | none since | nothing today | subsided | now subsided | now afebrile | afebrile now |
    gone | all gone | it's gone | cleared up | all cleared up | resolved | over now | fine now | okay now |
    better now | all better | not anymore | not any more | none now | gone now | ab theek | ab nahi | ab nahin |
    nahi hai | nahin hai | अब ठीक | अब नहीं | नहीं है
    | ab utar gaya | ab utar gayi | ab ruk gaya | ab ruk gayi | ab chala gaya | ab band | अब उतर गया | अब उतर गई |
    अब रुक गया | अब रुक गई | अब बंद
    """
)
_SINCE = word_set("ho since now by today yesterday this last on hai hain है हैं thank thankfully")


def is_said_not_to_be(words: Sequence[Word], stop: int, end: int, named: Collection[int]) -> bool:
    """ "She wrote down that I have nausea, but I don't."""
    for i in range(end, stop):
        if i in named:
            return False
        untrue = _BUT_NOT.at(words, i) if words[i].norm == "but" else None
        if untrue is not None:
            after = i + untrue[0]
            return after >= len(words) or not words[after].norm.isalpha()
    return False


_BUT_NOT = phrase_set(
    """
    but i don't | but i do n't | but i do not | but i haven't | but i have n't | but i have not | but i'm not |
    but i am not | but i didn't | but i did n't | but i never did | but i never have | but i never do |
    but that's wrong | but that's not true | but that's not right | but it's not true | but it's wrong
    """
)
