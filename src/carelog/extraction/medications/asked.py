"""What a question about a medicine comes to, with its answer: "still on the Plavix?" "Every morning." """

from collections.abc import Mapping, Sequence
from dataclasses import replace

from carelog.conversations.turns import Role
from carelog.extraction.claims import is_relation
from carelog.extraction.exchange import (
    Answer,
    AnswerKind,
    Question,
    QuestionForm,
    answer_to,
    open_questions,
    same_speaker,
)
from carelog.extraction.medications.denials import is_answered_no, is_excepted, is_refused
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.medications.replies import Replies
from carelog.extraction.medications.said import TAKING, Said, status_of
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

_ANSWER_REACH = 8
_LONGEST_LIST = 25
_OBJECT_REACH = 4
_BEFORE_OBJECT = word_set("the my a an just only some this that")
_ABOUT_REACH = 4  # Words before the name in a question that is about the medicine.
_SUBJECTS = word_set("i i'm i've we main maine")
_TOLD_TO = word_set(
    "continue take use start stop keep try go come increase decrease hold stay add switch do put apply begin call check"
)
_LONGEST_FOLLOW_UP = 8
_OFFERING = word_set("do would should shall can could may want how what")
_DONE_AUXILIARIES = word_set("did have has are is were was do does haven't hasn't didn't")
_FOLLOWING_UP = word_set("and also plus aur और")
_MEDICINES = word_set(
    "medicine medicines medication medications meds tablets pills prescriptions repeat dawai dawaiyan goliyan"
)
_WHICH = word_set("what which any anything other else your kaunsi kaun")
_ONE_DOSE = word_set("last yesterday today morning tonight night evening dose doses")
_FIRST_WORDS = 3
_NOT_TAKEN = word_set(
    "not n't can't cannot ca aren't don't tolerate stopped stop quit old before previously used avoid allergic"
)
_LITRES = word_set("liter liters litre litres")
_NO = word_set("not no never")
_BESIDE = word_set("with after before alongside between than")
_TIMES_REACH = 3
_TOLD_HOW = word_set("yes yeah yep once twice every daily always sometimes still")
_LONGEST_ECHO = 5
_AT_TIMES = word_set("odd when if sometimes occasionally once twice half needed night nights bedtime weekends")


class Asked:
    """Reads the questions of a dialogue about the medicines it names."""

    def __init__(self, readings: Sequence[Reading], mentions: Mapping[int, Sequence[Mention]]) -> None:
        self._readings = readings
        self._mentions = mentions
        self._dialogue = [reading.utterance for reading in readings]
        self._replies = Replies(readings, mentions)

    def said_of(self, turn: int, mention: Mention, status: Status | None, *, tentative: bool) -> Said | None:
        """The status of a mention, which its own turn gives as `status`, with the question it stands in and its
        answer; None where the answer is that it is not the subject's."""
        utterance = self._dialogue[turn]
        asked = next((q for q in self._readings[turn].questions if q.first <= mention.first < q.end), None)
        if asked is None or asked.form is QuestionForm.OPEN or _instructs(utterance.words, asked):
            return Said(status or self._replied(turn, mention), tentative=tentative)
        if status is None and self._is_echoed(turn, mention):
            return Said("taking")
        answer = self._answer(turn) if asked in open_questions(utterance) else None
        if answer is not None and answer.kind is AnswerKind.ONLY:
            # "Paracetamol?" "Just the odd one."; "Aspirin, ibuprofen?" "Just Tylenol."
            return Said("taking", (answer.span,)) if self._is_at_times(answer) else None
        if asked.form is QuestionForm.STATED:
            held_out = status or self._held_out(turn, mention, asked, answer)
            return self._confirmed(held_out, asked, answer, turn)
        if status in ("missed", "stopped") and not tentative:
            return self._whether(status, asked, answer, turn)
        if status not in (None, "taking") and not tentative:
            declined = answer is not None and answer.kind is AnswerKind.NO
            opening = utterance.words[asked.first].norm
            if declined and opening in _OFFERING | _DONE_AUXILIARIES:
                return Said("taking") if status == "changed" and opening not in _OFFERING - _DONE_AUXILIARIES else None
            return Said(status)
        if answer is not None and self._rules_out(answer, mention):
            return None
        if _is_beside(utterance.words, mention):
            return Said("taking")
        if answer is not None and self._is_all_but_one(answer):
            return Said("taking", (answer.span,))
        if answer is None:
            return self._goes_on(turn, asked) or Said("asked")
        if self._names_another(answer, mention):
            return None
        if answer.kind is AnswerKind.YES:
            return Said("stopped" if tentative else "taking", (answer.span,), tentative=tentative)
        if told := self._told(answer):
            return told
        if answer.kind is AnswerKind.NO and self._never_misses(answer):
            return Said("taking", (answer.span,))
        if answer.kind is AnswerKind.NO:
            return self._confirmed("taking", asked, answer, turn)
        return Said("taking", (answer.span,)) if self._tells_how(answer) else Said("asked")

    def _is_echoed(self, turn: int, mention: Mention) -> bool:
        """ "(How often do you use your reliever?) The Ventolin? Twice a day": named back and then told how."""
        reading = self._readings[turn]
        end = reading.utterance.sentence_at(mention.first)[1]
        short = end <= _LONGEST_ECHO and reading.words[end - 1].norm == "?" and end < len(reading.words)
        if not short or reading.utterance.turn.role not in (Role.PATIENT, Role.CARER) or not self.is_reply(turn):
            return False
        soon = [word.start for word in reading.words[end : end + _FIRST_WORDS]]
        return reading.words[end].norm in _TOLD_HOW or any(often.start in soon for often in reading.frequencies)

    def _is_at_times(self, answer: Answer) -> bool:
        """ "Just the odd one", "only when I've got a cold"."""
        words = self._readings[answer.reply].words
        following = {word.norm for word in words[answer.first : answer.rest + _TIMES_REACH]}
        return not self._mentions.get(answer.reply) and not _AT_TIMES.isdisjoint(following)

    def _goes_on(self, turn: int, asked: Question) -> Said | None:
        """ "What about the metformin? Because I'm still taking it": who asks says it in the same breath."""
        utterance = self._dialogue[turn]
        if utterance.turn.role not in (Role.PATIENT, Role.CARER) or any(
            mention.first >= asked.end for mention in self._mentions.get(turn, ())
        ):
            return None
        for cue in self._readings[turn].cues:
            if cue.first < asked.end or cue.meaning not in TAKING:
                continue
            begin, end = utterance.sentence_at(cue.first)
            subject = any(word.norm in _SUBJECTS for word in utterance.words[max(begin, cue.first - 2) : cue.end])
            if subject and not is_refused(utterance.words, begin, cue, cue.end):
                return Said("taking", (utterance.span(max(begin, cue.first - 2), min(end, cue.end + 6)),))
        return None

    def is_reply(self, turn: int) -> bool:
        """Whether the turn is another speaker's, after a question."""
        if not turn or same_speaker(self._dialogue[turn - 1], self._dialogue[turn]):
            return False
        return bool(open_questions(self._dialogue[turn - 1]))

    def _answer(self, turn: int) -> Answer | None:
        """The answer to the turn; a no beside a strength ("no, 20") takes back a strength, not the medicine."""
        answer = answer_to(self._dialogue, turn)
        if answer is None or answer.kind is not AnswerKind.NO:
            return answer
        doses = self._readings[answer.reply].doses
        told = any(dose.end <= answer.first or 0 <= dose.first - answer.rest <= 1 for dose in doses)
        return replace(answer, kind=AnswerKind.OTHER) if told else answer

    def _held_out(self, turn: int, mention: Mention, asked: Question, answer: Answer | None) -> Status | None:
        """ "And the metformin?" "Yes.", "twice a day": what is only named is taken, unless the question says more."""
        if answer is None or not (answer.kind is AnswerKind.YES or self._tells_how(answer)):
            return None
        ended = any(c.meaning in ("stopped", "missed") and asked.first <= c.first for c in self._readings[turn].cues)
        far = mention.first - asked.first > _ABOUT_REACH and not self._is_apposed(turn, mention, asked)
        return None if ended or far else "taking"

    def _is_apposed(self, turn: int, mention: Mention, asked: Question) -> bool:
        """ "And the brown one, the Clenil?" """
        before = [word.norm for word in self._dialogue[turn].words[: mention.first][-2:]]
        return before == [",", "the"] and asked.end - mention.end <= 1

    def _never_misses(self, answer: Answer) -> bool:
        """ "Do you take it?" "Never miss it." """
        reply = self._readings[answer.reply]
        never = reply.words[answer.first].norm == "never"
        return never and any(cue.meaning == "missed" and cue.first - answer.first <= 1 for cue in reply.cues)

    def _rules_out(self, answer: Answer, mention: Mention) -> bool:
        """ "Any ibuprofen?" "Not ibuprofen, no."."""
        words = self._readings[answer.reply].words
        return any(
            (other.first > 0 and words[other.first - 1].norm in _NO)
            or is_answered_no(words, other.end)
            or is_excepted(words, 0, other.first)
            for other in self._mentions.get(answer.reply, ())
            if _medicine(other) == _medicine(mention)
        )

    def _is_all_but_one(self, answer: Answer) -> bool:
        """ "Do you take all of these?" "All but the aspirin." """
        words = self._readings[answer.reply].words
        return any(is_excepted(words, 0, other.first) for other in self._mentions.get(answer.reply, ()))

    def _names_another(self, answer: Answer, mention: Mention) -> bool:
        """ "Any calcium, iron, antacids?" "I take zinc.": the others are not taken."""
        reply, named = self._readings[answer.reply], self._mentions.get(answer.reply, ())
        agreed = answer.kind is AnswerKind.YES and reply.words[answer.first].norm not in _SUBJECTS
        same = any(_medicine(other) == _medicine(mention) for other in named)
        if answer.kind is AnswerKind.NO or agreed or same:
            return False
        return any(
            cue.meaning in TAKING
            and cue.first <= _ANSWER_REACH
            and 0 <= other.first - cue.end <= _OBJECT_REACH
            and all(word.norm in _BEFORE_OBJECT for word in reply.words[cue.end : other.first])
            for cue in reply.cues
            for other in named
        )

    def _tells_how(self, answer: Answer) -> bool:
        """ "Are you on the amlodipine?" "Every morning, with my coffee.", "ten milligrams, at night": who tells how
        they take it takes it."""
        reply = self._readings[answer.reply]
        if self._mentions.get(answer.reply):
            return False
        first, end = reply.utterance.sentences[0]
        begin = end if end - first <= _LONGEST_ECHO and reply.words[end - 1].norm == "?" else first  # "The blue one?"
        soon = [word.start for word in reply.words[begin : begin + _FIRST_WORDS + 1]]
        often = any(often.start in soon for often in reply.frequencies)
        if any(word.norm in _LITRES for word in reply.words[begin : begin + _FIRST_WORDS]):
            return True  # Oxygen: "Two litres, at night."
        if any(word.norm == "times" for word in reply.words[begin : begin + _FIRST_WORDS + 1]):
            return True  # "Four, five times a day."
        return often or any(begin <= dose.first <= begin + _FIRST_WORDS and dose.unit for dose in reply.doses)

    def _whether(self, status: Status, asked: Question, answer: Answer | None, turn: int) -> Said:
        """ "Have you missed any of it?", "did you stop it?": yes, or it is taken."""
        if self._dialogue[turn].words[asked.first].norm not in _DONE_AUXILIARIES | {"any"}:
            return Said(status)  # "Can you stop the aspirin?"
        if status == "missed" and turn + 1 < len(self._dialogue) and (missed := self._replies.says_missed(turn + 1)):
            return missed
        if answer is None:
            return Said("asked")
        if answer.kind is AnswerKind.NO:
            return Said(status if self._others_did(answer) else "taking", (answer.span,))
        if answer.kind is AnswerKind.YES:
            return Said(status, (answer.span,))
        return self._told(answer) or Said("asked")

    def _confirmed(self, status: Status | None, asked: Question, answer: Answer | None, turn: int) -> Said | None:
        if answer is None:
            return Said(status)
        by_taker = self._dialogue[turn].turn.role in (Role.PATIENT, Role.CARER)
        if answer.kind is AnswerKind.NO and status in ("stopped", "missed") and not by_taker:
            if self._others_did(answer):
                return Said(status, (answer.span,))  # "No, the doctor did."
            return Said("taking", (answer.span,))  # "And the warfarin, you stopped it?" "No, still on it."
        if answer.kind is AnswerKind.NO and status in (None, "taking"):
            said = {word.norm for word in self._dialogue[turn].words[asked.first : asked.end]}
            if "did" in said and not _ONE_DOSE.isdisjoint(said):
                return Said("missed", (answer.span,))  # "Did you take it last night?" "No."
            still = "still" in said
            return Said("stopped", (answer.span,)) if still else None
        tells = answer.kind is AnswerKind.YES or (status == "taking" and self._tells_how(answer))
        return Said(status, (answer.span,) if tells else ())

    def _others_did(self, answer: Answer) -> bool:
        """ "(You stopped it?) No, the doctor did.", "not me, the surgeon did"."""
        words = self._dialogue[answer.reply].words
        end = self._dialogue[answer.reply].sentence_at(answer.first)[1]
        return any(word.norm == "did" for word in words[answer.rest : end])

    def _told(self, answer: Answer) -> Said | None:
        """ "I take it every day", "no, I stopped it", "I forgot" in answer to a question."""
        reply = self._dialogue[answer.reply]
        telling = TAKING | {"stopped", "missed"} if answer.kind is not AnswerKind.NO else {"stopped", "missed"}
        for cue in self._readings[answer.reply].cues:
            start = max(cue.first - 3, answer.rest if answer.rest <= cue.first else 0)
            subject = [i for i in range(start, cue.first + 1) if reply.words[i].norm in _SUBJECTS]
            if cue.meaning not in telling or cue.first > _ANSWER_REACH or not subject:
                continue
            if is_refused(reply.words, start, cue, cue.end):
                return None
            end = reply.sentence_at(cue.first)[1]
            span = reply.span(subject[-1], min(end, cue.end + 6))
            return Said(status_of(reply, cue), (span,))
        return None

    def _asks_otherwise(self, turn: int, asked: Question) -> bool:
        """ "What can't you take?", "what were you prescribed before?", "what does your husband take?"."""
        norms = {word.norm for word in self._dialogue[turn].words[asked.first : asked.end]}
        if not norms.isdisjoint(_NOT_TAKEN):
            return True
        by_patient = turn + 1 < len(self._dialogue) and self._dialogue[turn + 1].turn.role is Role.PATIENT
        return by_patient and any(is_relation(norm) for norm in norms)

    def _replied(self, turn: int, mention: Mention) -> Status | None:
        """A medicine named in answer to "what do you take?" is taken."""
        if mention.first > _LONGEST_LIST or not self.is_reply(turn):
            return None
        return "taking" if self._asks_what_is_taken(turn - 1) else None

    def _asks_what_is_taken(self, turn: int) -> bool:
        """ "What do you take for the sugar?", "any other medicines?", and after it "And for the blood pressure?"."""
        utterance = self._dialogue[turn]
        asked = open_questions(utterance)
        if asked and self._asks_otherwise(turn, asked[-1]):
            return False
        for cue in self._readings[turn].cues:
            if cue.meaning in TAKING | {"tried"} and any(q.first <= cue.first < q.end for q in asked):
                return True
        norms = {word.norm for q in asked for word in utterance.words[q.first : q.end]}
        if (
            norms & _MEDICINES
            and (norms & _WHICH or {"getting", "on"} <= norms)
            and "allergic" not in norms
            and "allergies" not in norms
        ):
            return True
        if any(q.first <= mention.first < q.end for q in asked for mention in self._mentions.get(turn, ())):
            answer = answer_to(self._dialogue, turn)
            return answer is not None and answer.kind is AnswerKind.ONLY
        follows_up = asked and utterance.words[0].norm in _FOLLOWING_UP and len(utterance.words) <= _LONGEST_FOLLOW_UP
        before = turn - 2
        if not follows_up or before < 0 or not same_speaker(self._dialogue[before], utterance):
            return False
        return self._asks_what_is_taken(before)


def _is_beside(words: Sequence[Word], mention: Mention) -> bool:
    """ "Do you use a spacer with your Ventolin?": the Ventolin is used."""
    before = [word.norm for word in words[max(0, mention.first - 2) : mention.first]]
    return len(before) == 2 and before[0] in _BESIDE and before[1] == "your"


def _medicine(mention: Mention) -> str:
    return mention.drug.ingredient or mention.drug.name


def _instructs(words: Sequence[Word], asked: Question) -> bool:
    """ "(We'll) have you continue the lisinopril" asks nothing."""
    said = [word.norm for word in words[asked.first : asked.first + 3]]
    return len(said) == 3 and said[0] == "have" and said[2] in _TOLD_TO
