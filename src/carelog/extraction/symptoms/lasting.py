"""Whether a reply says of what was asked about that it is over, that it came back or that it goes on."""

from carelog.extraction.ended import is_over
from carelog.extraction.exchange_fillers import skip_fillers
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set

_IT = word_set("it it's they they've they're that that's")
_BACK = word_set("back returned returns again")
_GOING_ELSEWHERE = word_set("down up to home out through by for on in back taking doing")
_STAYING = phrase_set(
    """
    still there | still here | still have it | still got it | still going | still do | still does | still have |
    abhi bhi | अभी भी | not gone
    """
)


def ends(reply: Reading) -> bool:
    """Whether the reply says of what was asked about that it is over: "yes, it's gone"."""
    first, end = reply.utterance.sentences[0]
    opening = skip_fillers(reply.words, first, end)
    if opening < end and is_over(reply.words, (opening, min(end, opening + 2))):
        goes_on = reply.words[opening + 1].norm in _GOING_ELSEWHERE if opening + 1 < end else False
        return not goes_on  # "Headache?" - "Gone."
    return any(
        word.norm in _IT and is_over(reply.words, (i, end))
        for i, word in enumerate(reply.words[first:end], start=first)
    )


def came_back(reply: Reading) -> bool:
    """ "Did the pain go?" "For a week, then it came back." """
    return any(
        word.norm in _BACK and reply.words[i - 1].norm in ("came", "is", "it", "started")
        for i, word in enumerate(reply.words)
    )


def goes_on(reply: Reading) -> bool:
    """ "Is your cough gone?" - "Still there." """
    return any(_STAYING.at(reply.words, i) is not None for i in range(*reply.utterance.sentences[0]))
