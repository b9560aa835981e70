"""What is said of a mention: its status, or that it is no medicine of the subject's at all.

Decisions that a reader may ask about:

* A plan ("I want to start you on") counts; a thought ("we could try", "think about") and what is done only if
  something comes ("if the swab is positive I'll prescribe", "stop it if you get a rash") is no entry.
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
from dataclasses import replace

from carelog.conversations.turns import Role
from carelog.extraction.finding import Span
from carelog.extraction.medications.again import (
    is_begun_again,
    is_no_more,
    is_of_before,
    is_over_after,
    is_put_on_anew,
    is_taken_again,
)
from carelog.extraction.medications.asked import Asked
from carelog.extraction.medications.attachment import FURTHEST_LEFT, Bounds, cue_of
from carelog.extraction.medications.cues import Cue
from carelog.extraction.medications.denials import (
    is_answered_no,
    is_asked_under_condition,
    is_conditional,
    is_denied,
    is_excepted,
    is_given_then,
    is_left_undone,
    is_long_ago,
    is_none_taken,
    is_not_begun,
    is_refused,
    is_supposed,
    is_undone,
    is_unreal,
    is_untaken,
)
from carelog.extraction.medications.exclusions import (
    is_a_person,
    is_a_result,
    is_allergy,
    is_allowed,
    is_anothers,
    is_asked_on_as_allergy,
    is_compared,
    is_general,
    is_given_once,
    is_of_one_named_before,
    is_of_people,
    is_reacted_to,
    is_told_of_another,
)
from carelog.extraction.medications.labels import label_of
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.questions import is_asked, is_asked_whether_it_may
from carelog.extraction.medications.reading import Reading
from carelog.extraction.medications.references import object_of
from carelog.extraction.medications.replies import Replies
from carelog.extraction.medications.said import TAKING, Said, is_had, status_of
from carelog.extraction.medications.under_condition import is_followed, is_habit, is_under_condition
from carelog.extraction.quoting import quoted
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

_CONSIDERED_REACH = 9
_WISHES = word_set("want wanted like thinking hoping hope wish planning try trying tried would")
_OF_IT = frozenset({"stopped", "missed", "taking", "take", "changed", "started"})
_TO_MISS = word_set("miss skip forget")
_SWITCHING = word_set("switched changed swapped")
_SWITCH_REACH = 3
_OWN = word_set("my meri mera mere")
_IFS = word_set("if agar अगर")
_SHORT = 7  # Words of a question that names nothing new.
_REPLY_REACH = 40  # Words of a reply in which "it" is still the medicine that was asked for.


class Scene:
    """Reads what a dialogue says of the medicines it names."""

    def __init__(self, readings: Sequence[Reading], mentions: Mapping[int, Sequence[Mention]]) -> None:
        self._readings = readings
        self._mentions = mentions
        self.dialogue = [reading.utterance for reading in readings]
        self._asked = Asked(readings, mentions)
        self._replies = Replies(readings, mentions)

    def said_of(self, turn: int, mention: Mention, first: int, stop: int) -> Said | None:
        """What turn number `turn` says of the mention; None when it is no medicine of the subject's.

        `first` is where the name or the strength before it begins, `stop` where the next medicine is named.
        """
        utterance = self.dialogue[turn]
        begin, end = utterance.sentence_at(first)
        before = self.dialogue[turn - 1] if turn else None
        if is_allergy(utterance, before, begin, mention) or is_anothers(utterance, begin, mention):
            return None
        if (
            is_of_people(utterance, begin, mention)
            or is_compared(utterance, first, mention.end)
            or is_given_once(utterance, mention)
            or is_allowed(utterance, mention)
            or is_a_person(utterance, mention)
            or is_general(utterance, begin, end, mention)
            or is_of_one_named_before(self.dialogue, turn, mention)
        ):
            return None
        bounds = Bounds(begin, first, end, stop)
        cue = cue_of(self._readings[turn], self._mentions.get(turn, ()), mention, bounds)
        if self._replies.is_disowned(turn, mention):
            return None
        if cue is not None and cue.meaning in TAKING and self._replies.is_flatly_denied(turn, mention):
            return next((said for said in self._said_of_it(turn, mention.end, stop) if said.status == "stopped"), None)
        if is_a_result(self.dialogue, turn, mention, cue):
            return None
        if self._is_considered(turn, begin, first, cue) or is_conditional(utterance.words, begin, cue):
            return None
        if (
            cue is not None
            and cue.meaning in TAKING
            and (is_told_of_another(utterance, begin, cue.first) or is_reacted_to(utterance.words, cue))
        ):
            return None
        if (label := label_of(utterance, self._mentions[turn], mention)) is not None:
            return Said(label)
        told_to = utterance.turn.role in (Role.CLINICIAN, Role.AGENT)
        if told_to and is_supposed(utterance.words, first):
            return None
        if is_asked_on_as_allergy(self.dialogue, turn):
            return None
        if not told_to and (untaken := is_untaken(utterance.words, (begin, end), first, mention.end)):
            return untaken if untaken.status else None
        if not told_to and is_excepted(utterance.words, begin, first):
            return next(self._said_of_it(turn, mention.end, stop), None) or (
                Said("missed") if self._is_after_taking(turn) else None
            )
        if told_to and is_asked_whether_it_may(self._readings[turn], mention):
            return None
        if not told_to and is_asked_under_condition(utterance.words, begin, first, end):
            return None
        status = status_of(self.dialogue[turn], cue)
        if cue is not None and status == "changed" and is_put_on_anew(utterance.words, mention.end, cue):
            status = "taking"
        if cue is not None and is_under_condition(utterance.words, (begin, end), first, mention.end, cue, status):
            return Said("taking") if not told_to and is_habit(utterance.words, cue) else None
        planned = told_to and status in ("started", "ordered", "changed")
        if planned and (self._replies.is_declined(turn, mention) or self._replies.is_withdrawn(turn, mention)):
            return None
        asked = told_to and cue is not None and is_asked(self._readings[turn], mention)
        if asked and status in ("started", "stopped", "missed") and self._replies.denies(turn, mention):
            return None if status == "started" else Said("taking")
        if told_to and status in (None, "taking") and self._replies.is_over(turn, mention):
            return Said("stopped")
        if cue is None and not told_to and is_answered_no(utterance.words, mention.end):
            told = self._said_of_it(turn, mention.end, stop)
            return next((said for said in told if said.status == "stopped"), None)
        by_taker = utterance.turn.role in (Role.PATIENT, Role.CARER)
        if cue is not None and by_taker and status in ("started", "stopped", "changed"):
            unreal = is_unreal(utterance.words, begin, cue)
            if unreal is not None:
                return unreal if status == "started" else Said("taking")
        if cue is not None and is_none_taken(utterance.words, cue):
            return None
        if cue is not None and cue.meaning == "missed" and is_denied(utterance.words, begin, cue):
            return Said("taking")
        if cue is not None and status == "stopped" and self._is_wished(turn, cue):
            return Said("taking")
        if is_refused(utterance.words, begin, cue, first):
            if status in ("stopped", "missed", "changed"):
                return Said("taking")  # "Don't stop", "don't change".
            if self._replies.affirms(turn, mention):
                return Said("taking")
            return Said("stopped") if is_no_more(utterance.words, mention.end) else None
        if cue is not None and cue.meaning == "ordered" and status == "taking":
            return Said("taking")  # "Can you refill my Zoloft?"
        carried = self._carried(turn, begin, first) if cue is None else None
        if cue is None and not told_to and self._replies.is_named_instead(turn, mention):
            return Said("taking")
        if cue is None and is_had(utterance, self._mentions.get(turn, ()), begin, first):
            status = "taking"
        status = carried or status
        if status in (None, "taking") and (over := is_over_after(utterance.words, end, stop)):
            return Said("stopped", (self._quote(turn, over, over + 1),))
        later = list(self._said_of_it(turn, mention.end, stop)) if status in (None, "taking", "started") else []
        if cue is not None and cue.meaning == "tried":
            later = [said for said in self._said_of_it(turn, mention.end, stop) if said.status in ("taking", "stopped")]
            if later and later[-1].status == "taking":
                return later[-1]  # "I've tried it and it works, I take it when I have a headache."
        if stopped := next((said for said in later if said.status == "stopped"), None):
            return self._begun_again(turn, mention.end, stop) or stopped
        if status == "stopped" and (again := self._begun_again(turn, mention.end, stop)):
            return again
        if carried and (anew := next((said for said in later if said.status in ("started", "changed")), None)):
            return anew
        if status in (None, "taking") and (switched := self._switched_to_another(turn, mention)):
            return switched
        if (
            status == "taking"
            and cue is not None
            and (is_long_ago(utterance.words, (begin, end), cue) or is_of_before(utterance.words, begin, cue, stop))
        ):
            status = "stopped"
        if status == "taking" and cue is not None and is_given_then(utterance.words, (begin, end), cue):
            return next((said for said in later if said.status == "taking"), Said(None))
        if status in ("taking", "started") and is_not_begun(utterance.words, mention.end, min(stop, end)):
            return Said("ordered")
        if status == "taking" and is_undone(utterance.words, mention.end, min(stop, end)):
            return Said("missed")
        said = self._asked.said_of(turn, mention, status, tentative=cue is not None and cue.meaning == "tried")
        if said is not None and said.status == "asked" and self._is_own(turn, begin, first):
            said = replace(said, status="taking")
        if said is not None and said.status in (None, "asked"):
            return next((one for one in later if one.status in ("taking", "changed", "started")), said)
        return said

    def _is_after_taking(self, turn: int) -> bool:
        """ "(Did you take your medicines?) All but the statin": one dose, and not whether it is taken at all."""
        return turn > 0 and "did" in self.dialogue[turn - 1].norms and not self._mentions.get(turn - 1)

    def _is_own(self, turn: int, begin: int, first: int) -> bool:
        """ "Can I have Crocin with my Ecosprin?": who asks of another beside their own takes their own."""
        utterance = self.dialogue[turn]
        own = first > 0 and utterance.words[first - 1].norm in _OWN
        beside = any(begin <= other.first < first for other in self._mentions.get(turn, ()))
        return own and beside and utterance.turn.role in (Role.PATIENT, Role.CARER)

    def missed_of(self, turn: int, mention: Mention, stop: int) -> Said | None:
        """ "... and I skipped it on Sunday": what is said later of doses of the mention."""
        later = self._said_of_it(turn, mention.end, stop)
        told = next((said for said in later if said.status == "missed"), None)
        return told or self._replies.missed_of(turn, mention)

    def status_between(self, turn: int, first: int, end: int) -> Status | None:
        """The last status that the words `first` to `end` of a turn speak of."""
        for cue in reversed(self._readings[turn].cues):
            if first <= cue.first and cue.end <= end and cue.meaning not in ("considered", "may i"):
                return status_of(self.dialogue[turn], cue)
        return None

    def is_changed_from(self, turn: int, mention: Mention) -> bool:
        """ "Go from metformin 500 ...": what is named is the dose until now."""
        words = self.dialogue[turn].words
        before = [word.norm for word in words[: mention.first][-2:]]
        return before[-1:] == ["from"] or before in (["from", "the"], ["from", "your"])

    def is_reply(self, turn: int) -> bool:
        """Whether the turn is another speaker's, after a question."""
        return self._asked.is_reply(turn)

    def _is_wished(self, turn: int, cue: Cue) -> bool:
        """ "I want to stop the Lipitor", "I tried to stop": a patient's wish; a clinician's is a plan."""
        utterance = self.dialogue[turn]
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
        words, reply = self.dialogue[turn].words, turn + 1
        if stop == len(words) and reply < len(self.dialogue):
            named = [other for other in self._mentions.get(reply, ()) if not other.drug.kind]
            until = min(named[0].first if named else len(self.dialogue[reply].words), _REPLY_REACH)
            yield from self._pronouns_in(reply, 0, until)
            if not named and self._is_asked_more(turn, reply):
                named = list(self._mentions.get(reply + 1, ()))
                until = min(named[0].first if named else len(self.dialogue[reply + 1].words), _REPLY_REACH)
                yield from self._pronouns_in(reply + 1, 0, until)

    def _begun_again(self, turn: int, first: int, stop: int) -> Said | None:
        """ "(I stopped the metformin,) and then started again last week", "actually no, I still take it"."""
        utterance = self.dialogue[turn]
        if utterance.turn.role not in (Role.PATIENT, Role.CARER):
            return None
        words = utterance.words
        for cue in self._readings[turn].cues:
            if not first <= cue.first < stop or cue.meaning not in ("started", *TAKING):
                continue
            begin = utterance.sentence_at(cue.first)[0]
            undone = is_left_undone(words, cue) or is_refused(words, begin, cue, cue.end)
            if undone or self._is_thought(turn, begin, cue) or is_conditional(words, begin, cue):
                continue  # "I was thinking maybe I should start it again, but I haven't."
            if (still := is_taken_again(words, begin, cue)) or is_begun_again(words, cue):
                return Said("taking" if still else "started", (self._quote(turn, cue.first, cue.end),))
        return None

    def _switched_to_another(self, turn: int, mention: Mention) -> Said | None:
        """ "(You were on Lipitor 40. Still?) They switched me to rosuvastatin": of the one that was asked about."""
        reply = turn + 1
        told_to = self.dialogue[turn].turn.role in (Role.PATIENT, Role.CARER)
        if told_to or reply >= len(self.dialogue) or mention is not self._mentions[turn][-1]:
            return None
        words, named = self.dialogue[reply].words, self._mentions.get(reply, ())
        if self.dialogue[reply].turn.role not in (Role.PATIENT, Role.CARER) or len(named) != 1:
            return None
        other = named[0]
        same = (other.drug.ingredient or other.drug.name) == (mention.drug.ingredient or mention.drug.name)
        for cue in self._readings[reply].cues:
            switching = words[cue.first].norm in _SWITCHING and words[cue.end - 1].norm == "to"
            if switching and not same and 0 <= other.first - cue.end <= _SWITCH_REACH:
                return Said("stopped", (self._quote(reply, cue.first, other.end),))
        return None

    def _is_asked_more(self, turn: int, reply: int) -> bool:
        """ "I started biotin." "How much?" "... I stopped it last week": a short question keeps it in mind."""
        asking = self.dialogue[reply].words
        if reply + 1 >= len(self.dialogue) or not asking or len(asking) > _SHORT or asking[-1].norm != "?":
            return False
        return self.dialogue[reply + 1].turn.role is self.dialogue[turn].turn.role

    def _pronouns_in(self, turn: int, first: int, stop: int) -> Iterator[Said]:
        utterance = self.dialogue[turn]
        words = utterance.words
        for cue in self._readings[turn].cues:
            if not first <= cue.first < stop or cue.meaning not in _OF_IT:
                continue
            if words[cue.first].norm in _TO_MISS and utterance.turn.role in (Role.CLINICIAN, Role.AGENT):
                continue  # "Miss tonight's dose" tells what to do, not what was done.
            begin = utterance.sentence_at(cue.first)[0]
            last = object_of(words, begin, cue)
            status = status_of(self.dialogue[turn], cue)
            if last is None or status == "ordered" or is_told_of_another(utterance, begin, cue.first):
                continue
            if (
                self._is_thought(turn, begin, cue)
                or is_conditional(words, begin, cue)
                or self._is_instructed_if(turn, begin, cue)
                or is_followed(words, last + 1, utterance.sentence_at(cue.first)[1])
            ):
                continue
            asked = self._readings[turn].questions
            if any(question.first <= cue.first < question.end for question in asked):
                continue
            span = self._quote(turn, cue.first, last + 1)
            if cue.meaning == "missed" and is_denied(words, begin, cue):
                yield Said("taking", (span,))
            elif not is_refused(words, begin, cue, cue.end):
                yield Said(status, (span,))

    def _is_thought(self, turn: int, begin: int, cue: Cue) -> bool:
        """ "Maybe I should stop it", in the sentence that begins at word `begin`."""
        earlier = (c for c in self._readings[turn].cues if begin <= c.first < cue.first)
        return any(c.meaning in ("considered", "may i") for c in earlier)

    def _is_instructed_if(self, turn: int, begin: int, cue: Cue) -> bool:
        """ "If you get hives from it, stop it": a clinician's advice for what has not come."""
        utterance = self.dialogue[turn]
        if utterance.turn.role in (Role.PATIENT, Role.CARER):
            return False
        return any(word.norm in _IFS for word in utterance.words[begin : cue.first])

    def _quote(self, turn: int, first: int, end: int) -> Span:
        utterance = self.dialogue[turn]
        sentence = utterance.sentence_at(first)
        begin, stop = quoted(utterance.words, sentence, first, end)
        return utterance.span(begin, max(stop, end))

    def _is_considered(self, turn: int, begin: int, first: int, cue: Cue | None) -> bool:
        words = self.dialogue[turn].words
        if cue is not None and cue.meaning == "missed":
            return False
        return any(
            thought.meaning == "considered"
            and begin <= thought.first
            and 0 <= first - thought.end <= _CONSIDERED_REACH
            and not any(word.norm in {"so", "but", "then", ","} for word in words[thought.end : first])
            for thought in self._readings[turn].cues
        )
