"""`carelog users`."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]


def test_the_first_administrator_is_added_with_a_password_of_their_own(carelog_command: Command) -> None:
    add = ("users", "add", "head@example.org", "--name", "Head", "--admin", "--password-stdin")
    weak = carelog_command(*add, given="password1\n")
    assert (weak.code, weak.out) == (2, "")
    assert "choose another" in weak.err
    assert carelog_command(*add, given="").code == 2, "there is no default"
    made = carelog_command(*add, given="a bicycle for the moon\n")
    assert made.code == 0, made.err
    [user] = json.loads(carelog_command("users", "list", "--json").out)
    assert (user["id"], user["role"], user["state"]) == (made.out.strip(), "admin", "active")
    assert carelog_command(*add, given="a bicycle for the moon\n").code == 1


def test_users_are_changed_by_their_address(carelog_command: Command) -> None:
    assert carelog_command("users", "list").out.startswith("No users yet")
    add = ("users", "add", "Asha@example.org", "--name", "Asha [Rao]", "--phone", "+91 22 2444 9000")
    carelog_command(*add, "--password-stdin", given="a bicycle for the moon\n")
    listed = carelog_command("users", "list").out
    assert "Asha [Rao]" in listed
    assert "+912224449000 (not verified)" in listed
    who = "asha@example.org"
    assert carelog_command("users", "verify", who).code == 2
    assert carelog_command("users", "verify", who, "--email", "--phone").out == "verified\n"
    assert carelog_command("users", "set-role", who, "king").code == 2
    assert carelog_command("users", "set-role", who, "carer").out == "carer\n"
    assert carelog_command("users", "disable", who).out == "disabled\n"
    assert carelog_command("users", "enable", who).out == "active\n"
    assert carelog_command("users", "set-role", who, "admin").out == "admin\n"
    assert carelog_command("users", "disable", who).code == 1, "the last administrator stays"
    reset = carelog_command("users", "reset-password", who, "--password-stdin", given="another good one\n")
    assert reset.out == "reset\n"
    assert carelog_command("users", "enable", "nobody@example.org").code == 1
    [user] = json.loads(carelog_command("users", "list", "--json").out)
    assert (user["email_verified"], user["phone_verified"], user["role"]) == (True, True, "admin")
