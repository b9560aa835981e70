"""Where a complaint belongs that names no part of the body: "it still hurts"."""

from collections.abc import Sequence
from dataclasses import replace

from carelog.conversations.turns import Role
from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.symptoms.mentions import last_site, placed
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.statements import Statement, Weight
from carelog.extraction.wordsets import word_set

_REACH = 6  # turns
_EXAMINING = 60  # words; in the examination sites follow fast on each other
_MINE = word_set("my this that mera meri mere मेरे मेरी मेरा")
_YOURS = word_set("your this that")


def with_site(
    bare: Statement, earlier: Sequence[Statement], readings: Sequence[Reading], lexicon: Lexicon
) -> Statement:
    """The statement placed at the last complaint's site, else at the part of the body last spoken of.

    Only what the subject says is placed, and never a denial: "no pain" may mean anywhere.
    """
    mention = bare.mention
    if not mention.bare or bare.polarity == "absent" or bare.weight < Weight.ANSWER:
        return bare
    if bare.weight is Weight.ANSWER and bare.position + 1 < len(readings):
        reply = readings[bare.position + 1]  # "any pain?" - "yes, in my left hip"
        site = last_site(reply.words, lexicon, reply.utterance.sentences[0][1], _MINE) if reply.words else None
        if site is not None:
            there = placed(mention, lexicon, site.name, site.said)
            return replace(
                bare, mention=there, spans=tuple(dict.fromkeys((*bare.spans, reply.quote(site.first, site.end))))
            )
    for other in reversed(earlier):
        if other.polarity == "present" and other.mention.part and other.mention.site:
            there = placed(mention, lexicon, other.mention.part, other.mention.site)
            return replace(bare, mention=there, spans=(*bare.spans, other.spans[0]))
    for reading in reversed(readings[max(0, bare.position + 1 - _REACH) : bare.position + 1]):
        role = reading.utterance.turn.role
        if len(reading.words) > _EXAMINING and role is Role.CLINICIAN:
            continue
        stop = mention.first if reading.position == bare.position else len(reading.words)
        site = last_site(reading.words, lexicon, stop, _YOURS if role in (Role.CLINICIAN, Role.AGENT) else _MINE)
        if site is not None:
            there = placed(mention, lexicon, site.name, site.said)
            return replace(
                bare, mention=there, spans=tuple(dict.fromkeys((*bare.spans, reading.quote(site.first, site.end))))
            )
    return bare
