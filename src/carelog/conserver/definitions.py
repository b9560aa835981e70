"""Definitions: the part of the settings that says what is done with conversations, and that may change while Carelog
runs."""

from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    StringConstraints,
    model_validator,
)

from carelog.ai.endpoint import EndpointDefinition, EndpointName
from carelog.pipeline.chains import ChainDefinition, Name
from carelog.storages.definition import StorageDefinition


def _one_or_several(keys: object) -> object:
    return (keys,) if isinstance(keys, str | SecretStr) else keys


PartnerKey = Annotated[SecretStr, Field(min_length=1)]
PartnerKeys = Annotated[tuple[PartnerKey, ...], BeforeValidator(_one_or_several)]
"""A key, or several, that each open one ingress list to a partner."""


FollowerName = Annotated[str, StringConstraints(min_length=1, max_length=71)]
"""With the word `follower` before it, it is the name of a lease and of a principal, which have 80 characters."""


class FollowerDefinition(BaseModel):
    """Another server whose egress list is followed: what it has finished comes into the ingress list here.

    `pulling_interval` is how many seconds lie between two looks when there was nothing more to fetch, and
    `fetch_vcon_limit` how many conversations are popped at once. The token is given, or the environment has it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: HttpUrl
    egress_list: Name
    follower_ingress_list: Name
    auth_token: SecretStr | None = None
    auth_token_env: str | None = None
    pulling_interval: float = Field(default=60, gt=0, le=86_400)
    fetch_vcon_limit: int = Field(default=10, ge=1, le=1000)

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        if self.auth_token is not None and self.auth_token_env is not None:
            raise ValueError("give either auth_token or auth_token_env")
        return self


class Definitions(BaseModel):
    """What is done with conversations: the chains, and what they and their lists need."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    chains: dict[Name, ChainDefinition] = Field(default_factory=dict)
    storages: dict[Name, StorageDefinition] = Field(default_factory=dict)
    ai_endpoints: dict[EndpointName, EndpointDefinition] = Field(default_factory=dict)
    ingress_auth: dict[Name, PartnerKeys] = Field(default_factory=dict)
    followers: dict[FollowerName, FollowerDefinition] = Field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As `carelog.yaml` would say it, with the secrets that stand in it."""
        written = self.model_dump(mode="json", exclude_defaults=True)
        for name, keys in self.ingress_auth.items():
            written["ingress_auth"][name] = [key.get_secret_value() for key in keys]
        for name, follower in self.followers.items():
            if follower.auth_token is not None:
                written["followers"][name]["auth_token"] = follower.auth_token.get_secret_value()
        return written
