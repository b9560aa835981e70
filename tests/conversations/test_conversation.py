import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from carelog.conversations import Conversation, SignedOrEncrypted, text_at
from carelog.kit.errors import InvalidInput

UUID_OF_2024 = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"


def minimal(**more: object) -> dict[str, object]:
    return {"uuid": UUID_OF_2024, "parties": [], **more}


def test_the_uuid_tells_the_creation_time_where_created_at_is_absent():
    conversation = Conversation.of(minimal())
    assert conversation.created_at == datetime(2024, 11, 3, 20, 43, 5, 454000, tzinfo=UTC)
    assert conversation.created_at == conversation.started_at
    assert "created_at" not in conversation.document


def test_it_began_with_its_earliest_dialog_and_keeps_that_zone():
    starts = ["2026-01-05T10:00:00Z", "2026-01-05T09:30:00+05:30"]
    conversation = Conversation.of(minimal(dialog=[{"type": "recording", "start": s} for s in starts]))
    assert conversation.started_at == datetime(2026, 1, 5, 4, tzinfo=UTC)
    assert conversation.zone_offset == timedelta(hours=5, minutes=30)


def test_the_text_comes_back_byte_for_byte_with_its_unknown_keys_and_long_numbers():
    text = '{ "parties":[],"meta": {"n": 123456789012345678901234567890, "f": 1.50},\n"uuid":"ID"}'
    text = text.replace("ID", UUID_OF_2024)
    assert Conversation.parse(text).json == text
    assert Conversation.parse(("\ufeff" + text).encode()).json == text


def test_what_is_added_comes_last_and_leaves_the_original_alone():
    before = Conversation.of(minimal(analysis=[{"type": "summary", "vendor": "x"}], meta={"kept": True}))
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    after = before.with_analysis({"type": "report", "vendor": "carelog", "body": "ok", "encoding": "none"}, at=at)
    assert [item["type"] for item in after.document["analysis"]] == ["summary", "report"]
    assert after.document["meta"] == {"kept": True}
    assert after.document["updated_at"] == "2026-01-05T09:00:00Z"
    assert len(before.document["analysis"]) == 1
    assert after != before
    with pytest.raises(InvalidInput, match="/analysis/1/vendor is required"):
        before.with_analysis({"type": "report"})


def test_two_readings_of_one_vcon_are_equal():
    one, other = Conversation.of(minimal()), Conversation.parse(json.dumps(minimal()))
    assert one == other
    assert hash(one) == hash(other)
    assert one.uuid == UUID(UUID_OF_2024)


def test_what_was_said_is_not_in_the_repr():
    assert repr(Conversation.of(minimal(subject="chest pain"))) == f"Conversation({UUID_OF_2024})"


DATA = os.environ.get("CARELOG_TEST_DATA")


@pytest.mark.skipif(not DATA, reason="CARELOG_TEST_DATA does not name the folder with the draft's examples")
@pytest.mark.parametrize(
    ("name", "turns"),
    [
        ("ab_call_ext_rec.vcon", 0),
        ("ab_call_ext_rec_amended.vcon", 1),
        ("ab_call_ext_rec_analysis.vcon", 4),
        ("ab_call_ext_rec_redacted.vcon", 18),
    ],
)
def test_the_examples_of_the_draft(name, turns):
    text = (Path(DATA) / "vcon" / name).read_text()
    conversation = Conversation.parse(text)
    assert conversation.json == text
    assert len(conversation.turns) == turns
    for turn in conversation.turns:
        assert text_at(conversation.document, turn.pointer)[turn.offset :].startswith(turn.text)


@pytest.mark.skipif(not DATA, reason="CARELOG_TEST_DATA does not name the folder with the draft's examples")
def test_the_signed_example_of_the_draft_is_told_from_garbage():
    with pytest.raises(SignedOrEncrypted, match="the vCon is signed"):
        Conversation.parse((Path(DATA) / "vcon" / "ab_call_ext_rec_signed.vcon").read_bytes())
