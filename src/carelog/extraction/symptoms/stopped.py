"""What a medicine did that is no longer taken: "it made my chest tight, so I threw it away"."""

from collections.abc import Sequence

from carelog.extraction.negation import Clause
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_STOPPING = phrase_set(
    """
    stopped it | stopped them | stopped that | stopped the | stopped those | stopped taking | stopped using |
    stopped . |
    stopped , | stopped after | stopped once | quit it | quit them | quit that | quit the | quit taking | quit . |
    threw it | threw them | threw that | threw in the towel | came off | come off | went off it | went off them |
    gave up on | gave it up | gave them up | packed it in | packed that in | packed them in | binned | tossed it |
    tossed them | chucked it | chucked them | got off it | got off them | switched me | switched to | changed me |
    took me off | took him off | took her off | taken off | taken me off | on the head | dropped it | discontinued |
    never again | no longer take | no longer on | don't take it | do n't take it | don't take them |
    couldn't take it | could n't take it | couldn't tolerate | could n't tolerate | can't tolerate | ca n't tolerate |
    couldn't stand it | could n't stand it | i tried | we tried | tried it once
    """
)
_CAUSED = word_set("made gave caused brought giving left set upset upsetting bunged messed")
_GIVEN_AS_CAUSE = phrase_set("on account of | because of | due to")
_CAUSING = 5  # words


def is_of_what_was_stopped(words: Sequence[Word], sentences: Sequence[Clause], first: int, end: int) -> bool:
    """ "It made my chest tight, so I threw it away": what a medicine did that is no longer taken."""
    at = next(i for i, sentence in enumerate(sentences) if sentence[0] <= first < sentence[1])
    begin, stop = sentences[at]
    led = range(max(begin, first - _CAUSING), first)
    blamed = any(_GIVEN_AS_CAUSE.at(words, i) is not None for i in led)
    if not blamed and not any(words[i].norm in _CAUSED for i in range(led.start, end)):
        return False
    if any(word.norm == "still" for word in words[begin:stop]):
        return False
    if not blamed:
        begin, stop = sentences[max(0, at - 1)][0], sentences[min(len(sentences) - 1, at + 1)][1]
    return any(_STOPPING.at(words, i) is not None for i in range(begin, stop))
