"""The configuration in force: that of the files, or the newest that was posted, in every process within a second."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from pydantic import ValidationError

from carelog.ai.endpoint import EndpointDefinition
from carelog.conserver.definitions import Definitions
from carelog.conserver.shown import restored, shown
from carelog.conserver.translate import is_conservers, translate
from carelog.db import is_outage
from carelog.identity import Principal
from carelog.kit.errors import ConfigurationError, InvalidInput
from carelog.kit.place import place_of
from carelog.kit.problems import sentence_of
from carelog.kit.yamltext import KeyPath, YamlText
from carelog.pipeline.configuration import Posted, PostedConfigurations

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0

B = TypeVar("B")

Make: TypeAlias = Callable[[Definitions], B]
"""Makes all that definitions name. Raises ConfigurationError where that cannot be done."""


@dataclass(frozen=True, slots=True)
class Configured:
    """Definitions, and the configuration that they come from: `document` as it was written, `text` where that has
    lines. `secrets` are the environment variables that they need besides, `origins` where a part of them has another
    place in the document, and `endpoints` the AI endpoints that `carelog.yaml` itself names."""

    definitions: Definitions
    document: Mapping[str, Any] = field(repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    text: YamlText | None = field(default=None, repr=False)
    origins: Mapping[tuple[str | int, ...], KeyPath] = field(default_factory=dict, repr=False)
    endpoints: Mapping[str, EndpointDefinition] = field(default_factory=dict, repr=False)
    posted: UUID | None = None

    def made(self, make: Make[B]) -> B:
        """What it names, made. Raises ConfigurationError with the line at fault."""
        try:
            with _environment(self.secrets):
                return make(self.definitions)
        except ConfigurationError as error:
            raise self._located(error) from None

    def _located(self, error: ConfigurationError) -> ConfigurationError:
        """The same error, with the place in the text of what `details["path"]` names in the definitions."""
        path = error.details.pop("path", None)
        if self.text is None or not path:
            return error
        origin = self._origin(tuple(path))
        details = {**error.details, "file": self.text.name, "line": self.text.line(origin)}
        return ConfigurationError(f"{self.text.place(origin)}: {error.message}", details=details)

    def _origin(self, path: tuple[str | int, ...]) -> KeyPath:
        for end in range(len(path), 0, -1):
            if path[:end] in self.origins:
                # Beyond it stands the name of the link, in the place of the conserver's `options`.
                return (*self.origins[path[:end]], "options", *path[end + 1 :])
        return path


class ConfigurationInForce(Generic[B]):
    """Holds what is in force, takes what is posted, and follows what is posted at another process.

    `own` is the configuration of the files, `current` the one that is in force; `make` makes another, and `put` puts
    what was made in force.
    """

    def __init__(
        self,
        own: Configured,
        current: Configured,
        posted: PostedConfigurations,
        make: Make[B],
        put: Callable[[B], Awaitable[None]],
    ) -> None:
        self._own = own
        self._posted = posted
        self._make = make
        self._put = put
        self._changing = asyncio.Lock()
        self.current = current

    @property
    def shown(self) -> dict[str, Any]:
        """The configuration in force, without its secrets."""
        return shown(self.current.document)

    async def post(self, principal: Principal, document: Mapping[str, Any]) -> None:
        """Put another configuration in force, here at once and elsewhere soon. "***" stands for the secret that it
        stands for in `shown`.

        Raises Forbidden for a principal without the scope, and InvalidInput, with nothing changed, for what would
        not run.
        """
        principal.require("config:write")
        async with self._changing:
            whole = restored(document, self.current.document)
            try:
                configured = configured_by(whole, "the configuration", self._own.endpoints)
                made = configured.made(self._make)
            except ConfigurationError as error:
                raise InvalidInput(error.message, details=error.details) from None
            stored = await self._posted.add(principal, whole)
            await self._put(made)
            self.current = replace(configured, posted=stored.id)

    async def reload(self, own: Configured) -> None:
        """Take over what the files say now; one that was posted stays in force. Raises ConfigurationError."""
        async with self._changing:
            made = own.made(self._make)
            self._own = own
            if self.current.posted is None:
                await self._put(made)
                self.current = own

    async def look(self) -> None:
        """Take over what was posted elsewhere since. What cannot be put in force here is logged and left."""
        if await self._posted.newest_id() == self.current.posted:
            return
        async with self._changing:
            newest = await self._posted.newest()
            if (newest.id if newest else None) == self.current.posted:
                return
            try:
                configured = self._own if newest is None else configured_by_posted(newest, self._own)
                await self._put(configured.made(self._make))
                self.current = configured
            except ConfigurationError as error:
                log.error("the posted configuration cannot be put in force here", extra={"problem": error.message})
                self.current = replace(self.current, posted=newest.id if newest else None)

    async def watch(self) -> None:
        """Look each second, for ever. Of a trouble, its beginning and its end are told."""
        troubled = False
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
                if troubled:
                    log.info("the posted configuration can be looked at again")
                troubled = False
            except Exception as error:  # noqa: BLE001  whatever goes wrong, the next look may be luckier
                if not troubled:
                    kind = "database is away" if is_outage(error) else type(error).__name__
                    told = {"error": kind, "place": place_of(error)}
                    log.warning("whether another configuration was posted cannot be looked up", extra=told)
                troubled = True


def configured_by_posted(posted: Posted, own: Configured) -> Configured:
    """A configuration that was posted over that of the files. Raises ConfigurationError."""
    return replace(configured_by(posted.content, "the posted configuration", own.endpoints), posted=posted.id)


def configured_by(document: Mapping[str, Any], name: str, endpoints: Mapping[str, EndpointDefinition]) -> Configured:
    """A configuration of either shape. AI endpoints that it does not name itself are these, of `carelog.yaml`.

    Raises ConfigurationError.
    """
    text, origins, secrets = YamlText(name, document, {}), {}, {}
    if is_conservers(document):
        translated = translate(text, endpoints=endpoints)
        for warning in translated.warnings:
            log.warning("left out of the configuration", extra={"problem": warning})
        definitions = translated.definitions
        origins, secrets = dict(translated.origins), dict(translated.secrets)
    else:
        try:
            definitions = Definitions.model_validate(dict(document))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            key = ".".join(map(str, first["loc"]))
            raise ConfigurationError(f"{name}: {key}: {sentence_of(first)}", details={"key": key}) from None
    whole = definitions.model_copy(update={"ai_endpoints": {**endpoints, **definitions.ai_endpoints}})
    return Configured(whole, document, secrets, text, origins, endpoints)


@contextmanager
def _environment(secrets: Mapping[str, str]) -> Iterator[None]:
    """Keys that are called by names of environment variables, there as long as something is made of them."""
    before = {name: os.environ.get(name) for name in secrets}
    os.environ.update(secrets)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
