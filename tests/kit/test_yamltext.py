"""YAML is read as PyYAML reads it, with the line of every value."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from carelog.kit.errors import ConfigurationError
from carelog.kit.yamltext import parse

words = st.text("abcdefgh", min_size=1, max_size=6).map(lambda word: f"w{word}")
values = st.recursive(
    words | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(words, inner, min_size=1, max_size=3),
    max_leaves=12,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value within, with the way to it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key), item
        yield from places(item, (*path, key))


@settings(max_examples=40)
@given(st.dictionaries(words, values, min_size=1))
def test_each_value_is_found_on_its_line(document: dict[str, Any]) -> None:
    written = yaml.safe_dump(document, default_flow_style=False)
    text = parse(written, "file")
    assert text.value == document
    lines = written.splitlines()
    for path, value in places(document):
        line = text.line(path)
        assert line is not None
        if isinstance(path[-1], str):
            assert f"{path[-1]}:" in lines[line - 1]
        if not isinstance(value, dict | list):
            assert str(value).lower() in lines[line - 1]


@given(st.text())
def test_any_text_is_read_as_ever_or_refused(written: str) -> None:
    try:
        text = parse(written, "file")
    except ConfigurationError as error:
        assert error.message.startswith("file")
        return
    plainly = yaml.safe_load(written)
    within = [plainly, *(value for _, value in places(plainly))]
    if all(isinstance(key, str) for value in within if isinstance(value, dict) for key in value):
        assert repr(text.value) == repr(plainly)


@given(st.dictionaries(st.sampled_from(["on", "off", "no", "1", "2.5", "~", "2026-01-01", "plain"]), st.integers()))
def test_keys_are_names_however_they_look(numbers: dict[str, int]) -> None:
    assert (parse("".join(f"{key}: {value}\n" for key, value in numbers.items()), "file").value or {}) == numbers


def test_what_is_not_there_is_told_by_what_is_around_it() -> None:
    text = parse("chains:\n  a:\n    links:\n    - tag\n", "file")
    assert text.place(("chains", "a", "links", 7, "tag")) == "file line 3"
    assert text.place(("storages",)) == "file"


def test_aliases_and_merges_keep_their_own_lines() -> None:
    text = parse("a: &a\n  x: 1\n  y: 2\nb:\n  <<: *a\n  y: 3\nc: *a\n", "file")
    assert text.value["b"] == {"x": 1, "y": 3}
    assert [text.line(path) for path in (("b", "x"), ("b", "y"), ("c",), ("c", "x"))] == [2, 6, 7, 2]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", "file line 3: 'a' stands twice"),
        ("a:\n  b: [1\n", "file is not YAML at line 3, column 1"),
        ("a: &x\n  b: *x\n", "file line 1: an alias contains itself"),
        ("a: !!python/object:os.system x\n", "file is not YAML at line 1, column 4"),
        ("[" * 5000, "file: nested too deeply"),
        ("\n".join(["a0: &a0 [x, x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40))]), "more than"),
    ],
)
def test_what_cannot_be_trusted_is_refused(written: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse(written, "file")
    assert told in refused.value.message
