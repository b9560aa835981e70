"""The words for symptoms and parts of the body, read once from vocabularies/symptoms.tsv (its head says how)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

from carelog.extraction.symptoms.excreta import OPENINGS
from carelog.extraction.symptoms.loosely import FORMS, LooseTable
from carelog.extraction.symptoms.weighing import WEIGHING
from carelog.extraction.symptoms.wording import phrase_compared, said_for
from carelog.extraction.utterances import PhraseTable

NOTHING = "-"
DENIED = "!"
"""What the concept of a phrase begins with that holds a denial of its own: "nose not blocked"."""
_COMPOSED = ("discharge", "ringing", "leaking", "temperature", "temperatures", "temp", "temps", "crying")
_SITED = "<site> "
_BEING = (" is ", " are ", " has been ")
_LINKS = (" feel ", " felt ", " get ")
""" "My nose feels blocked", "my nose gets blocked" for "nose is blocked"."""
_DENYING_LINKS = (" not ", " not feel ", " not get ")
_STAND_IN = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`symptoms`: phrase to concept. `complaints`: phrase to what, with a site, makes a concept ("pain").

    A phrase of the concept NOTHING holds a symptom's word but names none ("cough syrup").
    `sites`: phrase to the site's name in a concept. `hindi_sites` are read so only before a Hindi word.
    `openings`: the first word of a phrase to the words that may come second, "" where it may stand alone; nothing where
    it opens only what is put together freely (symptoms/mentions.py). Most words open none. `loose` has the symptoms by
    the forms of their words, and `heads` are the forms of the words that can begin a mention. `first_words` are all
    words as they are said that can begin one.
    """

    symptoms: PhraseTable[str]
    complaints: PhraseTable[str]
    loose: LooseTable
    sites: PhraseTable[str]
    hindi_sites: PhraseTable[str]
    concepts: dict[str, str]
    openings: dict[str, frozenset[str]]
    heads: frozenset[str]
    first_words: frozenset[str]

    def concept(self, site: str, complaint: str) -> str:
        """The name of a complaint about a site.

        >>> lexicon().concept("knee", "pain"), lexicon().concept("head", "pain")
        ('knee pain', 'headache')
        """
        made = f"{site} {complaint}"
        return self.concepts.get(made, made)


@cache
def lexicon() -> Lexicon:
    text = (files("carelog.extraction") / "vocabularies" / "symptoms.tsv").read_text(encoding="utf-8")
    return parse_lexicon(text)


def parse_lexicon(text: str) -> Lexicon:
    """Raises ValueError, naming the line, when a line has no tab, or gives a phrase to a second concept."""
    stand_ins: dict[str, list[str]] = {}
    concepts: dict[str, str] = {}
    complaints: list[tuple[str, str]] = []
    sites: list[tuple[str, str]] = []
    hindi_sites: list[tuple[str, str]] = []
    linked: list[tuple[str, str]] = []
    denied: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        name, tab, rest = line.partition("\t")
        if not tab:
            raise ValueError(f"symptoms.tsv line {number}: no tab")
        phrases = [phrase.strip() for phrase in rest.split("|")]
        if name.startswith("{"):
            stand_ins[name[1:-1]] = phrases
        elif name.startswith("@"):
            for phrase in phrases:
                if phrase.startswith("~"):
                    hindi_sites.append((phrase[1:], name[1:]))
                else:
                    sites.append((phrase, name[1:]))
        elif name.startswith(_SITED):
            complaints.extend((phrase, name.removeprefix(_SITED)) for phrase in phrases)
        else:
            for phrase in phrases:
                for spelled in _spell_out(phrase, stand_ins):
                    key = phrase_compared(spelled)
                    if name.startswith(DENIED):
                        denied.append((key, name))
                        continue
                    if concepts.setdefault(key, name) != name:
                        raise ValueError(f"symptoms.tsv line {number}: {spelled!r} already means {concepts[key]!r}")
                    being = _being_in(spelled)
                    if being is None:
                        continue
                    linked.extend((spelled.replace(being, link, 1), name) for link in _LINKS)
                    if name != NOTHING and " not" not in spelled:
                        others = (spelled.replace(being, link, 1) for link in _DENYING_LINKS)
                        denied.extend((phrase_compared(other), f"{DENIED}{name}") for other in others)
    for phrase, name in linked:
        concepts.setdefault(phrase_compared(phrase), name)
    known = {**dict(denied), **concepts}
    nothing: frozenset[str] = frozenset()
    openings = dict.fromkeys((*WEIGHING, *OPENINGS, *_COMPOSED), nothing)
    openings |= _openings((*known, *(phrase for phrase, _ in complaints)))
    loose = LooseTable(known)
    heads = {*openings, *loose.heads, *(word for word, form in FORMS.items() if form in loose.heads)}
    return Lexicon(
        symptoms=PhraseTable(known),
        complaints=PhraseTable(complaints),
        loose=loose,
        sites=PhraseTable(sites),
        hindi_sites=PhraseTable(hindi_sites),
        concepts=concepts,
        openings=openings,
        heads=frozenset({*loose.heads, *(FORMS.get(word, word) for word in openings)}),
        first_words=frozenset({*heads, *said_for(heads), *(f"{word}'s" for word in heads)}),
    )


def _being_in(phrase: str) -> str | None:
    """The verb of "nose is blocked", in whose place others may stand."""
    for being in _BEING:
        if being in phrase:
            return being
    return None


def _openings(phrases: Iterable[str]) -> dict[str, frozenset[str]]:
    seconds: dict[str, set[str]] = {}
    for phrase in phrases:
        first, _, rest = phrase.partition(" ")
        seconds.setdefault(first, set()).add(rest.partition(" ")[0])
    return {first: frozenset(second) for first, second in seconds.items()}


def _spell_out(phrase: str, stand_ins: dict[str, list[str]]) -> Iterator[str]:
    names = _STAND_IN.findall(phrase)
    if not names:
        yield phrase
        return
    frame = _STAND_IN.sub("{}", phrase)
    for choice in product(*(stand_ins[name] for name in names)):
        yield frame.format(*choice)
