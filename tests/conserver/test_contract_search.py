"""Search at the conserver's path: AND means AND."""

import httpx
import pytest
from conserver_client import older_vcon
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

Party = dict[str, str]

KINDS = {
    "tel": ["+912224449000", "+420601123456", "+14155550100"],
    "name": ["Asha Rao", "Tomas", "Ines Faria"],
    "mailto": ["asha@example.org", "tomas@example.org"],
}

parties = st.fixed_dictionaries({}, optional={kind: st.sampled_from(values) for kind, values in KINDS.items()})
questions = st.fixed_dictionaries(
    {}, optional={kind: st.sampled_from([*values, "nobody's"]) for kind, values in KINDS.items()}
).filter(bool)


@pytest.fixture
def stored() -> dict[str, list[Party]]:
    """What all examples together have stored: the parties of each vCon."""
    return {}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(parties, max_size=3), asked=questions)
async def test_and_means_and(
    client: httpx.AsyncClient, stored: dict[str, list[Party]], people: list[Party], asked: Party
) -> None:
    """Whatever is stored, a search gives those that have a party for each condition, and no others."""
    vcon = older_vcon(parties=people, dialog=[])
    assert (await client.post("/vcon", json=vcon)).status_code == 201
    stored[vcon["uuid"]] = people
    found = (await client.get("/vcons/search", params=asked)).json()
    assert sorted(found) == sorted(
        uuid
        for uuid, there in stored.items()
        if all(any(party.get(kind) == value for party in there) for kind, value in asked.items())
    )
