"""A conversation that links have changed is written as what it is, whatever text it came as."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations import Conversation, with_tags

_AT: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
_DIALOG: Final = {"type": "text", "start": "2026-01-05T09:00:00+05:30", "parties": 0, "mediatype": "text/plain",
                  "encoding": "none", "body": 'I said: "fine", }{ and 2 < 3'}  # fmt: skip


def _document(**more: Any) -> dict[str, Any]:
    return {"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "parties": [{"name": "Asha"}], "dialog": [_DIALOG], **more}


_CHANGES: Final[Mapping[str, Callable[[Conversation, int], Conversation]]] = {
    "analysis": lambda c, n: c.with_analysis({"type": f"r{n}", "vendor": "x", "body": "é", "encoding": "none"}),
    "dated": lambda c, n: c.with_analysis({"type": f"d{n}", "vendor": "x"}, at=_AT),
    "dialog": lambda c, n: c.with_dialog({**_DIALOG, "body": f"later {n}"}),
    "tag": lambda c, n: with_tags(c, {"bench": str(n)}),
    "other tag": lambda c, n: with_tags(c, {f"t{n}": "1"}, at=_AT),
}


@given(
    there=st.sets(st.sampled_from(["analysis", "attachments", "updated_at"])),
    indent=st.sampled_from([None, 0, 4]),
    after=st.sampled_from(["", "\n", " \r\n\t"]),
    changes=st.lists(st.sampled_from(sorted(_CHANGES)), max_size=6),
)
def test_what_is_written_after_changes_is_the_document(
    there: set[str], indent: int | None, after: str, changes: list[str]
) -> None:
    own = {"analysis": [{"type": "a", "vendor": "x"}], "attachments": [], "updated_at": "2026-01-05T09:00:00Z"}
    document = _document(**{name: own[name] for name in sorted(there)})
    conversation = Conversation.parse(json.dumps(document, indent=indent) + after)
    for n, change in enumerate(changes):
        conversation = _CHANGES[change](conversation, n)
        assert Conversation.parse(conversation.json).document == conversation.document
    again = Conversation.stored(conversation.json)
    assert with_tags(again, {"last": "1"}).document == with_tags(conversation, {"last": "1"}).document


@pytest.mark.parametrize("text", ['{"a": 1.50,  "b": "\\u00e9"}'])
def test_what_nobody_changed_stays_as_it_was_written(text: str) -> None:
    given = json.dumps(_document())[:-1] + f', "meta": {text}}}'
    changed = with_tags(Conversation.parse(given), {"a": "1"})
    assert changed.json.startswith(given[:-1])
    assert changed.document["attachments"][0]["body"] == ["a:1"]
