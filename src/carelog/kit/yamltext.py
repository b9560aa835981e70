"""YAML (1.1, as PyYAML reads it) with the line of every value, so that errors can name it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from carelog.kit.errors import ConfigurationError

KeyPath: TypeAlias = Sequence[str | int]
"""The way to a value: keys of mappings, and places in lists from 0."""

_MOST_VALUES = 100_000
_MERGE = "tag:yaml.org,2002:merge"
_TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class YamlText:
    """What a YAML text says, and where it says it. `name` is that of the file."""

    name: str
    value: Any
    _lines: Mapping[tuple[str, ...], int] = field(repr=False)

    def line(self, path: KeyPath) -> int | None:
        """The line, from 1, of the value at this path; where there is none, of the nearest value around it.

        >>> text = parse("chains:\\n  record:\\n    links:\\n    - tag\\n", "carelog.yaml")
        >>> text.line(("chains", "record", "links", 0)), text.line(("chains", "record", "lane"))
        (4, 2)
        """
        steps = tuple(map(str, path))
        for end in range(len(steps), 0, -1):
            if steps[:end] in self._lines:
                return self._lines[steps[:end]]
        return None

    def place(self, path: KeyPath) -> str:
        """'carelog.yaml line 14', or the name alone for a value that the text does not have."""
        line = self.line(path)
        return self.name if line is None else f"{self.name} line {line}"


def read(path: Path) -> YamlText:
    """The YAML of a file. Raises ConfigurationError, also for a file that cannot be read."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}", details={"file": str(path)}) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{path} cannot be read: it is not UTF-8 at byte {error.start}", details={"file": str(path)}
        ) from None
    return parse(text, str(path))


def parse(text: str, name: str) -> YamlText:
    """The first document of a YAML text; an empty one has the value None. Keys are names: one such as `on` or `1` is no
    truth value and no number.

    Raises ConfigurationError, naming the line, for what is not YAML, for a key that stands twice in one mapping (of
    which PyYAML would drop one in silence), and for aliases that contain themselves or grow beyond all measure.
    """
    try:
        return _read(yaml.SafeLoader(text.removeprefix("\ufeff")), name)
    except RecursionError:
        raise ConfigurationError(f"{name}: nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigurationError(f"{name} is not YAML{place}") from None


def _read(loader: yaml.SafeLoader, name: str) -> YamlText:
    try:
        root = loader.get_single_node()
        if root is None:
            return YamlText(name, None, {})
        _name_keys(root, name)
        lines = dict(_lines(root, name))
        return YamlText(name, loader.construct_document(root), lines)
    finally:
        loader.dispose()


def _name_keys(root: Node, name: str) -> None:
    """Take every key as the text that is written, and refuse one that stands twice."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            waiting += node.value
        elif isinstance(node, MappingNode):
            keys = set()
            for key, value in node.value:
                if isinstance(key, ScalarNode) and key.tag != _MERGE:
                    key.tag = _TEXT
                    if key.value in keys:
                        raise _at(key, name, f"{key.value!r} stands twice")
                    keys.add(key.value)
                waiting.append(value)


def _lines(root: Node, name: str) -> Iterator[tuple[tuple[str, ...], int]]:
    waiting: list[tuple[tuple[str, ...], Node, int, frozenset[int]]] = [
        ((), root, root.start_mark.line + 1, frozenset())
    ]
    count = 0
    while waiting:
        path, node, line, around = waiting.pop()
        if id(node) in around:
            raise _at(node, name, "an alias contains itself")
        count += 1
        if count > _MOST_VALUES:
            raise ConfigurationError(f"{name}: more than {_MOST_VALUES:,} values")
        yield path, line
        within = around | {id(node)}
        if isinstance(node, SequenceNode):
            waiting += [((*path, str(i)), item, item.start_mark.line + 1, within) for i, item in enumerate(node.value)]
        elif isinstance(node, MappingNode):
            waiting += [(place, value, at, within) for place, value, at in _members(path, node)]


def _members(path: tuple[str, ...], node: MappingNode) -> Iterator[tuple[tuple[str, ...], Node, int]]:
    """The values of a mapping, each with the line of its key. What it merges in comes first, since its own keys
    override that."""
    for key, value in sorted(node.value, key=lambda pair: pair[0].tag == _MERGE):
        if key.tag == _MERGE:
            merged = value.value if isinstance(value, SequenceNode) else [value]
            for source in merged:
                if isinstance(source, MappingNode) and source is not node:
                    own = {k.value for k, _ in node.value if isinstance(k, ScalarNode)}
                    yield from (m for m in _members(path, source) if m[0][-1] not in own)
        elif isinstance(key, ScalarNode):
            yield (*path, key.value), value, key.start_mark.line + 1


def _at(node: Node, name: str, problem: str) -> ConfigurationError:
    line = node.start_mark.line + 1
    return ConfigurationError(f"{name} line {line}: {problem}", details={"file": name, "line": line})
