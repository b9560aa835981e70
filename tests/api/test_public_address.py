"""Links in answers begin with the address that is configured, whatever a request says that it was sent to."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest
from door import Door, make_vcon

from carelog.app import Carelog
from carelog.kit.errors import ConfigurationError
from carelog.settings import load_settings

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

ADDRESS = "https://carelog.example.org"


async def test_a_host_that_a_request_names_gets_into_no_link(
    opened: Callable[..., AbstractAsyncContextManager[Carelog]],
) -> None:
    async with AsyncExitStack() as stack:
        carelog = await stack.enter_async_context(opened(public_url=ADDRESS))
        door = Door(carelog, carelog.api(), stack)
        await door.hand_in(make_vcon())
        client = await door.client(await door.key())
        found = await client.get("/fhir/Patient", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil.example" not in found.text
        assert found.json()["link"][0]["url"] == f"{ADDRESS}/fhir/Patient"
        begun = await client.get("/fhir/$export", headers={"Host": "evil.example", "Prefer": "respond-async"})
        assert begun.headers["content-location"].startswith(f"{ADDRESS}/fhir/exports/")


def test_it_is_an_origin(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("carelog.example.org", "https://carelog.example.org/x", "javascript:alert(1)"):
        monkeypatch.setenv("CARELOG_PUBLIC_URL", wrong)
        with pytest.raises(ConfigurationError, match="public_url"):
            load_settings()
