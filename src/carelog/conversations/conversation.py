"""One conversation: a vCon, given back exactly as it came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from carelog.conversations import vcon
from carelog.conversations.dates import read_date, uuid_moment, write_date
from carelog.conversations.parties import Identifier, Party, identifiers_of, parties_of
from carelog.conversations.reader import turns_of
from carelog.conversations.turns import Turn
from carelog.kit import jsontext
from carelog.kit.zones import offset_name


@dataclass(frozen=True, slots=True)
class _Grown:
    """A document's text, and the members that its object has got since."""

    text: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Conversation:
    """A vCon that has been checked.

    The document is the truth and is never changed; unknown parameters stay in it. `text` is the exact JSON
    text it came as. Two conversations are equal when their documents are.
    """

    document: dict[str, Any]
    text: str | None = field(default=None, repr=False)
    _grown: _Grown | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, data: bytes | str) -> "Conversation":
        """Read and check a vCon in JSON.

        Raises InvalidInput (see `jsontext.parse` and `vcon.check`) and SignedOrEncrypted.
        """
        document = jsontext.parse(data)
        vcon.check(document)
        text = data if isinstance(data, str) else data.decode()
        return cls(document, text.removeprefix("\ufeff"))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Conversation":
        """Check a vCon that was built in memory; it must not be changed afterwards.

        Raises as `parse` does.
        """
        own = dict(document)
        vcon.check(own)
        return cls(own, jsontext.dump(own))

    @classmethod
    def stored(cls, text: str) -> "Conversation":
        """A conversation that was checked before it was stored."""
        return cls(jsontext.reread(text), text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Conversation) and self.document == other.document

    def __hash__(self) -> int:
        return hash(self.uuid)

    def __repr__(self) -> str:
        return f"Conversation({self.uuid})"  # what was said stays out of logs

    @property
    def json(self) -> str:
        """The exact text it came as, or the document written as JSON."""
        if self.text is not None:
            return self.text
        if self._grown is None:
            return jsontext.dump(self.document)
        added = {name: value for name, value in self.document.items() if name in self._grown.members}
        return jsontext.with_members(self._grown.text, added)

    @cached_property
    def uuid(self) -> UUID:
        return UUID(self.document["uuid"])

    @cached_property
    def created_at(self) -> datetime:
        """When the vCon was made, in UTC: `created_at`, or else the time in its uuid."""
        given = self.document.get("created_at")
        moment = uuid_moment(self.uuid) if given is None else read_date(given)
        if moment is None:
            raise ValueError("a conversation that was not checked has no created_at")
        return moment.astimezone(UTC)

    @property
    def started_at(self) -> datetime:
        """When the earliest dialog began, in UTC; `created_at` where there is none."""
        return self._first_start.astimezone(UTC) if self._first_start else self.created_at

    @property
    def zone_offset(self) -> timedelta | None:
        """The offset from UTC in which the earliest dialog's start is written; None where there is none."""
        return self._first_start.utcoffset() if self._first_start else None

    @property
    def zone(self) -> str | None:
        """The zone of the earliest dialog, a fixed offset such as '+05:30'; None where there is no dialog."""
        offset = self.zone_offset
        return offset_name(offset) if offset is not None else None

    @cached_property
    def _first_start(self) -> datetime | None:
        given = [dialog.get("start") for dialog in self.document.get("dialog") or []]
        return min(filter(None, map(read_date, filter(None, given))), default=None)

    @property
    def title(self) -> str | None:
        """The vCon's subject."""
        return self.document.get("subject") or None

    @property
    def amends(self) -> UUID | None:
        """The prior version that this one takes the place of, where it names it by its uuid."""
        return _named_in(self.document.get("amended"))

    @property
    def redacts(self) -> UUID | None:
        """The whole version of which this one leaves something out, where it names it by its uuid."""
        return _named_in(self.document.get("redacted"))

    @cached_property
    def parties(self) -> tuple[Party, ...]:
        return parties_of(self.document)

    @cached_property
    def identifiers(self) -> tuple[Identifier, ...]:
        """What its parties can be found by; see `parties.identifiers_of`."""
        return identifiers_of(self.document)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """What was said; see `reader.turns_of`."""
        return turns_of(self)

    def with_analysis(self, analysis: Mapping[str, Any], *, at: datetime | None = None) -> "Conversation":
        """The conversation with one analysis more, at the end; `at` becomes its `updated_at`.

        Raises InvalidInput when the result would be no vCon.
        """
        return self._with("analysis", analysis, at)

    def with_dialog(self, dialog: Mapping[str, Any], *, at: datetime | None = None) -> "Conversation":
        """The conversation with one dialog more, at the end; otherwise as `with_analysis`."""
        return self._with("dialog", dialog, at)

    def _with(self, array: str, item: Mapping[str, Any], at: datetime | None) -> "Conversation":
        own = dict(item)
        jsontext.dump(own)  # what cannot be written is refused here, where it is known whose it is
        members: dict[str, Any] = {array: [*(self.document.get(array) or []), own]}
        if at is not None:
            members["updated_at"] = write_date(at)
        changed = self.with_members(members)
        vcon.check_added(changed.document, array)
        return changed

    def with_members(self, members: Mapping[str, Any]) -> "Conversation":
        """The conversation with these members of its document, be they new or in place of others. They are not
        checked."""
        grown = self._grown if self.text is None else _Grown(self.text)
        if grown is not None:
            # What the text has no member for is written behind it, as the first tags or the first analysis are: to
            # write ten kilobytes of dialog anew takes ten times as long.
            in_text = any(name in self.document and name not in grown.members for name in members)
            grown = None if in_text else _Grown(grown.text, grown.members | members.keys())
        return Conversation({**self.document, **members}, _grown=grown)


def _named_in(version: Any) -> UUID | None:
    try:
        return UUID(version["uuid"]) if isinstance(version, dict) and version.get("uuid") else None
    except (ValueError, AttributeError):
        return None
