"""The laboratory tests that a turn names."""

from typing import NamedTuple

from carelog.extraction.utterances import Utterance
from carelog.extraction.vocabularies.labs import Lab, load_labs
from carelog.extraction.wordsets import word_set

# "Thyroid medicine", "cholesterol-lowering", "iron tablets": the word names something else.
_SOMETHING_ELSE = word_set(
    """
    medicine medicines medication medications pill pills tablet tablets supplement supplements lowering deficiency
    deficient gland nodule nodules cancer disease issue issues problem problems condition vaccine vaccines shot shots
    booster infection throat symptoms diet food foods free rich supplementation injection injections infusion drops
    meter metre diary capsule capsules surgery biopsy ultrasound scan transplant pandemic clinic patients patient season
    """
)


class Mention(NamedTuple):
    """Words `first` up to `end` name a test."""

    first: int
    end: int
    lab: Lab


def find_mentions(utterance: Utterance) -> list[Mention]:
    """Every test that is named, the longest name at each place."""
    labs, words = load_labs(), utterance.words
    if labs.marks.isdisjoint(utterance.norms):
        return []
    found: list[Mention] = []
    for i in [k for k, word in enumerate(words) if word.norm in labs.first_words]:
        if found and i < found[-1].end:
            continue
        match = labs.phrases.at(words, i)
        if match is None:
            continue
        end = i + match[0]
        if end < len(words) and words[end].norm in _SOMETHING_ELSE:
            continue
        found.append(Mention(i, end, match[1]))
    return found
