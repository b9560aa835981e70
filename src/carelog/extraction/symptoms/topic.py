"""Where a complaint belongs that names no part of the body: "it still hurts"."""

from collections.abc import Sequence
from dataclasses import replace

from carelog.conversations.turns import Role
from carelog.extraction.symptoms.closer import PAINFUL
from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.symptoms.mentions import carries_site, placed
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.sites import Site, first_site, last_site, opening_site, owned_site
from carelog.extraction.symptoms.statements import Statement, Weight
from carelog.extraction.wordsets import word_set

_REACH = 10  # turns
_TOLD_BEFORE = 200  # statements; a text that names one complaint over and over shall not be read over and over
_WORDS_BACK = 200
_EXAMINING = 60  # words; in the examination sites follow fast on each other
_PLACING = word_set("in on around at near behind under across down along inside over")
_NEAR = 8  # statements
_LED = 2  # words
_LIKENED = 16  # words
_IN = 5  # words
_INJURED = word_set(
    "injured injure hurt twisted twist fell fall dropped drop hit banged rolled sprained broke cut burned bit struck"
)
_AS_WELL = word_set("too also and well even into")
_MINE = word_set("my this that mera meri mere मेरे मेरी मेरा")
_YOURS = word_set("your this that")
_THEIRS = word_set("his her their its")
_THE = _YOURS | {"the"}


def located(told: Statement, reply: Reading, lexicon: Lexicon) -> Statement:
    """The statement with the place that an answer names first: "where is it?" "My right knee." """
    mention = told.mention
    if mention.site is not None or not reply.words:
        return told
    stop = reply.utterance.sentences[0][1]
    site = first_site(reply.words, lexicon, stop)
    if site is None:
        return told
    again = first_site(reply.words, lexicon, stop, begin=site.end)
    if again is not None and again.name == site.name and len(again.said) > len(site.said):
        site = again  # "my shoulder, the right shoulder"
    if mention.bare:
        there = placed(mention, lexicon, site.name, site.said)
    elif mention.name == "joint pain" and mention.name != lexicon.concept(site.name, "pain"):
        there = replace(mention, name=lexicon.concept(site.name, "pain"), site=site.said)
    elif carries_site(mention.name):
        there = replace(mention, site=site.said)
    else:
        return told
    spans = (*told.spans, reply.quote(site.first, site.end))
    return replace(told, mention=there, spans=tuple(dict.fromkeys(spans)))


def with_site(
    bare: Statement, earlier: Sequence[Statement], readings: Sequence[Reading], lexicon: Lexicon
) -> Statement:
    """The statement placed at the last complaint's site, else at the part of the body last spoken of.

    Only what the subject says is placed, and never a denial: "no pain" may mean anywhere.
    """
    mention = bare.mention
    if mention.part and bare.polarity == "present" and bare.weight is Weight.ANSWER:
        return _elsewhere(bare, readings, lexicon)
    if not mention.bare or bare.polarity == "absent" or bare.weight < Weight.ANSWER:
        return bare
    if bare.weight is Weight.ANSWER and bare.position + 1 < len(readings):
        reply = readings[bare.position + 1]  # "any pain?" - "yes, in my left hip"
        site = _named_in_answer(reply, lexicon)
        if site is not None:
            return _put(bare, site, reply, lexicon)
        if mention.name == _TIGHT and _of_the_chest(earlier):
            return replace(bare, mention=placed(mention, lexicon, "chest", "chest"))
    elif (ahead := _ahead(bare, readings[bare.position], lexicon)) is not None:
        return _put(bare, ahead, readings[bare.position], lexicon)
    elif (just_asked := _just_asked(bare, earlier, readings, lexicon)) is not None:
        return _put(bare, just_asked, readings[bare.position - 1], lexicon)
    for other in reversed(earlier[-_TOLD_BEFORE:]):
        if other.polarity != "present":
            continue
        if other.mention.part and other.mention.site:
            there = placed(mention, lexicon, other.mention.part, other.mention.site)
            return replace(bare, mention=there, spans=(*bare.spans, other.spans[0]))
        if mention.name == "pain" and (other.mention.name.endswith((" pain", "ache")) or other.mention.name in PAINFUL):
            return bare  # the same one, told by its name before
    for reading in reversed(readings[max(0, bare.position + 1 - _REACH) : bare.position + 1]):
        role = reading.utterance.turn.role
        if len(reading.words) > _EXAMINING and role is Role.CLINICIAN:
            continue
        stop = mention.first if reading.position == bare.position else len(reading.words)
        asked_just_now = reading.position + 1 == bare.position  # "How's the hip?" - "It aches."
        owners = (_THE if asked_just_now else _YOURS) if role in (Role.CLINICIAN, Role.AGENT) else _MINE
        owners = owners | _THEIRS if role is Role.CARER else owners
        if reading.position == bare.position and role is Role.PATIENT:
            owners = owners | _THE  # "the left knee's worse, but they both ache"
        site = None
        if not owners.isdisjoint(reading.utterance.norms):
            site = last_site(reading.words, lexicon, stop, owners, begin=max(0, stop - _WORDS_BACK))
        if site is None and role in (Role.PATIENT, Role.CARER):
            site = opening_site(reading.words, lexicon, reading.utterance.sentences, stop)
        if site is not None:
            return _put(bare, site, reading, lexicon)
    return bare


def _of_the_chest(earlier: Sequence[Statement]) -> bool:
    """Whether the last complaints told are of the chest: "I've been wheezy" - "any tightness?"."""
    last = [other.mention.name for other in earlier[-_LED:]]
    return bool(last) and any(name in _OF_THE_CHEST for name in last)


_TIGHT = "stiffness"  # "tightness" without a place
_OF_THE_CHEST = frozenset(
    {"wheezing", "shortness of breath", "cough", "productive cough", "chest pain", "palpitations"}
)


def _named_in_answer(reply: Reading, lexicon: Lexicon) -> Site | None:
    """ "Any swelling?" - "In my left foot", "just around the ankles"."""
    words = reply.words
    if not words:
        return None
    stop = reply.utterance.sentences[0][1]
    site = owned_site(words, lexicon, stop, _MINE)
    if site is not None:
        return site
    site = owned_site(words, lexicon, stop, _THE)
    return site if site is not None and site.first > 1 and words[site.first - 2].norm in _PLACING else None


def _ahead(bare: Statement, reading: Reading, lexicon: Lexicon) -> Site | None:
    """ "It's throbbing, like a hot needle in the arch of my foot": the part that the sentence goes on to name."""
    mention = bare.mention
    stop = min(
        reading.sentence_of(mention)[1],
        mention.end + _LIKENED,
        *(other.first for other in reading.mentions if other.first >= mention.end),
    )
    words = reading.words
    if not any(word.norm == "like" for word in words[max(0, mention.first - 1) : stop]):
        return None
    site = last_site(words, lexicon, stop, _MINE, begin=mention.end)
    return site if site and any(word.norm == "in" for word in words[max(0, site.first - _IN) : site.first]) else None


def _just_asked(
    bare: Statement, earlier: Sequence[Statement], readings: Sequence[Reading], lexicon: Lexicon
) -> Site | None:
    """The part whose injury the question before is about: "when you hit your elbow?" - "it was swollen by night"."""
    if bare.weight is not Weight.OWN or bare.position == 0:
        return None
    if any(other.position >= bare.position - 1 and other.mention.part for other in reversed(earlier[-_NEAR:])):
        return None
    asking = readings[bare.position - 1]
    if asking.utterance.turn.role not in (Role.CLINICIAN, Role.AGENT) or _INJURED.isdisjoint(asking.utterance.norms):
        return None
    if len(asking.words) > _EXAMINING:
        return None
    if any(mention.site is not None for mention in asking.mentions):
        return None
    site = last_site(asking.words, lexicon, len(asking.words), _THE)
    return None if site is None or site.first in asking.named else site


def _elsewhere(asked: Statement, readings: Sequence[Reading], lexicon: Lexicon) -> Statement:
    """ "Any swelling in the legs?" - "A little in the feet": where the answer says that it is."""
    if asked.position + 1 == len(readings):
        return asked
    reply = readings[asked.position + 1]
    words = reply.words
    site = first_site(words, lexicon, reply.utterance.sentences[0][1]) if words else None
    if site is None or asked.mention.complaint is None:
        return asked
    led = [word.norm for word in words[max(0, site.first - _LED) : site.first + 1]]
    if "in" not in led or any(word.norm in _AS_WELL for word in words[: site.end + 2]):
        return asked
    spans = (*asked.spans, reply.quote(site.first, site.end))
    there = placed(replace(asked.mention, name=asked.mention.complaint), lexicon, site.name, site.said)
    return replace(asked, mention=there, spans=tuple(dict.fromkeys(spans)))


def _put(bare: Statement, site: Site, named_in: Reading, lexicon: Lexicon) -> Statement:
    spans = (*bare.spans, named_in.quote(site.first, site.end))
    there = placed(bare.mention, lexicon, site.name, site.said)
    return replace(bare, mention=there, spans=tuple(dict.fromkeys(spans)))
