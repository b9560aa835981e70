"""What callers are called, and say, does nothing to the terminal that shows it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from carelog.kit import jsontext
from carelog.kit.ids import new_id


def test_no_command_for_a_terminal_reaches_it(carelog_command: Callable[..., Any], tmp_path: Path) -> None:
    name = "Eve\x1b]0;taken\x07\x1b[31m\u202eana"
    said = {"type": "text", "start": "2026-01-05T10:00:00Z", "parties": 0, "mediatype": "text/plain",
            "encoding": "none", "body": "I have a \x9b31m headache."}  # fmt: skip
    vcon = {"uuid": str(new_id()), "created_at": "2026-01-05T10:00:00Z", "subject": "\x1b]52;c;YQ==\x07",
            "parties": [{"name": name, "role": "patient"}], "dialog": [said]}  # fmt: skip
    (tmp_path / "call.json").write_text(jsontext.dump(vcon))
    assert carelog_command("ingest", str(tmp_path / "call.json")).code == 0
    subject = jsontext.parse(carelog_command("subjects", "--json").out)[0]["id"]
    for command in (["subjects"], ["conversations"], ["record", subject]):
        ran = carelog_command(*command)
        assert "taken" in ran.out or "52;c" in ran.out
        assert not set(ran.out) & set("\x1b\x07\x9b\u202e")
