"""Answers that are no yes and mean one: "any dizziness?" - "when I stand up"; "any fever?" - "it was 102"."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.exchange_fillers import MARKS, skip_fillers
from carelog.extraction.negation import is_negative
from carelog.extraction.numbers import find_numbers
from carelog.extraction.symptoms import context, persons
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_LEADING: Final = word_set(
    """
    when whenever if at in on with after during since ever only just mostly mainly usually every first both towards
    toward by from because around my all here there down under inside between behind across near along one
    """
)
_ENDING_OTHERWISE: Final = word_set(
    """
    good fine okay ok great better well normal alright general total fact contrary whole honest sure moment all-clear
    what which who how why
    """
)
_EXERTING: Final = word_set("climbing walking bending lifting carrying kneeling squatting reaching")
_WAYS_UP: Final = word_set("up upstairs uphill down downstairs")
_WHEN: Final = word_set("when whenever if at on after during since ever only mostly mainly usually every first because")
_TELLING: Final = word_set("is are was were had has am did ate got took finished woke came went")
_LONGEST: Final = 9  # words
_FEW: Final = 4  # words
_AT_TIMES: Final = word_set("sometimes occasionally")
_NUMBERS: Final = word_set("one two three four five six seven eight nine ten several dozens")
_FEVER: Final = ((100.4, 108.0), (38.0, 42.5))
"""Degrees Fahrenheit and Celsius that are a fever (38 degrees Celsius and more, as the US CDC defines it)."""
_MEASURED_WITHIN: Final = 2  # sentences
_NO_FEVER: Final = ((96.0, 100.3), (35.5, 37.9))
_LIKENED: Final = word_set("a an the crazy mad hell anything you nobody's no")
_LIKE_WELL: Final = word_set(
    "baby log rock top horse champ charm clockwork dream new king queen usual always normal used babies lamb clock "
    "dead elephant hawk eagle"
)
_LOOKS: Final = {
    "redness": word_set("pink pinkish red reddish rosy crimson"),
    "black stools": word_set("black tar tarry dark"),
    "numbness": word_set("asleep"),
    "tingling": word_set("asleep"),
    "bruising": word_set("purple blue black eggplant plum yellow green"),
    "productive cough": word_set(
        "white yellow yellowish green greenish gray grey clear brown stuff gunk goo slime junk crud phlegm mucus"
    ),
}
_BLOODY: Final = word_set("pink pinkish red reddish bloody rusty rust cola coke tea wine")
_BLOOD: Final = frozenset({"blood in urine", "blood in stool", "coughing up blood", "vomiting blood"})


def implies_yes(reply: Reading) -> bool:
    """Whether the reply opens by saying only when, where or with what it is."""
    words = reply.words
    if not words:
        return False
    end = reply.utterance.sentences[0][1]
    first = skip_fillers(words, 0, end)
    if first >= end or words[end - 1].norm == "?":
        return False
    if _is_simile(words, first, end) or _holds_out(words, first, end):
        return True
    first = first if words[first].norm in _LEADING else 0
    said = [word for word in words[first:end] if word.norm not in MARKS]
    if not said or len(said) > _LONGEST:
        return False
    if _counts(said):
        return True
    if said[0].norm in _EXERTING and said[-1].norm not in ("down", "better", "fine"):
        return True  # "short of breath?" - "climbing the stairs, a bit"
    if said[0].norm == "going" and said[1:] and said[1].norm in _WAYS_UP:
        return True  # "any breathlessness?" - "going up the ladder"
    pointed = said[0].norm == "right" and len(said) > 1 and said[1].norm in _LEADING
    if said[0].norm not in _LEADING and not pointed:
        return False
    if any(is_negative(word) or word.norm in _ENDING_OTHERWISE for word in said):
        return False
    if said[0].norm not in _WHEN and any(word.norm in _TELLING for word in said):
        return False  # "my bp was 150/90", "just had lunch"
    clause = (first, end)
    return not (
        any(first <= mention.first < end for mention in reply.mentions)
        or persons.names_kin(words, clause)
        or context.is_past(words, clause, (clause,))
    )


def _counts(said: Sequence[Word]) -> bool:
    """ "Two.", "a dry one", "names, sometimes"."""
    last = said[-1].norm
    if len(said) == 1:
        return last in _NUMBERS
    if any(is_negative(word) for word in said):
        return False
    return (said[0].norm in ("a", "an") and last in ("one", "ones")) or (len(said) <= _FEW and last in _AT_TIMES)


def _is_simile(words: Sequence[Word], first: int, end: int) -> bool:
    """ "Dry mouth?" "Like a desert." Who sleeps like a baby sleeps well."""
    following = words[first + 1].norm if first + 1 < end else ""
    opened = words[first].norm == "like" and following in _LIKENED
    return opened and all(word.norm not in _LIKE_WELL and not is_negative(word) for word in words[first:end])


def _holds_out(words: Sequence[Word], first: int, end: int) -> bool:
    """ "Do you bruise easily?" "Look at my arms." Not "look at my arms, they're fine"."""
    said = [word.norm for word in words[first:end]]
    return said[:3] == ["look", "at", "my"] and not _SHOWN.isdisjoint(said[3:4]) and _ENDING_OTHERWISE.isdisjoint(said)


_SHOWN: Final = word_set(
    "arms arm legs leg hands hand feet foot ankles ankle fingers skin face eyes belly shins knees neck"
)


def _cannot(words: Sequence[Word], begin: int, stop: int) -> bool:
    """ "Can't", "can barely"."""
    norms = [word.norm for word in words[begin:stop]]
    able = [norm for norm in norms if norm in _UNABLE]
    return bool(able) and not _NOT_ABLE.isdisjoint(norms)


_NOT_ABLE: Final = word_set("barely hardly n't not can't cannot couldn't")
_UNABLE: Final = word_set("can't cannot can couldn't could")
_STRONG: Final = word_set("lift carry grip hold open push climb stand raise squeeze")
_WITHIN: Final = 6  # words


def _temperatures(reply: Reading) -> list[bool]:
    """Of each number of the first sentences that may be a temperature, whether it is a fever."""
    end = reply.utterance.sentences[:_MEASURED_WITHIN][-1][1]
    measured = [number.value for number in find_numbers(reply.utterance) if number.first < end]
    return [
        any(low <= value <= high for low, high in _FEVER)
        for value in measured
        if any(low <= value <= high for low, high in (*_FEVER, *_NO_FEVER))
    ]


def measured_normal(mention: Mention, reply: Reading) -> bool:
    """ "Any fever?" - "36.9 this morning"."""
    if mention.name != "fever":
        return False
    feverish = _temperatures(reply)
    return bool(feverish) and not any(feverish)


def shows(mention: Mention, reply: Reading) -> bool:
    """Whether the reply tells what was measured or seen: "any blood in your urine?" - "it looked pink"."""
    words, (first, end) = reply.words, reply.utterance.sentences[0]
    if mention.name == "weakness":
        return any(
            words[i].norm in _STRONG and _cannot(words, max(first, i - _WITHIN), i) for i in range(first + 1, end)
        )
    if any(is_negative(word) for word in words[first:end]):
        return False
    if mention.name in _BLOOD:
        return any(word.norm in _BLOODY for word in words[first:end])
    looks = _LOOKS.get("productive cough" if mention.name == "phlegm" else mention.name)
    if looks is not None:
        return any(word.norm in looks for word in words[first:end])
    return mention.name == "fever" and any(_temperatures(reply))
