"""Chains: what `carelog.yaml` says, checked once, with the links made once."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from carelog.kit import jsontext
from carelog.kit.errors import ConfigurationError
from carelog.pipeline.link import Link, make_link
from carelog.pipeline.run import Lane
from carelog.pipeline.submission import CHANNELS

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""The name of a list, a chain or a storage: the ledger keeps no longer one, and PostgreSQL no U+0000."""


class LinkDefinition(BaseModel):
    """A link in a chain: its name alone, or `{name: options}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, dict) and len(value) == 1 and "name" not in value:
            [(name, options)] = value.items()
            return {"name": name, "options": options or {}}
        return value


class ChainDefinition(BaseModel):
    """One chain of `carelog.yaml`.

    `channels` and `ingress_lists` say which conversations it takes; a chain with neither runs only when a link
    routes to it. What it has finished goes to every one of `storages`, and is announced on `egress_lists` once all
    of them have it; one without links does only that. `timeout` is how many seconds one link may take over a
    conversation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    links: tuple[LinkDefinition, ...]
    channels: tuple[str, ...] = ()
    lane: Lane = Lane.ROUTINE
    enabled: bool = True
    max_tries: int = Field(default=8, ge=1, le=100)
    timeout: float | None = Field(default=None, gt=0, le=86_400)
    ingress_lists: tuple[Name, ...] = ()
    storages: tuple[str, ...] = ()
    egress_lists: tuple[Name, ...] = ()

    @field_validator("channels")
    @classmethod
    def _known_channels(cls, channels: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(channels) - set(CHANNELS))
        if unknown:
            raise ValueError(f"no such channel: {', '.join(unknown)} (there are {', '.join(CHANNELS)})")
        return channels

    @field_validator("lane", mode="before")
    @classmethod
    def _lane_by_name(cls, lane: Any) -> Any:
        if isinstance(lane, str):
            if lane.upper() not in Lane.__members__:
                raise ValueError(f"no such lane: there are {', '.join(name.lower() for name in Lane.__members__)}")
            return Lane[lane.upper()]
        return lane

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def as_told(self) -> dict[str, Any]:
        """Without what every chain has unless it says otherwise: an older release need not know all of that."""
        return self.model_dump(mode="json", exclude_defaults=True)


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain that can run."""

    name: str
    version: str
    definition: ChainDefinition
    links: tuple[Link[Any], ...]

    @classmethod
    def build(cls, name: str, definition: ChainDefinition, context: Mapping[str, Any] | None = None) -> Self:
        """Make the links, with `context` as for `make_link`. Raises ConfigurationError for an unknown link or a wrong
        option."""
        try:
            links = tuple(make_link(link.name, link.options, context) for link in definition.links)
        except ConfigurationError as error:
            raise ConfigurationError(f"chain {name!r}: {error.message}", details=error.details) from None
        return cls(name=name, version=version_of(definition), definition=definition, links=links)


def version_of(definition: ChainDefinition) -> str:
    """A chain's version: the same definition has the same one, and a run keeps the one that it began with.

    Only what a run does makes a version: which conversations come in, and whether any do, does not.
    """
    written = definition.as_json()
    does = {"links": written["links"], "max_tries": definition.max_tries}
    does |= {name: written[name] for name in ("timeout", "storages", "egress_lists") if written[name]}
    return hashlib.sha256(jsontext.dump(does).encode()).hexdigest()[:16]


class Chains:
    """The chains of an installation, by name. `context` is what the options of its links may name, by kind."""

    def __init__(self, definitions: Mapping[str, ChainDefinition], context: Mapping[str, Any] | None = None) -> None:
        self._context = dict(context or {})
        self._chains = {name: self.build(name, definition) for name, definition in definitions.items()}
        for chain in self._chains.values():
            for target in _route_targets(chain):
                if target not in self._chains:
                    raise ConfigurationError(f"chain {chain.name!r} routes to {target!r}, which does not exist")

    def __iter__(self) -> Iterator[Chain]:
        return iter(self._chains.values())

    def build(self, name: str, definition: ChainDefinition) -> Chain:
        """A chain of this installation, be it one of the present ones or not. Raises ConfigurationError."""
        return Chain.build(name, definition, self._context)

    def get(self, name: str) -> Chain | None:
        return self._chains.get(name)

    def for_channel(self, channel: str) -> list[Chain]:
        """The enabled chains that take conversations of this channel."""
        return [c for c in self if c.definition.enabled and channel in c.definition.channels]

    @property
    def egress_lists(self) -> frozenset[str]:
        """Every list on which a chain announces what it has finished."""
        return frozenset(name for chain in self for name in chain.definition.egress_lists)

    @cached_property
    def receivers(self) -> Mapping[str, Sequence[str]]:
        """Those that webhooks are posted to, by name, each with the chains that do."""
        found: dict[str, list[str]] = {}
        for chain in self:
            for name in dict.fromkeys(name for link in chain.links for name in link.receivers):
                found.setdefault(name, []).append(chain.name)
        return found

    def for_list(self, ingress_list: str) -> list[Chain]:
        """The enabled chains that read this ingress list."""
        return [c for c in self if c.definition.enabled and ingress_list in c.definition.ingress_lists]


def _route_targets(chain: Chain) -> list[str]:
    return [target for link in chain.links for target in getattr(link, "targets", ())]
