"""Medicines that are told by their kind and named only then: "the water pill was cut to 20, the furosemide"."""

from collections.abc import Iterator, Mapping, Sequence

from carelog.extraction.exchange import same_speaker
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.phrasebook import phrase_set

_EQUALS = phrase_set(
    """
    that's the | that is the | is that the | you mean the | would that be the | so that's the | and that's the |
    okay that's the | okay , that's the | that'd be the | it's the | is it the | that's | is that | you mean | that is
    """
)
_APPOSED = ((",", "the"), (".", "the"), (",", "it's"), (".", "it's"), (",", "that's"), (".", "that's"))
_REACH = 16  # Words from a kind to its name in the same turn.


def named_after(
    readings: Sequence[Reading], mentions: Mapping[int, Sequence[Mention]]
) -> Iterator[tuple[int, Mention, Mention]]:
    """Every kind that is named after it, with its turn and the name: in the same turn, or by who answers."""
    for turn, named in mentions.items():
        for mention, following in zip(named, [*named[1:], None], strict=True):
            if not mention.drug.kind:
                continue
            if following is not None:
                if not following.drug.kind and _is_apposed(readings[turn], mention, following):
                    yield turn, mention, following
            elif (reply := mentions.get(turn + 1)) and _is_equated(readings, turn, reply[0]):
                yield turn, mention, reply[0]


def _is_apposed(reading: Reading, kind: Mention, name: Mention) -> bool:
    """ "The water pill was cut from 40 to 20, the furosemide."; nothing is said of the name itself."""
    words = reading.words
    before = [word.norm for word in words[: name.first][-3:]]
    told = tuple(before[-2:]) in _APPOSED or (tuple(before[-3:-1]) in _APPOSED and before[-1] == "the")
    ends = name.end >= len(words) or words[name.end].norm in (".", "!", "?")
    return told and ends and name.first - kind.end <= _REACH


def _is_equated(readings: Sequence[Reading], turn: int, name: Mention) -> bool:
    """ "(The water pill I skipped.)" "That's the hydrochlorothiazide?" """
    here, there = readings[turn].utterance, readings[turn + 1].utterance
    if name.drug.kind or same_speaker(here, there):
        return False
    match = _EQUALS.at(there.words, 0)
    return match is not None and match[0] == name.first
