"""Whoever starts a command may have closed its standard streams: the next file that it opens is not taken for one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until


@pytest.mark.skipif(os.name != "posix", reason="there is no other shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
async def test_workers_work_where_a_standard_stream_is_closed(closed: str, tmp_path: Path) -> None:
    out, err = tmp_path / "out", tmp_path / "err"
    process = started(closed, out, err, data=tmp_path / "data")

    def works() -> bool:
        assert process.poll() is None, err.read_text()
        return "Carelog works" in out.read_text() or "process was started" in err.read_text()

    try:
        await until(works)
        process.terminate()
        assert process.wait(60) == 0, err.read_text()
    finally:
        process.kill()
        process.wait()


def started(closed: str, out: Path, err: Path, *, data: Path) -> subprocess.Popen[bytes]:
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "carelog", "worker"]
    with out.open("wb") as stdout, err.open("wb") as stderr:
        return subprocess.Popen(
            command, env={**os.environ, "CARELOG_DATA_DIR": str(data)}, stdout=stdout, stderr=stderr
        )
