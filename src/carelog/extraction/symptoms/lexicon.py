"""The words for symptoms and parts of the body, read once from vocabularies/symptoms.tsv (its head says how)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

from carelog.extraction.utterances import PhraseTable, Word

_SITED = "<site> "
_STAND_IN = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`symptoms`: phrase to concept. `complaints`: phrase to what, with a site, makes a concept ("pain").

    `sites`: phrase to the site's name in a concept. `hindi_sites` are read so only before a Hindi word.
    """

    symptoms: PhraseTable[str]
    complaints: PhraseTable[str]
    sites: PhraseTable[str]
    hindi_sites: PhraseTable[str]
    concepts: dict[str, str]
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
                    plain = [Word(norm, 0, 0) for norm in spelled.split()]
                    key = " ".join(word.norm for word in compared(plain)[0])
                    if concepts.setdefault(key, name) != name:
                        raise ValueError(
                            f"symptoms.tsv line {number}: {spelled!r} already means {concepts[key]!r}"
                        )
    return Lexicon(
        symptoms=PhraseTable(concepts),
        complaints=PhraseTable(complaints),
        sites=PhraseTable(sites),
        hindi_sites=PhraseTable(hindi_sites),
        concepts=concepts,
        first_words=frozenset(phrase.split()[0] for phrase in (*concepts, *(p for p, _ in complaints))),
    )


def _spell_out(phrase: str, stand_ins: dict[str, list[str]]) -> Iterator[str]:
    names = _STAND_IN.findall(phrase)
    if not names:
        yield phrase
        return
    frame = _STAND_IN.sub("{}", phrase)
    for choice in product(*(stand_ins[name] for name in names)):
        yield frame.format(*choice)


_UNHEARD = frozenset(
    {"my", "your", "ur", "his", "her", "their", "our", "the", "i", "you", "some", "any", "really", "very", "so", "pretty"}
    | {"quite", "super", "kinda", "sorta", "actually", "still", "just", "um", "uh"}
)
_UNHEARD_PAIRS = frozenset({("a", "little"), ("a", "bit"), ("little", "bit"), ("kind", "of"), ("sort", "of"), ("bit", "of")})
_TROUBLE = frozenset(
    {"trouble", "troubles", "difficulty", "difficulties", "problem", "problems", "issue", "issues", "struggle"}
    | {"struggles", "struggling", "struggled"}
)
_AFTER_TROUBLE = frozenset({"with", "in"})
_ABLE = frozenset({"can", "ca", "could"})
_CANNOT = frozenset({"cannot", "can't", "couldn't"})


def compared(words: Sequence[Word]) -> tuple[list[Word], list[tuple[int, int]]]:
    """The words as phrases are compared with them, and the half-open range of words that each stands for.

    >>> from carelog.extraction.utterances import words_of
    >>> [w.norm for w in compared(words_of("I ca n't sleep, no difficulty with my breathing"))[0]]
    ['i', 'cannot', 'sleep', ',', 'no', 'trouble', 'breathing']
    """
    kept: list[Word] = []
    places: list[tuple[int, int]] = []
    i = 0
    while i < len(words):
        word, norm = words[i], words[i].norm
        pair = (norm, words[i + 1].norm) if i + 1 < len(words) else ("", "")
        if pair in _UNHEARD_PAIRS:
            # "a little bit of": the pairs overlap, so their last word is looked at again.
            i += 1 if (pair[1], words[i + 2].norm if i + 2 < len(words) else "") in _UNHEARD_PAIRS else 2
            continue
        i += 1
        if norm in _UNHEARD or (norm in _AFTER_TROUBLE and kept and kept[-1].norm == "trouble"):
            continue
        if norm in _TROUBLE:
            norm = "trouble"
        elif norm in _CANNOT:
            norm = "cannot"
        elif norm in ("not", "n't") and kept and kept[-1].norm in _ABLE:
            kept[-1] = Word("cannot", kept[-1].start, word.end)
            places[-1] = (places[-1][0], i)
            continue
        elif norm.endswith("n't"):
            norm = "not"
        kept.append(word if norm == word.norm else Word(norm, word.start, word.end))
        places.append((i - 1, i))
    return kept, places
