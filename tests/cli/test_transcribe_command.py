"""`carelog transcribe`: a recording that waits goes on with the file that is handed in."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from door import make_vcon

Command = Callable[..., Any]

SOUND = base64.urlsafe_b64encode(bytes(range(64))).decode().rstrip("=")
SRT = "1\n00:00:01,000 --> 00:00:02,000\nNurse: How are you?\n\n2\n00:00:03,000 --> 00:00:05,000\nAsha Rao: I cough.\n"


@pytest.fixture
def conversation(tmp_path: Path, carelog_command: Command) -> str:
    """One with a recording, taken in."""
    (tmp_path / "carelog.yaml").write_text("chains: {record: {channels: [vcon], links: [transcribe]}}\n")
    recording = {"type": "recording", "start": "2026-01-05T09:00:00+05:30", "parties": 0, "mediatype": "audio/wav",
                 "encoding": "base64url", "body": SOUND}  # fmt: skip
    document = make_vcon(dialog=[recording])
    (tmp_path / "call.vcon").write_text(json.dumps(document))
    ran = carelog_command("ingest", "call.vcon")
    assert ran.code == 0
    assert "waiting for a transcript" in ran.out
    return str(document["uuid"])


def test_what_waits_is_listed_until_its_transcript_is_in(carelog_command: Command, conversation: str) -> None:
    assert conversation in carelog_command("conversations", "--needs-transcript").out
    assert "waiting runs       1: see" in carelog_command("doctor").out
    assert "waiting for a transcript" in carelog_command("top", "--once").out
    [listed] = json.loads(carelog_command("conversations", "--needs-transcript", "--json").out)
    assert listed["needs"] == "transcript"
    Path("call.srt").write_text(SRT)
    ran = carelog_command("transcribe", conversation, "call.srt")
    assert (ran.code, ran.out) == (0, "The transcript of recording 0 is in; 1 run goes on.\n")
    assert "No conversation is like that" in carelog_command("conversations", "--needs-transcript").out
    assert "headache" not in carelog_command("conversations").out
    again = carelog_command("transcribe", conversation, "call.srt")
    assert (again.code, again.out) == (0, "The transcript of recording 0 was here already.\n")


@pytest.mark.parametrize(("name", "content"), [("call.txt", b"  "), ("call.json", b"{}"), ("call.vtt", b"\xff")])
def test_what_is_no_transcript_is_refused_in_a_line(
    carelog_command: Command, conversation: str, name: str, content: bytes
) -> None:
    Path(name).write_bytes(content)
    ran = carelog_command("transcribe", conversation, name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("carelog: ")
    assert carelog_command("transcribe", conversation, "nowhere.txt").code == 2
    assert conversation in carelog_command("conversations", "--needs-transcript").out
