"""Whom and what a question and its reply are about: the subject's symptoms of now, or something else."""

from collections.abc import Sequence

from carelog.conversations.turns import Role
from carelog.extraction.clauses import subject_clause
from carelog.extraction.exchange import Answer, AnswerKind, Question, QuestionForm, read_answer, same_speaker
from carelog.extraction.exchange_fillers import AUXILIARIES
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms import context, persons
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_BRINGING_ON = word_set("bring make cause set trigger start worsen give")
_ASKED_ABOUT = word_set("ask asked tell told talk talked speak spoke mention warn warned explain explained")
_WONDERING = word_set("question questions")
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
_TRIFLES = word_set(
    "team football cricket soccer rugby baseball basketball golf match game weather traffic news politics politicians "
    "government election cooking singing handwriting garden lawn wifi internet computer computers"
)
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
    """ "Any dizziness?" - "He does, I don't", "yes, my son", "it was my wife who had that": the patient's answer is of
    another."""
    words = reply.words
    if reply.utterance.turn.role is not Role.PATIENT:
        return False
    if words[0].norm in _CLEFT and persons.names_kin(words, (0, min(_FEW, len(words)))):
        return words[1].norm in _CLEFT_IS or words[0].norm in ("it's", "that's")
    if answer.kind is not AnswerKind.YES:
        return False
    if words[answer.first].norm in ("he", "she") and words[answer.rest - 1].norm in AUXILIARIES:
        return True
    at = answer.rest
    while at < len(words) and words[at].norm in _BEFORE_KIN:
        at += 1
    end = next((stop for first, stop in reply.utterance.sentences if answer.rest <= stop), len(words))
    own = persons.is_first_person(words, (at + 1, end), end)
    return at < end and not own and persons.names_kin(words, (at, at + 1)) and _ends_with_kin(words, at + 1)


def of_oneself_instead(reply: Reading) -> bool:
    """ "He doesn't, I do"."""
    said = [word.norm for word in reply.words[slice(*reply.utterance.sentences[0])] if word.norm.isalpha()]
    return said[:1] in (["he"], ["she"], ["they"]) and said[-2:-1] == ["i"] and said[-1] in AUXILIARIES


def of_harm_to_others(asking: Reading) -> bool:
    """ "Any thoughts of hurting others?" - "Yes, my brother": whom, and not whose."""
    return any(mention.name == "homicidal ideation" for mention in asking.mentions)


def _ends_with_kin(words: Sequence[Word], at: int) -> bool:
    return at >= len(words) or not words[at].norm.isalpha() or words[at].norm in _DOES


_CLEFT = word_set("it it's that that's")
_CLEFT_IS = word_set("was is were my")
_BEFORE_KIN = word_set(", my our the mere meri mera hamare मेरे मेरी मेरा")
_DOES = word_set("ko को does do did has had is was")


def asks_back(reply: Reading) -> bool:
    """ "Yes what?" answers nothing."""
    first, end = reply.utterance.sentences[0]
    said = [word.norm for word in reply.words[first:end]]
    return len(said) <= _FEW and said[-1:] == ["?"] and said[-2:-1] in (["what"], ["which"])


def only_another(reply: Reading, answer: Answer) -> bool:
    """ "Vomiting?" - "Only the cat.", "have you felt hopeless?" - "Only about my football team." """
    words = reply.words
    first, end = reply.utterance.sentences[0]
    opened = answer.kind is AnswerKind.ONLY or words[first].norm in ("only", "just")
    if not opened or end - first > _FEW + 1:
        return False
    trifle = any(word.norm == "about" for word in words[first:end]) and any(
        word.norm in _TRIFLES for word in words[first:end]
    )
    return trifle or (end - first <= _FEW and persons.names_another(words, (answer.first, end)))


def is_denied_on_reading_back(readings: Sequence[Reading], position: int) -> bool:
    """ "You said no chest pain. Is that correct?" - "No." """
    if position + 1 == len(readings):
        return False
    words, (first, end) = readings[position].words, readings[position].utterance.sentences[-1]
    reply = readings[position + 1].utterance
    if end - first > _FEW or _IS_RIGHT.at(words, first) is None or same_speaker(readings[position].utterance, reply):
        return False
    answer = read_answer(reply, position + 1) if reply.words else None
    return answer is not None and answer.kind is AnswerKind.NO


_IS_RIGHT = phrase_set(
    """
    is that correct | is that right | is this correct | is this right | is that so | correct | right | did i get
    that right | have i got that right | do i have that right
    """
)


def speaks_for_another(readings: Sequence[Reading], position: int) -> bool:
    """ "I'm calling for my husband.", "it's about my mother.": what this patient tells without saying whose it is."""
    here = readings[position].utterance
    if here.turn.role is not Role.PATIENT:
        return False
    opening = readings[: min(position + 1, _OPENING_TURNS)]
    return any(_calls_for_another(reading) and same_speaker(reading.utterance, here) for reading in opening)


def _calls_for_another(reading: Reading) -> bool:
    norms = reading.utterance.norms
    if "my" not in norms or norms.isdisjoint(_CALLS) or persons.KIN.isdisjoint(norms):
        return False
    words = reading.words
    for first, end in reading.utterance.sentences:
        calls = next((match for i in range(first, end) if (match := _CALLING.at(words, i)) is not None), None)
        if calls is None:
            continue
        at = next(i for i in range(first, end) if _CALLING.at(words, i) is not None) + calls[0]
        closes = at + 1 >= len(words) or not words[at + 1].norm.isalpha()
        if at < end and persons.names_kin(words, (at, at + 1)) and (closes or words[at - 2].norm in _CALLED_FOR):
            return True
    return False


def of_speaker(reading: Reading, mention: Mention) -> bool:
    """Whether the clause says that it is the speaker's own."""
    first, end = reading.clause_of(mention)
    return persons.is_first_person(reading.words, (first, end), end)


_OPENING_TURNS = 6
_CALLS = word_set("calling call ringing phoning about it's behalf here")
_CALLED_FOR = word_set("for about of")
_CALLING = phrase_set(
    """
    calling for my | calling about my | calling on behalf of my | calling in for my | ringing for my | ringing
    about my |
    phoning about my | phoning for my | it's about my | it's my | it's for my | call is about my | here for my |
    on behalf of my
    """
)


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
    if "about" in led and not led.isdisjoint(_WONDERING):
        return True  # "any questions about the rash?"
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
        persons.is_of_other(reading.words, clause, mention.first)
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
    own = persons.is_first_person(reply.words, said, said[1])
    if reply.utterance.turn.role is Role.CARER and own and not persons.names_kin(reply.words, said):
        return True  # "Any cough?" - "No, I'm the one with the cough"
    if reply.utterance.turn.role is Role.PATIENT and not own and persons.is_he_or_she(reply.words, said, mention.first):
        return True  # "... My wife moved to the guest room. She snores too."
    return persons.is_of_other(reply.words, said, mention.first)


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
    if reply.words[0].norm in ("that", "that's", "it") and persons.names_kin(
        reply.words, (0, min(6, len(reply.words)))
    ):
        return any(word.norm in ("was", "that's", "is") for word in reply.words[:2])
    if reply.words[0].norm in _NO and any(word.norm == "both" for word in reply.words[1:6]):
        return True  # "So no pain and no fever." - "No, I've got both."
    return reply.words[0].norm in _NO and any(word.norm in _SAYS_WHO for word in reply.words[1:6])
