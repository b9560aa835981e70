"""How often a medicine is taken: the words as said, and times per day where they give a number."""

import re
from typing import NamedTuple

from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Frequency

_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10,
    "twelve": 12, "twenty four": 24, "once": 1, "twice": 2, "thrice": 3, "ek": 1, "do": 2, "teen": 3, "char": 4,
    "chaar": 4, "एक": 1, "दो": 2, "तीन": 3, "चार": 4,
}  # fmt: skip
_MOST_PER_DAY = 24
_LETTER = r"[\w'\u0900-\u0963]"  # Python counts the vowel signs of Devanagari as no part of a word.
_N = r"(?:twenty[ -]four|one|two|three|four|five|six|seven|eight|ten|twelve|\d{1,2})"
_TIMES = rf"(?:once|twice|thrice|{_N}\s+times?)"
_PER = r"(?:an?|per|each|every|in\s+an?|in\s+the)"
_PART = r"(?:mornings?|evenings?|afternoons?|nights?|noon|bedtime|breakfast|lunch|dinner|supper)"
_AT = r"(?:every\s+|in\s+the\s+|at\s+|again\s+at\s+)?"
_MEAL = r"(?:(?:my|your|his|her)\s+)?(?:meals?|food|breakfast|lunch|dinner|supper|tea|each\s+meal|every\s+meal)"
_WEEKDAY = r"(?:sun|mon|tues|wednes|thurs|fri|satur)day"
_WEEKDAYS = rf"{_WEEKDAY}s"  # "On Saturday" tells of one day.
# "Aaj subah", "kal raat" and "maine subah" (this morning, last night, I ... in the morning) tell of one day too.
_SUBAH = r"(?<!aaj\s)(?<!kal\s)(?<!maine\s)subah"
_DAY_PART_HI = r"(?<!आज\s)(?<!कल\s)(?:सुबह|शाम|रात|दोपहर)(?!\s+वाली)"
_ZERO_ONE = r"([0-3])\s?-\s?([0-3])\s?-\s?([0-3])"

# (what is said, times per day): a number, None for no number, or how the caught words give it.
_PATTERNS: tuple[tuple[str, float | str | None], ...] = (
    (rf"(?:{_N}\s+to\s+){_N}\s+times?[\s,]+(?:{_PER}\s+day|daily)", None),
    (rf"({_TIMES})[\s,]+(?:{_PER}\s+day|daily)", "a day"),
    (rf"({_TIMES})\s+(?:{_PER}\s+week|weekly)", "a week"),
    (rf"{_TIMES}\s+{_PER}\s+(?:month|year)|monthly", None),
    (rf"(?:every|q\.?)\s*{_N}(?:\s+(?:to|or)\s+|\s*-\s*){_N}\s*(?:hours?|hrs?|h)", None),
    (rf"(?:every|q\.?)\s*({_N})\s*(?:hours?|hrs?|h)", "hours"),
    (r"every\s+hour|hourly", 24),
    (r"every\s+other\s+(?:day|night|morning)|(?:on\s+)?alternate\s+days?|ek\s+din\s+chh?od\s*(?:kar|ke|k)(?!\w)", 0.5),
    (r"every\s+other\s+week|every\s+(?:second|2nd)\s+week|fortnightly|once\s+a\s+fortnight", 1 / 14),
    (rf"(?:once\s+)?every\s+({_N})\s+days", "days"),
    (rf"(?:once\s+)?every\s+({_N})\s+weeks", "weeks"),
    (r"every\s+(?:second|2nd)\s+day", 0.5),
    (r"every\s+(?:third|3rd)\s+day", 1 / 3),
    (rf"biweekly|every\s+(?:month|{_N}\s+months)", None),
    (rf"{_AT}{_PART}\s+and\s+{_AT}{_PART}", 2),
    (r"(?:ek\s+)?sub(?:a?h)a?\s+(?:aur\s+)?(?:ek\s+)?(?:sh?aam|sham|raat)(?:\s+(?:ko|mein|me))?", 2),
    (r"din\s+(?:mein|me|main)\s+(ek|do|teen|cha+r|\d)\s+(?:ba+r|times?)", "a day"),
    (r"(ek|do|teen|cha+r|\d)\s+ba+r\s+(?:din|roz)(?:\s+(?:mein|me))?", "a day"),
    (_ZERO_ONE, "slots"),  # Morning, noon and night, as Indian prescriptions write it: 1-0-1.
    (r"(?:every|each)\s+(?:single\s+)?(?:day|night|morning|evening)|everyday|nightly", 1),
    (r"at\s+(?:night|bedtime)|before\s+bed(?:time)?|(?:first\s+thing\s+)?in\s+the\s+(?:morning|evening)", 1),
    (
        rf"(?<!aaj\s)(?<!kal\s)raat\s+(?:ko|mein|me)|{_SUBAH}(?:\s+(?:ko|mein|me))?|sone\s+se\s+pehle|roz(?:ana)?|har\s+(?:din|roz)",
        1,
    ),
    (r"सुबह\s*,?\s*(?:और\s+)?(?:शाम|रात)(?:\s+(?:को|में))?", 2),
    (r"दिन\s+में\s+(एक|दो|तीन|चार|\d)\s+बार", "a day"),
    (rf"{_DAY_PART_HI}(?:\s+(?:को|में))?(?:\s+एक)?|रोज(?:़|ाना)?|रो\u095b|हर\s+(?:दिन|रोज़?)|सोने\s+से\s+पहले", 1),
    (r"ह(?:फ़?्|\u095e्)ते\s+में\s+एक\s+बार", 1 / 7),
    (r"खाने\s+(?:के|से)\s+(?:बाद|साथ|पहले)|खाली\s+पेट", None),
    (r"(?:जब\s+)?ज़?रूरत\s+(?:पड़ने\s+पर|पड़े|हो|होने\s+पर)(?:\s+तो)?", "needed"),
    (r"bid|b\.\s?i\.\s?d\.?|b i d|bd|b\.\s?d\.?", 2),
    (r"tid|tds|t\.\s?i\.\s?d\.?|t i d", 3),
    (r"qid|qds|q\.\s?i\.\s?d\.?|q i d", 4),
    (r"q?hs|qd|od|o\.\s?d\.?|nocte|q\.\s?d\.?", 1),  # "OD" is once daily on Indian and British prescriptions.
    (rf"(?:every\s+{_WEEKDAY}|on\s+{_WEEKDAYS})(?:(?:\s*,\s*|\s+and\s+|\s*,\s*and\s+){_WEEKDAY}s?)+", "weekdays"),
    (rf"weekly|every\s+week|every\s+{_WEEKDAY}|on\s+{_WEEKDAYS}|hafte\s+(?:mein|me)\s+ek\s+ba+r", 1 / 7),
    (r"daily|(?<!for\s)a\s+day|(?:per|each)\s+day|/\s?day", 1),
    (
        rf"(?:with|before|after|between)\s+{_MEAL}|khan[ae]\s+(?:ke|se)\s+(?:baad|saath|pehle)|khali\s+pet|(?:on\s+(?:an\s+)?)?empty\s+stomach",
        None,
    ),
    (
        r"as[\s-]+needed|prn|sos|p\.\s?r\.\s?n\.?|(?:when(?:ever)?|if)\s+(?:needed|(?:i|you|he|she)\s+needs?\s+(?:it|them|to))|jab\s+(?:bhi\s+)?zaroorat"
        r"|when(?:ever)?\s+an?\s+[a-z]+\s+(?:comes|starts|hits)(?:\s+on)?"
        r"|(?:only\s+)?(?:when(?:ever)?|if)\s+(?:(?:my|the|his|her|your)\s+[a-z]+|it|i|he|she|you)\s+"
        r"(?:really\s+|starts?\s+to\s+)?(?:hurts?|pains?|aches?|acts?\s+up|flares?(?:\s+up)?|bothers?\s+(?:me|him|her)|(?:gets?|is|are)\s+(?:really\s+|very\s+|too\s+|so\s+)?bad|gets?\s+(?:anxious|dizzy|itchy|wheezy)|wheezes?|ca(?:n't|n\s?not|\sn't)\s+sleep"
        r"|(?:have|has|gets?)\s+(?:an?\s+|the\s+|my\s+|some\s+)?(?:pains?|headaches?|migraines?|fever|cramps?|heartburn|hives|reflux|trouble\s+sleeping))",
        "needed",
    ),
    (
        r"(?:when|if)\s+(?:i|he|she)\s+remembers?|(?:every\s+)?once\s+in\s+a\s+while|occasionally|from\s+time\s+to\s+time|now\s+and\s+then",
        None,
    ),
)
_ANY = re.compile(
    rf"(?:(?<!{_LETTER})|(?=/))(?:"
    + "|".join(f"(?P<p{i}>{said})" for i, (said, _) in enumerate(_PATTERNS))
    + rf")(?!{_LETTER})",
    re.IGNORECASE,
)
# The words that a frequency can begin with: nothing else is tried.
_FIRST_WORDS = word_set(
    """
    once twice thrice one two three four five six seven eight ten twelve twenty every each q qd qid qds qhs hs od
    hourly on bd o nocte alternate ek do teen char chaar chhar biweekly fortnightly monthly weekly daily nightly
    everyday morning
    mornings evening evenings afternoon afternoons night nights noon bedtime breakfast lunch dinner supper in at again
    subah subha sham shaam din before first raat sone roz rozana har bid b tid tds t a per / with after between khane
    khana khali empty as prn p sos when whenever only if jab occasionally from now hafte एक दो सुबह शाम रात दोपहर दिन
    रोज रोज़ रोज़ाना रोजाना हर सोने हफ्ते हफ़्ते हफ़ते खाने खाली जब ज़रूरत जरूरत रोज़ baar
    """
)
_BETWEEN_PARTS = re.compile(r"[\s,]*(?:(?:uh|um|and|or|you know|for (?:the |your )?pain)[\s,]*)*", re.IGNORECASE)
_LONGEST = 120


class Often(NamedTuple):
    """A frequency in the characters `start` to `end` of a turn's text."""

    start: int
    end: int
    frequency: Frequency


def find_frequencies(utterance: Utterance) -> list[Often]:
    """Every frequency of the turn; parts that follow one another are one ("once a day at night").

    Times per day are given for what is said in hours, days or weeks ("once a week" is a seventh), not for
    ranges, months or meals.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "every six hours as needed", "/t")])
    >>> find_frequencies(said)[0].frequency
    Frequency(text='every six hours as needed', times_per_day=4.0, as_needed=True)
    """
    found: list[Often] = []
    end = 0
    for word in utterance.words:
        if word.start < end or not (word.norm in _FIRST_WORDS or word.norm[0].isdecimal()):
            continue
        match = _ANY.match(utterance.text, word.start)
        if match is None:
            continue
        end = match.end()
        often = Often(match.start(), match.end(), _frequency(match))
        if found and _BETWEEN_PARTS.fullmatch(utterance.text, found[-1].end, often.start):
            text = " ".join(utterance.text[found[-1].start : often.end].split())
            if len(text) <= _LONGEST:
                found[-1] = _joined(found[-1], often, text)
                continue
        found.append(often)
    return found


def _joined(one: Often, other: Often, text: str) -> Often:
    """ "Twice a day, in the morning": the first number counts; "every day, twice a day": what is more than 1."""
    first, second = one.frequency.times_per_day, other.frequency.times_per_day
    times = second if first is None or (first == 1 and second) else first
    needed = one.frequency.as_needed or other.frequency.as_needed
    return Often(one.start, other.end, Frequency(text=text, times_per_day=times, as_needed=needed))


def _frequency(match: re.Match[str]) -> Frequency:
    text = " ".join(match.group().split())
    rule = _PATTERNS[int(str(match.lastgroup)[1:])][1]
    if rule == "needed":
        return Frequency(text=text, as_needed=True)
    if not isinstance(rule, str):
        return Frequency(text=text, times_per_day=rule)
    caught = [group for group in match.groups()[match.lastindex :] if group is not None]
    return Frequency(text=text, times_per_day=_times_per_day(rule, caught, text))


def _times_per_day(rule: str, caught: list[str], text: str) -> float | None:
    if rule == "slots":
        return float(sum(slot != "0" for slot in caught)) or None
    if rule == "weekdays":
        return len(re.findall(_WEEKDAY, text, re.IGNORECASE)) / 7
    said = re.sub(r"\s+times?$", "", " ".join(caught[0].lower().replace("-", " ").split()))
    count = int(said) if said.isdecimal() else _COUNTS[said]
    if not 0 < count <= _MOST_PER_DAY:
        return None
    return {
        "a day": float(count),
        "a week": count / 7,
        "hours": 24 / count,
        "days": 1 / count,
        "weeks": 1 / (7 * count),
    }[rule]
