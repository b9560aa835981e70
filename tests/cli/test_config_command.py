"""`carelog config`: what is in force, and the way back from what was posted."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carelog.db import Database
from carelog.identity import operator
from carelog.kit.clock import SystemClock
from carelog.pipeline.configuration import PostedConfigurations
from carelog.settings import load_settings


def post(content: dict[str, Any]) -> None:
    """As another process would have done it."""

    async def whole() -> None:
        database = Database(load_settings().health_url)
        await PostedConfigurations(database, SystemClock()).add(operator(), content)
        await database.close()

    asyncio.run(whole())


def test_the_configuration_is_shown_without_secrets(carelog_command: Callable[..., Any]) -> None:
    Path("carelog.yaml").write_text("ingress_auth: {calls: made-up-key}\nchains: {a: {links: [extract]}}\n")
    shown = json.loads(carelog_command("config", "show").out)
    assert shown["ingress_auth"] == {"calls": "***"}
    assert shown["chains"]["a"]["links"] == [{"name": "extract"}]


def test_what_was_posted_can_be_taken_back_even_when_it_cannot_run(carelog_command: Callable[..., Any]) -> None:
    assert carelog_command("subjects").code == 0
    post({"chains": {"a": {"links": ["gone"]}}})
    refused = carelog_command("subjects")
    assert refused.code == 2 and "there is no link named 'gone'" in refused.err
    assert carelog_command("config", "clear").out == "1 posted configuration taken back\n"
    assert carelog_command("subjects").code == 0
    assert list(json.loads(carelog_command("config", "show").out)["chains"]) == ["record"]
