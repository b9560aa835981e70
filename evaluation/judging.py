"""What an engine read in a case's conversation, held against what it should have read."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from carelog.conversations import Conversation
from carelog.conversations.content import text_at
from carelog.extraction.grounding import Grounded
from carelog.extraction.local import extract
from carelog.extraction.urgency import assess
from carelog.kit.zones import zone as zone_named
from carelog.record.entries import NewEntry
from carelog.record.review.items import NewReview
from evaluation.cases import SPEAKERS, Case, ExpectedEntry, ExpectedReview

_UUID = UUID("01960000-0000-7000-8000-000000000000")


def conversation_of(case: Case) -> Conversation:
    """The case's conversation, as a vCon with one text dialog a turn."""
    started = case.started.isoformat()
    voices = list(dict.fromkeys(speaker for speaker, _ in case.turns))
    return Conversation.of(
        {
            "vcon": "0.4.0",
            "uuid": str(_UUID),
            "created_at": started,
            "parties": [{"role": role} if (role := SPEAKERS[voice]) else {} for voice in voices],
            "dialog": [
                {
                    "type": "text",
                    "start": started,
                    "parties": [voices.index(speaker)],
                    "mediatype": "text/plain",
                    "encoding": "none",
                    "body": words,
                }
                for speaker, words in case.turns
            ],
        }
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is not as it should be, in lines for a person, and how many entries of each type were found rightly,
    expected and found."""

    problems: tuple[str, ...]
    right: Mapping[str, int]
    expected: Mapping[str, int]
    found: Mapping[str, int]

    @property
    def passed(self) -> bool:
        return not self.problems


def verdict_on(case: Case) -> Verdict:
    """What comes of a case, read by the local engine as a conversation of its own."""
    conversation = conversation_of(case)
    read = extract(conversation, zone=case.zone)
    urgency = assess(conversation, read.entries, zone=case.zone or conversation.zone or "UTC").level
    return judge(case, conversation, read, urgency.name.lower())


def judge(case: Case, conversation: Conversation, read: Grounded, urgency: str | None = None) -> Verdict:
    """Compare what was read with what the case expects; an entry counts as right when every field given agrees.

    Each entry found answers for one expected entry at the most. `urgency` is compared where the case gives one.
    """
    zone = case.zone or conversation.zone or "UTC"
    found = [entry for entry in read.entries if entry.type not in case.ignore]
    expected = [entry for entry in case.entries if entry.type not in case.ignore]
    pairs = _paired([[_fits(want, entry, zone) for entry in found] for want in expected])
    left = [entry for i, entry in enumerate(found) if i not in pairs.values()]
    missing = [want for i, want in enumerate(expected) if i not in pairs]
    problems = [*_differences(missing, left, zone), *_reviews(case, read.reviews), *_quotes(conversation, read)]
    if read.dropped:
        problems.append(f"dropped     {read.dropped} without a quote that stands")
    if case.urgency is not None and urgency != case.urgency:
        problems.append(f"urgency     {urgency}, not {case.urgency}")
    return Verdict(
        problems=tuple(problems),
        right=_counted(expected[i].type for i in pairs),
        expected=_counted(want.type for want in expected),
        found=_counted(entry.type for entry in found),
    )


def _paired(fits: Sequence[Sequence[bool]]) -> dict[int, int]:
    """As many rows as can be, each with a column of its own that fits it (augmenting paths)."""
    row_of: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for column, fit in enumerate(fits[row]):
            if fit and column not in tried:
                tried.add(column)
                if column not in row_of or place(row_of[column], tried):
                    row_of[column] = row
                    return True
        return False

    for row in range(len(fits)):
        place(row, set())
    return {row: column for column, row in row_of.items()}


def _fits(want: ExpectedEntry, entry: NewEntry, zone: str) -> bool:
    return want.type == entry.type and not _wrong_fields(want, entry, zone)


def _same_thing(want: ExpectedEntry, entry: NewEntry, zone: str) -> bool:
    name = next(iter(want.fields), None)
    return want.type == entry.type and (
        name is None or _same(want.fields[name], getattr(entry.payload, name, None), zone)
    )


def _wrong_fields(want: ExpectedEntry, entry: NewEntry, zone: str) -> list[str]:
    """'severity: mild, not severe' for each field that is not as it should be."""
    payload = entry.payload.model_dump()
    wrong = [
        f"{name}: {_shown(payload.get(name))}, not {_shown(value)}"
        for name, value in want.fields.items()
        if not _same(value, payload.get(name), zone)
    ]
    if want.at is not None and not _same(want.at, entry.occurred_at, zone):
        local = entry.occurred_at.astimezone(zone_named(zone))
        wrong.append(f"at: {local:%Y-%m-%d %H:%M}, not {want.at}")
    return wrong


def _same(want: Any, value: Any, zone: str) -> bool:
    """Mappings need only agree in the keys that are expected, and numbers to the decimals that are written."""
    if isinstance(want, Mapping):
        return isinstance(value, Mapping) and all(_same(w, value.get(key), zone) for key, w in want.items())
    if isinstance(want, list):
        return (
            isinstance(value, list | tuple)
            and len(want) == len(value)
            and all(_same(w, v, zone) for w, v in zip(want, value, strict=True))
        )
    if isinstance(want, date):
        return _same_moment(want, value, zone)
    if isinstance(want, float) and isinstance(value, float | int):
        decimals = len(repr(want).partition(".")[2])
        return math.isclose(want, round(value, decimals), abs_tol=1e-9)
    return bool(want == value)


def _same_moment(want: date, value: object, zone: str) -> bool:
    if isinstance(value, datetime):
        local = value.astimezone(zone_named(zone))
        if not isinstance(want, datetime):
            return local.date() == want
        return local == want if want.tzinfo else local.replace(tzinfo=None) == want
    return value in (want, want.isoformat())


def _differences(missing: Sequence[ExpectedEntry], left: Sequence[NewEntry], zone: str) -> list[str]:
    """What is missing and what is too much; two that agree in the first field that is expected are told as one."""
    rest = list(left)
    lines = []
    for want in missing:
        near = [(len(_wrong_fields(want, e, zone)), i) for i, e in enumerate(rest) if _same_thing(want, e, zone)]
        if near:
            entry = rest.pop(min(near)[1])
            lines.append(f"wrong       {_expected(want)}: {'; '.join(_wrong_fields(want, entry, zone))}")
        else:
            lines.append(f"missing     {_expected(want)}")
    return lines + [f"unexpected  {_found(entry)}" for entry in rest]


def _reviews(case: Case, reviews: Iterable[NewReview]) -> list[str]:
    found = [review for review in reviews if review.type not in case.ignore]
    pairs = _paired([[_doubts(want, review) for review in found] for want in case.reviews])
    return [
        *(f"no review   {want.type}: {want.doubt}" for i, want in enumerate(case.reviews) if i not in pairs),
        *(f"review      {r.type}: {r.doubt}, unexpected" for i, r in enumerate(found) if i not in pairs.values()),
    ]


def _doubts(want: ExpectedReview, review: NewReview) -> bool:
    return (want.type, want.doubt) == (review.type, review.doubt) and want.fields in (None, review.fields)


def _quotes(conversation: Conversation, read: Grounded) -> list[str]:
    """Quotes that do not stand where their evidence says, letter for letter."""
    evidence = [e for entry in read.entries for e in entry.evidence]
    evidence += [e for review in read.reviews for reading in review.readings for e in reading.evidence]
    return [
        f"quote       {e.quote!r} does not stand at {e.pointer} {e.start}-{e.end}"
        for e in evidence
        if not e.quote.strip() or text_at(conversation.document, e.pointer)[e.start : e.end] != e.quote
    ] + [f"quote       {entry.type} has none" for entry in read.entries if not entry.evidence]


def _expected(want: ExpectedEntry) -> str:
    at = {} if want.at is None else {"at": want.at}
    return f"{want.type} {_shown(dict(want.fields) | at)}"


def _found(entry: NewEntry) -> str:
    quotes = " … ".join(e.quote for e in entry.evidence)
    return f"{entry.type} {_shown(entry.payload.model_dump(exclude_none=True))} in {quotes!r}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(v)}" for key, v in value.items()) + "}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _counted(types: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in types:
        counts[name] = counts.get(name, 0) + 1
    return counts
