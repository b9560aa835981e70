"""What is said of a mention: its status, or that it is no medicine of the subject's at all.

Decisions that a reader may ask about:

* A plan ("I want to start you on", "if the swab is positive I'll prescribe") counts; a thought ("we could try",
  "if it fails we'd add", "think about") is no entry.
* A question counts with its answer: "yes" is taking, "no" is no entry ("no" to "still taking" is stopped), and
  without an answer it was asked.
* What somebody else takes, what someone is allergic to and what is ruled out ("don't take", "no aspirin") is
  no entry.
* "Take two of these" is an order when a clinician or an agent says it and taking when the subject does.
* What was tried or used to be taken is stopped, unless the dialogue also says that it is taken.
* "It", "that one" and "those", in the same turn or in the next speaker's, are the medicine that was named last.
* A medicine that has refills left or that stays as it is, is taken; one whose refill is sent is ordered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from carelog.conversations.turns import Role
from carelog.extraction.exchange import (
    Answer,
    AnswerKind,
    Question,
    QuestionForm,
    answer_to,
    open_questions,
    questions,
    same_speaker,
)
from carelog.extraction.finding import Span
from carelog.extraction.medications.cues import VERB_LAST, Cue
from carelog.extraction.medications.exclusions import is_allergy, is_anothers, is_of_people, is_told_of_another
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

_NEGATIONS = word_set(
    """
    not n't never no nor without avoid avoiding don't doesn't didn't won't haven't hasn't can't cannot isn't
    wasn't aren't shouldn't nahi nahin mat neither
    """
)
_RULED_OUT = word_set("no without avoid avoiding not never")
_CLAUSE_ENDS = word_set("but because although except")
_FURTHEST_LEFT = 14
_FURTHEST_RIGHT = 8
_CHANGE_REACH = 6
_CONSIDERED_REACH = 9
_ANSWER_REACH = 8
_LONGEST_LIST = 25
_PLAIN_BETWEEN = word_set(
    """
    was were is are has have had been be being that which i he she we you they it got get just also currently
    now , already recently ve 'm i've i'm it's we've you've only regularly usually actually still me us doctor
    ne ko uh um main maine roz subah shaam raat din mein me do baar ek khane ke baad se pehle bhi hi abhi both
    so the
    """
)
_CHANGE_BETWEEN = word_set(
    """
    the your my her his a an dose dosage of on up down that this uh um , amount strength you to over from
    medication medicine back daily some little bit to me him as well also and or current
    """
)
_PRONOUNS = word_set("it that them these those this")
_AFTER_PRONOUN = word_set(
    ". , ? ! ; and but because so in on for at last yesterday today when after before then about two three a i uh um "
    "cold completely myself since as it all again ago"
)  # "Stopped that last week", not "stopped that other one".
_SUBJECTS = word_set("i i'm i've we main maine")
_TOLD_TO = word_set(
    "continue take use start stop keep try go come increase decrease hold stay add switch do put apply begin call check"
)
_NOT_NEEDED = word_set("need want think recommend require give believe")
_HINDI_IT = word_set("dawai dawa goli woh use usko wo usse")
_INSTRUCTING = word_set(
    """
    can could should want like need needs ll 'll you'll must gon wan gonna wanna let please let's i'd
    recommend
    """
)
_BEFORE_IMPERATIVE = word_set(". , and then just please okay so ok alright also or ahead ! ? ; again")
_TAKING = frozenset({"taking", "take"})
_NOT_MISSED = word_set("not n't never don't doesn't didn't haven't hasn't won't without nahi nahin नहीं")
_MARKS = frozenset(",.;:?!।")
_CONDITIONS = word_set("if agar अगर")
_CONDITION_REACH = 3
_STAYING = word_set("stays stay remains unchanged")
_REFILL_WORDS = word_set("refills refill out")
_REPLY_REACH = 40  # Words of a reply in which "it" is still the medicine that was asked for.
_LONGEST_FOLLOW_UP = 8
_DONE_AUXILIARIES = word_set("did have has are is were was do does haven't hasn't didn't")
_FOLLOWING_UP = word_set("and also plus aur और")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a mention; `spans` are words elsewhere that say it (an answer).

    A `tentative` status gives way to any other that the dialogue gives the medicine.
    """

    status: Status | None
    spans: tuple[Span, ...] = ()
    tentative: bool = False


class Scene:
    """Reads what a dialogue says of the medicines it names."""

    def __init__(self, readings: Sequence[Reading], mentions: Mapping[int, Sequence[Mention]]) -> None:
        self._readings = readings
        self._mentions = mentions
        self._dialogue = [reading.utterance for reading in readings]

    def said_of(self, turn: int, mention: Mention, first: int, stop: int) -> Said | None:
        """What turn number `turn` says of the mention; None when it is no medicine of the subject's.

        `first` is where the name or the strength before it begins, `stop` where the next medicine is named.
        """
        utterance = self._dialogue[turn]
        begin, end = next((b, e) for b, e in utterance.sentences if b <= first < e)
        before = self._dialogue[turn - 1] if turn else None
        if is_allergy(utterance, before, begin, mention) or is_anothers(utterance, begin, mention):
            return None
        if is_of_people(utterance, begin, mention):
            return None
        left = self._left(turn, begin, first)
        cue = _stronger(left, self._right(turn, mention.end, min(end, stop)), first)
        if self._is_considered(turn, begin, first, cue) or _is_conditional(utterance.words, begin, cue):
            return None
        if cue is not None and cue.meaning in _TAKING and is_told_of_another(utterance, begin, cue.first):
            return None
        status = self._status(turn, cue)
        if cue is not None and cue.meaning == "missed" and _is_denied(utterance.words, begin, cue):
            return Said("taking")
        if _refused(utterance.words, begin, cue, first):
            if status in ("stopped", "missed", "changed"):
                return Said("taking")  # "Don't stop", "don't change".
            gone = any(w.norm in ("anymore", "longer") for w in utterance.words[mention.end : mention.end + 4])
            return Said("stopped") if gone else None
        if cue is None:
            status = self._carried(turn, begin, first)
        later = list(self._said_of_it(turn, mention.end, stop)) if status in (None, "taking", "started") else []
        if stopped := next((said for said in later if said.status == "stopped"), None):
            return stopped
        said = self._questioned(turn, mention, status, tentative=cue is not None and cue.meaning == "tried")
        if said is not None and said.status in (None, "asked"):
            return next((one for one in later if one.status == "taking"), said)
        return said

    def missed_of(self, turn: int, mention: Mention, stop: int) -> Said | None:
        """ "... and I skipped it on Sunday": what is said later of doses of the mention."""
        return next((said for said in self._said_of_it(turn, mention.end, stop) if said.status == "missed"), None)

    def status_between(self, turn: int, first: int, end: int) -> Status | None:
        """The last status that the words `first` to `end` of a turn speak of."""
        for cue in reversed(self._readings[turn].cues):
            if first <= cue.first and cue.end <= end and cue.meaning not in ("considered", "may i"):
                return self._status(turn, cue)
        return None

    def is_reply(self, turn: int) -> bool:
        """Whether the turn is another speaker's, after a question."""
        if not turn or same_speaker(self._dialogue[turn - 1], self._dialogue[turn]):
            return False
        return bool(open_questions(self._dialogue[turn - 1]))

    def _status(self, turn: int, cue: Cue | None) -> Status | None:
        match cue and cue.meaning:
            case "may i":
                return "asked"
            case "take" if cue:
                return _taking_or_ordered(self._dialogue[turn], cue)
            case "tried":
                return "stopped"
            case "taking" | "started" | "changed" | "stopped" | "ordered" | "missed" as status:
                return status
        return None

    def _left(self, turn: int, begin: int, first: int) -> Cue | None:
        """The nearest cue before word `first` of its sentence that can be about it."""
        words = self._dialogue[turn].words
        nearest: Cue | None = None
        for cue in self._readings[turn].cues:
            gap = first - cue.end
            if cue.first < begin or gap < 0 or gap > _FURTHEST_LEFT or cue.meaning == "considered":
                continue
            between = [word.norm for word in words[cue.end : first]]
            if any(norm in _CLAUSE_ENDS for norm in between):
                continue
            if cue.meaning == "changed" and not _is_object(between):
                continue  # "Lower your blood pressure with" changes no medicine.
            if words[cue.end - 1].norm == "from" and "to" in between:
                cue = cue._replace(meaning="changed")  # "Switch you from one to another": the other.
            if nearest is None or nearest.meaning != "may i":  # "Should I start" asks, whatever follows.
                nearest = cue
        return nearest

    def _right(self, turn: int, first: int, end: int) -> Cue | None:
        """The cue after a name where nothing else stands between: "lisinopril was stopped"."""
        words = self._dialogue[turn].words
        for cue in self._readings[turn].cues:
            if not first <= cue.first < end or cue.first - first > _FURTHEST_RIGHT:
                continue
            verb_last = words[cue.first].norm in VERB_LAST
            if cue.meaning in ("considered", "may i", "take") and not verb_last:
                return None
            between = [word.norm for word in words[first : cue.first]]
            other = [norm for norm in between if norm not in _PLAIN_BETWEEN and not norm[0].isdigit()]
            if verb_last:
                return cue if len(other) <= 2 else None
            if words[cue.first].norm in _STAYING:
                return cue if not other else None
            done = cue.meaning in ("taking", "missed") or words[cue.first].norm.endswith(("ed", "en", "ing"))
            return cue if between and not other and done else None
        return None

    def _carried(self, turn: int, begin: int, first: int) -> Status | None:
        """The status that the sentence before speaks of: "... start you on something. It is lisinopril 20." """
        if any(question.first <= first < question.end for question in questions(self._dialogue[turn])):
            return None
        status = self.status_between(turn, max(0, begin - _FURTHEST_LEFT), begin)
        return status if first - begin <= _FURTHEST_LEFT and status in ("taking", "started", "ordered") else None

    def _said_of_it(self, turn: int, first: int, stop: int) -> Iterator[Said]:
        """ "... and then I stopped it", "that one he takes": what is said, in the words `first` to `stop` of the turn
        and in a reply to them, of the medicine that was named before."""
        yield from self._pronouns_in(turn, first, stop)
        words, reply = self._dialogue[turn].words, turn + 1
        if stop == len(words) and reply < len(self._dialogue):
            named = self._mentions.get(reply, ())
            until = min(named[0].first if named else len(self._dialogue[reply].words), _REPLY_REACH)
            yield from self._pronouns_in(reply, 0, until)

    def _pronouns_in(self, turn: int, first: int, stop: int) -> Iterator[Said]:
        utterance = self._dialogue[turn]
        words = utterance.words
        asked: list[Question] | None = None
        for cue in self._readings[turn].cues:
            if not first <= cue.first < stop or cue.meaning not in ("stopped", "missed", "taking", "take"):
                continue
            begin = next(b for b, e in utterance.sentences if b <= cue.first < e)
            last = _object_of(words, begin, cue)
            status = self._status(turn, cue)
            if last is None or status == "ordered" or is_told_of_another(utterance, begin, cue.first):
                continue
            thought = any(
                c.meaning in ("considered", "may i") and begin <= c.first < cue.first for c in self._readings[turn].cues
            )
            if thought or _is_conditional(words, begin, cue):
                continue
            asked = questions(utterance) if asked is None else asked
            if any(question.first <= cue.first < question.end for question in asked):
                continue
            span = Span(utterance.turn.index, words[max(begin, cue.first - 1)].start, words[last].end)
            if cue.meaning == "missed" and _is_denied(words, begin, cue):
                yield Said("taking", (span,))
            elif not _refused(words, begin, cue, cue.end):
                yield Said(status, (span,))

    def _is_considered(self, turn: int, begin: int, first: int, cue: Cue | None) -> bool:
        words = self._dialogue[turn].words
        if cue is not None and cue.meaning == "missed":
            return False
        return any(
            thought.meaning == "considered"
            and begin <= thought.first
            and 0 <= first - thought.end <= _CONSIDERED_REACH
            and not any(word.norm in {"so", "but", "then", ","} for word in words[thought.end : first])
            for thought in self._readings[turn].cues
        )

    def _questioned(self, turn: int, mention: Mention, status: Status | None, *, tentative: bool) -> Said | None:
        """The status, with the question that the mention stands in and its answer."""
        utterance = self._dialogue[turn]
        asked = next((q for q in questions(utterance) if q.first <= mention.first < q.end), None)
        if asked is None or asked.form is QuestionForm.OPEN or _instructs(utterance.words, asked):
            return Said(status or self._replied(turn, mention), tentative=tentative)
        answer = answer_to(self._dialogue, turn) if asked in open_questions(utterance) else None
        if asked.form is QuestionForm.STATED:
            return self._confirmed(status, asked, answer, utterance)
        if status in ("missed", "stopped") and not tentative:
            return self._whether(status, asked, answer, utterance)
        if status not in (None, "taking") and not tentative:
            return Said(status)
        if answer is None:
            return Said("asked")
        if answer.kind is AnswerKind.YES:
            return Said("stopped" if tentative else "taking", (answer.span,), tentative=tentative)
        if told := self._told(answer):
            return told
        return self._confirmed("taking", asked, answer, utterance) if answer.kind is AnswerKind.NO else Said("asked")

    def _whether(self, status: Status, asked: Question, answer: Answer | None, utterance: Utterance) -> Said:
        """ "Have you missed any of it?", "did you stop it?": yes, or it is taken."""
        if utterance.words[asked.first].norm not in _DONE_AUXILIARIES:
            return Said(status)  # "Can you stop the aspirin?"
        if answer is None:
            return Said("asked")
        if answer.kind is AnswerKind.NO:
            return Said("taking", (answer.span,))
        if answer.kind is AnswerKind.YES:
            return Said(status, (answer.span,))
        return self._told(answer) or Said("asked")

    def _confirmed(
        self, status: Status | None, asked: Question, answer: Answer | None, utterance: Utterance
    ) -> Said | None:
        if answer is None:
            return Said(status)
        if answer.kind is AnswerKind.NO and status in (None, "taking"):
            still = any(word.norm == "still" for word in utterance.words[asked.first : asked.end])
            return Said("stopped", (answer.span,)) if still else None
        return Said(status, (answer.span,) if answer.kind is AnswerKind.YES else ())

    def _told(self, answer: Answer) -> Said | None:
        """ "I take it every day", "no, I stopped it", "I forgot" in answer to a question."""
        reply = self._dialogue[answer.reply]
        telling = _TAKING | {"stopped", "missed"} if answer.kind is not AnswerKind.NO else {"stopped", "missed"}
        for cue in self._readings[answer.reply].cues:
            start = max(cue.first - 3, answer.rest if answer.rest <= cue.first else 0)
            subject = [i for i in range(start, cue.first + 1) if reply.words[i].norm in _SUBJECTS]
            if cue.meaning not in telling or cue.first > _ANSWER_REACH or not subject:
                continue
            if _refused(reply.words, start, cue, cue.end):
                return None
            end = next(e for b, e in reply.sentences if b <= cue.first < e)
            span = Span(reply.turn.index, reply.words[subject[-1]].start, reply.words[min(end, cue.end + 6) - 1].end)
            return Said(self._status(answer.reply, cue), (span,))
        return None

    def _replied(self, turn: int, mention: Mention) -> Status | None:
        """A medicine named in answer to "what do you take?" is taken."""
        if mention.first > _LONGEST_LIST or not self.is_reply(turn):
            return None
        return "taking" if self._asks_what_is_taken(turn - 1) else None

    def _asks_what_is_taken(self, turn: int) -> bool:
        """ "What do you take for the sugar?", and after it "And for the blood pressure?"."""
        utterance = self._dialogue[turn]
        asked = open_questions(utterance)
        for cue in self._readings[turn].cues:
            if cue.meaning in _TAKING and any(q.first <= cue.first < q.end for q in asked):
                return True
        follows_up = asked and utterance.words[0].norm in _FOLLOWING_UP and len(utterance.words) <= _LONGEST_FOLLOW_UP
        before = turn - 2
        if not follows_up or before < 0 or not same_speaker(self._dialogue[before], utterance):
            return False
        return self._asks_what_is_taken(before)


def _object_of(words: Sequence[Word], begin: int, cue: Cue) -> int | None:
    """The last word of the cue with its object, where that is a pronoun: "stopped it", "that one he takes"."""
    end = cue.end
    if words[cue.first].norm in _REFILL_WORDS:
        return end - 1  # "Two refills left": of what was named.
    object_ = _norm(words, end)
    if object_ in _PRONOUNS:
        last = end + (object_ in ("that", "this") and _norm(words, end + 1) == "one")
        return last if last + 1 >= len(words) or words[last + 1].norm in _AFTER_PRONOUN else None
    if words[end - 1].norm in _PRONOUNS or _norm(words, cue.first - 1) in _HINDI_IT:
        return end - 1
    before = [word.norm for word in words[max(begin, cue.first - 3) : cue.first]]
    return end - 1 if before[:2] in (["that", "one"], ["this", "one"]) else None


def _is_denied(words: Sequence[Word], begin: int, cue: Cue) -> bool:
    """ "I never miss it", "miss nahi ki"."""
    if any(word.norm in _NOT_MISSED for word in words[cue.end : cue.end + 2] if words[cue.first].norm in VERB_LAST):
        return True
    for i in range(cue.first - 1, max(begin, cue.first - 4) - 1, -1):
        if words[i].norm in _MARKS:
            return False
        if words[i].norm in _NOT_MISSED:
            return True
    return False


def _is_conditional(words: Sequence[Word], begin: int, cue: Cue | None) -> bool:
    """ "If you miss it": nothing that is so."""
    if cue is None:
        return False
    before = [word.norm for word in words[max(begin, cue.first - _CONDITION_REACH) : cue.first]]
    return bool(_CONDITIONS & set(before)) and not _MARKS & set(before)


def _norm(words: Sequence[Word], i: int) -> str:
    return words[i].norm if 0 <= i < len(words) else ""


def _instructs(words: Sequence[Word], asked: Question) -> bool:
    """ "(We'll) have you continue the lisinopril" asks nothing."""
    said = [word.norm for word in words[asked.first : asked.first + 3]]
    return len(said) == 3 and said[0] == "have" and said[2] in _TOLD_TO


def _is_object(between: Sequence[str]) -> bool:
    return len(between) <= _CHANGE_REACH and all(norm in _CHANGE_BETWEEN for norm in between)


def _stronger(left: Cue | None, right: Cue | None, first: int) -> Cue | None:
    """Of a cue before and one after: the one after where it tells an event or is clearly nearer."""
    if left is None or right is None:
        return left or right
    if left.meaning == "may i":
        return left
    if right.meaning in ("stopped", "changed", "missed", "started") and left.meaning in _TAKING:
        return right
    return right if first - left.end > 4 else left


def _refused(words: Sequence[Word], begin: int, cue: Cue | None, first: int) -> bool:
    """A negation before the cue ("don't take"), or right before the name ("no aspirin")."""
    if any(word.norm in _RULED_OUT for word in words[max(begin, first - 2) : first]):
        return cue is None or cue.end <= first
    unread = words[max(begin, cue.end if cue and cue.end <= first else begin, first - 7) : first]
    if any(a.norm in _NEGATIONS and b.norm in _NOT_NEEDED for a, b in pairwise(unread)):
        return cue is None or cue.end <= first  # "I don't think you need a diuretic."
    if cue is None or cue.meaning == "missed":
        return False
    if any(word.norm in {"nahi", "nahin"} for word in words[cue.end : cue.end + 2]):
        return True
    near = range(max(begin, cue.first - 3), cue.end)
    return any(words[i].norm in _NEGATIONS and (i == 0 or words[i - 1].norm != "why") for i in near)


def _taking_or_ordered(utterance: Utterance, cue: Cue) -> Status:
    """ "Take": an instruction after "you should" or at the beginning, said by one who instructs."""
    if utterance.turn.role in (Role.PATIENT, Role.CARER):
        return "taking"
    before = [word.norm for word in utterance.words[max(0, cue.first - 5) : cue.first]]
    if not before or before[-1] in _BEFORE_IMPERATIVE:
        return "ordered"
    return "ordered" if _INSTRUCTING & set(before) and not {"do", "did", "i"} & set(before[-2:]) else "taking"
