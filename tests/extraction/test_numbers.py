"""Numbers as people say and type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Turn
from carelog.extraction.numbers import Form, Number, find_numbers
from carelog.extraction.numbers.words import HINDI_SPELLINGS
from carelog.extraction.utterances import Utterance, read
from carelog.extraction.wordsets import word_set

UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
UNITS += ["twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def utterance(text: str) -> Utterance:
    [one] = read([Turn(index=0, text=text, pointer="/t")])
    return one


def values(text: str) -> list[float]:
    return [number.value for number in find_numbers(utterance(text))]


def below_hundred(n: int, hyphen: str = " ") -> str:
    if n < 20:
        return UNITS[n]
    return TENS[n // 10] + (hyphen + UNITS[n % 10] if n % 10 else "")


def in_full(n: int, *, joiner: str, hyphen: str = " ") -> str:
    """'two thousand three hundred and five': the joiner is ' ' or ' and '."""
    if n < 100:
        return below_hundred(n, hyphen)
    size, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    head, rest = f"{UNITS[n // size]} {name}", n % size
    if not rest:
        return head
    return head + (joiner if rest < 100 else " ") + in_full(rest, joiner=joiner, hyphen=hyphen)


@given(st.integers(0, 9999), st.sampled_from([" ", " and "]), st.sampled_from([" ", "-"]))
def test_every_number_written_out_in_full_is_read_back(n: int, joiner: str, hyphen: str) -> None:
    assert values(f"it was {in_full(n, joiner=joiner, hyphen=hyphen)} today") == [n]


@given(st.integers(1100, 9999).filter(lambda n: n // 100 % 10))
def test_numbers_counted_in_hundreds_are_read_back(n: int) -> None:
    rest = f" {below_hundred(n % 100)}" if n % 100 else ""
    assert values(f"{below_hundred(n // 100)} hundred{rest}") == [n]


@given(st.integers(101, 9999).filter(lambda n: n % 100 and n // 100 % 10))
def test_numbers_said_without_their_hundred_are_read_back(n: int) -> None:
    rest = f"oh {UNITS[n % 100]}" if n % 100 < 10 else below_hundred(n % 100)
    [number] = find_numbers(utterance(f"{below_hundred(n // 100)} {rest}"))
    assert (number.value, number.form) == (n, Form.JOINED)


@given(st.integers(0, 999), st.integers(0, 9))
def test_decimals_are_read_to_the_digit(whole: int, tenth: int) -> None:
    assert values(f"{in_full(whole, joiner=' and ')} point {UNITS[tenth]}") == [float(f"{whole}.{tenth}")]


@given(st.integers(0, 10**12), st.sampled_from(["{}", "{:,}"]))
def test_digits_are_read_exactly(n: int, style: str) -> None:
    assert find_numbers(utterance(style.format(n))) == [Number(0, 1, float(n), Form.DIGITS)]


@given(st.floats(0, 1e6).map(lambda x: f"{x:.3f}"))
def test_decimal_digits_are_read_exactly(text: str) -> None:
    assert values(text) == [float(text)]


HINDI_WORDS = [
    (value, word) for value, words in HINDI_SPELLINGS.items() for word in words.split() if value == int(value)
]


@given(st.sampled_from(HINDI_WORDS), st.integers(1, 9))
def test_hindi_numbers_are_read_alone_and_after_their_hundreds(number: tuple[float, str], hundreds: int) -> None:
    value, word = number
    digit = {1: "ek", 2: "do", 3: "teen", 4: "chaar", 5: "paanch", 6: "chhah", 7: "saat", 8: "aath", 9: "nau"}[hundreds]
    assert values(f"aaj sugar {word} thi") == [value]
    assert values(f"aaj sugar {digit} sau {word} thi") == [hundreds * 100 + value]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("sava sau", 125),
        ("dedh sau", 150),
        ("paune do sau", 175),
        ("dhai sau", 250),
        ("saadhe teen sau", 350),
        ("sava do", 2.25),
        ("paune chaar", 3.75),
        ("dedh hazaar", 1500),
    ],
)
def test_hindi_numbers_by_quarters(said: str, value: float) -> None:
    assert values(f"aaj {said} tha") == [value]


VOCABULARY = [*UNITS, *TENS[2:], "9" * 400]
VOCABULARY += list(word_set("hundred thousand million point and a half oh dozen of do teen sau khaya saadhe"))
VOCABULARY += list(word_set("quarters second th 7 98.6 1,000 7:30 1 / 2 ½ ९ १० ² . mg to hundreds"))


@given(st.one_of(st.text(), st.lists(st.sampled_from(VOCABULARY)).map(" ".join)))
def test_any_text_yields_ordered_numbers_inside_it(text: str) -> None:
    said = utterance(text)
    at = 0
    for number in find_numbers(said):
        assert at <= number.first < number.end <= len(said.words)
        assert said.quote(number.first, number.end)
        assert 0 <= number.value < float("inf")
        at = number.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one thirty five over eighty", [135, 80]),
        ("one thirty five eighty", [135, 80]),
        ("a hundred and one point two", [101.2]),
        ("one oh one point four", [101.4]),
        ("one four two", [142]),
        ("two fifty", [250]),
        ("ninety eight point six", [98.6]),
        ("98 point 6", [98.6]),
        ("hundred twenty", [120]),
        ("fifteen hundred", [1500]),
        ("two million three hundred thousand and five", [2_300_005]),
        ("2 thousand, 1.5 lakh, 1,50,000", [2000, 150_000, 150_000]),
        ("one and a half", [1.5]),
        ("7 and half hours", [7.5]),
        ("two and three quarters", [2.75]),
        ("1 1/2 tablets or 1½ or ½", [1.5, 1.5, 0.5]),
        ("half a dozen", [6]),
        ("point five", [0.5]),
        ("two three hundred", [2, 300]),
        ("two three days", [2, 3]),
        ("12mg", [12]),
        ("your temperature is ninety eight . seven and your pulse is sixty", [98.7, 60]),
    ],
)
def test_the_ways_people_say_numbers(text: str, expected: list[float]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a couple of days",
        "a few hundred steps",
        "several thousand",
        "the twenty first",
        "on the 21st",
        "my 2nd dose of B12",
        "at 7:30",
        "half past",
        "that one and no one",
        "one of them",
        "at that point the pain stopped",
        "nine eight seven six five four three two one oh",
        "98765432109876543210",
        "1,5",
        "1.2.3",
        "in the one twenties or the low two hundreds",
    ],
)
def test_what_is_no_definite_number_is_not_read(text: str) -> None:
    assert values(text) == []


def test_a_full_stop_is_no_decimal_point() -> None:
    assert values("I took two . Five came later. Then none.") == [2, 5]


def test_twenty_twenty_is_not_forty() -> None:
    [number] = find_numbers(utterance("twenty twenty"))
    assert (number.value, number.form) == (2020, Form.JOINED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subah do roti khayi", [2]),
        ("paanch sau", [500]),
        ("ek sau bees", [120]),
        ("do hazaar paanch sau kadam", [2500]),
        ("dedh sau", [150]),
        ("dhai ghante", [2.5]),
        ("saadhe teen ghante soya", [3.5]),
        ("९८.६", [98.6]),
        ("दो गोली", [2]),
        ("5 hazaar", [5000]),
    ],
)
def test_hindi_numbers(text: str, expected: list[float]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize("text", ["what do you do", "my teen sat there", "the char on the grill", "roti to hum do you"])
def test_english_words_are_not_hindi_numbers(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("five hundred five hundred milligrams", [500]),
        ("five hundred five milligrams", [505]),
        ("one twenty one twenty over eighty", [120, 80]),
        ("one twenty one over eighty", [121, 80]),
        ("one hundred twenty one hundred twenty", [120]),
        ("one thousand one thousand", [1000]),
        ("two hundred five thousand", [205_000]),
        ("five hundred, five hundred twenty", [500, 520]),
    ],
)
def test_a_number_that_is_stuttered_is_said_once(text: str, expected: list[float]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".5 milligrams", [0.5]),
        ("take .25", [0.25]),
        ("0.5", [0.5]),
        ("point five", [0.5]),
        ("zero point five", [0.5]),
        ("It's done.5 more", [5]),
        ("one oh two", [102]),
    ],
)
def test_a_point_may_lead(text: str, expected: list[float]) -> None:
    assert values(text) == expected
