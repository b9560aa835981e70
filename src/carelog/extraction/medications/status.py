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
* A medicine that stays as it is, has refills left or is asked for again is taken; one that is sent is ordered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from carelog.conversations.turns import Role
from carelog.extraction.exchange import (
    Answer,
    AnswerKind,
    Question,
    QuestionForm,
    answer_to,
    open_questions,
    same_speaker,
)
from carelog.extraction.finding import Span
from carelog.extraction.medications.attachment import FURTHEST_LEFT, Bounds, cue_of
from carelog.extraction.medications.cues import Cue
from carelog.extraction.medications.denials import (
    is_conditional,
    is_denied,
    is_long_ago,
    is_none_taken,
    is_refused,
    is_undone,
)
from carelog.extraction.medications.exclusions import (
    is_allergy,
    is_anothers,
    is_compared,
    is_general,
    is_given_once,
    is_of_one_named_before,
    is_of_people,
    is_told_of_another,
)
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.medications.references import object_of
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

_CONSIDERED_REACH = 9
_ANSWER_REACH = 8
_LONGEST_LIST = 25
_SUBJECTS = word_set("i i'm i've we main maine")
_TOLD_TO = word_set(
    "continue take use start stop keep try go come increase decrease hold stay add switch do put apply begin call check"
)
_INSTRUCTING = word_set(
    """
    can could should want like need needs ll 'll you'll must gon wan gonna wanna let please let's i'd
    recommend
    """
)
_BEFORE_IMPERATIVE = word_set(". : , and then just please okay so ok alright also or ahead ! ? ; again")
_TAKING = frozenset({"taking", "take"})
_REFILLS = word_set("refill refills refilled renew")
_HIM_OR_HER = word_set("him her")  # "I give him": no order.
_WISHES = word_set("want wanted like thinking hoping hope wish planning try trying tried would")
_OF_IT = frozenset({"stopped", "missed", "taking", "take", "changed", "started"})
_HINDI_INSTRUCTIONS = word_set("lena leni lijiye lo lagaiye lagana daaliye khana लेना लेनी लीजिए खा लगाइए")
_IFS = word_set("if agar अगर")
_REPLY_REACH = 40  # Words of a reply in which "it" is still the medicine that was asked for.
_LONGEST_FOLLOW_UP = 8
_OFFERING = word_set("do would should shall can could may want how what")
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
        if (
            is_of_people(utterance, begin, mention)
            or is_compared(utterance, first)
            or is_given_once(utterance, mention)
            or is_general(utterance, begin, end, mention)
            or is_of_one_named_before(self._dialogue, turn, mention)
        ):
            return None
        bounds = Bounds(begin, first, end, stop)
        cue = cue_of(self._readings[turn], self._mentions.get(turn, ()), mention, bounds)
        if self._is_considered(turn, begin, first, cue) or is_conditional(utterance.words, begin, cue):
            return None
        if cue is not None and cue.meaning in _TAKING and is_told_of_another(utterance, begin, cue.first):
            return None
        status = self._status(turn, cue)
        if cue is not None and is_none_taken(utterance.words, cue):
            return None
        if cue is not None and cue.meaning == "missed" and is_denied(utterance.words, begin, cue):
            return Said("taking")
        if cue is not None and status == "stopped" and self._is_wished(turn, cue):
            return Said("taking")
        if is_refused(utterance.words, begin, cue, first):
            if status in ("stopped", "missed", "changed"):
                return Said("taking")  # "Don't stop", "don't change".
            gone = any(w.norm in ("anymore", "longer") for w in utterance.words[mention.end : mention.end + 4])
            return Said("stopped") if gone else None
        if cue is not None and cue.meaning == "ordered" and status == "taking":
            return Said("taking")  # "Can you refill my Zoloft?"
        if cue is None:
            status = self._carried(turn, begin, first)
        later = list(self._said_of_it(turn, mention.end, stop)) if status in (None, "taking", "started") else []
        if stopped := next((said for said in later if said.status == "stopped"), None):
            return stopped
        if status == "taking" and cue is not None and is_long_ago(utterance.words, (begin, end), cue):
            status = "stopped"
        if status == "taking" and is_undone(utterance.words, mention.end, min(stop, end)):
            return Said("missed")
        said = self._questioned(turn, mention, status, tentative=cue is not None and cue.meaning == "tried")
        if said is not None and said.status in (None, "asked"):
            return next((one for one in later if one.status in ("taking", "changed", "started")), said)
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
            case "ordered" if cue and self._is_from_patient(turn, cue, _REFILLS | _HIM_OR_HER):
                return "taking"
            case "taking" | "started" | "changed" | "stopped" | "ordered" | "missed" as status:
                return status
        return None

    def _is_from_patient(self, turn: int, cue: Cue, norms: frozenset[str]) -> bool:
        """ "Can you refill my Zoloft?", "I give him his Keppra": who asks for more of a medicine takes it, and who
        gives it to the subject does not order it."""
        utterance = self._dialogue[turn]
        if utterance.turn.role not in (Role.PATIENT, Role.CARER):
            return False
        return any(word.norm in norms for word in utterance.words[cue.first : cue.end])

    def _is_wished(self, turn: int, cue: Cue) -> bool:
        """ "I want to stop the Lipitor", "I tried to stop": a patient's wish; a clinician's is a plan."""
        utterance = self._dialogue[turn]
        before = {word.norm for word in utterance.words[max(0, cue.first - 3) : cue.first]}
        return utterance.turn.role in (Role.PATIENT, Role.CARER) and bool(before & _WISHES)

    def _carried(self, turn: int, begin: int, first: int) -> Status | None:
        """The status that the sentence before speaks of: "... start you on something. It is lisinopril 20." """
        if any(question.first <= first < question.end for question in self._readings[turn].questions):
            return None
        status = self.status_between(turn, max(0, begin - FURTHEST_LEFT), begin)
        return status if first - begin <= FURTHEST_LEFT and status in ("taking", "started", "ordered") else None

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
        for cue in self._readings[turn].cues:
            if not first <= cue.first < stop or cue.meaning not in _OF_IT:
                continue
            begin = next(b for b, e in utterance.sentences if b <= cue.first < e)
            last = object_of(words, begin, cue)
            status = self._status(turn, cue)
            if last is None or status == "ordered" or is_told_of_another(utterance, begin, cue.first):
                continue
            thought = any(
                c.meaning in ("considered", "may i") and begin <= c.first < cue.first for c in self._readings[turn].cues
            )
            if thought or is_conditional(words, begin, cue) or self._is_instructed_if(turn, begin, cue):
                continue
            asked = self._readings[turn].questions
            if any(question.first <= cue.first < question.end for question in asked):
                continue
            span = self._quote(turn, cue.first, last + 1)
            if cue.meaning == "missed" and is_denied(words, begin, cue):
                yield Said("taking", (span,))
            elif not is_refused(words, begin, cue, cue.end):
                yield Said(status, (span,))

    def _is_instructed_if(self, turn: int, begin: int, cue: Cue) -> bool:
        """ "If you get hives from it, stop it": a clinician's advice for what has not come."""
        utterance = self._dialogue[turn]
        if utterance.turn.role in (Role.PATIENT, Role.CARER):
            return False
        return any(word.norm in _IFS for word in utterance.words[begin : cue.first])

    def _quote(self, turn: int, first: int, end: int) -> Span:
        utterance = self._dialogue[turn]
        sentence = next(s for s in utterance.sentences if s[0] <= first < s[1])
        begin, stop = quoted(utterance.words, sentence, first, end)
        return Span(utterance.turn.index, utterance.words[begin].start, utterance.words[max(stop, end) - 1].end)

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
        asked = next((q for q in self._readings[turn].questions if q.first <= mention.first < q.end), None)
        if asked is None or asked.form is QuestionForm.OPEN or _instructs(utterance.words, asked):
            return Said(status or self._replied(turn, mention), tentative=tentative)
        answer = self._answer(turn) if asked in open_questions(utterance) else None
        if answer is not None and answer.kind is AnswerKind.ONLY:
            return None  # "Aspirin, ibuprofen?" "Just Tylenol."
        if asked.form is QuestionForm.STATED:
            return self._confirmed(status, asked, answer, utterance)
        if status in ("missed", "stopped") and not tentative:
            return self._whether(status, asked, answer, utterance)
        if status not in (None, "taking") and not tentative:
            declined = answer is not None and answer.kind is AnswerKind.NO
            return None if declined and utterance.words[asked.first].norm in _OFFERING else Said(status)
        if answer is None:
            return Said("asked")
        if answer.kind is AnswerKind.YES:
            return Said("stopped" if tentative else "taking", (answer.span,), tentative=tentative)
        if told := self._told(answer):
            return told
        return self._confirmed("taking", asked, answer, utterance) if answer.kind is AnswerKind.NO else Said("asked")

    def _answer(self, turn: int) -> Answer | None:
        """The answer to the turn; a no beside a strength ("no, 20") takes back a strength, not the medicine."""
        answer = answer_to(self._dialogue, turn)
        if answer is None or answer.kind is not AnswerKind.NO:
            return answer
        doses = self._readings[answer.reply].doses
        told = any(dose.end <= answer.first or 0 <= dose.first - answer.rest <= 1 for dose in doses)
        return replace(answer, kind=AnswerKind.OTHER) if told else answer

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
            if is_refused(reply.words, start, cue, cue.end):
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
        if any(q.first <= mention.first < q.end for q in asked for mention in self._mentions.get(turn, ())):
            answer = answer_to(self._dialogue, turn)
            return answer is not None and answer.kind is AnswerKind.ONLY
        follows_up = asked and utterance.words[0].norm in _FOLLOWING_UP and len(utterance.words) <= _LONGEST_FOLLOW_UP
        before = turn - 2
        if not follows_up or before < 0 or not same_speaker(self._dialogue[before], utterance):
            return False
        return self._asks_what_is_taken(before)


def _instructs(words: Sequence[Word], asked: Question) -> bool:
    """ "(We'll) have you continue the lisinopril" asks nothing."""
    said = [word.norm for word in words[asked.first : asked.first + 3]]
    return len(said) == 3 and said[0] == "have" and said[2] in _TOLD_TO


def _taking_or_ordered(utterance: Utterance, cue: Cue) -> Status:
    """ "Take": an instruction after "you should" or at the beginning, said by one who instructs."""
    if utterance.turn.role in (Role.PATIENT, Role.CARER):
        return "taking"
    if utterance.words[cue.first].norm in _HINDI_INSTRUCTIONS:
        return "ordered"
    before = [word.norm for word in utterance.words[max(0, cue.first - 5) : cue.first]]
    if not before or before[-1] in _BEFORE_IMPERATIVE:
        return "ordered"
    return "ordered" if _INSTRUCTING & set(before) and not {"do", "did", "i"} & set(before[-2:]) else "taking"
