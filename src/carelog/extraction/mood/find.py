"""From a dialogue to how the subject says they feel."""

from collections.abc import Iterator, Sequence

from carelog.conversations.turns import Role
from carelog.extraction.claims import clause_start, long_past
from carelog.extraction.clauses import clauses
from carelog.extraction.exchange import questions
from carelog.extraction.finding import Finding, Span
from carelog.extraction.mood.answers import answered
from carelog.extraction.mood.said import Said, energy_at, feeling_at, of_mind
from carelog.extraction.mood.words import DEGREES, FIRST_WORDS, MARKS_OF_MOOD, MIND, OPENINGS, TRIGGERS, begins_feeling
from carelog.extraction.negation import Clause
from carelog.extraction.quoting import quoted
from carelog.extraction.symptoms.context import is_past, is_supposed
from carelog.extraction.symptoms.persons import is_first_person, is_of_other
from carelog.extraction.utterances import Utterance, Word
from carelog.record.types.mood import Mood

_WHENEVER = frozenset({"when", "whenever", "jab"})
_TIMES = frozenset({"day", "days", "times", "moments", "nights"})


def find_mood(dialogue: Sequence[Utterance]) -> list[Finding]:
    """How the subject says they feel in mind, each way of feeling once, the last time it is said."""
    found: dict[tuple[str, str | None], Finding] = {}
    for position, utterance in enumerate(dialogue):
        role = utterance.turn.role
        if role in (Role.CLINICIAN, Role.AGENT):
            answer = answered(dialogue, position)
            findings = [_finding(*answer)] if answer else []
        else:
            findings = [_finding(utterance, said) for said in _told(utterance)]
        for finding in findings:
            assert isinstance(finding.payload, Mood)
            of_energy = finding.payload.energy or finding.payload.energy_score
            key = ("energy", None) if of_energy else ("mood", finding.payload.feeling)
            found.pop(key, None)
            found[key] = finding
    return list(found.values())


def _finding(utterance: Utterance, said: Said, *others: Span) -> Finding:
    sentence = utterance.sentence_at(said.first)
    start, end = quoted(utterance.words, sentence, said.first, said.end)
    span = utterance.span(start, max(end, said.end))
    payload = Mood(level=said.level, feeling=said.feeling, energy=said.energy, energy_score=said.energy_score)
    return Finding("mood", payload, (span, *others))


def _told(utterance: Utterance) -> Iterator[Said]:
    if MARKS_OF_MOOD.isdisjoint(utterance.norms):
        return
    words = utterance.words
    places = [
        i
        for i in [k for k, word in enumerate(words) if word.norm in FIRST_WORDS]
        if words[i].norm in TRIGGERS or begins_feeling(words, i)
    ]
    if not places:
        return
    asked = questions(utterance)
    among = clauses(utterance, asked)
    carer = utterance.turn.role is Role.CARER
    for i in places:
        if any(q.first <= i < q.end for q in asked):
            continue
        clause = next(c for c in among if c[0] <= i < c[1])
        said = energy_at(words, i, clause) or of_mind(words, i, clause) or feeling_at(words, i, clause)
        if said is not None and said.feeling and not carer and not _of_self(words, clause, said):
            continue
        if carer and is_first_person(words, clause, i):
            continue  # Their own worry is not the subject's.
        if said is None or is_supposed(words, clause, i, observer=False) or is_past(words, clause, among):
            continue
        if _is_whenever(words, said.first):
            continue
        if long_past(words, clause_start(words, said.first, reach=10), said.end + 2):
            continue
        if not carer and is_of_other(words, clause, i):
            continue
        yield said


def _is_whenever(words: Sequence[Word], first: int) -> bool:
    """ "It goes up when I'm stressed", and not "there are days when I feel low"."""
    for k in range(max(0, first - 3), first):
        if words[k].norm in _WHENEVER:
            return not k or words[k - 1].norm not in _TIMES
    return False


def _of_self(words: Sequence[Word], clause: Clause, said: Said) -> bool:
    """Said of "I", or of nobody in particular: "feeling sad today", "my mood is good"."""
    between = range(clause[0], said.end)
    return (
        is_first_person(words, clause, min(said.end + 1, clause[1]))
        or any(words[i].norm in MIND for i in between)
        or all(words[i].norm in DEGREES | OPENINGS for i in range(clause[0], said.first))
    )
