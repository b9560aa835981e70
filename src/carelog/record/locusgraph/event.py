"""An entry's revision as an event of LocusGraph."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from carelog.kit import jsontext
from carelog.record.entries import Entry
from carelog.record.events import event_of, kind_of_event
from carelog.record.links import LinkKind
from carelog.record.merging import payload_json
from carelog.record.names import NamedBy

# Of the kinds that callers may name, those that the server knows.
_KINDS: Final = frozenset({"fact", "observation", "action", "decision", "rule", "constraint"})
_MOST_BYTES: Final = 60_000  # of 64 KB that a payload may have
_LINKED: Final[tuple[LinkKind, ...]] = ("related_to", "extends", "reinforces", "contradicts")


def event_json(
    entry: Entry, graph: str, told: NamedBy | None, links: Mapping[str, Sequence[str]], *, replace: bool
) -> dict[str, Any]:
    """The body of `POST /v1/events`. The text that is searched there is the headline and the payload; `links` are
    context ids by kind."""
    event = event_of(entry, told)
    kind = event.event_kind if event.event_kind in _KINDS else kind_of_event(entry.type)
    return {
        "graph_id": graph,
        "event_kind": kind,
        "context_id": entry.context_id,
        "source": event.source,
        "payload": {"data": _text(entry), "type": entry.type, "revision": entry.revision},
        **{kind: list(links.get(kind, ())) for kind in _LINKED},
        "timestamp": entry.occurred_at.isoformat(),
        "replace": replace,
    }


def _text(entry: Entry) -> str:
    headline = entry.headline()
    whole = f"{headline}\n{jsontext.dump(payload_json(entry.payload))}"
    return whole if len(whole.encode()) <= _MOST_BYTES else headline
