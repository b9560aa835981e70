"""The word that a list sets behind each of its medicines: "metformin (taken), telma (not taken)", "Telma 40 ✘"."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.medications.names import Mention
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

_LABELS: Final[PhraseTable[Status]] = phrase_table(
    {
        "taking": "taken | taking | continue | continued | continues | ongoing",
        "missed": "not taken | skipped | missed | forgotten | not taken today",
        "stopped": "not taking | discontinued | stopped | held | on hold | d / c | d / c'd | dc'd | removed",
    }
)
_TICKS: Final[dict[str, Status]] = {
    **dict.fromkeys("✔✓✅☑", "taking"),
    **dict.fromkeys("✘✗✖❌☒", "missed"),
}
_BESIDE: Final = word_set(
    """
    mg mcg ug ml g units tab tabs tablet tablets bid tid qid qd od bd hs daily nightly weekly once twice a day xl xr er
    sr ( [ : = |
    """
)
_ENDS: Final = frozenset(",.;)]|।\n")
_TOLD_WHEN: Final = word_set("at on since in as")
_LEADS: Final = frozenset({"stopped", "removed", "discontinued", "held"})


def label_of(utterance: Utterance, named: Sequence[Mention], mention: Mention) -> Status | None:
    """The status that the word or the tick right behind a medicine and its dose gives it; None where there is none, or
    where the word goes on to say something else ("stopped working")."""
    words = utterance.words
    if mention.first > 1 and words[mention.first - 1].norm == ":" and words[mention.first - 2].norm in _LEADS:
        return "stopped"  # "Removed: HCTZ."
    if not utterance.norms.isdisjoint(_TICKS):
        return _tick(words, named, mention)
    i = mention.end
    while i < len(words) and (words[i].norm in _BESIDE or words[i].norm[0].isdecimal()):
        i += 1
    found = _LABELS.at(words, i) if i < len(words) else None
    if found is None or words[utterance.sentence_at(mention.first)[1] - 1].norm == "?":
        return None
    length, status = found
    end = i + length
    closed = end == len(words) or words[end].norm in _ENDS or end == utterance.sentence_at(i)[1]
    told = closed or words[end].norm in _TOLD_WHEN or words[end].norm[0].isdecimal()
    return status if told else None


def _tick(words: Sequence[Word], named: Sequence[Mention], mention: Mention) -> Status | None:
    """The tick behind a medicine, or before it where the first of the list has it there."""
    first = min(other.first for other in named)
    if first > 0 and words[first - 1].norm in _TICKS:
        return _TICKS.get(words[mention.first - 1].norm) if mention.first > 0 else None
    stop = min((other.first for other in named if other.first >= mention.end), default=len(words))
    return next((_TICKS[word.norm] for word in words[mention.end : stop] if word.norm in _TICKS), None)
