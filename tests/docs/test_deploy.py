"""The deployment examples name commands, options and settings that there are."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from carelog.cli.main import app
from carelog.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
_CARELOG = typer.main.get_command(app)


def understands(command: list[str]) -> None:
    """Raises what the command line would refuse it with."""
    name, *options = command[1:]
    group: Any = _CARELOG
    group.commands[name].make_context(name, options)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_settings_that_an_example_names_are_there(path: Path) -> None:
    named = set(re.findall(r"\bCARELOG_([A-Z_]+)", path.read_text(encoding="utf-8")))
    assert {name.lower() for name in named} <= {*Settings.model_fields, "config"}


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.service")), ids=lambda path: path.name)
def test_a_unit_starts_what_there_is_and_waits_for_its_end(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for command in re.findall(r"ExecStart=(.+)", text):
        understands(shlex.split(command))
    [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", text, re.M)
    assert int(seconds) > Settings.model_fields["drain_seconds"].default + 5


@pytest.mark.parametrize("path", sorted((DEPLOY / "kubernetes").glob("*.yaml")), ids=lambda path: path.name)
def test_a_manifest_starts_what_there_is_and_waits_for_its_end(path: Path) -> None:
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        match document:
            case {"kind": "Deployment", "spec": {"template": {"spec": pod}}}:
                [container] = pod["containers"]
                understands(container["command"])
                assert pod["terminationGracePeriodSeconds"] > Settings.model_fields["drain_seconds"].default + 5
                volumes = {volume["name"] for volume in pod["volumes"]}
                assert {mount["name"] for mount in container["volumeMounts"]} == volumes
            case {"kind": "ConfigMap", "data": {"carelog.yaml": text}}:
                Settings(**yaml.safe_load(text))
            case {"kind": "Service", "spec": {"selector": selector}}:
                assert selector == {"app.kubernetes.io/name": "carelog-api"}
            case _:
                pytest.fail(f"{path.name} holds something that nothing checks")


def test_commands_have_what_the_units_have() -> None:
    """Else they would make databases of their own, and a key that the server does not know."""
    command = (DEPLOY / "systemd" / "carelog-command").read_text(encoding="utf-8")
    for path in DEPLOY.rglob("*.service"):
        unit = dict(re.findall(r"^(\w+)=(.+)$", path.read_text(encoding="utf-8"), re.M))
        assert f"--uid={unit['User']} " in command
        assert f"--setenv={unit['Environment'].replace('%S', '/var/lib')} " in command
        assert f"--property=EnvironmentFile={unit['EnvironmentFile']} " in command
        assert f"--working-directory={unit['WorkingDirectory']} " in command
        assert f"--property=UMask={unit['UMask']} " in command
        assert unit["ExecStart"].split()[0] in command.split()
