"""Words that stand for the medicine that was named last: "I stopped it", "that one he takes"."""

from collections.abc import Sequence
from itertools import pairwise

from carelog.extraction.calendar_words import WEEKDAYS
from carelog.extraction.medications.cues import Cue, stands_last
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_PRONOUNS = word_set("it that them these those this")
_HAS = word_set("has is are have all")
_AFTER_PRONOUN = word_set(
    ". , ? ! ; and but because so in on for at last yesterday today when after before then about two three a i uh um "
    "cold completely myself since as it all again ago every once twice with daily regularly faithfully religiously "
    "always most sunday monday tuesday wednesday thursday friday saturday morning night tonight now anymore . like "
    "all sometimes occasionally right this my dr because if exactly till until while mon tue tues wed thu thur thurs "
    "fri sat sun n bcoz bcz coz cos cuz yest ystdy tdy one over cause"
)  # "Stopped that last week", not "stopped that other one".
_ENDING = word_set("stopped quit forgot forgets missed skipped")
_AFTER_ENDING = word_set(
    ". ! , ; because since last in two about yesterday today tonight on this after bcoz bcz coz cos cuz"
) | {""}
_WHEN_FORGOTTEN = word_set(
    """
    yesterday today last night this morning evening afternoon breakfast lunch dinner supper dose tablet one the at
    in ystdy yest tdy nite sunday monday tuesday wednesday thursday friday saturday sun mon tue wed thu fri sat s
    """
)
_WHO = word_set("i we he she just 've have also only")
_OPENINGS = word_set(
    ". , ! ? ; and but so because then which when yesterday today since 'cause cause as that if again actually after "
    "until sunday monday tuesday wednesday thursday friday saturday night morning week month lately honestly sometimes"
)
_NEW_SENTENCE = word_set(". ! ? ;")
_TAKEN_OFF = word_set("off")
_DOSES = word_set("one two three a couple few some dose doses mine yesterday's today's tonight's")
_TOOK = word_set("taken took")
_COUNTS = word_set("one two three four half some")
_AFTER_COUNT = word_set(". , ! of since yesterday today last this at so and but") | {""}
_AT_TIMES = word_set("morning evening night lunchtime afternoon bedtime")
_OF_DAYS = frozenset(f"{day}'s" for day in WEEKDAYS)
_NO_DOSES = word_set("appointment breakfast lunch dinner meal meals time things thing call bus step period word")
_TO_DROP = word_set(
    "se ab phir fir to toh maine humne kal abhi bhi aur , . … woh usne aaj raat subah hi "
    "से अब फिर तो मैंने हमने कल और वो उसने आज रात सुबह ही भी"
)
_WHOLE = word_set("in for since yesterday today night morning lot dose first")
"""Last words of cues that tell of what was named by themselves."""
_TRIED = word_set("took tried used")
_TRIED_REACH = 7
_LONGEST_ASIDE = 8
_HINDI_IT = word_set("dawai dawa goli woh use usko wo usse")
_REFILL_WORDS = word_set("refills refill out")


def object_of(words: Sequence[Word], begin: int, cue: Cue) -> int | None:
    """The last word of the cue with its object, where that is a pronoun: "stopped it", "that one he takes"."""
    end = cue.end
    if words[cue.first].norm in _REFILL_WORDS:
        return end - 1  # "Two refills left": of what was named.
    if words[cue.first].norm == "never" and cue.meaning == "stopped":
        return end - 1  # "That ran out and I never got more."
    object_ = _norm(words, end)
    if object_ in _PRONOUNS:
        last = end + (object_ in ("that", "this") and _norm(words, end + 1) == "one")
        return last if last + 1 >= len(words) or words[last + 1].norm in _AFTER_PRONOUN else None
    if any(word.norm in _PRONOUNS for word in words[cue.first : end]) or _norm(words, cue.first - 1) in _HINDI_IT:
        return end - 1
    before = [word.norm for word in words[max(begin, cue.first - 3) : cue.first]]
    if words[cue.first].norm == "finished" and before[-1:] and before[-1] in _HAS and not _PRONOUNS.isdisjoint(before):
        return end - 1  # "It has finished."
    if words[cue.first].norm == "except" or words[cue.end - 1].norm in _WHOLE:
        return end - 1  # "I take it, except I didn't on Sunday", "I haven't in two weeks".
    if cue.meaning == "missed" and _is_of_doses(words, end):
        return end
    if words[cue.first].norm in _TOOK and object_ in _COUNTS and _norm(words, end + 1) in _AFTER_COUNT:
        return end  # "Those are the new ones, the doxazosin. I've only taken two."
    if stands_last(words, cue) and (not before or before[-1] in _TO_DROP):
        return end - 1  # In Hindi what was named need not be said again.
    ends = object_ in _AFTER_ENDING or not object_[0].isalnum()
    if words[cue.first].norm in _ENDING and cue.end - cue.first == 1 and ends:
        begins = words[cue.first - 1].norm in _NEW_SENTENCE if cue.first else False
        if begins or (before and set(_norms(words, begin, cue.first)) <= _WHEN_FORGOTTEN):
            return end - 1  # "I felt like a zombie. Quit after two months.", "yesterday dinner forgot"
        if before[-1:] == ["and"] and not _TRIED.isdisjoint(
            _norms(words, max(begin, cue.first - _TRIED_REACH), cue.first)
        ):
            return end - 1  # "I took it three days and stopped."
        told = before[-1:] and before[-1] in _WHO and (len(before) < 2 or before[-2] in _OPENINGS or before[-2] in _WHO)
        return end - 1 if told else None  # "It gave me strange dreams, so I stopped."; not "but the Uprise I forgot"
    if words[cue.end - 1].norm in _TAKEN_OFF and (object_ in _AFTER_ENDING or object_ in _PRONOUNS):
        return end - 1  # "She took me off in January."
    aside = _norms(words, max(begin, cue.first - _LONGEST_ASIDE), cue.first)
    ahead = any(pair in (("that", "one"), ("this", "one")) for pair in pairwise(aside))
    return end - 1 if ahead else None


def _is_of_doses(words: Sequence[Word], at: int) -> bool:
    """ "(I missed) two", "last night's", "a dose on Sunday"; not "the bus", "a meal"."""
    norms = _norms(words, at, at + 4)
    of_day = norms[:1] in (["last"], ["this"], ["the"]) or norms[0] in WEEKDAYS if norms else False
    whose = of_day and any(norm.endswith("'s") for norm in norms[1:2])
    norms = norms[1:] if norms[:1] == ["the"] else norms
    at_times = (
        norms[:1] and norms[0] in _AT_TIMES and not {"ones", "one", "dose", "doses", "tablet"}.isdisjoint(norms[1:2])
    )
    named = norms[:1] and (norms[0] in _DOSES or norms[0] in _OF_DAYS)
    return bool(whose or named or at_times) and _NO_DOSES.isdisjoint(norms)


def _norms(words: Sequence[Word], first: int, end: int) -> list[str]:
    return [word.norm for word in words[first:end]]


def _norm(words: Sequence[Word], i: int) -> str:
    return words[i].norm if 0 <= i < len(words) else ""
