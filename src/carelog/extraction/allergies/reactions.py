"""What a substance does to somebody, in the names that are recorded."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Word


class Reaction(NamedTuple):
    """A reaction in the words `first` up to, not including, `end`."""

    first: int
    end: int
    name: str


_ALLERGIC: Final = {
    "hives": """
        hives | hive | urticaria | welts | chhapaki | पित्ती | break out in hives | broke out in hives |
        breaks out in hives | breaking out in hives | weals | wheals | lumps all over | out in lumps | up in lumps
    """,
    "rash": """
        rash | rashes | out in spots | up in spots | break out | breaks me out | broke out | broke me out |
        breaking out |
        daane | चकत्ते
    """,
    "itching": "itching | itch | itchy | itches | itchiness | khujli | खुजली",
    "throat swelling": """
        throat swelling | throat swell | throat close |
        throat closes | throat closed | throat swells | throat swelled | throat swells up |
        throat swelled up | throat closes up | throat closed up | throat starts to close | throat tightens |
        throat closing
    """,
    "swelling": """
        swelling | swell | swells | swelled | swelled up | swells up | swell up | swollen | puffy | face swelling |
        blew up like a balloon | blows up like a balloon |
        angioedema | soojan | सूजन
    """,
    "anaphylaxis": "anaphylaxis | anaphylactic | anaphylactic shock | anaphylactic reaction",
    "shortness of breath": """
        shortness of breath | trouble breathing | difficulty breathing | can't breathe | couldn't breathe |
        hard to breathe | ca n't breathe | could n't breathe | stopped breathing | short of breath
    """,
    "wheezing": "wheezing | wheeze | wheezed",
    "blisters": "blisters | blistering | peeling skin",
    "sneezing": "sneezing | sneeze | sneezes",
    "watery eyes": "watery eyes | eyes water | itchy eyes | runny eyes",
    "runny nose": "runny nose | nose runs | stuffy nose",
}
_OTHERS: Final = {
    "nausea": "nausea | nauseous | nauseated | sick to my stomach | queasy",
    "vomiting": "vomiting | vomit | throw up | threw up | throwing up | vomited | ulti | उल्टी",
    "diarrhea": "diarrhea | diarrhoea | the runs | loose motions",
    "stomach upset": """
        upset stomach | upsets my stomach | upset my stomach | upsets his stomach | upsets her stomach |
        stomach upset | stomach ache | stomach pain | stomach cramps | stomach issues | stomach problems |
        bothers my stomach | tears up my stomach | tore up my stomach | hurts my stomach | messes up my stomach |
        messes with my stomach | bad for my stomach | stomach hurts | stomach hurt | gi upset | acidity
    """,
    "bloating": "bloating | bloated | gassy",
    "cramps": "cramps | cramping",
    "dizziness": "dizzy | dizziness | lightheaded | chakkar",
    "headache": "headache | headaches",
    "cough": "cough | coughing | dry cough",
    "muscle pain": """
        muscle pain | muscle aches | muscle ache | muscle cramps | leg cramps | aches and pains | muscle weakness |
        muscles ached | legs ached
    """,
    "fainting": "passed out | pass out | fainted | faint",
    "sleepiness": "sleepy | drowsy | drowsiness",
    "confusion": "confused | confusion | hallucinations | loopy",
    "racing heart": "heart race | heart racing | palpitations",
    "constipation": "constipation | constipated",
}
_TABLE: Final[PhraseTable[str]] = phrase_table({**_ALLERGIC, **_OTHERS})
_DENIAL_REACH: Final = 3


def find_reactions(words: Sequence[Word], begin: int, end: int) -> list[Reaction]:
    """Every reaction in the words `begin` to `end` that is not denied.

    >>> from carelog.extraction.utterances import words_of
    >>> [r.name for r in find_reactions(words_of("I get hives and my throat closes, but no vomiting"), 0, 11)]
    ['hives', 'throat swelling']
    """
    return [
        Reaction(*found)
        for found in _TABLE.within(words, begin, end)
        if not any(is_negative(word) for word in words[max(begin, found[0] - _DENIAL_REACH) : found[0]])
    ]


def reaction_at(words: Sequence[Word], at: int) -> int:
    """How many words of a reaction stand at word `at`."""
    match = _TABLE.at(words, at)
    return match[0] if match else 0


def is_allergic(reaction: Reaction) -> bool:
    """Whether it is one that allergies have: hives and not nausea."""
    return reaction.name in _ALLERGIC


def is_allergic_name(name: str) -> bool:
    """Whether a recorded reaction is one that allergies have."""
    return name in _ALLERGIC
