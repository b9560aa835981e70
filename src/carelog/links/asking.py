"""What the links that ask a language model about a conversation's words share."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from carelog.ai.answers import Kind
from carelog.ai.calls import Calls
from carelog.ai.chat import Message, ask
from carelog.ai.failures import EndpointFailure
from carelog.ai.json_answer import object_in
from carelog.conversations import Conversation, Role, Turn
from carelog.kit import jsontext
from carelog.links.endpoint_link import EndpointLink, EndpointOptions
from carelog.pipeline import AddAnalysis, AddTags, Change, Outcome, Work

_MARK = "carelog"  # our parameter in an analysis: which link made it, and of what
_WHETHER = {"endpoint", "model", "sampling_rate", "only_if", "again"}  # options that do not change what is asked


class Source(BaseModel):
    """What is asked about: the words of the conversation, be they a transcript or text, or else each analysis of
    another type, at a dotted place in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    analysis_type: str = "transcript"
    text_location: str = "body"


class AskingOptions(EndpointOptions):
    """`system_prompt` says how questions are to be answered; `analysis_type` is the type of what is added;
    `temperature` null leaves it to the endpoint, as some models demand. `per_dialog` asks about each dialog by itself,
    and `again` also asks where the answer is there already."""

    system_prompt: str = "You read conversations about a person's health, and answer by what is said in them alone."
    analysis_type: str
    temperature: float | None = Field(default=0, ge=0, le=2)
    source: Source = Source()
    per_dialog: bool = False
    again: bool = False

    @field_validator("analysis_type")
    @classmethod
    def _own_type(cls, type_: str) -> str:
        if not type_.strip() or type_ == "tags" or "transcri" in type_.lower():
            raise ValueError("an answer is neither a transcript nor tags: what it says was not said by anyone")
        return type_


@dataclass(frozen=True, slots=True)
class Words:
    """Some words of a conversation, and the dialogs that they are of."""

    text: str
    dialogs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a link reads out of an answer: the body of an analysis, and tags."""

    body: str | dict[str, Any]
    tags: Mapping[str, str]


O = TypeVar("O", bound=AskingOptions)  # noqa: E741


class AskingLink(EndpointLink[O]):
    """Asks once about the same words, and keeps each answer as an analysis. A subclass says what it asks, whether it
    wants `json`, and reads the answer."""

    json: ClassVar[bool] = False

    def question(self, text: str) -> str:
        raise NotImplementedError

    def finding(self, answer: str, conversation: Conversation) -> Finding | None:
        """None when the answer is not one to the question."""
        raise NotImplementedError

    async def over(self, calls: Calls, work: Work) -> Outcome:
        changes: list[Change] = []
        for words in words_of(work.conversation, self.options.source, per_dialog=self.options.per_dialog):
            messages = self._messages(words.text)
            asked = self._fingerprint(messages)
            if self.options.again or not _has(work.conversation, asked):
                changes += await self._ask(calls, work.conversation, words, messages, asked)
        return Outcome(changes=tuple(changes))

    def _messages(self, text: str) -> list[Message]:
        system = [Message("system", self.options.system_prompt)] if self.options.system_prompt else []
        return [*system, Message("user", self.question(text))]

    async def _ask(
        self, calls: Calls, conversation: Conversation, words: Words, messages: list[Message], asked: str
    ) -> list[Change]:
        options = self.options
        answer = await ask(
            calls,
            options.model_name,
            messages,
            temperature=options.temperature,
            json=self.json,
            kind=None if options.again else Kind.EXTRACTION,
        )
        finding = self.finding(answer.text, conversation)
        if finding is None:
            raise EndpointFailure(f"AI endpoint {options.endpoint.name!r} answered something else than was asked for")
        await answer.keep()
        as_text = isinstance(finding.body, str)
        analysis = {
            "type": options.analysis_type,
            **_dialogs(words),
            "vendor": options.endpoint.name,
            "product": answer.model,
            "mediatype": "text/plain" if as_text else "application/json",
            "encoding": "none" if as_text else "json",
            "body": finding.body,
            _MARK: {"link": self.name, "asked": asked},
        }
        return [AddAnalysis(analysis), *([AddTags(finding.tags)] if finding.tags else [])]

    def _fingerprint(self, messages: list[Message]) -> str:
        """The same for the same question, to be read in the same way, about the same words to the same model."""
        said = [[message.role, message.content] for message in messages]
        reading = self.options.model_dump(mode="json", exclude_defaults=True, exclude=_WHETHER)
        asked = [self.name, self.options.model_name, reading, said]
        return hashlib.sha256(jsontext.dump(asked).encode()).hexdigest()[:32]


def words_of(conversation: Conversation, source: Source, *, per_dialog: bool) -> list[Words]:
    """What there is to ask about, in the order in which it was said; empty when there are no words."""
    if source.analysis_type != "transcript":
        return list(_analyses(conversation.document, source))
    turns = conversation.turns
    if not per_dialog:
        return [_spoken(turns)] if turns else []
    dialogs = dict.fromkeys(turn.dialog for turn in turns)
    return [_spoken([turn for turn in turns if turn.dialog == dialog]) for dialog in dialogs]


def json_answer(answer: str, key: str) -> Any:
    """One member of the object that an answer is; None when it is no object, or has no such member."""
    found = object_in(answer)
    return None if found is None else found.get(key)


def _spoken(turns: Sequence[Turn]) -> Words:
    lines = [f"{_speaker(turn)}: {' '.join(turn.text.split())}" for turn in turns]
    dialogs = dict.fromkeys(turn.dialog for turn in turns if turn.dialog is not None)
    return Words("\n".join(lines), tuple(dialogs))


def _speaker(turn: Turn) -> str:
    """The role where it is known: names say nothing to the question, and need not go out."""
    return turn.role.value.capitalize() if turn.role is not Role.UNKNOWN else turn.speaker or "Speaker"


def _analyses(document: Mapping[str, Any], source: Source) -> Iterator[Words]:
    for analysis in document.get("analysis") or []:
        if analysis.get("type") != source.analysis_type:
            continue
        found: Any = analysis
        for step in source.text_location.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        if found:
            dialogs = analysis.get("dialog", [])
            text = found if isinstance(found, str) else jsontext.dump(found)
            yield Words(text, tuple(dialogs) if isinstance(dialogs, list) else (dialogs,))


def _dialogs(words: Words) -> dict[str, Any]:
    if not words.dialogs:
        return {}
    return {"dialog": words.dialogs[0] if len(words.dialogs) == 1 else list(words.dialogs)}


def _has(conversation: Conversation, asked: str) -> bool:
    marks = (analysis.get(_MARK) for analysis in conversation.document.get("analysis") or [])
    return any(isinstance(mark, Mapping) and mark.get("asked") == asked for mark in marks)
