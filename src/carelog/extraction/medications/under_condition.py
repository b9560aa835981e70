"""What is done with a medicine only if something comes: "start it only if she wheezes", "if your weight goes up, double
it". Nothing of it is so yet."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.medications.cues import Cue
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

_IFS: Final = word_set("if unless agar अगर")
_OPENING: Final = phrase_set(
    "if | unless | in case | in the event | agar | अगर | should you | should your | should it | should he | "
    "should she | should the | only if"
)
_POLITE: Final = phrase_set(
    """
    if you agree | if you want | if you'd like | if you like | if you don't mind | if you do n't mind | if you wish |
    if you prefer | if you'd prefer | if you can | if you could | if you would | if i may | if i can | if i could |
    if possible | if that's ok | if that's okay | if that's all right | if that's alright | if that's fine |
    if that works | if that sounds | if it's ok | if it's okay | if it's all right | if it's alright | if you're ok |
    if you're okay | if you're happy | if you're willing | if you're up | if you're ready | if you're interested |
    if you need | if he needs | if she needs | if they need | if needed | if necessary |
    if we can | if not | if so | if anything | if you don't have any |
    if you do n't have any | if you have no | if there are no | if there's nothing | if nothing else | if everything |
    if that's all | if that's it | if that's what | if i'm right | if i remember | if i recall | if only
    """
)
_HINDI_IFS: Final = phrase_set(
    "jaye to | jaaye to | jae to | aaye to | ho to | ho gaya to | rahe to | lage to | जाए तो | आए तो | हो तो"
)
_SAYING: Final = word_set("said says that me us thinks think told")
_SAYING_REACH: Final = 7
_LEADS_IN: Final = word_set("and but so okay ok well then now , also")
_CLAUSES: Final = word_set("and then but because cause since so , . ! ? ;")
_AFTER_COMMA: Final = _IFS | word_set("but only")
_NO_CONDITION: Final = word_set("even see as like know")  # "Even if you feel well", "to see if it helps"
_DONE: Final = word_set("quit went came took ran")
_FUTURE: Final = word_set("will 'll would 'd they'll he'll she'll we'll i'll it'll gonna")
_MORE: Final = word_set("extra another additional more double second")
_PRESENT: Final = word_set("stop skip double halve increase decrease start hold")
_MADE: Final = frozenset({"started", "changed", "stopped"})
_I: Final = word_set("i i'd i'll we just only usually always then")
_REACH: Final = 14  # Words from a name to the "if" that follows it.
_FUTURE_REACH: Final = 4


def is_under_condition(
    words: Sequence[Word], sentence: tuple[int, int], first: int, end: int, cue: Cue, status: Status | None
) -> bool:
    """Whether what a sentence says of the medicine at words `first` to `end` would only be done under a condition.

    "If it's okay with you, we'll start it" is a plan, and "if my head hurts I take it" is what is done at times.
    """
    begin, stop = sentence
    if _is_opened(words, begin, min(cue.first, first)):
        if status in _MADE or (status == "ordered" and cue.meaning == "ordered"):
            return True
        given = word_norms(words, cue.first, end) | word_norms(words, end, min(stop, end + 3))
        if status == "ordered" and not _MORE.isdisjoint(given):
            return True  # "If your pressure is over 160, take an extra lisinopril."
        before = word_norms(words, max(begin, cue.first - _FUTURE_REACH), cue.first)
        return status == "taking" and cue.meaning == "taking" and not _FUTURE.isdisjoint(before)
    made = status in _MADE or (status == "missed" and words[cue.first].norm in _PRESENT)  # "Skip it if you don't eat."
    done = words[cue.first].norm.endswith("ed") or words[cue.first].norm in _DONE
    return made and not done and is_followed(words, max(end, cue.end), stop)


def is_habit(words: Sequence[Word], cue: Cue) -> bool:
    """ "I stop it if I'm sick": what who takes it does at times."""
    return words[cue.first].norm in _PRESENT and cue.first > 0 and words[cue.first - 1].norm in _I


def word_norms(words: Sequence[Word], first: int, end: int) -> frozenset[str]:
    return frozenset(word.norm for word in words[first:end])


def _is_opened(words: Sequence[Word], begin: int, end: int) -> bool:
    """Whether an "if" opens the sentence that begins at word `begin`, before word `end`."""
    at = begin
    while at < end and words[at].norm in _LEADS_IN:
        at += 1
    if at < end and _OPENING.at(words, at) is not None:
        return _POLITE.at(words, at) is None
    said = range(begin + 1, min(end, begin + _SAYING_REACH))  # "He said if it's still high he'll start it."
    told = any(words[i].norm in _IFS and words[i - 1].norm in _SAYING and _POLITE.at(words, i) is None for i in said)
    return told or any(_HINDI_IFS.at(words, i) for i in range(begin, end))


def is_followed(words: Sequence[Word], end: int, stop: int) -> bool:
    """ "(Start the prednisone) only if the wheezing gets worse", of what no other clause is between."""
    for i in range(end, min(stop, end + _REACH)):
        if words[i].norm in _IFS:
            return words[i - 1].norm not in _NO_CONDITION and _POLITE.at(words, i) is None
        goes_on = words[i].norm in (",", "but") and i + 1 < stop and words[i + 1].norm in _AFTER_COMMA
        if words[i].norm in _CLAUSES and not goes_on:
            return False
    return False
