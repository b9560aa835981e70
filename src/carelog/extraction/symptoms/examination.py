"""What a clinician finds on examining someone.

A symptom that is seen is there ("you do have some swelling"). One that is not found was not denied by anyone: "lungs
are clear, no wheezing" says nothing of what the subject feels.
"""

from collections.abc import Sequence

from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_EXAMINING = phrase_set(
    """
    exam | examination | examine you | examining | i appreciate | do appreciate | don't appreciate |
    do n't appreciate | not appreciate | i see | i do see | don't see | do n't see | i hear | i do hear |
    don't hear | do n't hear | i feel | palpation | palpate | palpable | auscultation | listening to |
    listen to your | lungs are | lungs sound | heart sounds | heart is regular | murmur | bilaterally |
    range of motion | vital signs | vitals | looking at your | look at your | range | reflexes |
    lateral | medial | distal | positive for | negative for | there's no | there is no | there is some |
    there's some | i can see | i notice | i do notice
    """
)
_TOLD = word_set(
    """
    said say saying told tell mentioned mention reported report deny denied denies endorse endorsed endorsing
    complain complained complaining described describe noticed experiencing experienced feeling felt
    """
)
_REACH = 60  # Words back from a mention that may tell of an examination.


def is_finding(words: Sequence[Word], sentences: Sequence[tuple[int, int]], first: int) -> bool:
    """Whether the mention at word `first` is told as found on examination, there or in the sentence before.

    "Your lungs are clear, no wheezing" is; "you said that you were wheezing" is not.
    """
    here = next(n for n, sentence in enumerate(sentences) if sentence[0] <= first < sentence[1])
    if any(words[i].norm in _TOLD for i in range(sentences[here][0], first)):
        return False
    begin = max(sentences[max(0, here - 1)][0], first - _REACH)
    return any(_EXAMINING.at(words, i) is not None for i in range(begin, first))
