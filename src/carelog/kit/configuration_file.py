"""The configuration file in force: which one it is, and what it says."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from carelog.kit import yamltext
from carelog.kit.errors import ConfigurationError
from carelog.kit.yamltext import YamlText

NAMED_BY: Final = "CARELOG_CONFIG"
_DEFAULT: Final = "carelog.yaml"

_read: ContextVar[tuple[YamlText | None] | None] = ContextVar("configuration file", default=None)


def config_file() -> Path | None:
    """The one that `CARELOG_CONFIG` names; without it, `carelog.yaml` in the working directory, if there is one. Raises
    ConfigurationError for one that was named and does not exist, and for what is no file."""
    named = os.environ.get(NAMED_BY)
    path = Path(named or _DEFAULT)
    if os.path.isfile(path):  # noqa: PTH113  unlike pathlib's, it fails at nothing
        return path
    if os.path.lexists(path):
        raise ConfigurationError(f"{path} is no file that can be read", details={"file": str(path)})
    if named:
        raise ConfigurationError(f"{NAMED_BY} names a file that does not exist: {named}", details={"file": named})
    return None


def config_text() -> YamlText | None:
    """What it says, or said when a block of `read_once` began. Raises ConfigurationError."""
    known = _read.get()
    if known is not None:
        return known[0]
    path = config_file()
    return None if path is None else yamltext.read(path)


@contextmanager
def read_once() -> Iterator[YamlText | None]:
    """Let all who ask in the block see one text, also while somebody writes the file. Raises ConfigurationError."""
    text = config_text()
    token = _read.set((text,))
    try:
        yield text
    finally:
        _read.reset(token)


def require_still_there(before: YamlText | None, now: YamlText | None) -> None:
    """A file that said something and is gone, or says nothing, may be just about to be written. Raises
    ConfigurationError."""
    if before is None or before.value is None or (now is not None and now.value is not None):
        return
    what = "is gone" if now is None else "is empty"
    raise ConfigurationError(f"{before.name} {what}", details={"file": before.name})
