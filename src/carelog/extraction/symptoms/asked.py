"""What a question and its answer say together of the symptoms that are asked about."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

from carelog.conversations.turns import Role
from carelog.extraction.claims import Asked, asks_carer_of_self
from carelog.extraction.exchange import (
    Answer,
    AnswerKind,
    Question,
    QuestionForm,
    answer_to,
    answer_within,
    open_questions,
)
from carelog.extraction.exchange_fillers import skip_fillers
from carelog.extraction.negation import Denial, denial, is_over
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms import context
from carelog.extraction.symptoms.details import duration, severity_said, trend
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.statements import Statement, Weight, statement
from carelog.extraction.utterances import PhraseTable
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity


class _Sought(Enum):
    """What a question wants to know about a symptom that it names."""

    WHETHER = "whether"  # "have you had a cough"
    END = "end"  # "has the cough gone away"
    MORE = "more"  # "is the cough better", "did that help with the cough": that there is one is taken as known


_IT = word_set("it it's they they've they're that that's")
_ENDING = word_set("gone away resolved stopped cleared subsided over disappeared")
_AMOUNT = word_set("down up worse better")
_CHANGING = word_set(
    """
    better worse improve improved improving worsened worsening same constant radiate radiates spread
    down up easing come comes
    """
)
_DEALING = word_set(
    """
    know knew take takes taken taking took tried try trying help helps helped helping use used using
    treat treated cause causes caused mean means explain understand better worse
    """
)
_FRAGMENT_WORDS = word_set("and or , . the a okay ok alright then any")
_OR = word_set("or ya या")
_TAKING_FOR_GRANTED = frozenset(
    {"how long", "how bad", "how severe", "how often", "how many", "how is", "how are", "when did", "where is"}
    | {"what makes", "what brings", "what brought"}
)
_REST_FINE = """
    everything else is fine | everything else is okay | everything else is good | everything else has been okay |
    everything else has been fine | everything else has been good | everything else is normal | nothing else |
    nothing other than that | other than that no | otherwise no | otherwise nothing | otherwise fine |
    otherwise i'm fine | otherwise okay | but no mostly | but no just | but no nothing
    """
_REST_IS_FINE = phrase_set(_REST_FINE)
_NO_MORE = phrase_set(
    _REST_FINE
    + """
    | that's it | that's all | that is all | that is it | none of the others |
    not the others | not the rest | the others no | the others , no | the other one no | the other one , no |
    the other two no | the other two , no | the other three , no | the other no | the other , no | the rest no |
    the rest , no | the others are fine | the other two are fine | none of the rest |
    aur kuch nahi | bas itna hi | और कुछ नहीं
    """
)
_GOING_ELSEWHERE = word_set("to home out through by for on in back taking doing")
_OBJECTING = word_set("actually well but")
_POINTING = word_set("here there press pressing push touch")
_OPENING = 4  # Words within which a reply's first complaint must be named.
_DEFINITE = word_set("the this that your these those")


def asked(readings: Sequence[Reading], position: int) -> Iterator[Statement]:
    """The statements that a turn's questions make with the answer within the turn or in the next speaker's."""
    reading = readings[position]
    if not reading.mentions:
        return
    within = {id(s.mention): s for s in _answered_within(reading)}
    yield from within.values()
    if reading.utterance.turn.role in (Role.PATIENT, Role.CARER):
        return
    opened = open_questions(reading.utterance) or _fragment(reading)
    answer = answer_to([r.utterance for r in readings[position : position + 2]], 0, opened) if opened else None
    if answer is None:
        return
    about = [
        (question, mention)
        for question in opened
        for mention in reading.mentions
        if id(mention) not in within and question.first <= mention.first < question.end
    ]
    yield from _answered(reading, readings[position + 1], about, answer)


def _answered_within(reading: Reading) -> Iterator[Statement]:
    for question in reading.questions:
        answer = answer_within(reading.utterance, question, reading.position)
        if answer is None or question.form is QuestionForm.OPEN:
            continue
        for mention in reading.mentions:
            if not question.first <= mention.first < question.end or mention.end > answer.first:
                continue
            clause = reading.clause_of(mention)
            polarity = _polarity(answer, denied=False, named=False)
            if polarity is not None and not context.is_of_other(reading.words, clause, mention.first):
                yield statement(reading, mention, clause, polarity, Weight.ANSWER, answer)


def _answered(
    reading: Reading, reply: Reading, about: Sequence[tuple[Question, Mention]], answer: Answer
) -> Iterator[Statement]:
    replied = {mention.name for mention in reply.mentions}
    named = any(mention.name in replied for _, mention in about)
    for question, mention in about:
        if asks_carer_of_self(reading.utterance, Asked(question.first, question.end, True), reply.utterance):
            continue
        # The reply's own words about a symptom are read as a statement.
        if mention.name in replied or _of_a_spot(reading, mention):
            continue
        if not _of_subject(reading, question, mention):
            continue
        clause = reading.clause_of(mention)
        sought = _sought(reading, question, mention)
        if sought is _Sought.END:
            ended = answer.kind is AnswerKind.YES or _ends(reply)
            if ended or answer.kind is AnswerKind.NO:
                yield statement(reading, mention, clause, "absent" if ended else "present", Weight.ANSWER, answer)
            continue
        if len(about) == 1 and _ends(reply):
            yield statement(reading, mention, clause, "absent", Weight.ANSWER, answer)
            continue
        if question.form is QuestionForm.OPEN or sought is _Sought.MORE:
            if sought is not _Sought.MORE and (
                answer.kind is AnswerKind.NO or not _takes_for_granted(reading, question, mention)
            ):
                continue
            if sought is _Sought.MORE and (not _is_definite(reading, mention) or answer.kind is AnswerKind.OTHER):
                continue
            new = statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN)
        else:
            denied = denial(reading.words, clause, mention.head, mention.end, reading.named) is Denial.DENIED
            denied = denied and not _objects(reply, answer)
            polarity = _polarity(answer, denied=denied, named=named)
            rest = _said(reply, _NO_MORE if named else _REST_IS_FINE)
            if rest is not None:
                polarity, answer = "absent", replace(answer, span=reply.quote(*rest))
            elif polarity is None and len(about) == 1 and _complains(reply):
                polarity = "present"
            open_which = _leaves_open(reading, question, about) and not _means_all(reply)
            if polarity is None or (polarity == "present" and open_which):
                continue
            new = statement(reading, mention, clause, polarity, Weight.ANSWER, answer)
        yield _with_details(new, reply) if len(about) == 1 else new


def _of_subject(reading: Reading, question: Question, mention: Mention) -> bool:
    clause = (question.first, question.end)
    if question.form is not QuestionForm.STATED and context.is_supposed(
        reading.words, clause, mention.first, observer=False
    ):
        return False
    return not (
        context.is_of_other(reading.words, clause, mention.first)
        or context.is_past(reading.words, reading.clause_of(mention), reading.clauses)
    )


def _of_a_spot(reading: Reading, mention: Mention) -> bool:
    """ "Any tenderness here?": of a place that no words name."""
    after = [word.norm for word in reading.words[mention.end : mention.end + 3]]
    return mention.bare and not _POINTING.isdisjoint(after)


def _polarity(answer: Answer, *, denied: bool, named: bool) -> Polarity | None:
    """`denied`: the question denies it ("no fever?"). `named`: the reply names one of the symptoms asked about."""
    match answer.kind:
        case AnswerKind.NO:
            return None if named and answer.limited else "absent"
        case AnswerKind.ONLY:
            return "absent" if named else None
        case AnswerKind.YES if denied:
            return "absent"
        case AnswerKind.YES if not named:
            return "present"
    return None


def _said(reply: Reading, phrases: PhraseTable[bool]) -> tuple[int, int] | None:
    """Where the reply ends the list: "a stuffy nose, but everything else is fine"."""
    for i in range(len(reply.words)):
        match = phrases.at(reply.words, i)
        if match is not None:
            return i, i + match[0]
    return None


def _complains(reply: Reading) -> bool:
    """Whether the reply opens with a complaint of the place asked about: "any chest pain?" "Slight cramps." """
    first, end = reply.utterance.sentences[0]
    return any(
        mention.bare
        and mention.end <= min(end, first + _OPENING)
        and denial(reply.words, reply.clause_of(mention), mention.head, mention.end, reply.named) is Denial.NOT_DENIED
        for mention in reply.mentions
    )


def _ends(reply: Reading) -> bool:
    """Whether the reply says of what was asked about that it is over: "yes, it's gone"."""
    first, end = reply.utterance.sentences[0]
    opening = skip_fillers(reply.words, first, end)
    if opening < end and is_over(reply.words, (opening, min(end, opening + 2))):
        goes_on = reply.words[opening + 1].norm in _GOING_ELSEWHERE if opening + 1 < end else False
        return not goes_on  # "Headache?" - "Gone."
    return any(
        word.norm in _IT and is_over(reply.words, (i, end))
        for i, word in enumerate(reply.words[first:end], start=first)
    )


def _objects(reply: Reading, answer: Answer) -> bool:
    """ "No fever?" "Actually yes, since Monday": that yes is no agreement."""
    first, end = reply.utterance.sentences[0]
    opening = any(word.norm in _OBJECTING for word in reply.words[first : answer.rest])
    return opening or (answer.kind is AnswerKind.YES and duration(reply.utterance, (first, end)) is not None)


def _means_all(reply: Reading) -> bool:
    return any(word.norm in ("all", "both") for word in reply.words[:4])


def _leaves_open(reading: Reading, question: Question, about: Sequence[tuple[Question, Mention]]) -> bool:
    """Whether a bare yes may mean another symptom: "any cough? any fever?", "fever, chills or weight loss?"."""
    if question is not about[-1][0]:
        return True
    together = sum(other is question for other, _ in about)
    return together > 2 and any(word.norm in _OR for word in reading.words[question.first : question.end])


def _takes_for_granted(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "How long have you had this cough": the cough itself is not in question."""
    words = reading.words
    lead = " ".join(word.norm for word in words[question.first : question.first + 2])
    return lead in _TAKING_FOR_GRANTED and _is_definite(reading, mention)


def _is_definite(reading: Reading, mention: Mention) -> bool:
    return any(word.norm in _DEFINITE for word in reading.words[max(0, mention.first - 2) : mention.first + 1])


def _sought(reading: Reading, question: Question, mention: Mention) -> _Sought:
    words = reading.words
    before = [word.norm for word in words[question.first : mention.first]]
    after = [word.norm for word in words[mention.end : question.end]]
    definite = _is_definite(reading, mention)
    if definite and any(norm in _ENDING for norm in after) and not any(norm in _AMOUNT for norm in after):
        return _Sought.END
    if any(norm in _DEALING for norm in before) or (definite and any(norm in _CHANGING for norm in after)):
        return _Sought.MORE
    return _Sought.WHETHER


def _fragment(reading: Reading) -> list[Question]:
    """A turn that only names symptoms, "shortness of breath", asks for them when a yes or no follows."""
    words = reading.words
    if any(i not in reading.named and words[i].norm not in _FRAGMENT_WORDS for i in range(len(words))):
        return []
    return [Question(0, len(words), QuestionForm.POLAR)] if any(not m.bare for m in reading.mentions) else []


def _with_details(made: Statement, reply: Reading) -> Statement:
    """What the reply's first sentence adds when one symptom was asked about: "yes, since Monday"."""
    if made.polarity == "absent" or reply.mentions:
        return made
    sentence = reply.utterance.sentences[0]
    detailed = replace(
        made,
        severity=made.severity or severity_said(reply.words, sentence),
        trend=made.trend or trend(reply.words, sentence),
        duration=made.duration or duration(reply.utterance, sentence, bare=True),
    )
    if detailed == made:
        return made
    whole = reply.span(*sentence)
    return replace(detailed, spans=(made.spans[0], whole))
