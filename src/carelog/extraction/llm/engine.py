"""The LLM engine: asks a model what conversations say, and keeps what code finds in them.

Several short conversations go into one question under ids of their own. Where its answer is malformed, cut off, or
mixes them up, or where it fails, each is asked about alone. Long ones go in windows, which are halved where even one
is too long. A conversation is read as a whole or fails as a whole.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Final

from carelog.ai.answers import Kind
from carelog.ai.calls import Calls
from carelog.ai.failures import AnswerCutOff, EndpointBusy, EndpointClosed, EndpointFailure
from carelog.ai.redaction import Redaction
from carelog.ai.structured import ask_object
from carelog.ai.usage import Usage
from carelog.conversations import Conversation, Role
from carelog.extraction.heard import heard
from carelog.extraction.llm.facts import SCHEMA, facts_by_id
from carelog.extraction.llm.holding import Held, hold, joined
from carelog.extraction.llm.prompt import question
from carelog.extraction.llm.windows import Line, lines_of, packed, windowed
from carelog.extraction.utterances import Utterance, read
from carelog.telemetry import metrics

ENGINE: Final = "llm/2"

_TRIES_ALONE: Final = 2  # how often an answer that cannot be read is asked for again


@dataclass(frozen=True, slots=True)
class LlmOptions:
    """`window` is how many characters go into one question, `together` how many conversations at the most. With
    `redact`, nothing that names a person is sent."""

    model: str
    temperature: float | None = 0
    redact: bool = True
    together: int = 4
    window: int = 12_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model said of one conversation, held to it; `model` is None where there was nothing to ask about."""

    held: Held
    usage: Usage
    model: str | None


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A conversation ready to be sent; `lines` are redacted."""

    conversation: Conversation
    utterances: Sequence[Utterance]
    lines: Sequence[Line]
    redaction: Redaction | None


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Some lines of a conversation, in the order of the turns."""

    whole: _Prepared
    lines: Sequence[Line]

    @property
    def size(self) -> int:
        return sum(len(line.text) + _LINE_MARKS for line in self.lines)


_LINE_MARKS: Final = 20  # characters before the words of a line


class LlmEngine:
    """Reads conversations by one model of an endpoint."""

    def __init__(self, calls: Calls, options: LlmOptions) -> None:
        self._calls = calls
        self._options = options

    async def read(self, conversations: Sequence[tuple[Conversation, str]]) -> list[Reading | Exception]:
        """A reading of each, in order, or why there is none: EndpointFailure, EndpointRefusal, EndpointClosed,
        RedactionFailed. One conversation's failure never touches the others. With each goes the zone in which it was
        held."""
        # In threads, here and below: this is work for the processor, and requests must be answered meanwhile.
        prepared = await asyncio.to_thread(lambda: [_attempt(self._prepare, one) for one in conversations])
        parts = [part for one in prepared if isinstance(one, _Prepared) for part in self._parts(one)]
        options = self._options
        short = [p for p in parts if len(p.lines) == len(p.whole.lines) and p.size <= options.window // 2]
        alone = [part for part in parts if part not in short]
        groups = packed([(part, part.size) for part in short], options.window, options.together)
        answers = await asyncio.gather(*(self._ask(group) for group in [*groups, *([part] for part in alone)]))
        told: dict[_Part, Reading | Exception] = {part: answer for group in answers for part, answer in group.items()}
        return [
            one if isinstance(one, Exception) else _whole([told[part] for part in parts if part.whole is one])
            for one in prepared
        ]

    def _prepare(self, held: tuple[Conversation, str]) -> _Prepared:
        conversation, zone = held
        turns, parties = heard(conversation), conversation.parties
        longest = self._options.window // 2
        utterances = read(turns, started_at=conversation.started_at, zone=zone)
        if not self._options.redact:
            return _Prepared(conversation, utterances, lines_of(utterances, longest), None)
        redaction = Redaction(
            names={*(p.name for p in parties if p.name), *(t.speaker for t in turns if t.speaker)},
            numbers=[address for p in parties for address in (p.tel, p.mailto) if address],
        )
        # Whole turns, before any is cut: half a number might not be known for one.
        texts = redaction.redact([turn.text for turn in turns])
        redacted = read(replace(turn, text=text) for turn, text in zip(turns, texts, strict=True))
        return _Prepared(conversation, utterances, lines_of(redacted, longest), redaction)

    def _parts(self, prepared: _Prepared) -> list[_Part]:
        sizes = [len(line.text) + _LINE_MARKS for line in prepared.lines]
        window = self._options.window
        ranges = windowed(sizes, window, overlap=window // 8)
        return [_Part(prepared, prepared.lines[first:end]) for first, end in ranges]

    async def _ask(self, parts: Sequence[_Part]) -> dict[_Part, Reading | Exception]:
        """Ask about them together, and about each alone whose answer is not to be had so."""
        if len(parts) == 1:
            return {parts[0]: await self._alone(parts[0])}
        told: dict[_Part, Reading | Exception] = {}
        try:
            told |= await self._answered(parts)
        except EndpointFailure as error:
            if isinstance(error, EndpointBusy | EndpointClosed) or error.retry_after is not None:
                return dict.fromkeys(parts, error)  # it asks to be left alone
        left = [part for part in parts if part not in told]
        again = await asyncio.gather(*(self._alone(part) for part in left))
        return told | dict(zip(left, again, strict=True))

    async def _alone(self, part: _Part) -> Reading | Exception:
        try:
            for _ in range(_TRIES_ALONE):
                if reading := (await self._answered([part])).get(part):
                    return reading
        except AnswerCutOff as error:
            if len(part.lines) < 2:
                # An answer without end may end the next time; a question that is too long stays so.
                return error if error.status else self._calls.failure("cut its answer off")
            middle = len(part.lines) // 2
            halves = [_Part(part.whole, part.lines[: middle + 1]), _Part(part.whole, part.lines[middle:])]
            if len(part.lines) == 2:  # to share a line would halve nothing
                halves = [_Part(part.whole, part.lines[:1]), _Part(part.whole, part.lines[1:])]
            readings: list[Reading] = []
            for half in halves:
                told = await self._alone(half)
                if isinstance(told, Exception):
                    return told
                readings.append(told)
            return _whole(readings)
        except Exception as error:  # noqa: BLE001  becomes this conversation's failure
            return error
        return self._calls.failure("answered something else than was asked for")

    async def _answered(self, parts: Sequence[_Part]) -> dict[_Part, Reading]:
        """What one answer says of each, without those of which it says nothing that can be relied on."""
        options = self._options
        ids = {f"c{number}": part for number, part in enumerate(parts, start=1)}
        messages = question([(id_, part.lines, _speakers(part)) for id_, part in ids.items()])
        answer = await ask_object(
            self._calls, options.model, messages, SCHEMA, temperature=options.temperature, kind=Kind.EXTRACTION
        )
        told = facts_by_id(answer.value)
        given = {part: told[id_] for id_, part in ids.items() if id_ in told}
        held = await asyncio.to_thread(lambda: {part: _held(part, facts, parts) for part, facts in given.items()})
        for one in held.values():
            metrics.facts(ENGINE, one.fates)
        if len(held) == len(parts) and all(one.grounded for one in held.values()):
            await answer.keep()
        size = sum(part.size for part in parts)
        return {
            part: Reading(one, answer.usage.part(part.size / size), answer.model)
            for part, one in held.items()
            if not one.mixed_up
        }


def _attempt(
    prepare: Callable[[tuple[Conversation, str]], _Prepared], held: tuple[Conversation, str]
) -> _Prepared | Exception:
    try:
        return prepare(held)
    except Exception as error:  # noqa: BLE001  becomes this conversation's failure
        return error


def _held(part: _Part, facts: Sequence[object], parts: Sequence[_Part]) -> Held:
    redaction = part.whole.redaction
    return hold(
        facts,
        part.whole.utterances,
        restore=redaction.restore if redaction else str,
        others=[other.whole.utterances for other in parts if other is not part],
    )


def _whole(parts: Sequence[Reading | Exception]) -> Reading | Exception:
    """What was said of all parts of a conversation, or what went wrong with one."""
    readings: list[Reading] = []
    for part in parts:
        if isinstance(part, Exception):
            return part
        readings.append(part)
    usage = sum((reading.usage for reading in readings), Usage())
    return Reading(joined([r.held for r in readings]), usage, next((r.model for r in readings), None))


def _speakers(part: _Part) -> list[str]:
    """Who speaks, line by line: the role where it is known, else a letter that stands for the same one throughout."""
    letters: dict[tuple[int | None, str | None], str] = {}
    for utterance in part.whole.utterances:
        who = utterance.turn.party, utterance.turn.speaker
        if utterance.turn.role is Role.UNKNOWN and len(letters) < len(ascii_uppercase):
            letters.setdefault(who, ascii_uppercase[len(letters)])
    turns = [part.whole.utterances[line.turn].turn for line in part.lines]
    return [
        f"Speaker {letters.get((turn.party, turn.speaker), '?')}"
        if turn.role is Role.UNKNOWN
        else turn.role.capitalize()
        for turn in turns
    ]
