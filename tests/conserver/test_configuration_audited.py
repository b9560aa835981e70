"""Who replaced the configuration is in the audit trail: it says where what was said goes to."""

import pytest
import yaml
from conserver_client import CONFIG, client_of

from carelog.app import Carelog

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])


async def replacements(carelog: Carelog) -> list[str | None]:
    found = (await carelog.audit.page()).items
    return [one.event.principal for one in found if one.event.action == "config.replace"]


async def test_who_replaced_it_is_told_and_who_was_refused_has_not(conserver: Carelog) -> None:
    key = await conserver.keyring.add("test", scopes=["config:read", "config:write"])
    async with client_of(conserver, key) as client:
        assert (await client.post("/config", json={"chains": 7})).status_code >= 400
        assert await replacements(conserver) == []
        document = yaml.safe_load(CONFIG.replace("FOLDER", str(conserver.settings.data_dir / "vcons")))
        posted = await client.post("/config", json=document)
        assert posted.status_code == 204, posted.text
    [who] = await replacements(conserver)
    assert who
    assert who.removeprefix("key:").replace("-", "") == key.split("_")[1]
