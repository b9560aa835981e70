"""Endpoints as the settings name them, and their keys."""

import asyncio
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

from carelog.ai.usage import Prices
from carelog.kit.errors import ConfigurationError
from carelog.kit.tls import trusted

if TYPE_CHECKING:
    from carelog.ai.safeguards import Safeguards

DEFAULT: Final = "default"
"""The endpoint for what no other has the role for."""
EndpointName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""As long as the tables can hold."""


class EndpointRole(StrEnum):
    """What endpoints are for. A link has a role, and asks the endpoint that has the same where it names none."""

    EXTRACT = "extract"
    CHAT = "chat"
    VISION = "vision"
    EMBED = "embed"
    TRANSCRIBE = "transcribe"


class Rung(StrEnum):
    """How a model can be held to a schema, the surest way first."""

    JSON_SCHEMA = "json_schema"
    TOOL = "tool"
    JSON_OBJECT = "json_object"


class Speaks(StrEnum):
    """The protocol of an endpoint; all but that of OpenAI transcribe alone."""

    OPENAI = "openai"
    DEEPGRAM = "deepgram"
    SARVAM = "sarvam"


def _plain(url: HttpUrl) -> HttpUrl:
    if url.username or url.password or url.query or url.fragment:
        raise ValueError("must be scheme, host and path alone: a key belongs where api_key_env says")
    return url


class EndpointDefinition(BaseModel):
    """`url` is the base of the paths, as in 'https://api.openai.com/v1', and `speaks` their protocol; `model` the one
    to use where a link names none. `roles` are what it is asked for where no endpoint is named. `api_key_env` names the
    environment variable that holds the key, and is left out where none is needed.

    `timeout_seconds` is for one call with all its tries, `tries` how often a call that fails is made before its run
    waits, and `max_concurrency` how many a process has open at once. `requests_per_minute` and `tokens_per_minute` hold
    for all together; `person_per_minute` is how many conversations of one person are asked about. After five failures
    in a row it is left alone for `breaker_rest_seconds`.

    `structured` is how answers are held to a schema; left out, it is found out. With `cache`, answers are remembered.
    `prices` make costs of tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: Annotated[HttpUrl, AfterValidator(_plain)]
    speaks: Speaks = Speaks.OPENAI
    model: str | None = Field(default=None, min_length=1)
    roles: tuple[EndpointRole, ...] = ()
    api_key_env: str | None = Field(default=None, min_length=1)
    timeout_seconds: float = Field(default=120, gt=0, le=3600)
    max_concurrency: int = Field(default=4, ge=1, le=1000)
    tries: int = Field(default=3, ge=1, le=10)
    requests_per_minute: int | None = Field(default=None, ge=1)
    tokens_per_minute: int | None = Field(default=None, ge=1)
    person_per_minute: int | None = Field(default=None, ge=1)
    breaker_rest_seconds: float = Field(default=60, gt=0, le=3600)
    structured: Rung | None = None
    cache: bool = True
    prices: Prices | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, ready to be called. `places`, `tls`, `safeguards`, and `rungs`, where what was found out of each
    model is noted, are shared by all that call it from this process."""

    name: str
    url: str
    definition: EndpointDefinition
    api_key: str | None = field(repr=False)
    places: asyncio.Semaphore = field(repr=False, compare=False)
    tls: ssl.SSLContext = field(repr=False, compare=False)
    safeguards: "Safeguards" = field(repr=False, compare=False)
    rungs: dict[str, Rung] = field(repr=False, compare=False, default_factory=dict)
    probing: asyncio.Lock = field(repr=False, compare=False, default_factory=asyncio.Lock)

    @classmethod
    def of(cls, name: str, definition: EndpointDefinition, safeguards: "Safeguards | None" = None) -> Self:
        """Raises ConfigurationError when the environment does not hold the key."""
        from carelog.ai.safeguards import Safeguards  # here, since the settings need not wait for them

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
            definition=definition,
            api_key=key,
            places=asyncio.Semaphore(definition.max_concurrency),
            tls=trusted(),
            safeguards=safeguards or Safeguards(),
        )

    @property
    def speaks(self) -> Speaks:
        return self.definition.speaks

    @property
    def model(self) -> str | None:
        return self.definition.model

    @property
    def timeout_seconds(self) -> float:
        return self.definition.timeout_seconds

    @property
    def max_concurrency(self) -> int:
        return self.definition.max_concurrency

    @property
    def patience(self) -> timedelta:
        """How long a call takes at the most, with all its tries."""
        return timedelta(seconds=self.timeout_seconds)


class Endpoints:
    """The endpoints of an installation, by name and by role. Raises ConfigurationError where two have one role."""

    def __init__(self, definitions: Mapping[str, EndpointDefinition], safeguards: "Safeguards | None" = None) -> None:
        self._endpoints = {name: Endpoint.of(name, definition, safeguards) for name, definition in definitions.items()}
        self._roles: dict[EndpointRole, Endpoint] = {}
        for endpoint in self._endpoints.values():
            for role in endpoint.definition.roles:
                other = self._roles.setdefault(role, endpoint)
                if other is not endpoint:
                    raise ConfigurationError(
                        f"ai_endpoints: {other.name!r} and {endpoint.name!r} both have the role {role.value!r}",
                        details={"key": "ai_endpoints"},
                    )

    def get(self, name: str) -> Endpoint:
        """Raises ConfigurationError when there is none of that name."""
        if name not in self._endpoints:
            there = ", ".join(sorted(self._endpoints))
            raise ConfigurationError(
                f"ai_endpoints has no {name!r} (there are {there})" if there else "the setting ai_endpoints has none",
                details={"key": "ai_endpoints"},
            )
        return self._endpoints[name]

    def having(self, role: EndpointRole) -> Endpoint | None:
        """The endpoint that has the role itself, if one does."""
        return self._roles.get(role)

    def for_role(self, role: EndpointRole) -> Endpoint:
        """The endpoint that has the role, else the one that is named `default`. Raises ConfigurationError."""
        return self._roles.get(role) or self.get(DEFAULT)
