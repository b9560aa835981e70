"""What a line of the log holds."""

import json
import logging

import pytest

from carelog.cli.logs import Lines


@pytest.mark.parametrize("as_json", [True, False])
def test_what_is_not_known_is_left_out_of_a_line(as_json: bool) -> None:
    record = logging.makeLogRecord({"msg": "a run was ended", "levelname": "INFO", "trace_id": None, "tries": 0})
    line = Lines(as_json=as_json).format(record)
    assert "trace_id" not in line
    assert (json.loads(line)["tries"] == "0") if as_json else line.endswith("tries=0")
