"""Endpoints and their keys, as the settings give them."""

import pytest

from carelog.ai.endpoint import EndpointDefinition, EndpointRole, Endpoints
from carelog.kit.errors import ConfigurationError
from carelog.settings import load_settings

LOCAL = {"url": "http://127.0.0.1:11434/v1"}


def test_settings_name_endpoints() -> None:
    given = load_settings(ai_endpoints={"default": {**LOCAL, "model": "small"}})
    endpoint = Endpoints(given.ai_endpoints).get("default")
    assert (endpoint.url, endpoint.model, endpoint.api_key) == ("http://127.0.0.1:11434/v1", "small", None)


def test_a_name_is_no_longer_than_the_tables_can_hold() -> None:
    assert load_settings(ai_endpoints={"n" * 200: LOCAL}).ai_endpoints
    with pytest.raises(ConfigurationError, match=r"ai_endpoints\.n+.*at most 200 characters"):
        load_settings(ai_endpoints={"n" * 201: LOCAL})


def test_a_key_is_in_the_environment_and_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-made-up\n")
    endpoint = Endpoints({"far": EndpointDefinition.model_validate({**LOCAL, "api_key_env": "SOME_KEY"})}).get("far")
    assert endpoint.api_key == "sk-made-up"
    assert "sk-made-up" not in repr(endpoint)


@pytest.mark.parametrize("held", ["", " ", "two\nlines", "schlüssel"])
def test_an_endpoint_without_its_key_is_refused(held: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", held)
    with pytest.raises(ConfigurationError, match=r"'far'.*SOME_KEY") as refused:
        Endpoints({"far": EndpointDefinition.model_validate({**LOCAL, "api_key_env": "SOME_KEY"})})
    assert not held.strip() or held not in refused.value.message


def test_an_unknown_endpoint_is_refused_with_those_that_there_are() -> None:
    known = Endpoints({"near": EndpointDefinition.model_validate(LOCAL)})
    with pytest.raises(ConfigurationError, match=r"no 'far'.*near"):
        known.get("far")


def test_each_role_has_the_endpoint_that_says_so_and_else_the_default_one() -> None:
    there = {"default": LOCAL, "careful": {**LOCAL, "roles": ["extract", "vision"]}}
    known = Endpoints({name: EndpointDefinition.model_validate(one) for name, one in there.items()})
    assert {role.value: known.for_role(role).name for role in EndpointRole} == {
        "extract": "careful",
        "vision": "careful",
        "chat": "default",
        "embed": "default",
        "transcribe": "default",
    }
    assert known.having(EndpointRole.CHAT) is None


def test_without_a_default_a_role_that_nobody_has_is_refused() -> None:
    known = Endpoints({"ears": EndpointDefinition.model_validate({**LOCAL, "roles": ["transcribe"]})})
    with pytest.raises(ConfigurationError, match=r"no 'default'.*ears"):
        known.for_role(EndpointRole.CHAT)


def test_a_role_has_one_endpoint_at_the_most() -> None:
    one = EndpointDefinition.model_validate({**LOCAL, "roles": ["chat"]})
    with pytest.raises(ConfigurationError, match=r"'a' and 'b' both have the role 'chat'"):
        Endpoints({"a": one, "b": one})


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"url": "ftp://x"},
        {"url": "https://a:b@x/v1"},
        {"url": "https://x/v1?key=1"},
        {**LOCAL, "max_concurrency": 0},
        {**LOCAL, "key": "sk-1"},
        {**LOCAL, "roles": ["cook"]},
        {**LOCAL, "requests_per_minute": 0},
    ],
)
def test_a_wrong_definition_is_refused_by_its_key(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=r"ai_endpoints\.far"):
        load_settings(ai_endpoints={"far": wrong})
