"""Where a pain goes: "does it travel anywhere?" "Down my left leg." """

from collections.abc import Sequence
from typing import Final

from carelog.extraction.exchange import AnswerKind, open_questions, read_answer, same_speaker
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.sites import first_site
from carelog.extraction.symptoms.statements import Statement, Weight
from carelog.extraction.wordsets import word_set

_GOING: Final = phrase_set(
    """
    travel | travels | radiate | radiates | radiating | spread | spreads | go anywhere | goes anywhere | move anywhere |
    moves anywhere | going anywhere | go down | shoot | shoots | go into | go to | anywhere else
    """
)
_GOING_WORDS: Final = word_set(
    "travel travels radiate radiates radiating spread spreads go goes move moves going shoot shoots anywhere"
)
_SHORT: Final = 14  # words
_REACH: Final = 4  # Turns back to the pain.


def radiating(
    found: Sequence[Statement], readings: Sequence[Reading], position: int, lexicon: Lexicon
) -> list[Statement]:
    """The pain that the answer to a turn's question puts in a further part of the body."""
    if position + 1 == len(readings) or not found or position - found[-1].position > _REACH:
        return []
    asking, reply = readings[position].utterance, readings[position + 1]
    if _GOING_WORDS.isdisjoint(asking.norms):
        return []
    pain = next((told for told in reversed(found) if told.polarity == "present" and told.mention.complaint), None)
    if pain is None or position - pain.position > _REACH or same_speaker(asking, reply.utterance) or not reply.words:
        return []
    questions = open_questions(asking)
    if not any(_GOING.at(asking.words, i) is not None for q in questions for i in range(q.first, q.end)):
        return []
    answer = read_answer(reply.utterance, position + 1)
    if answer is None or answer.kind is AnswerKind.NO or reply.mentions:
        return []
    end = reply.utterance.sentences[0][1]
    site = first_site(reply.words, lexicon, end)
    if end > _SHORT or any(is_negative(word) for word in reply.words[:end]):
        return []  # "it doesn't go into my shoulder, it stays at the elbow"
    if site is None or site.name == pain.mention.part:
        return []
    name = lexicon.concept(site.name, "pain")
    there = Mention(name, site.first, site.end, site.first, site=site.said, part=site.name, complaint="pain")
    spans = (reply.quote(site.first, site.end), pain.spans[0])
    return [Statement(there, "present", Weight.ANSWER, position + 1, spans)]
