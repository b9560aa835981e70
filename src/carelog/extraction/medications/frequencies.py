"""How often a medicine is taken: the words as said, and times per day where they give a number."""

import re
from typing import NamedTuple

from carelog.extraction.utterances import Utterance
from carelog.record.types.medication import Frequency

_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10,
    "twelve": 12, "twenty four": 24, "twenty-four": 24, "once": 1, "twice": 2, "thrice": 3, "ek": 1, "do": 2,
    "teen": 3, "char": 4, "chaar": 4,
}  # fmt: skip
_N = r"(?:twenty[ -]four|one|two|three|four|five|six|seven|eight|ten|twelve|\d{1,2})"
_DAY = r"(?:a|per|each|every|in\s+a|in\s+the)\s+day|daily"
_PARTS = r"(?:mornings?|evenings?|afternoons?|nights?|noon|bedtime|breakfast|lunch|dinner|supper)"

# (pattern, times per day): a number, or the name of what the pattern caught.
_PATTERNS: tuple[tuple[str, float | str | None], ...] = (
    (rf"(?P<n>once|twice|thrice|{_N}(?:\s+to\s+{_N})?\s+times?)[\s,]+(?:{_DAY})", "n"),
    (rf"(?P<n>once|twice|thrice|{_N}\s+times?)\s+(?:a|per|each|every)\s+week|(?P<w>once|twice|thrice)\s+weekly", "week"),
    (rf"(?P<n>once|twice|{_N}\s+times?)\s+(?:a|per|each|every)\s+(?:month|year)|monthly", None),
    (rf"(?:every|q)\s*{_N}(?:\s+(?:to|or)\s+|\s*-\s*){_N}\s*(?:hours?|hrs?|h)", None),
    (rf"(?:every|q)\s*(?P<h>{_N})\s*(?:hours?|hrs?|h)", "hours"),
    (r"every\s+other\s+(?:day|night|morning)|alternate\s+days?|on\s+alternate\s+days|ek\s+din\s+chhod\s*kar", 0.5),
    (r"every\s+hour|hourly", 24),
    (rf"(?:every\s+|in\s+the\s+|at\s+)?{_PARTS}\s+and\s+(?:every\s+|in\s+the\s+|at\s+|again\s+at\s+)?{_PARTS}", 2),
    (r"(?:ek\s+)?(?:subah|subha)\s+(?:aur\s+)?(?:ek\s+)?(?:shaam|sham|raat)(?:\s+(?:ko|mein|me))?", 2),
    (r"din\s+(?:mein|me|main)\s+(?P<n>ek|do|teen|char|chaar|\d)\s+(?:baar|bar|time)", "n"),
    (r"(?P<n>ek|do|teen|char|chaar|\d)\s+baar\s+(?:din|roz)(?:\s+(?:mein|me))?", "n"),
    (r"(?:every|each)\s+(?:single\s+)?(?:day|night|morning|evening)|everyday|nightly", 1),
    (r"at\s+(?:night|bedtime)|before\s+bed(?:time)?|(?:first\s+thing\s+)?in\s+the\s+(?:morning|evening)", 1),
    (r"raat\s+(?:ko|mein|me)|subah(?:\s+(?:ko|mein|me))?|sone\s+se\s+pehle|roz(?:ana)?|har\s+(?:din|roz)", 1),
    (r"b\.?\s?i\.?\s?d\b\.?", 2), (r"t\.?i\.?d\b\.?|t\s+i\s+d", 3), (r"q\.?i\.?d\b\.?|q\s+i\s+d", 4),
    (r"qhs|qd|q\s+day|q\.d\.", 1),
    (r"weekly|every\s+week|(?:every|on)\s+(?:sun|mon|tues|wednes|thurs|fri|satur)days?|hafte\s+mein\s+ek\s+baar", 1 / 7),
    (r"every\s+(?:two|2|other)\s+weeks?|biweekly|every\s+(?:month|three\s+months|\d+\s+weeks?)", None),
    (rf"daily|(?:a|per|each)\s+day", 1),
    (r"(?:with|before|after|between)\s+(?:meals?|food|breakfast|lunch|dinner|each\s+meal|every\s+meal)", None),
    (r"khan[ae]\s+ke\s+(?:baad|saath|pehle)|khali\s+pet", None),
    (r"as\s+needed|as[\s-]needed|p\.?r\.?n\b\.?|when(?:ever)?\s+(?:needed|i\s+need\s+it|you\s+need\s+it)|if\s+needed"
     r"|if\s+(?:i|you)\s+need\s+it|jab\s+zaroorat", "needed"),
    (r"occasionally|once\s+in\s+a\s+while|every\s+once\s+in\s+a\s+while|from\s+time\s+to\s+time|now\s+and\s+then", None),
)  # fmt: skip
_ANY = re.compile(
    r"(?<![\w'])(?:"
    + "|".join(f"(?P<p{i}>{re.sub(r'[(][?]P<[a-z]>', '(?:', p)})" for i, (p, _) in enumerate(_PATTERNS))
    + r")(?![\w'])",
    re.IGNORECASE,
)
_EACH = [(re.compile(pattern, re.IGNORECASE), rule) for pattern, rule in _PATTERNS]
_LONGEST_GAP = 14  # Characters between two parts of one frequency: " , uh , ", " at ", " and ".
_BETWEEN = re.compile(r"[\s,]*(?:(?:uh|um|and|or|you know|for (?:the |your )?pain)[\s,]*)*", re.IGNORECASE)


class Often(NamedTuple):
    """A frequency in the characters `start` to `end` of a turn's text."""

    start: int
    end: int
    frequency: Frequency


def find_frequencies(utterance: Utterance) -> list[Often]:
    """Every frequency of the turn; parts that follow one another are one ("once a day at night").

    Times per day are given for what is said in days, hours or weeks ("once a week" is 1/7), not for ranges,
    months or meals.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "every six hours as needed", "/t")])
    >>> find_frequencies(said)[0].frequency
    Frequency(text='every six hours as needed', times_per_day=4.0, as_needed=True)
    """
    text = utterance.text
    found: list[Often] = []
    for match in _ANY.finditer(text):
        times, needed = _read(match.group(), int(str(match.lastgroup)[1:]))
        before = found[-1] if found else None
        if before and _BETWEEN.fullmatch(text, before.end, match.start()):
            whole = text[before.start : match.end()]
            if len(whole) <= 120:
                given = before.frequency.times_per_day
                if given == 1 and times is not None and "once" not in before.frequency.text.lower():
                    given = times
                found[-1] = Often(
                    before.start,
                    match.end(),
                    Frequency(
                        text=" ".join(whole.split()),
                        times_per_day=given if given is not None else times,
                        as_needed=before.frequency.as_needed or needed,
                    ),
                )
                continue
        said = " ".join(match.group().split())
        found.append(Often(match.start(), match.end(), Frequency(text=said, times_per_day=times, as_needed=needed)))
    return found


def _read(said: str, index: int) -> tuple[float | None, bool]:
    pattern, rule = _EACH[index]
    match = pattern.fullmatch(said)
    if rule == "needed":
        return None, True
    if match is None or not isinstance(rule, str):
        return (rule if not isinstance(rule, str) else None), False
    caught = next((g for g in match.groups() if g), "")
    if " to " in caught:
        return None, False
    count = _count(caught)
    if count is None or not 0 < count <= 24:
        return None, False
    if rule == "hours":
        return 24 / count, False
    return (round(count / 7, 4) if rule == "week" else float(count)), False


def _count(said: str) -> int | None:
    word = re.sub(r"\s+times?$", "", " ".join(said.lower().split()))
    return int(word) if word.isdecimal() else _COUNTS.get(word)
