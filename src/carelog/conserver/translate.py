"""A conserver's `config.yml`, read as it is, in Carelog's words."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from carelog.conserver.definitions import Definitions
from carelog.conserver.link_rules import LINKS, TRANSCRIBER_DEFAULTS, TRANSCRIBERS
from carelog.conserver.rules import Asks, Rule
from carelog.conserver.storage_rules import STORAGES
from carelog.conserver.vendors import OPTIONS as VENDOR_OPTIONS
from carelog.conserver.vendors import take_vendor
from carelog.kit.errors import ConfigurationError
from carelog.kit.problems import sentence_of
from carelog.kit.yamltext import KeyPath, YamlText

_SECTIONS: Final = frozenset({"links", "storages", "chains", "ingress_auth", "followers", "tracers", "imports"})
_CHAIN: Final = frozenset({"links", "storages", "ingress_lists", "egress_lists", "enabled", "timeout", "tracers"})
_LINK: Final = frozenset({"module", "options", "pip_name", "ingress-lists", "egress-lists"})
_STORAGE: Final = frozenset({"module", "options"})


@dataclass(frozen=True, slots=True)
class Translated:
    """A configuration in Carelog's words.

    `secrets` are the keys that stood in it, by the names of the environment variables that `definitions` calls them
    by: definitions are kept with their runs, and secrets do not belong there. `warnings` say what was left out.
    """

    definitions: Definitions
    secrets: Mapping[str, str] = field(repr=False)
    warnings: tuple[str, ...]
    origins: Mapping[tuple[str | int, ...], KeyPath]
    """Where in the conserver's configuration a part of the definitions comes from, by its path."""


def is_conservers(document: object) -> bool:
    """Whether a configuration is written as the conserver's are, and not as `carelog.yaml` is.

    >>> is_conservers({"links": {}, "chains": {}}), is_conservers({"chains": {"record": {"links": ["extract"]}}})
    (True, False)
    """
    if not isinstance(document, Mapping):
        return False
    storages = document.get("storages")
    of_modules = isinstance(storages, Mapping) and any(
        isinstance(s, Mapping) and "module" in s for s in storages.values()
    )
    return of_modules or not {"links", "tracers", "imports"}.isdisjoint(document)


def translate(text: YamlText, *, endpoints: Collection[str] = ()) -> Translated:
    """`endpoints` are the names of AI endpoints that there are besides: one that is called as a link is, is used by it
    instead of the vendor that its options name.

    Raises ConfigurationError with the line, and with `details["key"]`, for what has no counterpart here, unless no
    chain that is enabled needs it.
    """
    return _Translation(text, frozenset(endpoints)).whole()


class _Translation:
    """One configuration on its way."""

    def __init__(self, text: YamlText, endpoints: frozenset[str]) -> None:
        self._text = text
        self._endpoints = endpoints
        self._secrets: dict[str, str] = {}
        self._warnings: list[str] = []
        self._origins: dict[tuple[str | int, ...], KeyPath] = {}
        self._added: dict[str, dict[str, Any]] = {}
        self._left_out: set[str] = set()
        self._document = self._mapping(text.value, ())
        self._links = self._section("links")
        self._storages = self._section("storages")
        self._chains = {name: self._mapping(chain, ("chains", name)) for name, chain in self._section("chains").items()}

    def whole(self) -> Translated:
        for name in self._document:
            if name not in _SECTIONS:
                self._warn((name,), "is not a section that is read")
        for name in self._section("imports"):
            self._warn(("imports", name), "is not imported: nothing is ever installed from a configuration")
        for name in self._section("tracers"):
            self._warn(("tracers", name), "is left out: traces go out over OpenTelemetry (see the setting otel)")
        # The disabled ones first: those that are left out cannot be routed to.
        in_order = sorted(self._chains, key=lambda name: bool(self._chains[name].get("enabled", True)))
        made = {name: chain for name in in_order if (chain := self._chain(name, self._chains[name]))}
        chains = {name: made[name] for name in self._chains if name in made}
        needed = {storage for chain in chains.values() for storage in chain["storages"]}
        storages = {name: self._storage(name) for name in self._storages if name in needed}
        for name in self._storages.keys() - needed:
            self._warn(("storages", name), "is used by no chain, and is left out")
        written = {
            "chains": chains,
            "storages": storages,
            "ai_endpoints": self._added,
            "ingress_auth": self._ingress_auth(),
            "followers": self._section("followers"),
        }
        return Translated(self._definitions(written), self._secrets, tuple(self._warnings), self._origins)

    def _definitions(self, written: Mapping[str, Any]) -> Definitions:
        try:
            return Definitions.model_validate(written)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            self._refuse(first["loc"], sentence_of(first))

    # Chains

    def _chain(self, name: str, chain: Mapping[str, Any]) -> dict[str, Any] | None:
        """None for one that is disabled and could not run: it is left out."""
        path = ("chains", name)
        enabled = self._flag(chain.get("enabled", True), (*path, "enabled"))
        try:
            for key in chain:
                if key not in _CHAIN:
                    self._refuse((*path, key), "a chain has no such key")
            made = {
                "links": self._chain_links(name, chain),
                "storages": [
                    self._chain_storage(s, (*path, "storages", i)) for i, s in self._items(chain, "storages", path)
                ],
                "ingress_lists": [item for _, item in self._items(chain, "ingress_lists", path)],
                "egress_lists": [item for _, item in self._items(chain, "egress_lists", path)],
                "timeout": chain.get("timeout"),
                "enabled": enabled,
            }
        except ConfigurationError as error:
            if enabled:
                raise
            self._warnings.append(f"{error.message}; chain {name!r} is disabled, and is left out")
            self._left_out.add(name)
            return None
        return made

    def _chain_links(self, name: str, chain: Mapping[str, Any]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for i, item in self._items(chain, "links", ("chains", name)):
            path = ("chains", name, "links", i)
            link, over = self._named(item, path)
            if link not in self._links:
                self._refuse(path, f"there is no link named {link!r} in links")
            if translated := self._link(link, over, path):
                self._origins["chains", name, "links", len(made)] = ("links", link)
                made.append(translated)
        return made

    def _named(self, item: object, path: KeyPath) -> tuple[str, Mapping[str, Any]]:
        if isinstance(item, str):
            return item, {}
        if not isinstance(item, Mapping) or len(item) != 1:
            self._refuse(path, "must be the name of a link, or one with options")
        [(name, over)] = item.items()
        return str(name), self._mapping(over, (*path, name))

    def _chain_storage(self, name: object, path: KeyPath) -> str:
        if not isinstance(name, str) or name not in self._storages:
            self._refuse(path, "names a storage that is not in storages")
        if not self._is_known(name):
            self._refuse(("storages", name), "has no counterpart here", "module")
        return name

    # Links

    def _link(self, name: str, over: Mapping[str, Any], place: KeyPath) -> dict[str, Any] | None:
        """The link as it stands in a chain; None where it would do nothing."""
        path = ("links", name)
        link = self._mapping(self._links[name], path)
        for key in link:
            if key not in _LINK:
                self._refuse((*path, key), "a link has no such key")
        module = str(link.get("module"))
        own = self._mapping(link.get("options"), (*path, "options"))
        places = {key: (*path, "options", key) for key in own} | {key: (*place, name, key) for key in over}
        options = {**own, **over}
        if module in TRANSCRIBERS:
            options = self._of_vendor(options, TRANSCRIBERS[module], (*path, "options"))
            module = "links.transcribe"
        rule = LINKS.get(module)
        if rule is None:
            self._refuse(path, f"{module} has no counterpart here", "module")
        made = self._options(rule, options, path, places)
        if made is None:
            self._warn(path, "would do nothing, and is left out")
            return None
        if rule.name == "tag_router":
            made["tag_routes"] = self._routes(made.get("tag_routes"), places.get("tag_routes", path))
        return {"name": rule.name, "options": made}

    def _of_vendor(self, options: Mapping[str, Any], vendor: str | None, path: KeyPath) -> dict[str, Any]:
        """The options of a transcriber: those for its vendor may stand beside its name, or one level deeper."""
        inner = self._mapping(options.get("vendor_options"), (*path, "vendor_options"))
        outer = {key: value for key, value in options.items() if key != "vendor_options"}
        named = str(outer.get("vendor") or vendor or "")
        return {**({"vendor": named} if named else {}), **TRANSCRIBER_DEFAULTS.get(named, {}), **outer, **inner}

    def _options(
        self, rule: Rule, given: Mapping[str, Any], path: KeyPath, places: Mapping[str, KeyPath]
    ) -> dict[str, Any] | None:
        """Options in our words, None where nothing would come of them. Raises ConfigurationError for one that the rule
        does not name."""
        options = {key: value for key, value in {**rule.defaults, **given}.items() if value is not None}
        made: dict[str, Any] = {}
        for key, value in options.items():
            option = rule.options.get(key)
            if option is None:
                self._refuse(places.get(key, path), "has no counterpart here")
            elif option.to is None:
                self._warn(places.get(key, path), "has no counterpart here, and is left out")
            elif (converted := option.convert(value)) is not None:
                made[option.to] = converted
        if rule.idle(made):
            return None
        try:
            if rule.asks:
                made["endpoint"] = self._endpoint(str(path[1]), made, rule.asks)
            finished: dict[str, Any] = rule.finish(made)
        except ValueError as error:
            self._refuse(path, str(error))
        return finished

    def _endpoint(self, link: str, options: dict[str, Any], asks: Asks) -> str:
        """The AI endpoint of a link: one that is called as it is, or one that its options stand for."""
        asked = str(options.pop("vendor", asks.vendor))
        if link in self._endpoints:
            for name in VENDOR_OPTIONS:
                options.pop(name, None)
            return link
        try:
            found = take_vendor(options, asked)
        except ValueError as error:
            raise ValueError(f"{error}: an AI endpoint named {link!r} in ai_endpoints would be asked instead") from None
        variable = found.variable
        if found.key:
            variable = f"CONSERVER_LINK_{re.sub('[^A-Z0-9]', '_', link.upper())}_KEY"
            if self._secrets.get(variable, found.key) != found.key:
                raise ValueError("another link has the same name but for its punctuation, and another key")
            self._secrets[variable] = found.key
        self._added[link] = {
            "url": found.url,
            "speaks": found.speaks,
            "api_key_env": variable,
            "model": asks.model,
        }
        return link

    def _routes(self, routes: object, path: KeyPath) -> dict[str, list[str]]:
        """The conserver routes to lists; here a link routes to the chains that read them."""
        made: dict[str, list[str]] = {}
        for tag, target in self._mapping(routes, path).items():
            readers = [
                name
                for name, chain in self._chains.items()
                if any(item == target for _, item in self._items(chain, "ingress_lists", ("chains", name)))
                and (name not in self._left_out)
            ]
            if not readers:
                self._refuse((*path, tag), "no chain reads this list")
            made[str(tag)] = readers
        return made

    # Storages, keys, followers

    def _is_known(self, storage: str) -> bool:
        return str(self._mapping(self._storages[storage], ("storages", storage)).get("module")) in STORAGES

    def _storage(self, name: str) -> dict[str, Any]:
        path = ("storages", name)
        storage = self._mapping(self._storages[name], path)
        for key in storage:
            if key not in _STORAGE:
                self._refuse((*path, key), "a storage has no such key")
        rule = STORAGES[str(storage["module"])]
        own = self._mapping(storage.get("options"), (*path, "options"))
        places = {key: (*path, "options", key) for key in own}
        return {"type": rule.name, **(self._options(rule, own, path, places) or {})}

    def _ingress_auth(self) -> dict[str, Any]:
        return {
            str(name): [str(key) for key in (keys if isinstance(keys, list) else [keys])]
            for name, keys in self._section("ingress_auth").items()
        }

    # Shapes

    def _section(self, name: str) -> Mapping[str, Any]:
        return self._mapping(self._document.get(name), (name,))

    def _mapping(self, value: object, path: KeyPath) -> Mapping[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self._refuse(path, "must hold names with values")
        return {str(key): item for key, item in value.items()}

    def _items(self, mapping: Mapping[str, Any], key: str, path: KeyPath) -> list[tuple[int, Any]]:
        value = mapping.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self._refuse((*path, key), "must be a list")
        return list(enumerate(value))

    def _flag(self, value: object, path: KeyPath) -> bool:
        if value not in (True, False):
            self._refuse(path, "must be 1 or 0")
        return bool(value)

    def _warn(self, path: KeyPath, what: str) -> None:
        self._warnings.append(f"{self._text.place(path)}: {_dotted(path)} {what}")

    def _refuse(self, path: KeyPath, problem: str, key: str | None = None) -> NoReturn:
        at = (*path, key) if key else path
        raise ConfigurationError(
            f"{self._text.place(at)}: {_dotted(path) or 'it'}: {problem}",
            details={"key": _dotted(path), "file": self._text.name, "line": self._text.line(at)},
        )


def _dotted(path: KeyPath) -> str:
    return ".".join(map(str, path))
