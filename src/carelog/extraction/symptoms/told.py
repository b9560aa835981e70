"""What is told about symptoms outright, by the subject, a carer or the clinician."""

from collections.abc import Iterator, Sequence

from carelog.conversations.turns import Role
from carelog.extraction.ended import (
    clause_about_it,
    is_gone_after,
    is_none_now,
    is_over,
    is_said_not_to_be,
    is_well_now,
)
from carelog.extraction.exchange import open_questions, questions, same_speaker
from carelog.extraction.negation import Clause, Denial, denial, is_negative, subject_clause
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms import context, persons
from carelog.extraction.symptoms.addressed import (
    is_contradicted,
    is_denied_on_reading_back,
    is_put_right,
    of_speaker,
    speaks_for_another,
)
from carelog.extraction.symptoms.echoes import is_echo
from carelog.extraction.symptoms.examination import is_finding, is_review
from carelog.extraction.symptoms.excepted import excepted, exception
from carelog.extraction.symptoms.labelled import is_labelled
from carelog.extraction.symptoms.lexicon import lexicon
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reacting import asked_for_allergies, is_allergy, is_reaction_now, names_an_allergy
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.restating import restates
from carelog.extraction.symptoms.statements import Statement, Weight, statement
from carelog.extraction.symptoms.stopped import is_of_what_was_stopped
from carelog.extraction.symptoms.typed import Mark, mark
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_YOU = word_set("you your you've you're you'd")
_POLARITY: dict[Mark, Polarity] = {Mark.THERE: "present", Mark.NOT_THERE: "absent"}


def told(readings: Sequence[Reading], position: int) -> Iterator[Statement]:
    """The statements of a turn; its questions are left to their answers."""
    reading = readings[position]
    if not reading.mentions:
        return
    reacts = asked_for_allergies(readings, position)
    others = _asked_for_others(readings, position)
    of_carer = _asked_of_carer(readings, position)
    for_another = speaks_for_another(readings, position)
    for mention in reading.mentions:
        if (reacts and not is_reaction_now(reading, mention)) or names_an_allergy(reading, mention):
            continue
        if others and persons.names_kin(reading.words, reading.clause_of(mention)):
            continue
        if of_carer and not _of_third_person(reading, mention):
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
        observer = _observes(reading, said, mention)
        if observer and persons.is_first_person(reading.words, said, mention.end):
            observer = not (_answers_itself(reading, clause) or _speaks_as_subject(readings, position))
        elif observer and _of_oneself(reading):
            observer = not _speaks_as_subject(readings, position)
        restated = observer and restates(readings, position, mention)
        # "And maybe some weakness": what is given back is no guess.
        if not _of_subject_now(reading, said, mention, observer and not restated):
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
        if new is not None and observer and is_denied_on_reading_back(readings, position):
            continue
        if new is None or (new.weight < Weight.OWN and is_contradicted(readings, position, mention)):
            continue
        there = excepted(reading, mention, lexicon()) if new.polarity == "absent" else []
        yield from (statement(reading, one, clause, "present", new.weight) for one in there)
        if there or (new.polarity == "absent" and exception(reading, mention.end) is not None):
            continue
        yield new


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


def _asked_for_others(readings: Sequence[Reading], position: int) -> bool:
    """Whether the turn answers "anyone ill at home?": then those it names are no subject, whoever speaks."""
    if position == 0 or same_speaker(readings[position - 1].utterance, readings[position].utterance):
        return False
    norms = readings[position - 1].utterance.norms
    return not (_ANYONE.isdisjoint(norms) or _AROUND.isdisjoint(norms))


def _is_circumstance(reading: Reading, mention: Mention) -> bool:
    """ "Yes, when I'm tired": when it is so, and no complaint."""
    if mention.name not in _CIRCUMSTANCES:
        return False
    at = mention.first - 1
    while at >= 0 and reading.words[at].norm in _IN_IT:
        at -= 1
    return 0 <= at < mention.first - 1 and reading.words[at].norm in _WHEN


def _of_third_person(reading: Reading, mention: Mention) -> bool:
    said = subject_clause(reading.words, reading.clauses, reading.clause_of(mention))
    return persons.is_third_person(reading.words, said, mention.first) or persons.names_kin(reading.words, said)


def _asked_of_carer(readings: Sequence[Reading], position: int) -> bool:
    """Whether a carer answers "and how are you yourself?"."""
    if position == 0 or readings[position].utterance.turn.role is not Role.CARER:
        return False
    asking = readings[position - 1].utterance
    if same_speaker(asking, readings[position].utterance) or _YOU.isdisjoint(asking.norms):
        return False
    return any(_YOURSELF.at(asking.words, i) is not None for q in open_questions(asking) for i in range(q.first, q.end))


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
        unhelped = any(word.norm == "nothing" for word in words[clause[0] : mention.first])
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
        and "," in reading.utterance.norms
        and is_gone_after(words, reading.sentence_of(mention)[1], mention.end, reading.named)
    )
    untrue = not observer and "but" in reading.utterance.norms
    untrue = untrue and is_said_not_to_be(words, reading.sentence_of(mention)[1], mention.end, reading.named)
    polarity: Polarity = "absent" if denied is Denial.DENIED or over or untrue else "present"
    return statement(reading, mention, clause, polarity, weight, over=over)


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
    if words[first].norm not in _IT:
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


def _of_subject_now(reading: Reading, said: Clause, mention: Mention, observer: bool) -> bool:
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
        or persons.is_of_other(words, said, mention.first)
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


def _of_somebody_named(reading: Reading, mention: Mention) -> bool:
    """ "Theo has a fever", not "stomach has cramps"."""
    if reading.utterance.turn.role is not Role.PATIENT:
        return False
    words, first = reading.words, reading.sentence_of(mention)[0]
    name = persons.somebody_named(reading.utterance.text, words, first, mention.first)
    return (
        name is not None and words[name].norm not in lexicon().first_words and lexicon().sites.at(words, name) is None
    )


_MINE = word_set("my this these")
_YET_TO_COME = word_set("will would could might may can if going gonna gon ever when'll get had was were did")
_THERE = word_set("there's there")
_WANTING = word_set("need want give get recommend prescribe have")
_SOMETHING = word_set("something anything")
_ANXIETY = "anxiety"
_ILLNESSES = word_set("depression anxiety acne")
_FOR_YOUR = 2  # words
_LEADING = word_set("so and now okay then , well um uh")
_ANYONE = word_set("anyone anybody someone somebody who everyone everybody")
_CIRCUMSTANCES = frozenset({"fatigue", "stress", "anxiety", "sneezing", "cough"})
_WHEN = word_set("when whenever if unless")
_IN_IT = word_set(
    "i'm i am you're you are he's she's really very too so get getting feeling feel was i overly all laugh or"
)
_YOURSELF = phrase_set(
    """
    how are you yourself | are you yourself | about yourself | and yourself | you coping | you holding up | you
    managing |
    and you , how | are you sleeping yourself | looking after yourself
    """
)
_AROUND = word_set("else home house household family school daycare nursery around")
_THINKING = phrase_set("i think | i suspect | i believe | i guess")
_LISTING = word_set("or and , kind sort of more other new real")
_IT = word_set("it it's they they're they've that's")
_NEXT = 3  # words
_SHORT_REMARK = 6  # words
_BEFORE_NOW = word_set("was were had did used before last yesterday")
_COMING = word_set("comes come")
_ONE_SUPPOSITION = 40  # words


def _speaks_as_subject(readings: Sequence[Reading], position: int) -> bool:
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


def _of_oneself(reading: Reading) -> bool:
    """Whether the turn tells of its speaker, and of nobody spoken to."""
    words = reading.words
    return persons.is_first_person(words, (0, len(words)), len(words)) and not any(w.norm in _YOU for w in words)


def _answers_itself(reading: Reading, clause: Clause) -> bool:
    """Whether the clause belongs to an "I ..." that follows a question of the same turn: transcripts merge turns."""
    for earlier in reversed([c for c in reading.clauses if c[0] <= clause[0]]):
        if any(question.end == earlier[0] for question in reading.questions):
            return True
        if not persons.is_first_person(reading.words, earlier, earlier[1]):
            return False
    return False


def _observes(reading: Reading, said: Clause, mention: Mention) -> bool:
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
    return any(context.is_supposed(reading.words, c, c[1], observer=False) for c in before)
