"""`carelog up --conserver-config`: a conserver's files, and a client of its, from the start to SIGHUP."""

import asyncio
import signal
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from conserver_client import CONFIG, TOKEN, older_vcon


@pytest.mark.parametrize("workers", [(), ("--workers", "1")])
async def test_a_conserver_is_replaced_by_one_command(
    start: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    config = tmp_path / "config.yml"
    config.write_text(textwrap.dedent(CONFIG).replace("FOLDER", str(tmp_path / "vcons")))
    monkeypatch.setenv("CONSERVER_API_TOKEN", TOKEN)
    up = start("--conserver-config", str(config), *workers)
    headers = {"x-conserver-api-token": TOKEN}
    async with httpx.AsyncClient(base_url=f"{up.address}/api", headers=headers) as session, asyncio.timeout(60):
        vcon = older_vcon()
        assert (await session.post("/vcon?ingress_lists=first", json=vcon)).status_code == 201
        while (await session.get("/vcon/count?egress_list=done")).json() == 0:
            await asyncio.sleep(0.05)
        assert (await session.get("/vcon/egress?egress_list=done")).json() == [vcon["uuid"]]
        assert len(list((tmp_path / "vcons").rglob("*.json"))) == 1

        config.write_text(config.read_text().replace("[unused]", "[unused, read_again]").replace("enabled: 0", ""))
        up.process.send_signal(signal.SIGHUP)
        while (await session.post("/vcon?ingress_lists=read_again", json=vcon)).status_code != 201:
            await asyncio.sleep(0.05)
        config.write_text("chains: [")
        up.process.send_signal(signal.SIGHUP)
        while "the configuration is left as it was" not in up.errors.read_text():
            await asyncio.sleep(0.05)
        assert (await session.post("/vcon?ingress_lists=read_again", json=vcon)).status_code == 201
    assert up.terminate() == 0
    log = up.errors.read_text()
    for told in ("the configuration was read again", "the configuration is left as it was"):
        assert log.count(told) == 1, "one process speaks for all"


async def test_a_wrong_config_is_told_with_its_line(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("links:\n  a:\n    module: links.scitt\nchains:\n  c: {links: [a]}\n")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "carelog", "up", "--port", "0", "--conserver-config", str(config)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    assert (process.returncode, f"{config} line 3: links.a" in told.decode()) == (2, True)
