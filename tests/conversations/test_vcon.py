"""What the draft forbids is refused, all of it at once, each at its place; what it allows is accepted."""

import copy
import json

import pytest

from carelog.conversations import Conversation, SignedOrEncrypted
from carelog.conversations.vcon import check
from carelog.kit.errors import InvalidInput

SHA = "sha512-" + "a" * 86
UUID = "b4f7c3a0-9d0c-4c39-8f4f-1d8a2f1f9c11"
START = "2026-01-05T09:00:00Z"
ABSENT = object()


def vcon() -> dict:
    return {
        "uuid": UUID,
        "created_at": START,
        "parties": [{"name": "Asha"}, {"tel": "tel:+12025550100"}, {}],
        "dialog": [
            {"type": "text", "start": START, "parties": 0, "mediatype": "text/plain", "body": "hi", "encoding": "none"},
            {"type": "recording", "start": START, "parties": [0, 1], "url": "https://example.org", "content_hash": SHA},
            {"type": "incomplete", "start": START, "disposition": "no-answer"},
            {"type": "transfer", "start": START, "transferee": 0, "transferor": 1, "transfer_target": 2, "original": 1},
            {"type": "recording-set", "start": START, "recordings": [1]},
        ],
        "attachments": [{"start": START, "party": 0, "dialog": 0, "body": {"a": 1}, "encoding": "json"}],
        "analysis": [{"type": "summary", "vendor": "x", "dialog": [0, 1], "body": "short", "encoding": "none"}],
    }


def changed(pointer: str, value: object) -> dict:
    """The vCon with one value put in, or taken out, at a JSON pointer."""
    document = copy.deepcopy(vcon())
    *way, last = pointer.split("/")[1:]
    here = document
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    if value is ABSENT:
        del here[last]
    else:
        here[int(last) if isinstance(here, list) else last] = value
    return document


def problems_of(document: dict) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        check(document)
    return {problem["place"]: problem["problem"] for problem in refused.value.details["problems"]}


def test_the_model_of_these_tests_is_valid():
    check(vcon())


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/vcon", "0.4.0"),
        ("/parties", [{}, {}, {"tel": "100", "mailto": "mailto:a@b.org?subject=x", "sip": "sip:a@b", "uuid": "A7"}]),
        ("/parties/0/civicaddress", {"country": "IN", "extra": 1}),
        ("/parties/0/did", "did:web:example.org:user#key"),
        ("/analysis", None),
        ("/dialog/0/parties", [0, [1, 2], None]),
        ("/dialog/0/parties", []),
        ("/dialog/0/parties", ABSENT),
        ("/dialog/0/mediatype", ABSENT),
        ("/dialog/0/mediatype", "text/plain; charset=utf-8"),
        ("/dialog/0/duration", 3),
        ("/dialog/0/duration", 3.25),
        ("/dialog/0/start", "2026-01-05T09:00:00.000+05:30"),
        ("/dialog/0/start", "2016-12-31T23:59:60Z"),
        ("/dialog/0/anything", {"null": None}),
        ("/dialog/0", {}),
        ("/dialog/0/body", ""),
        ("/dialog/1/content_hash", [SHA, "sha256-abc"]),
        ("/dialog/1/session_id", [{"local": "ab30317f1a784dc48ff824d0d3715d86", "remote": UUID}, {}]),
        ("/dialog/1/session_id", {}),
        ("/dialog/1/recording_set", 4),
        ("/dialog/1/url", ABSENT),
        ("/dialog/1/party_history", [{"party": 2, "time": START, "event": "keydown", "button": "#"}]),
        ("/dialog/3/target_dialog", [1, 2]),
        ("/attachments/0/body", None),
        ("/attachments/0/type", "tags"),
        ("/analysis/0/attachment", 0),
        ("/analysis/0/mimetype", 7),
        ("/redacted", {"type": "PII", "uuid": UUID}),
        ("/redacted", {}),
        ("/amended", {"url": "https://example.org", "content_hash": SHA}),
        ("/critical", []),
        ("/extensions", ["anything"]),
        ("/group", [1]),
    ],
)
def test_what_the_draft_allows(pointer, value):
    document = changed(pointer, value)
    text = json.dumps(document)
    assert Conversation.parse(text).json == text


@pytest.mark.parametrize(
    ("pointer", "value", "place", "problem"),
    [
        ("/uuid", ABSENT, "/uuid", "is required"),
        ("/uuid", "not one", "/uuid", "must be a UUID"),
        ("/uuid", "{" + UUID + "}", "/uuid", "must be a UUID"),
        ("/uuid", "00000000-0000-0000-0000-000000000000", "/uuid", "not the nil"),
        ("/created_at", ABSENT, "/created_at", "is required"),
        ("/created_at", "yesterday", "/created_at", "RFC 3339"),
        ("/created_at", "2026-01-05T09:00:00", "/created_at", "with a zone"),
        ("/created_at", "2026-02-30T09:00:00Z", "/created_at", "RFC 3339"),
        ("/created_at", None, "/created_at", "must be a string"),
        ("/updated_at", 1767603600, "/updated_at", "must be a string"),
        ("/parties", ABSENT, "/parties", "is required"),
        ("/parties", {"0": {}}, "/parties", "must be a list"),
        ("/parties/1", "Asha", "/parties/1", "must be an object"),
        ("/parties/0/tel", 100, "/parties/0/tel", "must be a string"),
        ("/parties/0/did", "asha", "/parties/0/did", "must be a DID"),
        ("/parties/0/civicaddress", {"PC": "400001"}, "/parties/0/civicaddress/PC", "lower case"),
        ("/vcon", "0.3.0", "/vcon", 'must be "0.4.0"'),
        ("/vcon", None, "/vcon", 'must be "0.4.0"'),
        ("/subject", 1, "/subject", "must be a string"),
        ("/critical", ["encryption"], "/critical/0", "not supported"),
        ("/critical", "encryption", "/critical", "must be a list"),
        ("/redacted", {"uuid": UUID}, "/redacted/type", "is required"),
        ("/amended", {"uuid": "x"}, "/amended/uuid", "must be a UUID"),
        ("/amended", {"url": "https://example.org"}, "/amended/content_hash", "is required beside url"),
        ("/amended", {"note": 1}, "/amended", "must name the prior version"),
        ("/dialog/0/type", "banana", "/dialog/0/type", "must be one of"),
        ("/dialog/0/type", ABSENT, "/dialog/0/type", "is required"),
        ("/dialog/0/start", ABSENT, "/dialog/0/start", "is required"),
        ("/dialog/0/start", "yesterday", "/dialog/0/start", "RFC 3339"),
        ("/dialog/0/duration", -1, "/dialog/0/duration", "must not be negative"),
        ("/dialog/0/duration", True, "/dialog/0/duration", "must be a number"),
        ("/dialog/0/duration", "3", "/dialog/0/duration", "must be a number"),
        ("/dialog/0/parties", 3, "/dialog/0/parties", "points beyond parties, which has 3 items"),
        ("/dialog/0/parties", -1, "/dialog/0/parties", "must not be negative"),
        ("/dialog/0/parties", True, "/dialog/0/parties", "must be a whole number"),
        ("/dialog/0/parties", 0.0, "/dialog/0/parties", "must be a whole number"),
        ("/dialog/0/parties", "Asha", "/dialog/0/parties", "must be a whole number"),
        ("/dialog/0/parties", [0, [1, 9]], "/dialog/0/parties/1/1", "points beyond parties"),
        ("/dialog/0/parties", [0, [[1]]], "/dialog/0/parties/1/0", "must be a whole number"),
        ("/dialog/0/originator", 7, "/dialog/0/originator", "points beyond parties"),
        ("/dialog/0/encoding", ABSENT, "/dialog/0/encoding", "is required beside body"),
        ("/dialog/0/encoding", "base64", "/dialog/0/encoding", "must be one of"),
        ("/dialog/0/encoding", "base64url", None, None),
        ("/dialog/0/body", {"a": 1}, "/dialog/0/body", "must be a string when encoding is none"),
        ("/dialog/0/mediatype", "text", "/dialog/0/mediatype", "must be a media type"),
        ("/dialog/0/recordings", [1], "/dialog/0/recordings", "must not be present"),
        ("/dialog/0/recording_set", 4, "/dialog/0/recording_set", "must not be present"),
        ("/dialog/0/transferee", 0, "/dialog/0/transferee", "must not be present"),
        ("/dialog/0/session_id", [{}], "/dialog/0/session_id", "same structure"),
        ("/dialog/1/session_id", [{"local": "x"}, {}], "/dialog/1/session_id/0/local", "must be a UUID"),
        ("/dialog/1/session_id", [[{}], {}], "/dialog/1/session_id/0", "same structure"),
        ("/dialog/1/url", "http://example.org/a", "/dialog/1/url", "must be an https URL"),
        ("/dialog/1/url", "https://", "/dialog/1/url", "must be an https URL"),
        ("/dialog/1/content_hash", ABSENT, "/dialog/1/content_hash", "is required beside url"),
        ("/dialog/1/content_hash", "SHA512-abc", "/dialog/1/content_hash", "must be the algorithm"),
        ("/dialog/1/content_hash", "sha512-abc", "/dialog/1/content_hash", "86 base64url characters"),
        ("/dialog/1/content_hash", [SHA, "x"], "/dialog/1/content_hash/1", "must be the algorithm"),
        ("/dialog/1/content_hash", [], "/dialog/1/content_hash", "must not be empty"),
        ("/dialog/1/body", "AAAA", "/dialog/1/mediatype", "is required for a recording inside"),
        ("/dialog/1/recording_set", 0, "/dialog/1/recording_set", "must point to a dialog of type recording-set"),
        ("/dialog/1/party_history", [{"party": 0, "time": START}], "/dialog/1/party_history/0/event", "is required"),
        ("/dialog/1/party_history", [{"party": 0, "time": START, "event": "keyup"}],
         "/dialog/1/party_history/0/button", "is required"),
        ("/dialog/1/party_history", [{"party": 5, "time": START, "event": "join"}],
         "/dialog/1/party_history/0/party", "points beyond parties"),
        ("/dialog/2/disposition", ABSENT, "/dialog/2/disposition", "is required"),
        ("/dialog/2/disposition", "angry", "/dialog/2/disposition", "must be one of"),
        ("/dialog/2/body", "", "/dialog/2/body", "must not be present in a dialog of type incomplete"),
        ("/dialog/2/url", "https://example.org", "/dialog/2/url", "must not be present"),
        ("/dialog/3/parties", [0], "/dialog/3/parties", "must not be present in a dialog of type transfer"),
        ("/dialog/3/encoding", "none", "/dialog/3/encoding", "must not be present"),
        ("/dialog/3/transfer_target", 4, "/dialog/3/transfer_target", "points beyond parties"),
        ("/dialog/3/original", 3, "/dialog/3/original", "must point to dialogs of type"),
        ("/dialog/3/consultation", [1, 8], "/dialog/3/consultation/1", "points beyond dialog"),
        ("/dialog/4/recordings", ABSENT, "/dialog/4/recordings", "is required"),
        ("/dialog/4/recordings", [0], "/dialog/4/recordings", "must point to dialogs of type recording"),
        ("/attachments/0", {}, "/attachments/0/party", "is required"),
        ("/attachments/0/start", ABSENT, "/attachments/0/start", "is required"),
        ("/attachments/0/party", 3, "/attachments/0/party", "points beyond parties"),
        ("/attachments/0/dialog", 5, "/attachments/0/dialog", "points beyond dialog"),
        ("/attachments/0/encoding", "none", "/attachments/0/body", "must be a string"),
        ("/analysis/0/vendor", ABSENT, "/analysis/0/vendor", "is required"),
        ("/analysis/0/type", ABSENT, "/analysis/0/type", "is required"),
        ("/analysis/0/dialog", 99, "/analysis/0/dialog", "points beyond dialog, which has 5 items"),
        ("/analysis/0/attachment", [0, 1], "/analysis/0/attachment/1", "points beyond attachments, which has 1 item"),
    ],
)  # fmt: skip
def test_what_the_draft_forbids(pointer, value, place, problem):
    document = changed(pointer, value)
    if place is None:
        check(document)
        return
    problems = problems_of(document)
    assert problem in problems.get(place, ""), problems


@pytest.mark.parametrize("body", ["a", "a+b/", "ab c", "abcd=", "é"])
def test_a_body_that_is_not_base64url(body):
    document = changed("/dialog/0/encoding", "base64url")
    document["dialog"][0]["body"] = body
    assert problems_of(document) == {"/dialog/0/body": "must be base64url"}


def test_redacted_and_amended_exclude_each_other():
    document = vcon() | {"redacted": {"type": "PII"}, "amended": {"uuid": UUID}}
    assert list(problems_of(document)) == ["/amended"]


@pytest.mark.parametrize("more", [{}, {"dialog": [], "analysis": [], "attachments": []}, {"dialog": None}])
def test_little_is_required(more):
    check({"uuid": UUID, "created_at": START, "parties": []} | more)


def test_a_redaction_may_leave_empty_places():
    check(vcon() | {"redacted": {"type": "PII"}, "dialog": [{}], "analysis": [{}], "attachments": [{}]})


def test_every_problem_is_told_at_once_and_none_tells_a_value():
    document = vcon() | {"vcon": "0.0.1", "uuid": "Asha Rao", "critical": ["secret"]}
    document["dialog"][0] |= {"type": "chest pain", "parties": [9], "url": "ftp://x"}
    document["analysis"][0] = {"dialog": 99}
    problems = problems_of(document)
    assert set(problems) == {
        "/vcon", "/uuid", "/critical/0", "/dialog/0/type", "/dialog/0/parties/0", "/dialog/0/url",
        "/dialog/0/content_hash", "/analysis/0/type", "/analysis/0/vendor", "/analysis/0/dialog",
    }  # fmt: skip
    told = " ".join(problems.values())
    assert not any(value in told for value in ("Asha", "secret", "chest", "ftp"))


@pytest.mark.parametrize("made", [0, 4_200_000_000_000])
def test_an_implausible_time_in_the_uuid_is_no_creation_time(made):
    document = vcon() | {"uuid": f"{made:012x}"[:8] + "-" + f"{made:012x}"[8:] + "-8abc-9abc-123456789abc"}
    del document["created_at"]
    assert problems_of(document) == {"/created_at": "is required"}


@pytest.mark.parametrize(
    "document",
    [
        {"payload": "e30", "signatures": [{}], "uuid": UUID},
        {"ciphertext": "x", "protected": "y", "recipients": []},
    ],
)
def test_signed_and_encrypted_forms_are_told_from_garbage(document):
    with pytest.raises(SignedOrEncrypted, match="must be opened") as refused:
        check(document)
    assert refused.value.code == "conversation.sealed"


@pytest.mark.parametrize("document", [[], None, "vcon", 7, {}])
def test_what_is_no_vcon_at_all(document):
    with pytest.raises(InvalidInput):
        Conversation.parse(json.dumps(document))
