"""A cough and what it brings up are one complaint: "I cough a lot, and there's green phlegm" is a productive cough.

Where nothing comes up, phlegm is denied, and not the cough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.standing import polarities
from carelog.extraction.symptoms.statements import Statement
from carelog.extraction.wordsets import word_set

_COUGH: Final = "cough"
_PHLEGM: Final = "phlegm"
_PRODUCTIVE: Final = "productive cough"
_NEAR: Final = 6  # turns
_AROUND: Final = 8  # words
_ELSEWHERE: Final = word_set("nose nostril nostrils nasal blow blowing sinus sinuses throat drip stool stools urine")


def with_what_comes_up(
    by_name: Mapping[str, list[Statement]], readings: Sequence[Reading]
) -> Mapping[str, list[Statement]]:
    """The statements with those of a cough, and of what it brings up, under the name that they have together."""
    if _PHLEGM not in by_name and _PRODUCTIVE not in by_name:
        return by_name
    coughs = by_name.get(_COUGH, [])
    brought = [
        *by_name.get(_PRODUCTIVE, []),
        *(s for s in by_name.get(_PHLEGM, []) if s.polarity == "absent" or _is_coughed_up(s, coughs, readings)),
    ]
    present = "present" in polarities(brought) if brought else False
    new = {name: said for name, said in by_name.items() if name not in (_PRODUCTIVE, _PHLEGM)}
    phlegm = [s for s in by_name.get(_PHLEGM, []) if s not in brought]
    if present:
        new.pop(_COUGH, None)
        new[_PRODUCTIVE] = [_named(s, _PRODUCTIVE) for s in sorted([*brought, *coughs], key=_place)]
    else:
        phlegm = sorted([*phlegm, *(_named(s, _PHLEGM) for s in brought)], key=_place)
    return {**new, _PHLEGM: phlegm} if phlegm else new


def _is_coughed_up(phlegm: Statement, coughs: Sequence[Statement], readings: Sequence[Reading]) -> bool:
    """Told of beside a cough. What comes from the nose or sits in the throat is not."""
    if not any(s.polarity == "present" and abs(s.position - phlegm.position) <= _NEAR for s in coughs):
        return False
    words, first = readings[phlegm.position].words, phlegm.mention.first
    return not any(word.norm in _ELSEWHERE for word in words[max(0, first - _AROUND) : first + _AROUND])


def _named(statement: Statement, name: str) -> Statement:
    return replace(statement, mention=replace(statement.mention, name=name))


def _place(statement: Statement) -> tuple[int, int]:
    return statement.position, statement.mention.first
