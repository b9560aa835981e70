"""Words as the phrases of the vocabulary are compared with them: one wording for many."""

from collections.abc import Collection, Sequence

from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_UNHEARD = word_set(
    """
    my your ur his her their our the i you some any really very so pretty quite super kinda sorta
    actually still just um uh completely totally absolutely extremely incredibly slightly somewhat koi कोई
    bhi भी ही तो
    """
)
_BEING = word_set("is are was were be been 's")
_ARTICLES = frozenset({"a", "an", "such"})
_TROUBLE = word_set(
    """
    trouble troubles difficulty difficulties problem problems issue issues struggle struggles
    struggling struggled
    """
)
_NOT = word_set(
    """
    n't don't doesn't didn't isn't aren't wasn't weren't haven't hasn't hadn't won't wouldn't dont
    didnt havent
    """
)
_CANNOT = word_set("cannot can't couldn't cant")
_READ_AS = {
    **dict.fromkeys(_UNHEARD | _BEING, ""),
    **dict.fromkeys(("feels", "feeling"), "feel"),
    **dict.fromkeys(("gets", "got", "getting", "gotten"), "get"),
    **dict.fromkeys(_TROUBLE, "trouble"),
    **dict.fromkeys(_NOT, "not"),
    **dict.fromkeys(_CANNOT, "cannot"),
}
_PRONOUNS_IS = word_set("it's that's there's he's she's what's how's here's who's where's let's")
_ASLEEP = "so"  # Hindi: "so nahi pa raha"
_HINDI_NOT = word_set("nahi nahin nhi nai")
_ABLE = frozenset({"can", "ca", "could"})
_ANEW = frozenset({"i", "my", "the", "you", "your"})
_UNHEARD_PAIRS = {"a": ("little", "bit"), "little": ("bit",), "kind": ("of",), "sort": ("of",), "bit": ("of",)}
_HAVING = word_set("has have had")
_DEPENDING = frozenset({*_UNHEARD_PAIRS, *_HAVING, "with", "in", "not"})
_CHANGED = frozenset({*_READ_AS, *_UNHEARD_PAIRS, *_HAVING, *_ABLE})
"""Without any of these, a phrase without a repetition is compared as it stands."""


def compared(words: Sequence[Word]) -> tuple[list[Word], list[tuple[int, int]]]:
    """The words as phrases are compared with them, and the half-open range of words that each stands for.

    >>> from carelog.extraction.utterances import words_of
    >>> [w.norm for w in compared(words_of("I ca n't sleep, no difficulty with my breathing"))[0]]
    ['cannot', 'sleep', ',', 'no', 'trouble', 'breathing']
    """
    kept: list[Word] = []
    places: list[tuple[int, int]] = []
    paired = -1  # the last word of "a little", "kind of": unheard as well
    last = ""
    for i, word in enumerate(words):
        norm = word[0]
        if norm in _READ_AS:
            norm = _READ_AS[norm]
            if not norm:
                ended = last == "no" and word.norm in _ANEW  # "no, my appetite is fine": that no ended
                naming = word.norm in _BEING and i + 1 < len(words) and words[i + 1].norm in _ARTICLES
                naming = naming and not (i + 2 < len(words) and words[i + 2].norm in _UNHEARD_PAIRS["a"])
                asleep = word.norm == _ASLEEP and i + 1 < len(words) and words[i + 1].norm in _HINDI_NOT
                if not (ended or naming or asleep):
                    continue
                norm = word.norm
        elif "'" in norm and norm[-2:] == "'s" and norm not in _PRONOUNS_IS:
            if last == "trouble":
                continue  # "problems with Anna's sleep"
            norm = norm[:-2]  # "the nausea's gone"
        if norm in _DEPENDING:
            if norm in _UNHEARD_PAIRS:
                if i + 1 < len(words) and words[i + 1].norm in _UNHEARD_PAIRS[norm]:
                    paired = i + 1
                    continue
            elif norm == "not":
                if last in _ABLE:
                    last = "cannot"
                    kept[-1] = Word(last, kept[-1].start, word.end)
                    places[-1] = (places[-1][0], i + 1)
                    continue
            elif norm in _HAVING:
                at = i + 2 if i + 1 < len(words) and words[i + 1].norm in ("not", "n't") else i + 1
                if at < len(words) and words[at].norm == "been":
                    continue  # "my ears have been ringing"
            elif last == "trouble":
                continue
        if i == paired:
            continue
        if norm == last and norm.isalpha():
            places[-1] = (places[-1][0], i + 1)  # "dark dark stools", "when I when I": a stutter
            continue
        last = norm
        kept.append(word if norm == word.norm else Word(norm, word.start, word.end))
        places.append((i, i + 1))
    return kept, places


def phrase_compared(phrase: str) -> str:
    """A phrase of the vocabulary as it is compared with what is said."""
    norms = phrase.split()
    repeats = len({*norms}) < len(norms)
    if not repeats and _CHANGED.isdisjoint(norms) and "'s" not in phrase:
        return " ".join(norms)
    return " ".join(word.norm for word in compared([Word(norm, 0, 0) for norm in norms])[0])


def said_for(norms: Collection[str]) -> set[str]:
    """The words that people say for one of those that phrases are compared by: "issues" for "trouble"."""
    said = {word for word, norm in _READ_AS.items() if norm in norms}
    return said | _ABLE if "cannot" in norms else said
