import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
BIG = st.integers(min_value=-(10**400), max_value=10**400)


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON_VALUES | BIG, max_size=4), st.booleans())
def test_what_is_written_is_read_again(value, ascii_only):
    assert jsontext.parse(jsontext.dump(value)) == value
    assert jsontext.parse(json.dumps(value, ensure_ascii=ascii_only, indent=2)) == value


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60) | st.text('{}[]":,\\u003a01.eE-dD8fn ', max_size=40))
def test_any_text_is_read_as_the_standard_reads_it_or_refused(data):
    try:
        value = jsontext.parse(data)
    except InvalidInput:
        return
    text = data if isinstance(data, str) else data.decode("utf-8-sig")
    assert value == json.loads(text.removeprefix("\ufeff"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n "b": 2, "a": 3}', "a key stands twice in one object at line 2, column 10"),
        ('{"a": {"b": 1, "\\u0062": 2}}', "a key stands twice in one object at line 1, column 16"),
        ('{"a": ":", "x": "\\u003a", "a": ":"}', "a key stands twice in one object at line 1, column 27"),
        ('{"x": "\\u003a", "a": 1, "a": 2}', "a key stands twice in one object at line 1, column 25"),
        ('{"n": 12345678901234567890, "n": 1}', "a key stands twice in one object at line 1, column 29"),
        ("[1,\n NaN]", "line 2, column 2"),
        ("[1234567890123456789012, NaN]", "NaN and Infinity are no numbers at line 1, column 26"),
        ("[1234567890123456789012, -Infinity]", "NaN and Infinity are no numbers at line 1, column 26"),
        ('["a\\ud800b"]', "line 1, column"),
        ('[1234567890123456789012, "a\\ud800b"]', "a lone surrogate is no character at line 1, column 28"),
        ("[1e400]", "line 1, column 2"),
        ("[" + "9" * 1001 + "]", "a number is too large at line 1, column 2"),
        ("[\n" * 300 + "]" * 300, "nested too deeply at line 255, column 1"),
        ("[" * 100_000, "line 1, column"),
        ('[1234567890123456789012, "' + "[" * 5000 + '"]' + "]", "line 1, column 5029"),
        ("[1 2]", "line 1, column 4"),
        ("", "line 1, column 1"),
        ("\ud800", "a lone surrogate is no character at line 1, column 1"),
    ],
)
def test_what_is_not_strict_json_is_refused_at_its_place(text, message):
    with pytest.raises(InvalidInput) as refused:
        jsontext.parse(text)
    assert message in refused.value.message


def test_bytes_that_are_not_utf8_are_refused_at_their_place():
    with pytest.raises(InvalidInput, match="not UTF-8 at line 2, column 3"):
        jsontext.parse(b'["\xc3\xa9",\n "\xff"]')
    with pytest.raises(InvalidInput):
        jsontext.parse('["é"]'.encode("utf-16"))


def test_the_same_key_in_two_objects_and_colons_in_strings_are_fine():
    text = '[{"a:b": "12:30"}, {"a:b": "\\u003a", "c": "{\\"a:b\\": 1}"}]'
    assert jsontext.parse(text) == json.loads(text)


def test_numbers_keep_their_digits():
    text = "[0.1,12345678901234567890123,0.5600001000000001,1e-7,-0.0,18446744073709551616]"
    assert jsontext.dump(jsontext.parse(text)) == text.replace("1e-7", "1e-07")


@pytest.mark.parametrize(
    "value", [math.nan, [None, math.inf], {"a": {1, 2}}, {1: 2}, "\ud800", [10**5000]], ids=range(6)
)
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(InvalidInput, match="cannot be written as JSON"):
        jsontext.dump(value)


def test_deep_values_are_refused_not_overflowing():
    value: list = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(InvalidInput):
        jsontext.dump(value)
