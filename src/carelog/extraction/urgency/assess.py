"""The rules over what was read of a conversation and what was said in it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from carelog.conversations import Conversation
from carelog.extraction.grounding import evidence_of
from carelog.extraction.urgency.readings import signs_of
from carelog.extraction.urgency.rule import Level, Rule
from carelog.extraction.urgency.rules import RULES
from carelog.extraction.urgency.told import signs_told
from carelog.record.entries import NewEntry
from carelog.record.evidence import Evidence
from carelog.record.types.symptom import Symptom
from carelog.record.types.vitals import Vitals

_LATELY: Final = timedelta(days=14)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_STILL: Final = re.compile(r"\b(?:again|still|lately|recently|these days|today|tonight)\b", re.IGNORECASE)
_LONG: Final = re.compile(r"\b(?:months?|years?|decades?|mahin\w+|saal)\b|महीन|साल", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule that is met, with the words that meet it."""

    rule: Rule
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """How urgent a conversation is: the level of its most urgent flag."""

    flags: tuple[Flag, ...] = ()

    @property
    def level(self) -> Level:
        return max((flag.rule.level for flag in self.flags), default=Level.ROUTINE)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where a sign stands; `lately`: not for months or longer, nor long ago."""

    evidence: tuple[Evidence, ...]
    lately: bool = True


def assess(conversation: Conversation, entries: Iterable[NewEntry], *, zone: str) -> Assessment:
    """The flags of a conversation of which these entries were read, urgent ones first. `zone` is the subject's.

    A flag that asks for a follow-up is left out where an urgent one stands on the same sign.
    """
    seen = _of_entries(conversation, entries)
    strings: dict[str, str] = {}
    for sign in signs_told(conversation.turns, zone=zone, started_at=conversation.started_at):
        found = [evidence_of(span, conversation.turns, conversation, strings) for span in sign.spans]
        whole = tuple(e for e in found if e is not None)
        if whole and len(whole) == len(found) and not (sign.name in seen and seen[sign.name].lately):
            seen[sign.name] = _Seen(whole)
    flags = [flag for rule in RULES if (flag := _flag(rule, seen)) is not None]
    urgent = [flag for flag in flags if flag.rule.level is Level.URGENT]
    told = {e for flag in urgent for e in flag.evidence}
    others = [flag for flag in flags if flag.rule.level is not Level.URGENT and not told.issuperset(flag.evidence)]
    return Assessment((*urgent, *others))


def _of_entries(conversation: Conversation, entries: Iterable[NewEntry]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for entry in entries:
        signs: Sequence[str] = ()
        lately = conversation.started_at - entry.occurred_at <= _LATELY
        payload = entry.payload
        if isinstance(payload, Symptom) and payload.polarity == "present" and payload.status != "resolved":
            signs = [payload.name]
            if payload.severity == "severe":
                signs = [*signs, *_SEVERE.get(payload.name, ())]
            lately = lately and not (payload.duration and _LONG.search(payload.duration))
            lately = lately and not _is_of_an_earlier_year(entry, conversation.started_at.year)
        elif isinstance(payload, Vitals):
            signs = list(signs_of(payload))
        for sign in signs:
            if sign not in seen or (lately and not seen[sign].lately):
                seen[sign] = _Seen(entry.evidence, lately)
    return seen


def _is_of_an_earlier_year(entry: NewEntry, year: int) -> bool:
    """ "I tried to kill myself in 2004"; not where it is so again."""
    quote = entry.evidence[0].quote
    return any(int(told) < year for told in _YEAR.findall(quote)) and not _STILL.search(quote)


_SEVERE: Final = {
    "shortness of breath": ("severe breathlessness",),
    "orthopnea": ("severe breathlessness",),
    "headache": ("severe headache",),
}


def _flag(rule: Rule, seen: Mapping[str, _Seen]) -> Flag | None:
    evidence: list[Evidence] = []
    for group in rule.looks_for:
        met = [s for sign, s in seen.items() if sign in group and (s.lately or rule.level is not Level.URGENT)]
        if not met:
            return None
        evidence += met[0].evidence
    return Flag(rule, tuple(dict.fromkeys(evidence)))
