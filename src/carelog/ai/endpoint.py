"""Endpoints as the settings name them, and their keys."""

import asyncio
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl

from carelog.ai.usage import Prices
from carelog.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from carelog.ai.breakers import Breakers


class Rung(StrEnum):
    """How a model can be held to a schema, the surest way first."""

    JSON_SCHEMA = "json_schema"
    TOOL = "tool"
    JSON_OBJECT = "json_object"


def _plain(url: HttpUrl) -> HttpUrl:
    if url.username or url.password or url.query or url.fragment:
        raise ValueError("must be scheme, host and path alone: a key belongs where api_key_env says")
    return url


class EndpointDefinition(BaseModel):
    """`url` is the base of the paths, as in 'https://api.openai.com/v1'; `model` the one to use where a link names
    none. `api_key_env` names the environment variable that holds the key, and is left out where none is needed.
    `timeout_seconds` is for one call, and `max_concurrency` how many a process has open at once. `tries` is how often a
    call that fails is made before its run waits. `structured` is how answers are held to a schema; left out, it is
    found out. `prices` make costs of tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[HttpUrl, AfterValidator(_plain)]
    model: str | None = Field(default=None, min_length=1)
    api_key_env: str | None = Field(default=None, min_length=1)
    timeout_seconds: float = Field(default=120, gt=0, le=3600)
    max_concurrency: int = Field(default=4, ge=1, le=1000)
    tries: int = Field(default=3, ge=1, le=10)
    structured: Rung | None = None
    prices: Prices | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, ready to be called. `places`, `tls`, `breakers`, and `rungs`, where what was found out of each
    model is noted, are shared by all that call it from this process."""

    name: str
    url: str
    model: str | None
    timeout_seconds: float
    max_concurrency: int
    tries: int
    structured: Rung | None
    prices: Prices | None
    api_key: str | None = field(repr=False)
    places: asyncio.Semaphore = field(repr=False, compare=False)
    tls: ssl.SSLContext = field(repr=False, compare=False)
    breakers: "Breakers" = field(repr=False, compare=False)
    rungs: dict[str, Rung] = field(repr=False, compare=False, default_factory=dict)
    probing: asyncio.Lock = field(repr=False, compare=False, default_factory=asyncio.Lock)

    @classmethod
    def of(cls, name: str, definition: EndpointDefinition, breakers: "Breakers | None" = None) -> Self:
        """Raises ConfigurationError when the environment does not hold the key."""
        # Here, since the settings need not wait for them.
        from httpx import create_ssl_context

        from carelog.ai.breakers import ProcessBreakers

        variable = definition.api_key_env
        key = os.environ.get(variable, "").strip() if variable else None
        if variable and not (key and key.isascii() and key.isprintable()):
            raise ConfigurationError(
                f"AI endpoint {name!r}, api_key_env: the environment has no key in {variable}",
                details={"key": "ai_endpoints"},
            )
        return cls(
            name=name,
            url=str(definition.url).rstrip("/"),
            model=definition.model,
            timeout_seconds=definition.timeout_seconds,
            max_concurrency=definition.max_concurrency,
            tries=definition.tries,
            structured=definition.structured,
            prices=definition.prices,
            api_key=key,
            places=asyncio.Semaphore(definition.max_concurrency),
            tls=create_ssl_context(),
            breakers=breakers or ProcessBreakers(),
        )


class Endpoints:
    """The endpoints of an installation, by name."""

    def __init__(self, definitions: Mapping[str, EndpointDefinition], breakers: "Breakers | None" = None) -> None:
        self._endpoints = {name: Endpoint.of(name, definition, breakers) for name, definition in definitions.items()}

    def get(self, name: str) -> Endpoint:
        """Raises ConfigurationError when there is none of that name."""
        if name not in self._endpoints:
            there = ", ".join(sorted(self._endpoints))
            raise ConfigurationError(
                f"ai_endpoints has no {name!r} (there are {there})" if there else "the setting ai_endpoints has none",
                details={"key": "ai_endpoints"},
            )
        return self._endpoints[name]
