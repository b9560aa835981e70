"""What a question and its answer say together of the symptoms that are asked about."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from carelog.conversations.turns import Role
from carelog.extraction.claims import Asked, asks_carer_of_self
from carelog.extraction.ended import is_none_left, took_a_while
from carelog.extraction.exchange import (
    Answer,
    AnswerKind,
    Question,
    QuestionForm,
    answer_to,
    answer_within,
    open_questions,
)
from carelog.extraction.negation import Denial, denial, is_negative
from carelog.extraction.symptoms import context, persons
from carelog.extraction.symptoms.addressed import (
    asks_around,
    asks_back,
    is_occasion,
    of_another,
    of_harm_to_others,
    of_oneself,
    of_oneself_instead,
    of_other_matter,
    of_somebody_else,
    of_subject,
    only_another,
    speaks_for_another,
)
from carelog.extraction.symptoms.asked_again import Again, asked_again
from carelog.extraction.symptoms.details import details_of_answer
from carelog.extraction.symptoms.examination import TENDERNESS, is_pressed, is_pressed_by_examiner
from carelog.extraction.symptoms.fragments import measured_normal
from carelog.extraction.symptoms.lasting import came_back, ends, goes_on
from carelog.extraction.symptoms.lexicon import lexicon
from carelog.extraction.symptoms.mentions import Mention, placed
from carelog.extraction.symptoms.picking import (
    bleeding_at,
    but_for_one,
    by_order,
    by_place,
    by_word,
    instead,
    other_side,
    tells_a_kind_of,
    the_rest,
)
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.replied import (
    admits,
    is_there_all_the_same,
    is_usual,
    limits,
    means_all,
    means_yes,
    never_was,
    objects,
)
from carelog.extraction.symptoms.scaled import rating_in, with_rating
from carelog.extraction.symptoms.sought import (
    Sought,
    asked_of_it,
    asks_for_end,
    asks_of_such,
    asks_still,
    asks_where,
    brings_up,
    is_beside,
    is_compared,
    is_freedom,
    is_known,
    is_presupposed,
    is_what_does_it,
    of_a_spot,
    or_well,
    passes_gas,
    sought,
)
from carelog.extraction.symptoms.statements import Statement, Weight, statement
from carelog.extraction.symptoms.unmarked import only_denied, only_named
from carelog.extraction.symptoms.wellness import said_to_be_well
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_OR = word_set("or ya या")
_AT_END = 6  # words
_REACH = 3  # words
_NONE = word_set("none nothing never zero nil")
_LATEST = 4  # Turns from the question to its answer.


def asked(readings: Sequence[Reading], position: int) -> Iterator[Statement]:
    """The statements that a turn's questions make with the answer within the turn or in the next speaker's."""
    reading = readings[position]
    if not reading.mentions:
        return
    within = {id(s.mention): s for s in _answered_within(reading)}
    yield from within.values()
    if reading.utterance.turn.role in (Role.PATIENT, Role.CARER):
        return
    opened = open_questions(reading.utterance, reading.questions) or only_named(reading) or only_denied(reading)
    answer = answer_to([r.utterance for r in readings[position : position + _LATEST]], 0, opened) if opened else None
    if answer is None:
        return
    if speaks_for_another(readings, position + answer.reply):
        return
    if asks_back(readings[position + answer.reply]):
        return
    if of_other_matter(reading, opened[-1]):
        answer = replace(answer, kind=AnswerKind.OTHER)
    elif of_oneself_instead(readings[position + answer.reply]):
        answer = replace(answer, kind=AnswerKind.YES)
    elif only_another(readings[position + answer.reply], answer):
        answer = replace(answer, kind=AnswerKind.NO)
    elif of_somebody_else(readings[position + answer.reply], answer) and not of_harm_to_others(reading):
        if not any(is_negative(word) for word in readings[position + answer.reply].words[answer.rest :]):
            return
        answer = replace(answer, kind=AnswerKind.NO)
    about = [
        (question, mention)
        for question in opened
        for mention in reading.mentions
        if id(mention) not in within
        and question.first <= mention.first < question.end
        and not is_occasion(reading, mention)
    ]
    reply = readings[position + answer.reply]
    if not about and (meant := asked_of_it(reading, opened[-1])) is not None:
        yield from _answered_of_it(reading, reply, opened[-1], meant, answer)
    again = asked_again(readings[position : position + _LATEST + 2], answer) if about else None
    if again is Again.VOID:
        return
    for made in _answered(reading, reply, about, answer):
        if again is not None and len(about) == 1:
            yield _turned(made, again, readings[position + answer.reply + 2])
            continue
        no_trend = answer.kind is AnswerKind.NO and made.polarity == "present" and made.details.trend is not None
        yield replace(made, details=replace(made.details, trend=None)) if no_trend else made


def _turned(made: Statement, again: Again, reply: Reading) -> Statement:
    """The statement as the answer to the second question leaves it."""
    spans = (*made.spans, reply.span(*reply.utterance.sentences[0]))
    over = again is Again.OVER
    return replace(made, polarity="absent" if over else "present", over=over, spans=spans)


def _answered_of_it(
    reading: Reading, reply: Reading, question: Question, mention: Mention, answer: Answer
) -> Iterator[Statement]:
    """ "And the rash on your arm, is that gone?": what is asked of "that"."""
    if not of_subject(reading, question, mention):
        return
    clause = reading.clause_of(mention)
    over = ends(reply) or (asks_for_end(reading, question) and answer.kind is AnswerKind.YES)
    if over:
        yield statement(reading, mention, clause, "absent", Weight.ANSWER, answer, over=True)
    elif mention.name not in {other.name for other in reply.mentions}:
        yield statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN)


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
            if polarity is not None and not persons.is_of_other(reading.words, clause, mention.first):
                yield statement(reading, mention, clause, polarity, Weight.ANSWER, answer)


def _answered(
    reading: Reading, reply: Reading, about: Sequence[tuple[Question, Mention]], answer: Answer
) -> Iterator[Statement]:
    replied = {m.name for m in reply.mentions if not (of_another(reply, m) or _only_supposed(reply, m))}
    named = any(mention.name in replied for _, mention in about)
    places = by_place(reply, len(about)) if len(about) > 1 else {}
    if len(about) > 1 and not places:
        places = by_order(reply, len(about)) or by_word(reading, reply, [mention for _, mention in about])
        named = named or bool(places)
    of_one = (
        len(about) > 1
        and _follows_one_of_them(reply, answer, [m for _, m in about])
        and the_rest(reply, named=True) is None
    )
    only = len(about) == 1
    for place, (question, mention) in enumerate(about):
        if asks_carer_of_self(reading.utterance, Asked(question.first, question.end, True), reply.utterance):
            continue
        # The reply's own words about a symptom are read as a statement.
        if mention.name in replied or of_a_spot(reading, mention):
            continue
        if named and len(about) > 1 and but_for_one(reply):
            yield statement(reading, mention, reading.clause_of(mention), "present", Weight.ANSWER, answer)
            continue
        if not of_subject(reading, question, mention):
            own = of_oneself(reply) if asks_around(reading, question, mention) else None
            if own is not None:
                yield statement(reading, mention, reading.clause_of(mention), own, Weight.ANSWER, answer)
            continue
        if passes_gas(reading, mention):
            continue
        clause = reading.clause_of(mention)
        if is_beside(reading, question, mention):
            yield statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN)
            continue
        wanted = sought(reading, question, mention)
        elsewhere = (
            instead(mention, reply, lexicon()) if len(about) == 1 and answer.kind is not AnswerKind.YES else None
        )
        if elsewhere is not None:
            there = placed(replace(mention, name="pain"), lexicon(), elsewhere.name, elsewhere.said)
            told_there = statement(reading, mention, clause, "present", Weight.ANSWER, answer)
            spans = (told_there.spans[0], reply.quote(elsewhere.first, elsewhere.end))
            yield replace(told_there, mention=there, spans=spans)
        if answer.kind is not AnswerKind.YES and (turned := other_side(mention, reply)) is not None:
            yield replace(statement(reading, mention, clause, "present", Weight.ANSWER, answer), mention=turned)
        elif wanted is Sought.END:
            stays = goes_on(reply)
            ended = not stays and (answer.kind is AnswerKind.YES or ends(reply))
            ended = ended or took_a_while(reply.words, reply.utterance.sentences[0])
            if ended:
                yield statement(reading, mention, clause, "absent", Weight.ANSWER, answer, over=True)
            elif stays or answer.kind is AnswerKind.NO or came_back(reply):
                yield statement(reading, mention, clause, "present", Weight.ANSWER, answer)
        elif wanted is Sought.LESS and answer.kind in (AnswerKind.YES, AnswerKind.NO):
            none = answer.kind is AnswerKind.YES and is_none_left(reply.words)
            left = statement(reading, mention, clause, "absent" if none else "present", Weight.ANSWER, answer)
            yield replace(left, over=none)
        elif only and answer.kind is AnswerKind.NO and is_there_all_the_same(reading, question, mention, reply):
            yield statement(reading, mention, clause, "present", Weight.ANSWER, answer)
        elif only and answer.kind is AnswerKind.NO and is_presupposed(reading, question, mention):
            none = reply.words[answer.first].norm in _NONE
            if none or ends(reply):
                yield statement(reading, mention, clause, "absent", Weight.ANSWER, answer, over=not none)
            else:
                yield statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN)
        elif answer.kind is AnswerKind.NO and is_what_does_it(reading, mention, about):
            yield statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN)
        elif answer.kind is AnswerKind.NO and is_compared(reading, question, mention):
            continue  # "is your fever over 100?" - "no, 99"
        elif len(about) == 1 and ends(reply):
            yield statement(reading, mention, clause, "absent", Weight.ANSWER, answer, over=True)
        elif place in places:
            polarity: Polarity = "present" if places[place] else "absent"
            yield _with_details(statement(reading, mention, clause, polarity, Weight.ANSWER, answer), reply)
        elif (rating := rating_in(reading, question, reply)) is not None:
            yield with_rating(statement(reading, mention, clause, "present", Weight.ANSWER, answer), rating)
        elif mention.bare and asks_where(reading, question, mention) and answer.kind is not AnswerKind.NO:
            yield statement(reading, mention, clause, "present", Weight.ANSWER)
        elif question.form is QuestionForm.OPEN and answer.kind is AnswerKind.NO and never_was(reply):
            yield statement(reading, mention, clause, "absent", Weight.ANSWER, answer)
        elif question.form is QuestionForm.OPEN or wanted is Sought.MORE:
            if is_known(reading, question, mention, wanted, reply, answer):
                known = statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN)
                yield _with_details(known, reply) if len(about) == 1 else known
        else:
            told = None if of_one else _told_by(reading, question, mention, about, reply, answer, named=named)
            if (
                told is not None
                and told.polarity == "absent"
                and only
                and admits(reply, reply.utterance.sentences[0][1])
            ):
                told = replace(told, polarity="present")
            if told is not None and told.polarity == "absent" and asks_still(reading, question, mention):
                told = replace(told, over=True)
            if told is not None and told.polarity == "present":
                told = replace(told, mention=bleeding_at(mention, reply))
            if told is not None and _is_examined(reading, mention):
                told = _examined(reading, told) if told.polarity == "present" else None
            if told is not None:
                yield _with_details(told, reply) if len(about) == 1 else told


def _follows_one_of_them(reply: Reading, answer: Answer, about: Sequence[Mention]) -> bool:
    """ "Any fever or chills?" - "Fever, no": a yes or a no of what stands before it."""
    before = answer.first - 1
    if before > 0 and reply.words[before].norm == ",":
        before -= 1
    if before not in reply.named or answer.kind not in (AnswerKind.YES, AnswerKind.NO):
        return False
    named = {mention.name for mention in about}
    there = [m for m in reply.mentions if m.name in named and not m.first <= before < m.end]
    return answer.kind is AnswerKind.YES or any(
        denial(reply.words, reply.clause_of(other), other.head, other.end, reply.named) is Denial.NOT_DENIED
        for other in there
    )


def _only_supposed(reply: Reading, mention: Mention) -> bool:
    """ "Does it give way?" - "I worried it would give out, but it never has"."""
    return context.is_supposed(reply.words, reply.clause_of(mention), mention.first, observer=False)


def _told_by(
    reading: Reading,
    question: Question,
    mention: Mention,
    about: Sequence[tuple[Question, Mention]],
    reply: Reading,
    answer: Answer,
    *,
    named: bool,
) -> Statement | None:
    """What a yes or a no says of a symptom, or what stands in the reply instead of either."""
    clause = reading.clause_of(mention)
    denied = denial(reading.words, clause, mention.head, mention.end, reading.named) is Denial.DENIED
    if asks_of_such(reading, question, mention) or (mention.name.endswith("pain") and is_usual(reply, answer)):
        return None
    other = or_well(reading, mention)
    if other is not None:
        at = next((i for i, word in enumerate(reply.words) if word.norm == reading.words[other].norm), None)
        if at is None and answer.kind is not AnswerKind.NO:
            return None  # "do you have pain or are you comfortable?" - "yes"
        if at is not None and not any(is_negative(word) for word in reply.words[max(0, at - _REACH) : at]):
            answer = replace(answer, span=reply.quote(at, at + 1))
            return statement(reading, mention, clause, "absent", Weight.ANSWER, answer)
    led = reading.words[max(0, question.first - _REACH) : question.first]
    denied = denied or any(is_negative(word) or word.norm in ("denies", "denied") for word in led)
    freed = is_freedom(reading, question, mention)
    denied = denied or freed
    opposed = denied and objects(reply, answer, asked_last=question.end - mention.end <= _AT_END)
    polarity = _polarity(answer, denied=denied and not opposed, named=named)
    if answer.kind is AnswerKind.NO and (opposed or freed):
        polarity = "present"  # "are you free of pain?" - "no"
    well = the_rest(reply, named=named or bool(reply.mentions)) or said_to_be_well(reply, mention)
    if polarity is None and well is None and measured_normal(mention, reply):
        well = reply.utterance.sentences[0]
    if polarity is None and named and answer.kind is AnswerKind.YES and limits(reply, answer):
        polarity = "absent"  # "any cough or fever?" - "just a little cough"
    if tells_a_kind_of(mention, reply.mentions, reply):
        polarity = "present"
    elif well is not None:
        polarity, answer = "absent", replace(answer, span=reply.quote(*well))
    elif polarity is None and len(about) == 1 and not denied and means_yes(mention, reply):
        polarity = "present"
    elif polarity is None and len(about) == 1 and not denied and brings_up(reading, question, mention, reply):
        return statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN)
    if polarity is None:
        return None
    if polarity == "present" and _leaves_open(reading, question, about) and not means_all(reply):
        return None
    return statement(reading, mention, clause, polarity, Weight.ANSWER, answer)


def _is_examined(reading: Reading, mention: Mention) -> bool:
    """ "Does that hurt when I press?": a yes finds it tender, and a no denies no complaint."""
    hurts = mention.complaint in ("pain", TENDERNESS)
    return hurts and is_pressed(reading.words, reading.sentence_of(mention), mention.first)


def _examined(reading: Reading, told: Statement) -> Statement:
    """What hurts when the examiner presses is tender."""
    mention = told.mention
    if not is_pressed_by_examiner(reading.words, reading.sentence_of(mention), mention.first):
        return told
    return replace(told, mention=replace(mention, name=TENDERNESS, complaint=TENDERNESS))


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


def _leaves_open(reading: Reading, question: Question, about: Sequence[tuple[Question, Mention]]) -> bool:
    """Whether a bare yes may mean another symptom: "any cough? any fever?", "fever, chills or weight loss?"."""
    if question is not about[-1][0]:
        return True
    together = len({mention.name for other, mention in about if other is question})
    return together > 2 and any(word.norm in _OR for word in reading.words[question.first : question.end])


def _with_details(made: Statement, reply: Reading) -> Statement:
    """What the reply's first sentence adds when one symptom was asked about: "yes, since Monday"."""
    if made.polarity == "absent" or reply.mentions:
        return made
    sentence = reply.utterance.sentences[0]
    said = details_of_answer(reply.utterance, sentence, known=made.weight is Weight.TAKEN_AS_KNOWN)
    if not said.adds_to(made.details):
        return made
    return replace(made, details=made.details.filled(said), spans=(made.spans[0], reply.span(*sentence)))
