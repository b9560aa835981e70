"""What somebody says they are about to do to another, or another to them."""

from collections.abc import Iterator, Sequence
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.urgency.mention import Mention
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.whose import is_relative
from carelog.extraction.wordsets import word_set

SIGN: Final = "homicidal ideation"
OF_SUBJECT: Final = "threatened with death"

_KILLING: Final = word_set("kill shoot stab strangle murder")
_HURTING: Final = word_set("hurt harm hurting harming killing shooting stabbing")
TRIGGERS: Final = _KILLING | _HURTING

_INTENDED: Final = phrase_set(
    """
    going to | gonna | gon na | want to | wants to | wanna | wan na | plan to | planning to | about to | will | i'll |
    he'll | she'll | tells me to | telling me to | tell me to | told me to | threatened to | threatens to |
    threatening to
    """
)
_FELT: Final = phrase_set(
    """
    want to | wants to | wanna | wan na | feel like | thoughts of | thinking of | thinking about | think about |
    think of | urges to | urge to | plan to | planning to | scared i'll | scared i might | afraid i'll |
    afraid i might | worried i'll | worried i might | scared that i'll | afraid that i'll | scared i'm going to |
    afraid i'm going to | worried i'm going to
    """
)
_ARMED: Final = word_set("knife gun pistol rifle shotgun axe machete threatened threatens threatening")
_EARNEST: Final = _ARMED | word_set("tonight tomorrow seriously literally swear plan planned planning voice voices")
_SOMEONE: Final = word_set("him her them somebody someone people everyone everybody")
_PERSONS: Final = word_set(
    "neighbor neighbour boss landlord manager teacher coworker ex man woman guy doctor nurse baby kids children family"
)
_ANIMALS: Final = word_set("dog cat pet puppy kitten horse")
_OWNERS: Final = word_set("my his the that this our")
_OWN: Final = word_set("i i'm i've i'll i'd im ive me")
_THEIRS: Final = word_set("he she he's she's he'll she'll")
_IN_PLAY: Final = word_set(
    """
    game games film movie photo photos camera video pictures email text message hoops chess nerf paintball laser haha
    hahaha lol kidding joking jk feelings
    """
)
_REACH: Final = 6
_SUBJECT_REACH: Final = 8


def threats(utterance: Utterance) -> Iterator[Mention]:
    """ "I'm going to shoot him tonight", "I want to hurt my wife", "he says he'll kill me, he has a gun".

    "I'm going to kill him" alone is said every day and in jest: it counts with a time, a weapon, or an oath.
    """
    if utterance.norms.isdisjoint(TRIGGERS) or not utterance.norms.isdisjoint(_IN_PLAY):
        return
    words = utterance.words
    for i, word in enumerate(words):
        if word.norm not in TRIGGERS or (word.norm == "kill" and utterance.norms.isdisjoint(_EARNEST)):
            continue
        begin = utterance.sentence_at(i)[0]
        meant = _FELT if word.norm in _HURTING else _INTENDED
        subject = _subject(utterance, max(begin, i - _SUBJECT_REACH), i)
        if subject is None or all(meant.at(words, k) is None for k in range(max(begin, i - _REACH), i)):
            continue
        if any(is_negative(denying) for denying in words[subject:i]):
            continue
        end = _victim(words, i + 1)
        if (words[subject].norm in _OWN) == (utterance.turn.role is Role.CARER):
            if _is_of_speaker(utterance, i):
                yield Mention(OF_SUBJECT, i, i + 2, as_plan=True)
        elif end is not None:
            yield Mention(SIGN, i, end, as_plan=True)


def _subject(utterance: Utterance, begin: int, i: int) -> int | None:
    """The nearest word before word `i` that says who is to do it."""
    for k in range(i - 1, begin - 1, -1):
        norm = utterance.words[k].norm
        if norm in _OWN or norm in _THEIRS or is_relative(norm):
            return k
    return None


def _victim(words: Sequence[Word], i: int) -> int | None:
    """Where the words end, from word `i` on, that name a person; None where they name none."""
    norms = [word.norm for word in words[i : i + 3]]
    if norms[:1] and norms[0] in _SOMEONE:
        return None if norms[1:2] in (["a"], ["an"]) else i + 1  # "shoot him an email"
    for k in (1, 2):
        if norms[:1] and norms[0] in _OWNERS and norms[k : k + 1] and _is_person(norms[k]):
            return i + k + 1
    return None


def _is_of_speaker(utterance: Utterance, i: int) -> bool:
    """ "Kill me", of another who has a weapon or threatens."""
    if utterance.turn.role is Role.CARER or utterance.words[i].norm not in _KILLING:
        return False
    following = utterance.words[i + 1 : i + 2]
    return bool(following) and following[0].norm == "me" and not utterance.norms.isdisjoint(_ARMED)


def _is_person(norm: str) -> bool:
    return norm in _PERSONS or (is_relative(norm) and norm not in _ANIMALS)
