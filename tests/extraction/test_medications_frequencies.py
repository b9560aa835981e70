"""How often a medicine is taken, as words and as a number."""

import pytest

from carelog.conversations.turns import Turn
from carelog.extraction.medications.frequencies import find_frequencies
from carelog.extraction.utterances import read


@pytest.mark.parametrize(
    ("text", "times", "needed"),
    [
        ("twice a day", 2, False),
        ("bid", 2, False),
        ("T.I.D.", 3, False),
        ("every six hours", 4, False),
        ("q8h", 3, False),
        ("every six to eight hours", None, False),
        ("one to two times a day", None, False),
        ("every day", 1, False),
        ("every other day", 0.5, False),
        ("once a week", 1 / 7, False),
        ("three times a week", 3 / 7, False),
        ("once a month", None, False),
        ("at night", 1, False),
        ("in the morning and at night", 2, False),
        ("once a day at bedtime", 1, False),
        ("every day, twice a day", 2, False),
        ("with meals", None, False),
        ("as needed", None, True),
        ("every 4 hours prn", 6, True),
        ("ek subah ek shaam", 2, False),
        ("din mein do baar", 2, False),
        ("raat ko", 1, False),
        ("1-0-1", 2, False),
        ("99 times a day", None, False),
        ("every Saturday", 1 / 7, False),
        ("on Mondays and Fridays", 2 / 7, False),
        ("on an empty stomach", None, False),
        ("सुबह शाम खाने के बाद", 2, False),
        ("दिन में तीन बार", 3, False),
        ("रोज़ सुबह", 1, False),
        ("हफ़्ते में एक बार", 1 / 7, False),
        ("ज़रूरत पड़ने पर", None, True),
    ],
)
def test_frequency(text: str, times: float | None, needed: bool) -> None:
    [said] = read([Turn(0, f"Take it {text}.", "/dialog/0/body")])
    [often] = find_frequencies(said)
    assert said.text[often.start : often.end].rstrip(".") == text.rstrip(".")
    assert often.frequency.times_per_day == pytest.approx(times)
    assert often.frequency.as_needed is needed


@pytest.mark.parametrize(
    "text",
    [
        *("for ten days", "two days ago", "a bidding war", "some day", "a daydream"),
        *("on Saturday", "aaj subah", "maine subah li", "आज सुबह", "कल रात वाली", "रातें"),
    ],
)
def test_no_frequency(text: str) -> None:
    [said] = read([Turn(0, text, "/dialog/0/body")])
    assert find_frequencies(said) == []
