"""The activities of `activities.txt`, which explains its own format. Read once, when first needed."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from carelog.extraction.utterances import PhraseTable, words_of


@dataclass(frozen=True, slots=True)
class Activity:
    """One way to say an activity: as a verb ("swam") or as a thing one does or goes to ("gym")."""

    name: str
    verb: bool
    common: bool  # said of so many other things that it needs a measure


@dataclass(frozen=True, slots=True)
class Activities:
    phrases: PhraseTable[Activity]
    first_words: frozenset[str]


@cache
def load_activities() -> Activities:
    """
    >>> activities = load_activities()
    >>> activities.phrases.at(words_of("swam a mile"), 0)[1].name
    'swimming'
    """
    text = files("carelog.extraction.vocabularies").joinpath("activities.txt").read_text(encoding="utf-8")
    phrases: dict[str, Activity] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            head, _, said = line.partition(":")
            verbs, _, things = said.partition("|")
            name, common = head.removesuffix("!").strip(), head.endswith("!")
            for verb in verbs.split():
                phrases.setdefault(verb.replace("_", " "), Activity(name, verb=True, common=common))
            for thing in filter(None, map(str.strip, things.split(","))):
                known = phrases.get(thing)
                phrases[thing] = known or Activity(name, verb=False, common=common)
    return Activities(PhraseTable(phrases), frozenset(words_of(phrase)[0].norm for phrase in phrases))
