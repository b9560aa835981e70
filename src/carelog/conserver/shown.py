"""A configuration as it may be shown: without its secrets. What was shown may be sent back, with "***" in it.

What an option holds is shown only where the option is known to be harmless. All others are taken for secrets, however
they are called.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr

from carelog.ai.endpoint import EndpointDefinition
from carelog.conserver.definitions import FollowerDefinition
from carelog.conserver.link_rules import LINKS, TRANSCRIBERS
from carelog.conserver.rules import Rule
from carelog.conserver.storage_rules import STORAGES
from carelog.kit.errors import ConfigurationError, InvalidInput
from carelog.pipeline.link import link_class
from carelog.storages import storage_class

MASK: Final = "***"

_PLAIN_CHAIN: Final = frozenset(
    {"storages", "ingress_lists", "egress_lists", "enabled", "timeout", "channels", "lane", "max_tries", "tracers"}
)
_PLAIN_MODULE: Final = frozenset({"module", "pip_name", "ingress-lists", "egress-lists"})
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_QUERY = re.compile(r"\?[^#\s]*")
_PATH = re.compile(r"(?<=[^:/])/[^\s]+$")


def shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with MASK for every secret. It may be the conserver's or of the shape of `carelog.yaml`.

    >>> shown({"ingress_auth": {"calls": "made-up"}, "links": {"l": {"module": "links.mine", "options": {"a": 1}}}})
    {'ingress_auth': {'calls': '***'}, 'links': {'l': {'module': 'links.mine', 'options': {'a': '***'}}}}
    """
    links = _object(document.get("links"))
    modules = {name: str(_object(link).get("module")) for name, link in links.items()}
    return {key: _section(key, value, modules) for key, value in document.items()}


def restored(document: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration that was shown, changed and sent back: what it does not tell is taken from the current one.

    Raises InvalidInput when a MASK stands where the current configuration has no secret.
    """
    whole: dict[str, Any] = _restored(document, shown(current), current)
    if masked := _masked(whole, ()):
        raise InvalidInput(f"{'.'.join(masked)}: {MASK} stands for a secret that is not known here")
    return whole


def _section(key: str, value: Any, modules: Mapping[str, str]) -> Any:
    if not isinstance(value, Mapping):
        return value if key in ("chains", "links", "storages") and value is None else MASK
    match key:
        case "chains":
            return {name: _chain(chain, modules) for name, chain in value.items()}
        case "links":
            return {name: _module(link, _of_link(modules[name])) for name, link in value.items()}
        case "storages":
            return {name: _storage(storage) for name, storage in value.items()}
        case "followers":
            return {name: _options(follower, _fields(FollowerDefinition)) for name, follower in value.items()}
        case "ai_endpoints":
            return {name: _options(endpoint, _fields(EndpointDefinition)) for name, endpoint in value.items()}
        case "ingress_auth":
            return dict.fromkeys(value, MASK)
        case _:
            return {name: _module(item, frozenset()) for name, item in value.items()}


def _chain(chain: Any, modules: Mapping[str, str]) -> Any:
    if not isinstance(chain, Mapping):
        return MASK
    plain = {key: _harmless(value) if key in _PLAIN_CHAIN else MASK for key, value in chain.items()}
    if isinstance(links := chain.get("links"), list):
        plain["links"] = [_link(link, modules) for link in links]
    return plain


def _link(link: Any, modules: Mapping[str, str]) -> Any:
    """A link in a chain: its name, its name with options, or `{name, options}`, where options may be left out."""
    if not isinstance(link, Mapping):
        return link
    if isinstance(named := link.get("name"), str):
        shown = {"name": named, "options": _options(link.get("options"), _of_own_link(named))}
        return {key: shown.get(key, MASK) for key in link}
    return {
        name: _options(options, _of_link(modules[name]) if name in modules else _of_own_link(str(name)))
        for name, options in link.items()
    }


def _storage(storage: Any) -> Any:
    if not isinstance(storage, Mapping) or "module" in storage:
        return _module(storage, _of_rule(STORAGES.get(str(_object(storage).get("module")))))
    try:
        known = _fields(storage_class(str(storage.get("type"))).options_model)
    except ConfigurationError:
        known = frozenset()
    return _options(storage, known | {"type"})


def _module(item: Any, known: Collection[str]) -> Any:
    """A link, storage, tracer or import as the conserver writes them."""
    if not isinstance(item, Mapping):
        return _harmless(item) if isinstance(item, str) else MASK
    plain = {key: _harmless(value) if key in _PLAIN_MODULE else MASK for key, value in item.items()}
    if "options" in item:
        plain["options"] = _options(item["options"], known)
    return plain


def _options(options: Any, known: Collection[str]) -> Any:
    if not isinstance(options, Mapping):
        return options if options is None else MASK
    made: dict[str, Any] = {}
    for key, value in options.items():
        if key == "vendor_options":
            made[key] = _options(value, known)
        elif key not in known:
            made[key] = MASK
        elif "webhook" in key or key == "urls":
            made[key] = _harmless(value, paths=False)
        else:
            made[key] = _harmless(value)
    return made


def _of_link(module: str) -> Collection[str]:
    return _of_rule(LINKS.get("links.transcribe" if module in TRANSCRIBERS else module))


def _of_rule(rule: Rule | None) -> Collection[str]:
    return frozenset(key for key, option in rule.options.items() if not option.secret) if rule else frozenset()


def _of_own_link(name: str) -> Collection[str]:
    try:
        return _fields(link_class(name).options_model)
    except ConfigurationError:
        return frozenset()


def _fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields that hold no secret, by what they are declared as."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if SecretStr not in (field.annotation, *get_args(field.annotation))
    )


def _harmless(value: Any, *, paths: bool = True) -> Any:
    """A harmless value; of an address, not who signs in and not what is asked, where a key may stand. The address of
    a webhook may itself be a key."""
    if isinstance(value, str) and "://" in value:
        told = _QUERY.sub(f"?{MASK}", _USER.sub(f"{MASK}@", value))
        return told if paths else _PATH.sub(f"/{MASK}", told)
    if isinstance(value, Mapping):
        return {key: _harmless(item, paths=paths) for key, item in value.items()}
    if isinstance(value, list):
        return [_harmless(item, paths=paths) for item in value]
    return value


def _restored(given: Any, told: Any, current: Any) -> Any:
    if given == told:
        return current
    if isinstance(given, Mapping) and isinstance(told, Mapping):
        return {key: _restored(item, told[key], current[key]) if key in told else item for key, item in given.items()}
    if isinstance(given, list) and isinstance(told, list) and len(given) == len(told):
        return [_restored(*three) for three in zip(given, told, current, strict=True)]
    return given


def _masked(value: Any, path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Where a MASK stands, if anywhere."""
    if isinstance(value, str):
        return path if value == MASK or f"{MASK}@" in value or f"?{MASK}" in value or f"/{MASK}" in value else None
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    return next((found for key, item in items if (found := _masked(item, (*path, str(key))))), None)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
