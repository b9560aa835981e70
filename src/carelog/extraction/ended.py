"""What is over: "I had a fever | but it's gone now", "I was throwing up | but I'm fine now"."""

from collections.abc import Sequence

from carelog.extraction.negation import Clause, is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_NO_LONGER = phrase_set("not anymore | not any more | not now | no longer | no more | not today | ab nahi | अब नहीं")
_WELL_NOW = phrase_set(
    """
    i'm better now | i'm all better | i'm fine now | i'm okay now | i'm ok now | i'm good now | i'm all right now |
    i'm alright now | i'm over it | i'm back to normal | he's fine now | she's fine now | he's better now |
    she's better now | he's okay now | she's okay now
    """
)
_LEADING = word_set(", . and but so then now luckily thankfully fortunately")
_IT = word_set("it it's they they've they're that that's its")
_OVER = phrase_set(
    """
    gone | went away | gone away | resolved | cleared up | disappeared | stopped | subsided | over now | settled |
    settled down | cleared | passed now |
    all better
    """
)


def clause_about_it(words: Sequence[Word], among: Sequence[Clause], clause: Clause) -> Clause | None:
    """The next clause, if it goes on about what was just named: "I had a fever | but it's gone now"."""
    following = next((c for c in among if c[0] == clause[1]), None)
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


def is_well_now(words: Sequence[Word], among: Sequence[Clause], clause: Clause) -> bool:
    """ "I was throwing up all weekend | but I'm fine now"."""
    following = next((c for c in among if c[0] == clause[1]), None)
    if following is None:
        return False
    first = next((i for i in range(*following) if words[i].norm not in _LEADING), following[0])
    return _WELL_NOW.at(words, first) is not None
