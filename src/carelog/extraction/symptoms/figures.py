"""Words of symptoms that mean something else: "I passed out the flyers", "I'm itching to go", "it's a pain to park"."""

from typing import Final

from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set

_GIVEN_OUT: Final = word_set("the some these those his her their all")
_OF_TIME: Final = word_set(
    "other first second third last next moment day night minute morning evening whole same way times time"
)
_LONGING: Final = frozenset({"itching", "aching", "anxious"})
_LONGED_FOR: Final = word_set("get see go know start try tell be do have leave hear meet return finish come")
_SPOILED: Final = word_set("traffic road roads street motorway")
_INSURANCE: Final = word_set("insurance paperwork parking traffic job boss website app")


def is_figure_of_speech(reading: Reading, mention: Mention) -> bool:
    words = reading.words
    said = words[mention.end - 1].norm
    after = [word.norm for word in words[mention.end : mention.end + 2]]
    before = [word.norm for word in words[max(0, mention.first - 4) : mention.first]]
    if mention.name == "fainting" and said == "out" and after[:1] != [] and after[0] in _GIVEN_OUT:
        return after[1:] != [] and after[1].isalpha() and after[1] not in _OF_TIME
    if said in _LONGING and after[:1] == ["to"]:
        return after[1:] != [] and after[1] in _LONGED_FOR
    if said == "spinning":
        return after[:1] == ["with"]
    if mention.name == "pain" and said == "me":
        return after[:1] == ["to"]
    if mention.name == "pain" and said in ("pain", "pains"):
        return (before[-1:] == ["a"] and after == ["to", "get"]) or (said == "pains" and after == ["me", "to"])
    if mention.name == "nightmares" or said == "congested":
        return not (_INSURANCE | _SPOILED).isdisjoint(before)
    return mention.name in ("loss of appetite", "loss of taste") and after[:1] == ["for"]
