"""`carelog keys`."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]


def test_a_key_is_made_listed_without_its_secret_and_revoked(carelog_command: Command) -> None:
    assert carelog_command("keys", "list").out == "No keys yet: `carelog keys add NAME` makes one.\n"
    made = carelog_command("keys", "add", "clinic [bridge]", "--scope", "entries:read", "--days", "90")
    assert made.out.startswith("clk_")
    assert len(made.out.splitlines()) == 1, "what is captured in a script is the key alone"
    carelog_command("keys", "add", "another")

    listed = carelog_command("keys", "list")
    assert made.out.strip().rsplit("_", 1)[1] not in listed.out
    assert "clinic [bridge]" in listed.out
    assert "valid until" in listed.out
    key, another = json.loads(carelog_command("keys", "list", "--json").out)
    assert (key["name"], key["scopes"], another["expires_at"]) == ("clinic [bridge]", ["entries:read"], None)

    assert carelog_command("keys", "revoke", key["id"]).out == "revoked\n"
    assert carelog_command("keys", "revoke", key["id"]).code == 1
    first, second, *_ = carelog_command("keys", "list").out.splitlines()[1:]
    assert ("revoked" in first, "revoked" in second) == (True, False)


def test_a_key_is_limited_to_a_person_by_name(carelog_command: Command) -> None:
    assert carelog_command("keys", "add", "family", "--subject", "Meera Nair").code == 1
    assert json.loads(carelog_command("keys", "list", "--json").out) == []
