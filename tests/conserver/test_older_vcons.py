"""vCons of older drafts: taken as the conserver's clients send them, given back as they came."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from conserver_client import older_vcon
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations import Conversation, patient_party, tags_of, with_tags
from carelog.conversations.older import parse_older
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

DIALOG = {"type": "text", "start": "2026-01-05T09:00:00Z", "parties": [0], "body": "Well.", "encoding": "none"}


def parse(document: dict[str, Any]) -> Conversation:
    return parse_older(jsontext.dump(document))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"vcon": "0.0.2"},
        {"vcon": "0.3.0", "redacted": None, "group": None, "subject": None},
        {"dialog": []},
        {"dialog": None, "analysis": None, "attachments": None},
        {"parties": [], "dialog": []},
        {"parties": [{"tel": "tel:+912224449000", "name": None, "validation": None, "timezone": "Asia/Kolkata"}]},
        {"parties": [{"civicaddress": {"country": "IN", "A1": "Maharashtra"}}]},
        {"dialog": [DIALOG | {"start": "2026-01-05T09:00:00"}]},
        {"dialog": [DIALOG | {"start": "2026-01-05 09:00:00.123456+00:00"}]},
        {"dialog": [DIALOG | {"parties": 0, "originator": None, "duration": "12.5", "alg": None, "signature": None}]},
        {"dialog": [{"type": "recording", "start": "2026-01-05T09:00:00Z", "parties": [0], "url": "http://x/a.wav",
                     "mimetype": "audio/wav", "duration": 3, "alg": "SHA-512", "signature": "abc"}]},
        {"dialog": [{"type": "recording", "start": "2026-01-05T09:00:00Z", "parties": [0], "body": "UklGRg",
                     "encoding": "base64url"}]},
        {"analysis": [{"type": "summary", "dialog": 0, "vendor": "x", "body": {"a": 1}, "encoding": "none"}]},
        {"analysis": [{"type": "summary", "dialog": [0], "body": [1, 2], "encoding": "json", "vendor_schema": {}}]},
        {"analysis": [{"type": "transcript", "dialog": 0, "vendor": "x", "body": "Well.", "schema_version": "1"}]},
        {"attachments": [{"type": "tags", "body": ["ward:north"], "encoding": "json"}]},
        {"attachments": [{"type": "note", "body": "", "encoding": "none", "mimetype": None}]},
        {"redacted": {"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"}},
        {"appended": {"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"}},
        {"meta": {"anything": [None]}, "x": None},
    ],
)  # fmt: skip
def test_what_clients_of_the_conserver_send_is_taken_and_given_back(changes: dict[str, Any]) -> None:
    document = older_vcon(**changes)
    conversation = parse(document)
    assert jsontext.parse(conversation.json) == document
    again = Conversation.stored(conversation.json)
    assert again.turns == conversation.turns and again.started_at == conversation.started_at
    again.identifiers, patient_party(again), again.title, again.zone
    assert tags_of(with_tags(again, {"triage": "routine"}))["triage"] == "routine"


def test_text_is_read_whatever_its_media_type_is_called() -> None:
    [turn] = parse(older_vcon()).turns
    assert turn.text == "My pulse was 72."


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"created_at": "2026-01-05T09:00:00"}, {"created_at": "2026-01-05T09:00:00Z"}),
        ({"created_at": "2026-01-05 09:00:00+05:30"}, {"created_at": "2026-01-05T09:00:00+05:30"}),
        ({"created_at": 1767603600}, {"created_at": "2026-01-05T09:00:00Z"}),
        ({"uuid": "urn:uuid:0192F3C4-5D6E-7F80-9A1B-2C3D4E5F6071"}, {"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"}),
        ({"parties": None, "dialog": []}, {"parties": []}),
    ],
)
def test_what_names_a_vcon_is_brought_to_one_form(given: dict[str, Any], kept: dict[str, Any]) -> None:
    document = older_vcon(**given)
    conversation = parse(document)
    assert jsontext.parse(conversation.json) == document | kept
    assert conversation.created_at.tzinfo is UTC and isinstance(conversation.uuid, UUID)
    assert conversation.created_at > datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"vcon": "banana"}, "/vcon"),
        ({"uuid": "7"}, "/uuid"),
        ({"created_at": "yesterday"}, "/created_at"),
        ({"created_at": "2026-01-05"}, "/created_at"),
        ({"parties": "Asha"}, "/parties"),
        ({"parties": [{"tel": 5}]}, "/parties/0/tel"),
        ({"dialog": [DIALOG | {"type": "banana"}]}, "/dialog/0/type"),
        ({"dialog": [DIALOG | {"start": "yesterday"}]}, "/dialog/0/start"),
        ({"dialog": [DIALOG | {"parties": [7]}]}, "/dialog/0/parties/0"),
        ({"dialog": [DIALOG | {"url": "not a url"}]}, "/dialog/0/url"),
        ({"dialog": [DIALOG | {"duration": -1}]}, "/dialog/0/duration"),
        ({"analysis": [{"type": "summary", "vendor": "x", "dialog": 99}]}, "/analysis/0/dialog"),
        ({"critical": ["unknown"]}, "/critical/0"),
        ({"must_support": ["unknown"]}, "/critical/0"),
        ({"redacted": {"uuid": "x"}, "amended": {"uuid": "y"}}, "/amended"),
    ],
)
def test_what_no_draft_allows_is_refused(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(older_vcon(**changes))
    assert place in {problem["place"] for problem in refused.value.details["problems"]}


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*older_vcon(), "critical", "amended", "vcon"]), json))
def test_any_json_is_taken_and_can_be_read_or_refused(changes: dict[str, Any]) -> None:
    document = older_vcon() | changes
    try:
        conversation = parse(document)
    except InvalidInput:
        return
    again = Conversation.stored(conversation.json)
    again.identifiers, patient_party(again), again.turns, again.started_at, again.title, again.parties
    assert {key: again.document[key] for key in document if key not in ("uuid", "created_at", "parties")} == {
        key: value for key, value in document.items() if key not in ("uuid", "created_at", "parties")
    }
