"""Words that stand for the medicine that was named last: "I stopped it", "that one he takes"."""

from collections.abc import Sequence

from carelog.extraction.medications.cues import Cue
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_PRONOUNS = word_set("it that them these those this")
_AFTER_PRONOUN = word_set(
    ". , ? ! ; and but because so in on for at last yesterday today when after before then about two three a i uh um "
    "cold completely myself since as it all again ago every once twice with daily regularly faithfully religiously "
    "always most sunday monday tuesday wednesday thursday friday saturday morning night tonight now anymore . like "
    "all sometimes occasionally right this my dr because if exactly"
)  # "Stopped that last week", not "stopped that other one".
_ENDING = word_set("stopped quit")
_AFTER_ENDING = word_set(". ! , ; because since last in two about") | {""}
_WHO = word_set("i we he she just")
_HINDI_IT = word_set("dawai dawa goli woh use usko wo usse")
_REFILL_WORDS = word_set("refills refill out")


def object_of(words: Sequence[Word], begin: int, cue: Cue) -> int | None:
    """The last word of the cue with its object, where that is a pronoun: "stopped it", "that one he takes"."""
    end = cue.end
    if words[cue.first].norm in _REFILL_WORDS:
        return end - 1  # "Two refills left": of what was named.
    object_ = _norm(words, end)
    if object_ in _PRONOUNS:
        last = end + (object_ in ("that", "this") and _norm(words, end + 1) == "one")
        return last if last + 1 >= len(words) or words[last + 1].norm in _AFTER_PRONOUN else None
    if any(word.norm in _PRONOUNS for word in words[cue.first + 1 : end]) or _norm(words, cue.first - 1) in _HINDI_IT:
        return end - 1
    before = [word.norm for word in words[max(begin, cue.first - 3) : cue.first]]
    if words[cue.first].norm in _ENDING and cue.end - cue.first == 1 and object_ in _AFTER_ENDING:
        return end - 1 if before[-1:] and before[-1] in _WHO else None  # "It gave me strange dreams, so I stopped."
    return end - 1 if before[:2] in (["that", "one"], ["this", "one"]) else None


def _norm(words: Sequence[Word], i: int) -> str:
    return words[i].norm if 0 <= i < len(words) else ""
