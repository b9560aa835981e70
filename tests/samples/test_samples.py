"""The samples are whole: what a newcomer sees first must load, and must be about nobody."""

import base64
import json
import re
from typing import Any

import pytest

from carelog.samples import sample_files

CHANNELS = {"calls", "whatsapp", "checkin", "scan", "lab", "vcon"}
# 555-0100 to 555-0199 are set aside for fiction in every area code of the North American plan. India sets no
# range aside; libphonenumber knows no subscriber number there that begins with 5550100.
FICTION = re.compile(r"tel:\+(1\d{3}55501\d\d|915550100\d{3})")

FILES = sample_files()


def vcon(name: str) -> dict[str, Any]:
    file = next(file for file in FILES if file.name == name)
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


each_sample = pytest.mark.parametrize("name", [file.name for file in FILES])


def test_there_are_enough_and_they_are_in_order() -> None:
    names = [file.name for file in FILES]
    assert len(names) >= 12
    assert names == sorted(set(names))
    assert [int(name[:2]) for name in names] == list(range(1, len(names) + 1))


def test_no_two_are_the_same_conversation() -> None:
    vcons = [vcon(file.name) for file in FILES]
    assert len({v["uuid"] for v in vcons}) == len(vcons)
    assert len({(v["carelog"]["channel"], v["carelog"]["external_id"]) for v in vcons}) == len(vcons)


def test_every_channel_is_shown() -> None:
    assert {vcon(file.name)["carelog"]["channel"] for file in FILES} == CHANNELS


@each_sample
def test_says_where_it_came_from_and_who_the_patient_is(name: str) -> None:
    v = vcon(name)
    assert v["carelog"]["channel"] in CHANNELS
    assert v["carelog"]["external_id"]
    assert v["subject"]
    patients = [party for party in v["parties"] if party["role"] == "patient"]
    assert len(patients) == 1
    assert patients[0]["tel"]


@each_sample
def test_every_number_and_address_is_fictional(name: str) -> None:
    for party in vcon(name)["parties"]:
        assert FICTION.fullmatch(party.get("tel", "tel:+12025550100"))
        assert party.get("mailto", "@example.org").endswith("@example.org")


@each_sample
def test_content_can_be_decoded(name: str) -> None:
    v = vcon(name)
    for part in [*v["dialog"], *v["analysis"], *v["attachments"]]:
        if "body" not in part:
            assert "content_hash" in part or part["type"] == "incomplete"
            continue
        assert part["mediatype"]
        match part["encoding"]:
            case "none":
                assert part["body"].strip()
            case "json":
                assert all(segment["text"].strip() for segment in part["body"])
            case "base64url":
                assert base64.urlsafe_b64decode(part["body"] + "=" * (-len(part["body"]) % 4))
            case other:
                pytest.fail(f"encoding {other!r} is not one of the draft's")


@each_sample
def test_indices_lead_to_parties_and_dialogs(name: str) -> None:
    v = vcon(name)
    for dialog in v["dialog"]:
        parties = dialog["parties"]
        for index in [parties] if isinstance(parties, int) else parties:
            assert 0 <= index < len(v["parties"])
    for attachment in v["attachments"]:
        assert attachment["start"]
        assert 0 <= attachment["party"] < len(v["parties"])
        assert 0 <= attachment["dialog"] < len(v["dialog"])
    for analysis in v["analysis"]:
        assert 0 <= analysis["dialog"] < len(v["dialog"])
