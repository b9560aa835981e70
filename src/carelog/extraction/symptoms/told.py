"""What is told about symptoms outright, by the subject, a carer or the clinician."""

from collections.abc import Iterator, Sequence

from carelog.conversations.turns import Role
from carelog.extraction.clauses import subject_clause
from carelog.extraction.ended import (
    clause_about_it,
    is_gone_after,
    is_none_now,
    is_over,
    is_said_not_to_be,
    is_well_now,
)
from carelog.extraction.exchange import same_speaker
from carelog.extraction.negation import Clause, Denial, denial, is_negative
from carelog.extraction.symptoms import context, persons
from carelog.extraction.symptoms.addressed import (
    is_contradicted,
    is_denied_on_reading_back,
    is_put_right,
    of_speaker,
    speaks_for_another,
)
from carelog.extraction.symptoms.asked_for import AskedFor, answers_it, asked_for
from carelog.extraction.symptoms.echoes import is_echo
from carelog.extraction.symptoms.examination import TENDERNESS, is_finding, is_review
from carelog.extraction.symptoms.excepted import excepted, exception
from carelog.extraction.symptoms.figures import is_figure_of_speech
from carelog.extraction.symptoms.labelled import is_labelled
from carelog.extraction.symptoms.lexicon import lexicon
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reacting import asked_for_allergies, is_allergy, is_reaction_now, names_an_allergy
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.replied import admits
from carelog.extraction.symptoms.restating import restates
from carelog.extraction.symptoms.statements import Statement, Weight, statement
from carelog.extraction.symptoms.stopped import is_of_what_was_stopped
from carelog.extraction.symptoms.typed import Mark, mark
from carelog.extraction.symptoms.whose import (
    answers_itself,
    asked_for_others,
    asked_of_carer,
    observes,
    of_oneself,
    of_subject_now,
    of_third_person,
    speaks_as_subject,
)
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_POLARITY: dict[Mark, Polarity] = {Mark.THERE: "present", Mark.NOT_THERE: "absent"}
_MINE = word_set("my this these")
_YET_TO_COME = word_set("will would could might may can if going gonna gon ever when'll get had was were did")
_WANTING = word_set("need want give get recommend prescribe have")
_SOMETHING = word_set("something anything")
_ANXIETY = "anxiety"
_ILLNESSES = word_set("depression anxiety acne")
_FOR_YOUR = 2  # words
_LEADING = word_set("so and now okay then , well um uh")
_CIRCUMSTANCES = frozenset({"fatigue", "stress", "anxiety", "sneezing", "cough"})
_WHEN = word_set("when whenever if unless")
_IN_IT = word_set(
    "i'm i am you're you are he's she's really very too so get getting feeling feel was i overly all laugh or"
)
_LISTING = word_set("or and , kind sort of more other new real")
_IT = word_set("it it's they they're they've that's")
_GONE = word_set("gone cleared resolved all")
_NO_HELPER = word_set("nothing no none neither nor")
_GOING_ON_AFTER = word_set(", and")
_CURED = word_set("cured fixed healed")
_NOT_YET = word_set("nothing none if could might can hasn't haven't think hope until nobody neither")
_NEXT = 3  # words
_SHORT_REMARK = 6  # words
_BEFORE_NOW = word_set("was were had did used before last yesterday")
_COMING = word_set("comes come")


def told(readings: Sequence[Reading], position: int) -> Iterator[Statement]:
    """The statements of a turn; its questions are left to their answers."""
    reading = readings[position]
    if not reading.mentions:
        return
    reacts = asked_for_allergies(readings, position)
    others = asked_for_others(readings, position)
    of_carer = asked_of_carer(readings, position)
    for_another = speaks_for_another(readings, position)
    wanted = asked_for(readings, position)
    for mention in reading.mentions:
        if wanted is not None and answers_it(reading, mention):
            if wanted is not AskedFor.NOT_OWN:
                over = wanted is AskedFor.GONE
                yield statement(reading, mention, reading.clause_of(mention), "absent", Weight.OWN, over=over)
            continue
        if (reacts and not is_reaction_now(reading, mention)) or names_an_allergy(reading, mention):
            continue
        if others and persons.names_kin(reading.words, reading.clause_of(mention)):
            continue
        if of_carer and not of_third_person(reading, mention):
            continue
        if _is_said_of_another(reading, mention) or is_figure_of_speech(reading, mention):
            continue
        if is_labelled(reading, mention) or (for_another and not of_speaker(reading, mention)):
            continue
        if any(q.first <= mention.first < q.end for q in reading.questions) or _asks_on(reading, mention):
            if (typed := mark(reading, mention)) is not None and typed is not Mark.BLANK:
                yield statement(reading, mention, reading.clause_of(mention), _POLARITY[typed], Weight.OWN)
            elif _asks_about_own(reading, mention):
                yield statement(reading, mention, reading.clause_of(mention), "present", Weight.TAKEN_AS_KNOWN)
            continue
        clause = reading.clause_of(mention)
        if (typed := mark(reading, mention)) is not None:
            if typed is not Mark.BLANK:
                yield statement(reading, mention, clause, _POLARITY[typed], Weight.OWN)
            continue
        said = subject_clause(reading.words, reading.clauses, clause)
        observer = observes(reading, said, mention)
        if observer and persons.is_first_person(reading.words, said, mention.end):
            observer = not (answers_itself(reading, clause) or speaks_as_subject(readings, position))
        elif observer and of_oneself(reading):
            observer = not speaks_as_subject(readings, position)
        restated = observer and restates(readings, position, mention)
        # "And maybe some weakness": what is given back is no guess.
        if not of_subject_now(reading, said, mention, observer and not restated):
            continue
        if mention.first and reading.words[mention.first - 1].norm == "than":
            continue  # "more itchy than painful"
        if is_echo(readings, position, mention) or _is_circumstance(reading, mention):
            continue
        if is_allergy(readings, position, mention):
            continue
        new = _stated(reading, clause, mention, observer, asked_for=_asked_by_name(readings, position, mention))
        if new is None and restated:
            new = statement(reading, mention, clause, "present", Weight.RECAP)
        if new is not None and observer and new.polarity == "absent" and is_put_right(readings, position):
            yield statement(reading, mention, clause, "present", Weight.ANSWER)
            continue
        if new is not None and new.polarity == "absent" and _is_told_apart(reading, mention):
            continue
        if (
            new is not None
            and not observer
            and new.polarity == "absent"
            and not new.over
            and admits(reading, mention.end)
        ):
            new = statement(reading, mention, clause, "present", Weight.OWN)
        if new is not None and observer and is_denied_on_reading_back(readings, position):
            continue
        if new is None or (new.weight < Weight.OWN and is_contradicted(readings, position, mention)):
            continue
        there = excepted(reading, mention, lexicon()) if new.polarity == "absent" else []
        yield from (statement(reading, one, clause, "present", new.weight) for one in there)
        if there or (new.polarity == "absent" and exception(reading, mention.end) is not None):
            continue
        yield new


def _is_said_of_another(reading: Reading, mention: Mention) -> bool:
    """ "Non-tender"; "the rash doesn't bother me", which is no pain beside it."""
    words = reading.words
    if mention.name == TENDERNESS and mention.first and words[mention.first - 1].norm == "non":
        return True
    bothers = any(words[i].norm.startswith("bother") for i in range(mention.first, mention.end))
    first = reading.sentence_of(mention)[0]
    return bothers and any(first <= other.first < mention.first for other in reading.mentions)


def _is_told_apart(reading: Reading, mention: Mention) -> bool:
    """ "It's a rash, not hives": another word for what is there, which is not so."""
    named = any(other.name == mention.name and 0 < mention.first - other.end <= _NEXT for other in reading.mentions)
    return named and reading.words[mention.first - 1].norm == "not"


def _asks_about_own(reading: Reading, mention: Mention) -> bool:
    """ "Should I worry about this rash?": who asks of it has it, unless it is asked whether or when it will be."""
    if reading.utterance.turn.role is not Role.PATIENT:
        return False
    words = reading.words
    before = [word.norm for word in words[max(0, mention.first - 2) : mention.first]]
    if "my" not in before and (not before or before[-1] not in _MINE):
        return False
    question = next((q for q in reading.questions if q.first <= mention.first < q.end), None)
    first, end = (question.first, question.end) if question else reading.clause_of(mention)
    if _asks_for_a_remedy(words, (first, end), mention):
        return True
    return not any(word.norm in _YET_TO_COME or is_negative(word) for word in words[first:end])


def _asks_on(reading: Reading, mention: Mention) -> bool:
    """ "Any trouble focusing | or you're having trouble remembering | or is it ...": a question that goes on."""
    first, end = reading.clause_of(mention)
    words = reading.words
    if words[end - 1].norm == "or" and any(question.first == end for question in reading.questions):
        return True  # "you're having trouble remembering or | is it more ..."
    return reading.words[first].norm == "or" and any(question.end == first for question in reading.questions)


def _is_circumstance(reading: Reading, mention: Mention) -> bool:
    """ "Yes, when I'm tired": when it is so, and no complaint."""
    if mention.name not in _CIRCUMSTANCES:
        return False
    at = mention.first - 1
    while at >= 0 and reading.words[at].norm in _IN_IT:
        at -= 1
    return 0 <= at < mention.first - 1 and reading.words[at].norm in _WHEN


def _asked_by_name(readings: Sequence[Reading], position: int, mention: Mention) -> bool:
    """Whether the turn before asks for it: "any anxiety?" "I'm a little anxious about the headaches." """
    if position == 0 or same_speaker(readings[position - 1].utterance, readings[position].utterance):
        return False
    return any(other.name == mention.name for other in readings[position - 1].mentions)


def _stated(
    reading: Reading, clause: Clause, mention: Mention, observer: bool, *, asked_for: bool = False
) -> Statement | None:
    words = reading.words
    denied = denial(words, clause, mention.head, mention.end, reading.named)
    if denied is not Denial.DENIED and (
        context.is_reason(words, clause, mention.first) or _is_of_any(reading, mention, clause)
    ):
        unhelped = any(word.norm in _NO_HELPER for word in words[clause[0] : mention.first])
        unhelped = unhelped and context.is_definite(words, mention.first)
        if not observer and (unhelped or _asks_for_a_remedy(words, clause, mention)):
            return statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN)
        return None
    if denied is Denial.UNCLEAR:
        known = not observer and context.is_definite(words, mention.first)
        return statement(reading, mention, clause, "present", Weight.TAKEN_AS_KNOWN) if known else None
    if denied is not Denial.DENIED and context.is_measure_of(words, clause, mention.first, mention.end):
        return None
    if mention.name == _ANXIETY and not asked_for and context.is_of_an_occasion(words, clause, mention.end):
        return None
    weight = Weight.OWN
    if not observer and denied is Denial.DENIED and _examines(reading, mention):
        return None
    if denied is not Denial.DENIED and is_of_what_was_stopped(
        words, reading.utterance.sentences, mention.first, mention.end
    ):
        return None
    if observer:
        if context.is_in_general(words, mention.first):
            return None
        if denied is Denial.DENIED and is_finding(words, reading.utterance.sentences, mention.first):
            return None
        reviewed = is_review(words, reading.sentence_of(mention), mention.first)
        if denied is Denial.DENIED or reviewed or context.is_recap(words, clause, mention.first):
            weight = Weight.RECAP
        elif context.is_owned(words, mention.first) and not _heads_a_plan(reading, mention, clause):
            weight = Weight.TAKEN_AS_KNOWN
        else:
            return None
    about = clause_about_it(words, reading.clauses, clause) if _is_spoken_of(reading, mention, clause) else None
    over = (about is not None and is_over(words, about)) or _ends_later(reading, mention, clause)
    over = over or (not observer and is_well_now(words, reading.clauses, clause))
    over = over or (
        denied is not Denial.DENIED
        and not _GOING_ON_AFTER.isdisjoint(reading.utterance.norms)
        and is_gone_after(words, reading.sentence_of(mention)[1], mention.end, reading.named)
    )
    over = over or (not observer and denied is not Denial.DENIED and _is_cured(words, clause, mention))
    untrue = not observer and "but" in reading.utterance.norms
    untrue = untrue and is_said_not_to_be(words, reading.sentence_of(mention)[1], mention.end, reading.named)
    polarity: Polarity = "absent" if denied is Denial.DENIED or over or untrue else "present"
    return statement(reading, mention, clause, polarity, weight, over=over)


def _is_cured(words: Sequence[Word], clause: Clause, mention: Mention) -> bool:
    """ "The cream cured the rash"."""
    if not context.is_definite(words, mention.first):
        return False
    before = words[max(clause[0], mention.first - _NEXT) : mention.first]
    cured = any(word.norm in _CURED for word in before)
    return cured and not any(is_negative(w) or w.norm in _NOT_YET for w in words[clause[0] : mention.first])


def _asks_for_a_remedy(words: Sequence[Word], clause: Clause, mention: Mention) -> bool:
    """ "I need something for this itch": it is there."""
    if not context.is_definite(words, mention.first):
        return False
    before = {word.norm for word in words[clause[0] : mention.first]}
    return not before.isdisjoint(_WANTING) and not before.isdisjoint(_SOMETHING)


def _heads_a_plan(reading: Reading, mention: Mention, clause: Clause) -> bool:
    """ "For your depression, stay on the pills": the illness that is treated, which may be felt or not."""
    leads = [word.norm for word in reading.words[clause[0] : mention.first] if word.norm not in _LEADING]
    return mention.name in _ILLNESSES and leads[:1] == ["for"] and len(leads) == _FOR_YOUR


def _is_of_any(reading: Reading, mention: Mention, clause: Clause) -> bool:
    """ "Now and then for any knee pain or back pain": any such thing, not one that is there."""
    for i in range(mention.first - 1, clause[0] - 1, -1):
        norm = reading.words[i].norm
        if norm == "any":
            return True
        if i not in reading.named and norm not in _LISTING:
            return False
    return False


def _is_spoken_of(reading: Reading, mention: Mention, clause: Clause) -> bool:
    """Whether an "it" after the clause means the mention: the last one that is no cause and does not come and go."""
    words = reading.words
    if _is_cause(words, mention):
        return False
    if any(
        mention.first < m.first < clause[1] and not (_is_cause(words, m) or _is_circumstance(reading, m))
        for m in reading.mentions
    ):
        return False
    return not any(words[i].norm in _COMING for i in range(mention.end, clause[1]))


def _ends_later(reading: Reading, mention: Mention, clause: Clause) -> bool:
    """ "I had a headache on the train, but it was stuffy in there. It's gone." """
    words = reading.words
    if _is_cause(words, mention):
        return False
    following = next((s for s in reading.utterance.sentences if s[0] >= clause[1]), None)
    if following is not None and is_none_now(words, following) and following[1] - following[0] <= _SHORT_REMARK:
        before = words[reading.sentence_of(mention)[0] : mention.first]
        there = any(other.first >= following[0] for other in reading.mentions)
        if not there and any(word.norm in _BEFORE_NOW for word in before):
            return True  # "yesterday: fever, chills. Today: none"
    if following is None or any(
        mention.first < other.first < following[1] and not _is_circumstance(reading, other)
        for other in reading.mentions
    ):
        return False
    first, end = following
    end = next((i for i in range(first, end) if words[i].norm == ","), end)
    if end - first > _SHORT_REMARK or words[end - 1].norm == "?":
        return False
    if is_none_now(words, following) and any(word.norm in _BEFORE_NOW for word in words[slice(*clause)]):
        return True
    if [word.norm for word in words[first:end] if word.norm.isalpha()] == ["had"]:
        return True  # "I have a cough. Had."
    if words[first].norm not in _IT | _GONE:
        return False
    goes_on = any(words[i].norm in _COMING for i in range(mention.end, first))
    return not goes_on and is_over(words, (first, end))


def _is_cause(words: Sequence[Word], mention: Mention) -> bool:
    """ "My throat was raw from the coughing"."""
    return any(word.norm == "from" for word in words[max(0, mention.first - 2) : mention.first])


def _examines(reading: Reading, mention: Mention) -> bool:
    """ "Your lungs are clear, there's no wheezing": no patient talks so, but transcripts mix speakers up."""
    first = reading.sentence_of(mention)[0]
    spoken_to = any(word.norm == "your" for word in reading.words[first : mention.first])
    return spoken_to and is_finding(reading.words, reading.utterance.sentences, mention.first)
