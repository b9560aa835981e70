"""Chains: what the configuration may say, and what is told when it says something else."""

from typing import Any

import pytest
from made_up import chain, scripted_link

from carelog.kit.errors import ConfigurationError
from carelog.pipeline.chains import ChainDefinition, Chains, version_of
from carelog.pipeline.run import Lane
from carelog.settings import load_settings


def definitions(**chains: dict[str, Any]) -> dict[str, ChainDefinition]:
    return {name: ChainDefinition.model_validate(given) for name, given in chains.items()}


def test_a_link_is_written_as_a_name_or_with_its_options() -> None:
    [made] = Chains(definitions(a=chain("extract", {"extract": {"types": ["symptom"]}}, {"summarize": None})))
    assert [link.name for link in made.definition.links] == ["extract", "extract", "summarize"]
    assert made.definition.links[1].options == {"types": ["symptom"]}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (chain("no_such_link"), "chain 'a': there is no link named 'no_such_link'"),
        (chain({"extract": {"typos": []}}), "chain 'a': link 'extract', typos: is not known here"),
        (chain({"tag": {}}), "chain 'a': link 'tag', tags: is required"),
        (chain({"tag_router": {"tag_routes": {"x": "b"}}}), "chain 'a' routes to 'b', which does not exist"),
    ],
)
def test_a_wrong_link_is_told_with_its_chain_and_option(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Chains(definitions(a=given))
    assert caught.value.message.startswith(told)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"channels": ["pigeon"]}, "chains.a.channels"),
        ({"lane": "slow"}, "chains.a.lane"),
        ({"links": None}, "chains.a.links"),
        ({"max_tries": 0}, "chains.a.max_tries"),
        ({"enable": True}, "chains.a.enable"),
    ],
)
def test_a_wrong_key_of_a_chain_is_named(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(chains={"a": chain("extract", **wrong)})
    assert caught.value.details["key"] == key


def test_a_disabled_chain_takes_nothing() -> None:
    chains = Chains(definitions(on=chain("extract"), off=chain("extract", enabled=False)))
    assert [c.name for c in chains.for_channel("checkin")] == ["on"]
    assert chains.for_channel("lab") == []


def test_a_version_changes_with_what_a_run_does_and_with_nothing_else() -> None:
    base = ChainDefinition.model_validate(chain(scripted_link("x")))
    same = base.model_copy(update={"lane": Lane.BULK, "channels": ("lab",), "enabled": False})
    assert version_of(base) == version_of(same)
    assert version_of(base) != version_of(ChainDefinition.model_validate(chain(scripted_link("y"))))
