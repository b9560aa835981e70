"""The words that speak of an allergy or an intolerance, and of which substance."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from carelog.extraction.allergies.reactions import Reaction, find_reactions, reaction_at
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.vocabularies.allergens import Allergen, allergen_at
from carelog.extraction.wordsets import word_set


class Way(StrEnum):
    ALLERGY = "allergy"
    INTOLERANCE = "intolerance"
    REACTION = "reaction"  # "had a bad reaction to"
    NOT_TAKEN = "not taken"  # "can't take": by itself it says nothing


class Cue(NamedTuple):
    """The words `first` to `end` speak of an allergy or the like to what is named after them, or before where
    `names_before`; `had`: of a reaction that was."""

    first: int
    end: int
    way: Way
    names_before: bool = False
    had: bool = False


_BEFORE_SUBSTANCE: Final[PhraseTable[Way]] = phrase_table(
    {
        Way.ALLERGY: """
            allergic to | allergy to | allergies to | allergies include | allergies are | allergic reaction to |
            allergic reactions to | allergic reaction from | allergy is to | allergy is | allergies : | allergies , |
            positive to | positives to
        """,
        Way.INTOLERANCE: """
            intolerant to | intolerant of | intolerance to | intolerance of | can't tolerate | ca n't tolerate |
            cannot tolerate | couldn't tolerate | could n't tolerate | could not tolerate | didn't tolerate |
            did n't tolerate | did not tolerate | doesn't tolerate | does n't tolerate | don't tolerate |
            do n't tolerate | not able to tolerate | unable to tolerate | was n't able to tolerate |
            wasn't able to tolerate | never tolerated | don't do well with | do n't do well with
        """,
        Way.REACTION: """
            reaction to | reactions to | anaphylaxis from | anaphylaxis to | anaphylactic shock from |
            anaphylaxis after | react to | reacted to | reacts to | react badly to | reacted badly to |
            bad reaction with | break out from | broke out from | hives from | anaphylactic to | hives with |
            rash from | rash with | welts from | welts with | weals from | weals with | spots from | spots with
        """,
        Way.NOT_TAKEN: """
            can't take | ca n't take | cannot take | couldn't take | could n't take | unable to take | can't have |
            ca n't have | can't eat | ca n't eat | cannot eat | not able to take | can't handle | ca n't handle |
            stay away from
        """,
    }
)
_AFTER_SUBSTANCE: Final[PhraseTable[Way]] = phrase_table(
    {
        Way.ALLERGY: "allergy | allergies | allergic | allergy hai | se allergy | se allergic | एलर्जी | से एलर्जी",
        Way.INTOLERANCE: "intolerance | intolerant | sensitivity",
    }
)
# One of these words, or of the others after a "can't", stands in everything that speaks of an allergy.
_TELLING: Final = word_set(
    """
    allergic allergy allergies allergi intolerant intolerance tolerate tolerated sensitivity anaphylaxis anaphylactic
    reaction reactions react reacted reacts positive positives nkda nka hives handle rash welts weals spots एलर्जी
    """
)
_NOT_ABLE: Final = word_set("can't cannot ca couldn't could unable able stay broke")
_TO_DO: Final = word_set("take have eat away out")
_CAUSING: Final = word_set("gives gave give makes made make causes caused cause brings brought bring")
_HARM: Final = word_set(
    """
    hives rash rashes itch itchy itching swell swelling swells swelled swollen break broke breathe breathing
    anaphylaxis anaphylactic wheeze wheezing close closes closed closing blister blisters weals welts lumps spots
    """
)
_HAD: Final = word_set("had got went reacted broke")
_LISTED: Final = word_set(
    ", and n or any the a an some my new aur like both also & / to certain all most of uh um as well then other"
)
_HINDI_BETWEEN: Final = word_set("se mujhe mereko usko unko ko ki bhi से मुझे को की")
_ENDS_A_NAME: Final = word_set(". , ! ? ; and or but so")
_LONGEST_NAME: Final = 4
_LONGEST_LIST: Final = 24
_MARKS: Final = frozenset("(:=→,")
_BEFORE_REACTION: Final = word_set(
    "i get got causes caused gives gave me and or , a some makes made my bad severe mild which that it they"
)
_AFTER_REACTION: Final = frozenset(").,;!")


def may_speak_of_allergies(norms: frozenset[str]) -> bool:
    """Whether words can hold a cue at all; most turns hold none and are not looked at further."""
    return not _TELLING.isdisjoint(norms) or not (_NOT_ABLE.isdisjoint(norms) or _TO_DO.isdisjoint(norms))


def may_tell_a_cause(norms: frozenset[str]) -> bool:
    """Whether words can tell that something brought on a reaction."""
    return not (_CAUSING.isdisjoint(norms) or _HARM.isdisjoint(norms))


def find_cues(words: Sequence[Word], begin: int, end: int) -> Iterator[Cue]:
    """Every cue in a sentence, left to right."""
    i = begin
    while i < end:
        if (match := _BEFORE_SUBSTANCE.at(words, i)) and i + match[0] <= end:
            had = any(word.norm in _HAD for word in words[max(begin, i - 5) : i + match[0]])
            yield Cue(i, i + match[0], match[1], had=had)
        elif match := _AFTER_SUBSTANCE.at(words, i):
            yield Cue(i, i + match[0], match[1], names_before=True)
        else:
            i += 1
            continue
        i += match[0]


class Named(NamedTuple):
    """A substance named by the words `first` up to, not including, `end`."""

    first: int
    end: int
    allergen: Allergen


def listed_after(words: Sequence[Word], at: int, end: int) -> list[Named]:
    """The substances of a list that begins at word `at`: "penicillin, codeine and latex"."""
    found: list[Named] = []
    i = at
    while i < min(end, at + _LONGEST_LIST):
        if match := allergen_at(words, i):
            found.append(Named(i, i + match[0], match[1]))
            i = _past_reaction(words, i + match[0], end)
        elif words[i].norm in _LISTED:
            i += 1
        else:
            break
    return found


def _past_reaction(words: Sequence[Word], at: int, end: int) -> int:
    """Where a list goes on after what one of its substances does: "penicillin - hives, latex", "codeine (nausea)"."""
    if at >= end or not (words[at].norm in _MARKS or reaction_at(words, at)):  # A dash is no word.
        return at
    i, told = at + (words[at].norm in _MARKS), False
    while i < end:
        if match := reaction_at(words, i):
            i, told = i + match, True
        elif words[i].norm in _BEFORE_REACTION and not (told and words[i].norm == ","):
            i += 1
        else:
            break
    if not told or (i < end and words[i].norm not in _AFTER_REACTION):
        return at
    return i + 1 if i < end and words[i].norm in ").;" and i + 1 < end and words[i].norm != "." else i


def itemised(words: Sequence[Word], listed: Sequence[Named], named: Named, end: int) -> list[Reaction] | None:
    """What is told of one substance of a list in which each has its own: "penicillin - hives, sulfa - rash"; None where
    the list is not so."""
    between = [find_reactions(words, one.end, other.first) for one, other in pairwise(listed)]
    if not any(between) or named not in listed:
        return None
    at = listed.index(named)
    return between[at] if at < len(between) else find_reactions(words, named.end, end)


def named_before(words: Sequence[Word], begin: int, at: int) -> list[Named]:
    """The substance right before word `at`: the penicillin of "a penicillin allergy"."""
    end = at
    while end > begin and words[end - 1].norm in _HINDI_BETWEEN:
        end -= 1
    for first in range(max(begin, end - _LONGEST_NAME), end):
        if (match := allergen_at(words, first)) and first + match[0] == end:
            return [Named(first, end, match[1])]
    return []


def closes_a_name(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether a name that ends at word `at` is the last of what is said."""
    return at >= end or words[at].norm in _ENDS_A_NAME
