"""Words of a talk that are about somebody else than its subject: what is asked and answered of a relative, and what the
next sentence takes back as a relative's.

Whose a thing is that one sentence names, the extractors tell by that sentence. Here is what takes two: a question and
its answer, or what was said and what takes it back. Where a carer speaks for the subject, a relative may be the
subject, and all stands as it was said.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from carelog.conversations.turns import Role, Turn
from carelog.extraction.blanking import blanked

_KIN = (
    r"(?:husband|wife|mother|mom|mum|mommy|mummy|father|dad|daddy|papa|son|daughter|brother|sister|friend|neighbou?r"
    r"|aunt|uncle|grandmother|grandma|grandfather|grandpa|cousin|partner|boyfriend|girlfriend|spouse|nephew|niece"
    r"|roommate|baby|kids?|child|children|grandson|granddaughter)(?:-in-law)?"
)
_KIN_HINDI = (
    r"(?:papa|mummy|maa|mataji|pitaji|pati|patni|biwi|beti|bete|bachch?on|bachche|bhai|behen|saas|sasur)(?: ?ji)?"
)
_ASKED: Final = re.compile(
    rf"\b(?:do|does|did|is|are|was|were|has|have|will|can|much|tall|old|wrong with) your {_KIN}\b"
    rf"|\byour {_KIN}'s\b|\b(?:do|did) you give your {_KIN}\b|\bwho (?:takes|uses|has|needs)\b"
    rf"|^{_KIN_HINDI} (?:ka|ki|ke|ko|ne)\b",
    re.IGNORECASE,
)
# Found first, in small letters: a pattern that begins with plain letters is looked for fast.
_YOUR_KIN: Final = re.compile(rf"your {_KIN}\b")
_MINE: Final = re.compile(rf"my {_KIN}\b")
_HINDI_KIN: Final = re.compile(rf"{_KIN_HINDI} ")
_TOLD: Final = re.compile(rf"^(?:and |so |now |okay |ok |, )*your {_KIN}'s (?!name\b)", re.IGNORECASE)
_SPOKEN_TO: Final = re.compile(
    r"\b(?:you(?:'re|'ve|'d|'ll|rs|rself)?|(?<!^)your|aap(?:ka|ki|ke|ko|ne)?)\b", re.IGNORECASE
)
_AND_YOURS: Final = re.compile(r",? (?:and|but|while) (?=yours\b)", re.IGNORECASE)
_OF_KIN: Final = re.compile(rf"\b(?:you give )?your {_KIN}(?:'s)?\b", re.IGNORECASE)
_FIRST_PERSON: Final = re.compile(
    r"\b(?:i|i'm|i've|i'd|i'll|me|my|mine|myself|we|us|our|main|maine|mujhe|mera|meri|mere)\b", re.IGNORECASE
)
_MY_KIN: Final = re.compile(rf"\bmy {_KIN}\b(?:'s)?", re.IGNORECASE)
_LEAD = r"(?:(?:no|oh|sorry|wait|actually|well|hang on|i mean)[,. ]+)*"
_TAKEN_BACK: Final = re.compile(
    rf"^{_LEAD}(?:(?:that's|that is|that was|it's|it is|it was|those are|those were|they're|they were)"
    rf" (?:my|his|her) {_KIN}(?:'s)?"
    rf"|(?:that's|that is|it's) what my {_KIN} (?:takes|uses|has|had|took)"
    rf"|my {_KIN} (?:did|does|has|had|took it|takes it|had it|has it|ate it))"
    r"(?: one| ones)?(?:,? i mean|,? sorry)?[.!]?$",
    re.IGNORECASE,
)
_ASKED_BACK: Final = re.compile(
    r"^(?:(?:is|are|was) (?:that|it|those) )?(?:you|yours|yourself|your own|you're sure|are you sure)\?$", re.IGNORECASE
)
_ANOTHERS: Final = re.compile(
    rf"^{_LEAD}(?:(?:it|that)(?:'s| is| was) )?my {_KIN}(?:'s)?(?: (?:does|did|has|takes))?[.!]?$", re.IGNORECASE
)
_SENTENCE: Final = re.compile(r"(?:[^.?!…\n]|[.](?=\d)|(?<=\bDr)[.]|(?<=\bMr)[.])+[.?!…]*")
_ASKING: Final = frozenset({Role.CLINICIAN, Role.AGENT})


def without_anothers(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns, each with spaces in the place of what is another's in it: the other words stand where they stood.

    >>> asked = Turn(0, "What does your husband take?", "/t", role=Role.AGENT)
    >>> told = Turn(1, "Lisinopril. I take nothing.", "/t", role=Role.PATIENT)
    >>> [turn.text for turn in without_anothers([asked, told])]
    ['                            ', '            I take nothing.']
    """
    if any(turn.role is Role.CARER for turn in turns) or all(turn.role is not Role.PATIENT for turn in turns):
        return tuple(turns)
    texts = [turn.text.replace("’", "'") for turn in turns]
    places: dict[int, list[tuple[int, int]]] = {}
    for i, start, end in _anothers(turns, texts):
        places.setdefault(i, []).append((start, end))
    return tuple(blanked(turn, places[i]) if i in places else turn for i, turn in enumerate(turns))


def _anothers(turns: Sequence[Turn], texts: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(turn, start, end) of the characters that are about another."""
    for i, (turn, text) in enumerate(zip(turns, texts, strict=True)):
        if turn.role in _ASKING:
            yield from _asked_and_told(turns, texts, i)
        elif turn.role is Role.PATIENT and _MINE.search(text.lower()):
            yield from ((i, start, end) for start, end in _taken_back(text))
            yield from _disowned(turns, texts, i)


def _asked_and_told(turns: Sequence[Turn], texts: Sequence[str], i: int) -> Iterator[tuple[int, int, int]]:
    """What who treats the subject tells of a relative, and what they ask of one, with the answer."""
    low = texts[i].lower()
    if "who " not in low and not _YOUR_KIN.search(low) and not _HINDI_KIN.match(low):
        return
    sentences = list(_sentences(texts[i]))
    for start, end in sentences:
        told = texts[i][start:end]
        if not _TOLD.match(told):
            continue
        yours = _AND_YOURS.search(told)
        if yours is not None:
            yield i, start, start + yours.start()  # "Your husband's cholesterol was 240, and yours is 190."
        elif _SPOKEN_TO.search(_OF_KIN.sub("", told)) is None:
            yield i, start, end
    start, end = sentences[-1]
    asked = texts[i][start:end]
    answered = i + 1 < len(turns) and turns[i + 1].role is Role.PATIENT
    if not answered or not asked.endswith("?") or _ASKED.search(asked) is None:
        return
    if _SPOKEN_TO.search(_OF_KIN.sub("", asked)) is not None:
        return  # "Does your wife say that you snore?"
    reply = texts[i + 1]
    if asked.lower().startswith("who"):
        if _ANOTHERS.match(reply.strip()):
            yield i, start, end
        return
    yield i, start, end
    for start, end in _sentences(reply):
        if _FIRST_PERSON.search(_MY_KIN.sub("", reply[start:end])):
            return
        yield i + 1, start, end


def _taken_back(text: str) -> Iterator[tuple[int, int]]:
    """ "I take Eliquis. Sorry, that's my dad": the sentence before."""
    sentences = list(_sentences(text))
    for n in range(1, len(sentences)):
        told = n
        while told > 0 and (told == n or _is_lead(text, sentences[told])):
            told -= 1
        start, end = sentences[n]
        if _TAKEN_BACK.match(text[start:end]):
            yield sentences[told][0], end


def _is_lead(text: str, sentence: tuple[int, int]) -> bool:
    """ "Sorry.", "No." """
    return re.fullmatch(r"(?:no|oh|sorry|wait|actually|well)[.,!]*", text[slice(*sentence)].lower()) is not None


def _disowned(turns: Sequence[Turn], texts: Sequence[str], i: int) -> Iterator[tuple[int, int, int]]:
    """ "150 over 95." "Yours?" "My wife's": what was told before, with the question that asked for it."""
    if i < 2 or turns[i - 2].role is not Role.PATIENT or not _ANOTHERS.match(texts[i].strip()):
        return
    if turns[i - 1].role not in _ASKING or not _ASKED_BACK.match(texts[i - 1].strip()):
        return
    for k in range(max(0, i - 3), i + 1):
        yield k, 0, len(texts[k])


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin, past the space before them, and end."""
    for match in _SENTENCE.finditer(text):
        said = match[0]
        if said.strip():
            yield match.start() + len(said) - len(said.lstrip()), match.end() - len(said) + len(said.rstrip())
