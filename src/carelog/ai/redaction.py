"""Redaction: who is spoken of is taken out of texts before they are sent, and put back into what comes back.

Names that are known, telephone numbers, e-mail addresses, numbers of records, policies and the like, and dates of birth
become placeholders such as `[NAME_1]`, the same one for the same words wherever they stand. What is left is searched
once more: if anything is found, or anything goes wrong, nothing may be sent.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from carelog.kit.errors import CarelogError

_PLACEHOLDER: Final = re.compile(r"\[(?:NAME|PHONE|EMAIL|ID|BIRTH)_\d+\]", re.IGNORECASE)
_ALIKE: Final = re.compile(r"\[\s*(?:NAME|PHONE|EMAIL|ID|BIRTH)[\s_]*\d+\s*\]", re.IGNORECASE)

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
# Ten digits and more in groups of two and more, seven where a hyphen or a bracket says that it is no row of readings.
_PHONE = re.compile(r"(?<![\w.])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{2,5}\)[\s.-]?)?\d{2,5}(?:[\s.-]?\d{2,5}){1,4}(?![\w.]*\d)")
_FEWEST_DIGITS: Final = 10
_FEWEST_MARKED: Final = 7
_DIGIT_WORD = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|\d)"
_SPOKEN_PHONE = re.compile(rf"\b{_DIGIT_WORD}(?:[\s,-]+{_DIGIT_WORD}){{6,}}\b", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(?<![\w.,])\d{9,}(?!\w)")
_SHAPED_ID = re.compile(r"(?<!\d)(?:\d{3}-\d{2}-\d{4}|\d{4}[ -]\d{4}[ -]\d{4})(?!\d)")  # US SSN; Aadhaar
_NAMED_ID = re.compile(
    r"\b(?:(?:mrn|ssn|social security|aadhaa?r|passport|abha)(?:\s+(?:id|number|no\.?|card))?"
    r"|(?:medical record|record|member|membership|policy|insurance|account|patient|reference|case|licen[cs]e|pan)"
    r"\s+(?:id|number|no\.?|code|card|#))"
    r"(?:\s+(?:number|is|was|it's|of)|\s*[:#])*\s*(?P<id>(?=[\w-]*\d)[A-Z0-9][\w-]{3,})",
    re.IGNORECASE,
)
_BIRTH_CUE = re.compile(r"\b(?:born|birth|birthday|birthdate|d\.?o\.?b)\b", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_NUMBER_WORD = (
    r"(?:\d{1,4}(?:st|nd|rd|th)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|"
    r"thousand|oh|and|of|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|"
    r"thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_DATE = re.compile(
    rf"\b(?:\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{1,4}}|(?:{_NUMBER_WORD}[\s,-]+){{0,4}}{_MONTH}\b(?:[\s,-]+{_NUMBER_WORD}\b)*"
    rf"|(?:in\s+)?(?:19|20)\d\d)",
    re.IGNORECASE,
)
_BIRTH_REACH: Final = 60  # characters of the same text between the cue and the date, in either order
_NAME = r"[^\W\d_][\w'’-]+"
_TITLED = (
    re.compile(rf"\b(?:Doctor|Nurse|Ms)\.?\s+(?P<name>(?=[A-Z]){_NAME}(?:\s+(?=[A-Z]){_NAME})?)"),
    # Those who write everything small.
    re.compile(rf"\b(?:dr|mr|mrs)\.?\s+(?P<name>{_NAME}(?:\s+(?-i:(?=[A-Z])){_NAME})?)", re.IGNORECASE),
    re.compile(rf"\bmy name(?: is|'s)\s+(?P<name>{_NAME}(?:\s+(?-i:(?=[A-Z])){_NAME})?)", re.IGNORECASE),
)
_SHORTEST_NAME: Final = 2
# Words that stand in the place of names, and say nothing of who it is.
_NOBODY: Final = frozenset(
    {
        "patient", "doctor", "dr", "mr", "mrs", "ms", "nurse", "agent", "speaker", "caller", "customer", "client",
        "user", "assistant", "bot", "ai", "clinician", "provider", "carer", "caregiver", "mother", "father", "son",
        "daughter", "wife", "husband", "family", "front", "desk", "clinic", "reception", "receptionist", "unknown",
        "voice", "system", "line", "the", "of", "and",
    }
)  # fmt: skip


class RedactionFailed(CarelogError):
    """Who is spoken of could not be taken out, so nothing may be sent. The message holds nothing of the texts."""

    code = "redaction.failed"


class UnknownPlaceholder(RedactionFailed):
    """A placeholder came back that was never given out."""


class Redaction:
    """The placeholders of one conversation. `names` are those of the people in it, `numbers` their telephone numbers
    and other addresses, in whatever form."""

    def __init__(self, names: Iterable[str] = (), numbers: Iterable[str] = ()) -> None:
        self._names = _any_name(names)
        self._digits = [digits[-_FEWEST_DIGITS:] for n in numbers if len(digits := re.sub(r"\D", "", n)) >= 7]
        self._addresses = [n.strip().casefold() for n in numbers if "@" in n]
        self._given: dict[tuple[str, str], str] = {}
        self._words: dict[str, str] = {}

    def redact(self, texts: Sequence[str]) -> list[str]:
        """The texts, which follow one another, without what names anybody. Raises RedactionFailed."""
        try:
            if any(_ALIKE.search(text) for text in texts):
                raise RedactionFailed("the words themselves hold what looks like a placeholder")
            redacted: list[str] = []
            asked = False
            for text in texts:
                redacted.append(self._redacted(text, asked))
                asked = _BIRTH_CUE.search(text) is not None
            if any(self._left(text) for text in redacted):
                raise RedactionFailed("something that names a person was left in what was to be sent")
        except RedactionFailed:
            raise
        except Exception as error:  # noqa: BLE001  whatever goes wrong, nothing is sent
            raise RedactionFailed(f"redaction broke ({type(error).__name__})") from None
        return redacted

    def restore(self, text: str) -> str:
        """A text that came back, with the words in place of the placeholders. Raises UnknownPlaceholder."""

        def words(match: re.Match[str]) -> str:
            known = self._words.get(match[0].upper())
            if known is None:
                raise UnknownPlaceholder("a placeholder came back that was never given out")
            return known

        return _PLACEHOLDER.sub(words, text)

    def _redacted(self, text: str, asked_of_birth: bool) -> str:
        merged: list[tuple[int, int, str]] = []
        for start, end, kind in sorted(self._found(text, asked_of_birth), key=lambda found: (found[0], -found[1])):
            if merged and start < merged[-1][1]:
                first, last, of = merged[-1]
                merged[-1] = first, max(last, end), of
            else:
                merged.append((start, end, kind))
        pieces: list[str] = []
        at = 0
        for start, end, kind in merged:
            pieces += [text[at:start], self._placeholder(kind, text[start:end])]
            at = end
        return "".join([*pieces, text[at:]])

    def _found(self, text: str, asked_of_birth: bool) -> Iterable[tuple[int, int, str]]:
        yield from ((*match.span(), "EMAIL") for match in _EMAIL.finditer(text))
        if self._names is not None:
            yield from ((*match.span(), "NAME") for match in self._names.finditer(text))
        for cue in _TITLED:
            yield from ((*match.span("name"), "NAME") for match in cue.finditer(text))
        yield from ((*match.span("id"), "ID") for match in _NAMED_ID.finditer(text))
        for shape in (_SHAPED_ID, _LONG_NUMBER):
            yield from ((*match.span(), "ID") for match in shape.finditer(text))
        yield from ((*match.span(), "PHONE") for match in _PHONE.finditer(text) if _is_phone(match[0]))
        yield from ((*match.span(), "PHONE") for match in _SPOKEN_PHONE.finditer(text))
        cues = [match.span() for match in _BIRTH_CUE.finditer(text)]
        for date in _DATE.finditer(text) if asked_of_birth or cues else ():
            start, end = date.span()
            if asked_of_birth or any(max(start - last, first - end) <= _BIRTH_REACH for first, last in cues):
                yield start, end, "BIRTH"

    def _placeholder(self, kind: str, words: str) -> str:
        key = (kind, " ".join(words.casefold().split()))
        if key not in self._given:
            number = 1 + sum(of == kind for of, _ in self._given)
            self._given[key] = f"[{kind}_{number}]"
            self._words[self._given[key]] = words
        return self._given[key]

    def _left(self, text: str) -> bool:
        """Whether anything is left to be taken out, searched for in other ways than it was taken out by."""
        rest = _PLACEHOLDER.sub(" \x00 ", text)
        digits = re.sub(r"[\s().+-]", "", rest)
        folded = rest.casefold()
        return (
            _EMAIL.search(rest) is not None
            or (self._names is not None and self._names.search(rest) is not None)
            or any(number in digits for number in self._digits)
            or any(address in folded for address in self._addresses)
        )


def _is_phone(text: str) -> bool:
    digits = sum(character.isdecimal() for character in text)
    marked = text.startswith(("+", "(")) or re.search(r"\d{3}-\d{4}", text) is not None
    return digits >= (_FEWEST_MARKED if marked else _FEWEST_DIGITS)


def _any_name(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds each of the names, whole or a part of it, however it is written.

    >>> _any_name(["Ana Reyes"]).findall("ANA  reyes, and ana; not Anastasia")
    ['ANA  reyes', 'ana']
    """
    known: set[str] = set()
    for name in names:
        words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", name)
        parts = [word for word in words if len(word) >= _SHORTEST_NAME and word.lower() not in _NOBODY]
        known.update(parts)
        if len(parts) > 1:
            known.add(" ".join(parts))
    if not known:
        return None
    longest_first = sorted(known, key=lambda name: (-len(name), name))
    written = "|".join(r"\s+".join(map(re.escape, name.split(" "))) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE)
