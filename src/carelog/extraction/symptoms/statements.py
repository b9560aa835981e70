"""Statements: what a turn, or a question with its answer, says of each symptom it mentions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from carelog.conversations.turns import Role
from carelog.extraction.exchange import (
    Answer,
    AnswerKind,
    Question,
    QuestionForm,
    answer_to,
    answer_within,
    open_questions,
    questions,
    same_speaker,
)
from carelog.extraction.finding import Span
from carelog.extraction.negation import Denial, clause_about_it, clauses, denial, is_negative, is_over, subject_clause
from carelog.extraction.symptoms import context
from carelog.extraction.symptoms.details import Stretch, duration, severity, severity_said, trend
from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.symptoms.mentions import Mention, last_site, mentions, placed
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity, Severity, Trend


class Weight(IntEnum):
    """How much a statement counts against another about the same symptom."""

    TAKEN_AS_KNOWN = 1  # "how long have you had this cough"
    RECAP = 2  # the clinician's words about the person, or a finding of the examination
    ANSWER = 3
    OWN = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """`position` is the turn's place in the dialogue; the first span names the symptom."""

    mention: Mention
    polarity: Polarity
    weight: Weight
    position: int
    spans: tuple[Span, ...]
    severity: Severity | None = None
    trend: Trend | None = None
    duration: str | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A turn with its mentions and clauses."""

    utterance: Utterance
    mentions: tuple[Mention, ...]
    clauses: tuple[Stretch, ...]
    named: frozenset[int]

    def clause_of(self, mention: Mention) -> Stretch:
        return next((c for c in self.clauses if c[0] <= mention.first < c[1]), (mention.first, mention.end))


def statements(dialogue: Sequence[Utterance], lexicon: Lexicon) -> list[Statement]:
    """Every statement about the subject's symptoms, in the order in which they are said."""
    readings = [_read(utterance, lexicon) for utterance in dialogue]
    found: list[Statement] = []
    for position in range(len(dialogue)):
        for statement in (*_stated(readings, position), *_answered(dialogue, readings, position)):
            found.append(_placed(statement, found, readings, lexicon))
    return found


_TOPIC_TURNS = 6
_EXAMINING_WORDS = 60
_OWN = frozenset({"my", "this", "that", "mera", "meri", "mere", "मेरे", "मेरी", "मेरा"})
_YOURS = frozenset({"your", "this", "that"})


def _placed(
    statement: Statement, earlier: Sequence[Statement], readings: Sequence[_Reading], lexicon: Lexicon
) -> Statement:
    """A bare complaint ("it still hurts") belongs to the last complaint's site, else to the part last spoken of."""
    mention = statement.mention
    if not mention.bare or statement.polarity == "absent" or statement.weight < Weight.ANSWER:
        return statement
    for other in reversed(earlier):
        if other.polarity == "present" and other.mention.part and other.mention.site:
            there = placed(mention, lexicon, other.mention.part, other.mention.site)
            return replace(statement, mention=there, spans=(*statement.spans, other.spans[0]))
    for position in range(statement.position, max(-1, statement.position - _TOPIC_TURNS), -1):
        utterance = readings[position].utterance
        words, role = utterance.words, utterance.turn.role
        # In the examination sites follow fast on each other: "listen to your heart, press on your belly".
        if len(words) > _EXAMINING_WORDS and role is Role.CLINICIAN:
            continue
        stop = mention.first if position == statement.position else len(words)
        owners = _YOURS if role in (Role.CLINICIAN, Role.AGENT) else _OWN
        site = last_site(words, lexicon, stop, owners)
        if site is not None:
            span = Span(utterance.turn.index, words[site.first].start, words[site.end - 1].end)
            there = placed(mention, lexicon, site.name, site.said)
            return replace(statement, mention=there, spans=(*statement.spans, span))
    return statement


def _read(utterance: Utterance, lexicon: Lexicon) -> _Reading:
    named = tuple(mentions(utterance.words, lexicon))
    if not named:
        return _Reading(utterance, (), (), frozenset())
    indices = frozenset(
        i for m in named for i in range(m.first, m.end) if m.complaint is None or not is_negative(utterance.words[i])
    )
    return _Reading(utterance, named, tuple(clauses(utterance)), indices)


def _stated(readings: Sequence[_Reading], position: int) -> Iterator[Statement]:
    reading = readings[position]
    if not reading.mentions:
        return
    asked = questions(reading.utterance)
    merged = _speaks_as_subject(readings, position)
    role = reading.utterance.turn.role
    kin_clause: Stretch | None = None
    for mention in reading.mentions:
        clause = reading.clause_of(mention)
        said = subject_clause(reading.utterance.words, reading.clauses, clause)
        if any(q.first <= mention.first < q.end for q in asked):
            continue
        words = reading.utterance.words
        after_question = any(q.end == clause[0] for q in asked)
        observer = _observes(reading, role, said, mention)
        if observer and (merged or after_question) and context.is_first_person(words, said, mention.end):
            observer = False
        if role is not Role.CARER:
            kin_clause = _last_kin(reading, said) if not observer else None
            if context.is_of_other(words, said, mention.first, mention.end):
                continue
            if kin_clause is not None and context.is_third_person(words, said, mention.first):
                continue
        elif context.is_first_person(words, said, mention.first) and not context.names_kin(words, said):
            continue
        if context.is_past(words, said, reading.clauses) or _supposed(reading, said, mention, observer):
            continue
        denied = denial(words, clause, mention.head, mention.end, reading.named)
        if denied is not Denial.DENIED and context.is_reason(words, clause, mention.first):
            continue
        weight = Weight.OWN
        if observer:
            near_denial = denied is Denial.DENIED
            if near_denial or context.is_recap(words, clause, mention.first):
                weight = Weight.RECAP
            elif context.is_owned(words, mention.first):
                weight = Weight.TAKEN_AS_KNOWN
            else:
                continue
        if denied is Denial.UNCLEAR and observer:
            continue
        about = clause_about_it(words, reading.clauses, clause) if _is_last(reading, mention, clause) else None
        over = about is not None and is_over(words, about)
        polarity: Polarity = "absent" if denied is Denial.DENIED or over else "present"
        yield _statement(reading, mention, polarity, weight, position, clause)


def _speaks_as_subject(readings: Sequence[_Reading], position: int) -> bool:
    """Whether a turn answers a question put to "you" by another: whoever answers about themself is the subject.

    Transcripts made from sound give turns to the wrong speaker now and then, or swap the two.
    """
    if position == 0:
        return False
    asking, here = readings[position - 1].utterance, readings[position].utterance
    if same_speaker(asking, here):
        return False
    opened = open_questions(asking)
    return bool(opened) and any(w.norm in ("you", "your") for q in opened for w in asking.words[q.first : q.end])


def _is_last(reading: _Reading, mention: Mention, clause: Stretch) -> bool:
    return not any(mention.first < other.first < clause[1] for other in reading.mentions)


def _observes(reading: _Reading, role: Role, clause: Stretch, mention: Mention) -> bool:
    if role in (Role.CLINICIAN, Role.AGENT):
        return True
    if role is not Role.UNKNOWN:
        return False
    return any(
        word.norm in ("you", "your", "you've", "you're") for word in reading.utterance.words[clause[0] : mention.first]
    )


def _last_kin(reading: _Reading, clause: Stretch) -> Stretch | None:
    """The clause shortly before that names somebody else, whom "he" or "she" then means."""
    earlier = [c for c in reading.clauses if c[1] <= clause[0]][-3:]
    return next((c for c in reversed(earlier) if context.names_kin(reading.utterance.words, c)), None)


def _supposed(reading: _Reading, clause: Stretch, mention: Mention, observer: bool) -> bool:
    words = reading.utterance.words
    if context.is_supposed(words, clause, mention.first, observer=observer):
        return True
    if not observer:
        return False
    # "if you get worse | or you have a fever": in a clinician's speech a supposition colours the sentence's next clauses.
    sentence = next(s for s in reading.utterance.sentences if s[0] <= mention.first < s[1])
    before = [c for c in reading.clauses if sentence[0] <= c[0] and c[1] <= clause[0]][-2:]
    return any(context.is_supposed(words, c, c[1], observer=False) for c in before)


def _answered(dialogue: Sequence[Utterance], readings: Sequence[_Reading], position: int) -> Iterator[Statement]:
    asking = readings[position]
    if not asking.mentions:
        return
    within: set[int] = set()
    for question in questions(asking.utterance):
        own = answer_within(asking.utterance, question, position)
        if own is None or question.form is QuestionForm.OPEN:
            continue
        for place, mention in enumerate(asking.mentions):
            if (
                question.first <= mention.first < question.end
                and asking.utterance.words[mention.end - 1].end <= own.span.start
            ):
                within.add(place)
                clause = asking.clause_of(mention)
                if context.is_of_other(asking.utterance.words, clause, mention.first, mention.end):
                    continue
                polarity = _polarity(own, denied=False, named=False)
                if polarity is not None:
                    yield _statement(asking, mention, polarity, Weight.ANSWER, position, clause, own)
    opened = open_questions(asking.utterance) or _fragment(asking)
    if not opened:
        return
    answer = answer_to(dialogue, position, opened)
    if answer is None:
        return
    role = asking.utterance.turn.role
    if role in (Role.PATIENT, Role.CARER):
        return
    replied = {m.name for m in readings[answer.reply].mentions}
    asked = [
        (question, mention)
        for question in opened
        for place, mention in enumerate(asking.mentions)
        if place not in within and question.first <= mention.first < question.end
    ]
    named_in_reply = any(mention.name in replied for _, mention in asked)
    for question, mention in asked:
        if mention.name in replied:
            continue
        clause = asking.clause_of(mention)
        words = asking.utterance.words
        if context.is_of_other(words, clause, mention.first, mention.end) or "family" in {
            w.norm for w in words[question.first : question.end]
        }:
            continue
        if question.form is QuestionForm.OPEN:
            if answer.kind is not AnswerKind.NO and _presupposes(asking, question.first, mention):
                known = _statement(asking, mention, "present", Weight.TAKEN_AS_KNOWN, position, clause)
                yield _with_reply(known, readings[answer.reply], answer) if len(asked) == 1 else known
            continue
        if context.is_past(words, clause, asking.clauses):
            continue
        denied = denial(words, clause, mention.head, mention.end, asking.named) is Denial.DENIED
        polarity = _polarity(answer, denied=denied, named=named_in_reply)
        if polarity == "present" and _offers_a_choice(asking, question, asked):
            continue
        if polarity is None:
            continue
        if polarity == "present" and (len(opened) > 1 and question is not opened[-1]):
            continue
        answered = _statement(asking, mention, polarity, Weight.ANSWER, position, clause, answer)
        yield _with_reply(answered, readings[answer.reply], answer) if len(asked) == 1 else answered


def _with_reply(statement: Statement, reply: _Reading, answer: Answer) -> Statement:
    """Details that the reply's first sentence adds when one symptom was asked about: "yes, since Monday"."""
    if statement.polarity == "absent" or reply.mentions:
        return statement
    utterance = reply.utterance
    sentence = utterance.sentences[0]
    detailed = replace(
        statement,
        severity=statement.severity or severity_said(utterance.words, sentence),
        trend=statement.trend or trend(utterance.words, sentence),
        duration=statement.duration or duration(utterance, sentence, bare=True),
    )
    if detailed == statement:
        return statement
    span = Span(utterance.turn.index, utterance.words[sentence[0]].start, utterance.words[sentence[1] - 1].end)
    spans = statement.spans if len(statement.spans) > 1 else (*statement.spans, span)
    return replace(detailed, spans=spans)


def _offers_a_choice(asking: _Reading, question: Question, asked: Sequence[tuple[Question, Mention]]) -> bool:
    """Whether a bare yes leaves open which is meant: "fever, chills or weight loss?"."""
    together = sum(q is question for q, _ in asked)
    return together > 2 and any(
        word.norm in ("or", "ya", "या") for word in asking.utterance.words[question.first : question.end]
    )


_FRAGMENT_WORDS = word_set("and or , . the a okay ok alright then any")


def _fragment(asking: _Reading) -> list[Question]:
    """A turn that only names symptoms, "shortness of breath", asks for them when a yes or no follows."""
    words = asking.utterance.words
    loose = [i for i in range(len(words)) if i not in asking.named and words[i].norm not in _FRAGMENT_WORDS]
    whole = [m for m in asking.mentions if m.complaint is None or m.part]
    return [Question(0, len(words), QuestionForm.POLAR)] if whole and not loose else []


def _presupposes(asking: _Reading, first: int, mention: Mention) -> bool:
    words = asking.utterance.words
    lead = [word.norm for word in words[first : first + 2]]
    return " ".join(lead) in _TAKING_FOR_GRANTED and any(
        word.norm in _DEFINITE for word in words[max(0, mention.first - 2) : mention.first + 1]
    )


_TAKING_FOR_GRANTED = frozenset(
    {"how long", "when did", "how bad", "what makes", "where is", "how often", "what brings", "how is", "how are"}
    | {"how severe", "what brought", "how many"}
)
_DEFINITE = frozenset({"the", "this", "that", "your", "these", "those"})


def _polarity(answer: Answer, *, denied: bool, named: bool) -> Polarity | None:
    """`named`: the reply names one of the symptoms asked about, and so speaks of that one."""
    if answer.kind is AnswerKind.NO:
        return None if named and answer.limited else "absent"
    if answer.kind is AnswerKind.ONLY:
        return "absent" if named else None
    if answer.kind is AnswerKind.YES:
        if denied:
            return "absent"
        return None if named else "present"
    return None


def _statement(
    reading: _Reading,
    mention: Mention,
    polarity: Polarity,
    weight: Weight,
    position: int,
    clause: Stretch,
    answer: Answer | None = None,
) -> Statement:
    utterance = reading.utterance
    words = utterance.words
    spans = [Span(utterance.turn.index, words[mention.first].start, words[mention.end - 1].end)]
    if answer is not None:
        spans.append(answer.span)
    present = polarity == "present"
    after = clause_about_it(words, reading.clauses, clause) if present and _is_last(reading, mention, clause) else None
    alone = sum(clause[0] <= m.first < clause[1] for m in reading.mentions) == 1
    return Statement(
        mention=mention,
        polarity=polarity,
        weight=weight,
        position=position,
        spans=tuple(spans),
        severity=severity(words, clause, mention.first, mention.end) if present else None,
        trend=(trend(words, clause) if alone else None) or (trend(words, after) if after else None)
        if present
        else None,
        duration=duration(utterance, clause) if present else None,
    )
