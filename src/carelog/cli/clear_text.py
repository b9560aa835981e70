"""Where the configuration sends what was said over plain HTTP, to hosts that may be far away."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from carelog.conserver.definitions import Definitions
from carelog.kit.address import may_be_remote
from carelog.settings import Settings

_Path: TypeAlias = tuple[str, ...]

_ADDRESSES: Final = ("url", "urls", "uri", "endpoint", "hosts")


def in_clear_text(definitions: Definitions, settings: Settings) -> Iterator[tuple[str, str]]:
    """The place in the configuration, and the host, of each: what follows the host may be a secret."""
    sections: dict[str, Any] = {
        name: {key: one.model_dump(mode="json") for key, one in getattr(definitions, name).items()}
        for name in ("chains", "storages", "ai_endpoints", "followers")
    }
    sections["senders"] = {name: sender.model_dump(mode="json") for name, sender in settings.senders.items()}
    sections["locusgraph"] = settings.locusgraph.model_dump(mode="json") if settings.locusgraph else None
    for path, address in _addresses((), sections):
        host = urlsplit(address).hostname if address.lower().startswith("http://") else None
        if host and may_be_remote(host):
            yield ".".join(path), host


def _addresses(path: _Path, value: Any) -> Iterator[tuple[_Path, str]]:
    """The texts under keys that are called as addresses are; of a name of a variable, what that holds."""
    if isinstance(value, Mapping):
        # A link in a chain, which is written without these two words.
        inner = {value["name"]: value["options"]} if value.keys() == {"name", "options"} else value
        for key, one in inner.items():
            yield from _addresses((*path, str(key)), one)
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _addresses((*path, str(number)), one)
    elif isinstance(value, str):
        key = next((step for step in reversed(path) if not step.isdecimal()), "")
        named = key.removesuffix("_env")
        if named.endswith(_ADDRESSES):
            yield path, value if named == key else os.environ.get(value, "")
