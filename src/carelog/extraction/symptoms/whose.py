"""Who tells of a symptom, and whether it is told of the subject, of now and as a fact."""

from collections.abc import Sequence
from itertools import pairwise

from carelog.conversations.turns import Role
from carelog.extraction.clauses import subject_clause
from carelog.extraction.exchange import open_questions, questions, same_speaker
from carelog.extraction.negation import Clause
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms import context, persons
from carelog.extraction.symptoms.lexicon import lexicon
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set

_YOU = word_set("you your you've you're you'd")
_ELLIPSIS = 6  # words
_THERE = word_set("there's there")
_ANYONE = word_set("anyone anybody someone somebody who everyone everybody")
_YOURSELF = phrase_set(
    """
    how are you yourself | are you yourself | about yourself | and yourself | you coping | you holding up | you
    managing |
    and you , how | are you sleeping yourself | looking after yourself
    """
)
_AROUND = word_set("else home house household family school daycare nursery around")
_THINKING = phrase_set("i think | i suspect | i believe | i guess")
_ONE_SUPPOSITION = 40  # words
_MAY = word_set("can could may might will would sometimes")
_BRINGING_ON = word_set("make cause give leave")


def asked_for_others(readings: Sequence[Reading], position: int) -> bool:
    """Whether the turn answers "anyone ill at home?": then those it names are no subject, whoever speaks."""
    if position == 0 or same_speaker(readings[position - 1].utterance, readings[position].utterance):
        return False
    norms = readings[position - 1].utterance.norms
    return not (_ANYONE.isdisjoint(norms) or _AROUND.isdisjoint(norms))


def of_third_person(reading: Reading, mention: Mention) -> bool:
    said = subject_clause(reading.words, reading.clauses, reading.clause_of(mention))
    return persons.is_third_person(reading.words, said, mention.first) or persons.names_kin(reading.words, said)


def asked_of_carer(readings: Sequence[Reading], position: int) -> bool:
    """Whether a carer answers "and how are you yourself?"."""
    if position == 0 or readings[position].utterance.turn.role is not Role.CARER:
        return False
    asking = readings[position - 1].utterance
    if same_speaker(asking, readings[position].utterance) or _YOU.isdisjoint(asking.norms):
        return False
    return any(_YOURSELF.at(asking.words, i) is not None for q in open_questions(asking) for i in range(q.first, q.end))


def of_subject_now(reading: Reading, said: Clause, mention: Mention, observer: bool) -> bool:
    """Said of the subject, of the present, and as a fact."""
    words = reading.words
    if reading.utterance.turn.role is Role.CARER:
        own = reading.clause_of(mention)
        if any(word.norm in _THERE for word in words[own[0] : mention.first]):
            said = own  # "I stripped him off to look, and there's no rash"
        named = (said[0], mention.first) if persons.is_felt_in_hindi(words, said, mention.first) else said
        if persons.is_first_person(words, said, mention.first) and not persons.names_kin(words, named):
            return False
    elif (
        _of_somebody_named(reading, mention)
        or _goes_on_of_other(reading, mention)
        or persons.is_of_other(words, said, mention.first)
        or (reading.utterance.turn.role is Role.PATIENT and persons.is_anothers(words, mention.first, mention.end))
        or (not observer and _third_person(reading, said, mention))
    ):
        return False
    if context.is_conditional(reading.utterance, mention.end):
        return False
    if not observer and context.is_quoted(words, mention.end, reading.sentence_of(mention)[1]):
        return False
    if context.is_last_time(words, mention.first) or (mention.bare and persons.is_felt_by_other(words, mention.end)):
        return False
    return not (context.is_past(words, said, reading.clauses) or _supposed(reading, said, mention, observer))


def _goes_on_of_other(reading: Reading, mention: Mention) -> bool:
    """ "My wife has a cough. Also a fever.": a sentence without a subject takes that of the one before."""
    first, end = reading.sentence_of(mention)
    words = reading.words
    if not first or words[first].norm not in ("also", "plus") or end - first > _ELLIPSIS:
        return False
    before = [other for other in reading.mentions if other.end <= first]
    return bool(before) and persons.is_of_other(words, reading.clause_of(before[-1]), before[-1].first)


def _of_somebody_named(reading: Reading, mention: Mention) -> bool:
    """ "Theo has a fever", not "stomach has cramps"."""
    if reading.utterance.turn.role is not Role.PATIENT:
        return False
    words, first = reading.words, reading.sentence_of(mention)[0]
    name = persons.somebody_named(reading.utterance.text, words, first, mention.first)
    return (
        name is not None and words[name].norm not in lexicon().first_words and lexicon().sites.at(words, name) is None
    )


def speaks_as_subject(readings: Sequence[Reading], position: int) -> bool:
    """Whether a turn answers a question put to "you" by another: whoever answers about themself is the subject.

    Transcripts made from sound give turns to the wrong speaker now and then, or swap the two.
    """
    if position == 0:
        return False
    asking, here = readings[position - 1].utterance, readings[position].utterance
    if same_speaker(asking, here):
        return False
    if not open_questions(asking):
        return False
    return any(word.norm in _YOU for q in questions(asking)[-2:] for word in asking.words[q.first : q.end])


def of_oneself(reading: Reading) -> bool:
    """Whether the turn tells of its speaker, and of nobody spoken to."""
    words = reading.words
    return persons.is_first_person(words, (0, len(words)), len(words)) and not any(w.norm in _YOU for w in words)


def answers_itself(reading: Reading, clause: Clause) -> bool:
    """Whether the clause belongs to an "I ..." that follows a question of the same turn: transcripts merge turns."""
    for earlier in reversed([c for c in reading.clauses if c[0] <= clause[0]]):
        if any(question.end == earlier[0] for question in reading.questions):
            return True
        if not persons.is_first_person(reading.words, earlier, earlier[1]):
            return False
    return False


def observes(reading: Reading, said: Clause, mention: Mention) -> bool:
    role = reading.utterance.turn.role
    if role in (Role.CLINICIAN, Role.AGENT):
        return True
    words = reading.words
    to_you = any(
        words[i].norm in _YOU and words[i + 1].norm != "know" for i in range(said[0], min(mention.first, said[1] - 1))
    )
    if role is Role.UNKNOWN:
        return to_you
    # "If you start to get nausea": no patient talks so, but transcripts mix speakers up.
    return to_you and not persons.is_first_person(words, said, mention.first)


def _third_person(reading: Reading, said: Clause, mention: Mention) -> bool:
    """Said of somebody else than the speaker. Who is known to be the patient calls nobody but others "he" or "she"."""
    if not persons.is_third_person(reading.words, said, mention.first):
        return False
    owned = mention.first > 0 and reading.words[mention.first - 1].norm in ("his", "her")
    if owned and reading.utterance.turn.role is Role.PATIENT:
        return True
    return _kin_before(reading, said) or (
        reading.utterance.turn.role is Role.PATIENT and persons.is_he_or_she(reading.words, said, mention.first)
    )


def _kin_before(reading: Reading, said: Clause) -> bool:
    """Whether shortly before somebody else was named, whom "he" or "she" then means."""
    earlier = [clause for clause in reading.clauses if clause[1] <= said[0]][-3:]
    return any(persons.names_kin(reading.words, clause) for clause in earlier)


def _supposed(reading: Reading, said: Clause, mention: Mention, observer: bool) -> bool:
    if context.is_supposed(reading.words, said, mention.first, observer=observer):
        return True
    if not observer:
        return False
    if _THINKING.at(reading.words, max(0, said[0] - 2)) is not None:
        return True  # "I think | you're retaining fluid" is what the clinician makes of it
    # In a clinician's speech a supposition colours what follows: "if it gets worse | or you have a fever". Where nobody
    # punctuates, a sentence is a whole turn, and it colours only what is near.
    sentence = reading.sentence_of(mention)
    before = [c for c in reading.clauses if sentence[0] <= c[0] and c[1] <= said[0]]
    if sentence[1] - sentence[0] > _ONE_SUPPOSITION:
        before = before[-2:]
    if any(_may_bring_on(reading, c) for c in before):
        return True
    return any(context.is_supposed(reading.words, c, c[1], observer=False) for c in before)


def _may_bring_on(reading: Reading, clause: Clause) -> bool:
    """ "These tablets can make | you feel drowsy"."""
    norms = [word.norm for word in reading.words[clause[0] : clause[1]]]
    return any(one in _MAY and other in _BRINGING_ON for one, other in pairwise(norms))
