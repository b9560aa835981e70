"""Whom and what a question and its reply are about: the subject's symptoms of now, or something else."""

from collections.abc import Sequence

from carelog.conversations.turns import Role
from carelog.extraction.exchange import Answer, AnswerKind, Question, QuestionForm, read_answer, same_speaker
from carelog.extraction.exchange_fillers import AUXILIARIES
from carelog.extraction.negation import subject_clause
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms import context
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_BRINGING_ON = word_set("bring make cause set trigger start worsen give")
_ASKED_ABOUT = word_set("ask asked tell told talk talked speak spoke mention warn warned explain explained")
_ANYBODY = word_set("anyone anybody someone somebody everyone everybody")
_AT_HOME = word_set("home house household family work school else around")
_DOING = word_set(
    "hear eat eaten drink drunk live lived sleep slept take taken taking smoke smoked drive work someone somebody "
    "anyone breakfast lunch dinner check checked call called see seen go gone been"
)
_FEW = 6  # words
_WRONG = phrase_set(
    """
    you assume wrong | you assumed wrong | you're wrong | that's wrong | wrong . | wrong , | incorrect | not true |
    that's not true | that's not right | that is wrong | that's incorrect | you thought wrong | not so |
    you've got that wrong | you have that wrong
    """
)
_BESIDE_ME = word_set(
    "yes yeah yep no just only but it's its it is and well oh um uh actually sir doctor haan one nobody noone"
)
_ONE_REMARK = 16  # words; transcripts without punctuation run a whole examination together
_NO = word_set("no nope nah")
_SAYS_WHO = word_set("that that's was wasn't it's not isn't never didn't don't haven't")


def of_other_matter(reading: Reading, last: Question) -> bool:
    """Whether the last thing asked is no symptom: "any pain? And did you eat breakfast?" - "Yes, two eggs"."""
    asks_you = last.first + 1 < last.end and reading.words[last.first + 1].norm == "you"
    if last.form is not QuestionForm.POLAR or not asks_you:
        return False
    if any(last.first <= mention.first < last.end for mention in reading.mentions):
        return False
    return any(word.norm in _DOING for word in reading.words[last.first : last.end])


def of_somebody_else(reply: Reading, answer: Answer) -> bool:
    """ "Any dizziness?" - "He does, I don't": the patient's yes is of another."""
    if reply.utterance.turn.role is not Role.PATIENT or answer.kind is not AnswerKind.YES:
        return False
    return reply.words[answer.first].norm in ("he", "she") and reply.words[answer.rest - 1].norm in AUXILIARIES


def only_another(reply: Reading, answer: Answer) -> bool:
    """ "Vomiting?" - "Only the cat." """
    rest = (answer.first, reply.utterance.sentences[0][1])
    few = rest[1] - rest[0] <= _FEW
    return few and answer.kind is AnswerKind.ONLY and context.names_another(reply.words, rest)


def is_put_right(readings: Sequence[Reading], position: int) -> bool:
    """ "I assume you don't have a fever." - "You assume wrong." """
    if position + 1 == len(readings) or same_speaker(readings[position].utterance, readings[position + 1].utterance):
        return False
    words = readings[position + 1].words
    return bool(words) and _WRONG.at(words, 0) is not None


def is_occasion(reading: Reading, mention: Mention) -> bool:
    """ "Is there any blood when you cough?" asks for the blood."""
    before = [word.norm for word in reading.words[max(0, mention.first - 2) : mention.first]]
    if before[-1:] == ["does"] and any(w.norm in _BRINGING_ON for w in reading.words[mention.end : mention.end + 1]):
        return True  # "does stress bring on the headaches"
    return before in (["when", "you"], ["if", "you"], ["whenever", "you"], ["while", "you"], ["after", "you"])


def asks_around(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Did the doctor ask you about chest pain?", "does anyone at home have a fever?", "before the operation, did you
    have back pain?": of no symptom that there is now."""
    words = reading.words
    led = {word.norm for word in words[question.first : mention.first]}
    if not led.isdisjoint(_ASKED_ABOUT) and "about" in led and any(n in led for n in ("did", "has", "have")):
        return True
    if not led.isdisjoint(_ANYBODY):
        return not _AT_HOME.isdisjoint(word.norm for word in words[question.first : question.end])
    begin = reading.sentence_of(mention)[0]
    before = [word.norm for word in words[begin : question.first + 1]]
    return before[:1] == ["before"] and before[-1:] in (["did"], ["were"], ["was"])


def of_subject(reading: Reading, question: Question, mention: Mention) -> bool:
    if asks_around(reading, question, mention):
        return False
    clause = (question.first, question.end)
    if question.form is not QuestionForm.STATED and context.is_supposed(
        reading.words, clause, mention.first, observer=False, asked=True
    ):
        return False
    return not (
        context.is_of_other(reading.words, clause, mention.first)
        or context.is_past(reading.words, reading.clause_of(mention), reading.clauses)
    )


def of_oneself(reply: Reading) -> Polarity | None:
    """What "yes, me" and "yes, but not me" say to "does anyone at home have a fever?"."""
    first, end = reply.utterance.sentences[0]
    said = " ".join(w.norm for w in reply.words[first:end] if w.norm.isalpha() and w.norm not in _BESIDE_ME)
    if said in ("me", "me too", "myself", "i do", "i have", "i am", "main", "mujhe", "mujhe hai"):
        return "present"
    if {"and", "me"} <= {w.norm for w in reply.words[first:end]} and "not" not in said:
        return "present"  # "my wife and me"
    return "absent" if said in ("not me", "not i", "not myself") else None


def of_another(reply: Reading, mention: Mention) -> bool:
    """ "Any seizures?" "No. My cousin has seizures." """
    said = subject_clause(reply.words, reply.clauses, reply.clause_of(mention))
    own = context.is_first_person(reply.words, said, said[1])
    if reply.utterance.turn.role is Role.CARER and own and not context.names_kin(reply.words, said):
        return True  # "Any cough?" - "No, I'm the one with the cough"
    if reply.utterance.turn.role is Role.PATIENT and not own and context.is_he_or_she(reply.words, said, mention.first):
        return True  # "... My wife moved to the guest room. She snores too."
    return context.is_of_other(reply.words, said, mention.first)


def is_contradicted(readings: Sequence[Reading], position: int, mention: Mention) -> bool:
    """ "So you've had chest pain for two days." "No, that was my husband." """
    last = readings[position].utterance.sentences[-1]
    if position + 1 == len(readings) or not last[0] <= mention.first < last[1] or last[1] - last[0] > _ONE_REMARK:
        return False
    reply = readings[position + 1].utterance
    if same_speaker(readings[position].utterance, reply) or not reply.words:
        return False
    if reply.words[0].norm == "i":  # "You've been confused." "I have not!"
        answer = read_answer(reply, position + 1)
        return answer is not None and answer.kind is AnswerKind.NO
    if reply.words[0].norm in ("that", "that's", "it") and context.names_kin(
        reply.words, (0, min(6, len(reply.words)))
    ):
        return any(word.norm in ("was", "that's", "is") for word in reply.words[:2])
    if reply.words[0].norm in _NO and any(word.norm == "both" for word in reply.words[1:6]):
        return True  # "So no pain and no fever." - "No, I've got both."
    return reply.words[0].norm in _NO and any(word.norm in _SAYS_WHO for word in reply.words[1:6])
