"""The medications of a dialogue."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.exchange import QuestionForm, questions
from carelog.extraction.finding import Finding, Span
from carelog.extraction.medications.corrections import misnamed, without_corrected
from carelog.extraction.medications.forms import form_and_route
from carelog.extraction.medications.frequencies import Often
from carelog.extraction.medications.merging import Fact, merge
from carelog.extraction.medications.names import Mention, find_mentions
from carelog.extraction.medications.pairing import Pair, pair
from carelog.extraction.medications.reading import Reading
from carelog.extraction.medications.reasons import reason_after
from carelog.extraction.medications.status import Said, Scene
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import Utterance
from carelog.record.types.medication import Medication, Status

_NEAR = 60  # Characters from a strength to the frequency that belongs to it.
_TIGHT = 30  # Characters between parts that one quote may still hold.
_APART = 3  # Words between a name and a strength that has a clause of its own.
_REASON_REACH = 16
_QUESTION_REACH = 8


def find_medications(dialogue: Sequence[Utterance]) -> list[Finding]:
    """Every medication that the dialogue speaks of as the subject's, one for each medicine and strength.

    The first span quotes the name, with the strength and frequency that stand beside it or, where nothing does or
    where something happens with the medicine, with its sentence; others quote what was said elsewhere (after "what
    dose?", an answer).

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> ventolin, lisinopril = find_medications(read([Turn(0, "I take Ventolin, and lisinopril 20 mg.", "/t")]))
    >>> lisinopril.payload.headline(), lisinopril.spans
    ('lisinopril 20 mg: taking', (Span(turn=0, start=21, end=37),))
    """
    readings = [Reading(utterance) for utterance in dialogue]
    mentions = {turn: found for turn, reading in enumerate(readings) if (found := find_mentions(reading))}
    for turn, mention in list(misnamed(readings, mentions)):
        mentions[turn].remove(mention)
    pairs: dict[tuple[int, Mention], list[Pair]] = {}
    for one in without_corrected(readings, pair(readings, mentions)):
        pairs.setdefault((one.turn, one.mention), []).append(one)
    scene = Scene(readings, mentions)
    facts: list[Fact] = []
    for turn, here in mentions.items():
        for mention, following in zip(here, [*(m.first for m in here[1:]), len(readings[turn].words)], strict=True):
            own = pairs.get((turn, mention), [])
            first = min([mention.first, *(p.dose.first for p in own if p.dose_turn == turn)])
            said = scene.said_of(turn, mention, first, following)
            if said is None or (mention.drug.kind and not own and said.status in (None, "asked")):
                continue
            if mention.drug.kind and is_asked_openly(readings[turn].utterance, mention.first):
                continue  # "Which inhalers are you using?"
            place = _Place(readings, turn, mention, following)
            facts += [_fact(place, p, _said_of_dose(scene, p, own, said)) for p in own] or [_fact(place, None, said)]
            if missed := scene.missed_of(turn, mention, following):
                facts.append(Fact(mention.drug, (*missed.spans, place.quote(mention.first, mention.end)), status="missed"))
    return [finding for finding in merge(facts) if _says_something(finding)]


def is_asked_openly(utterance: Utterance, word: int) -> bool:
    return any(q.form is QuestionForm.OPEN and q.first <= word < q.end for q in questions(utterance))


def _says_something(finding: Finding) -> bool:
    """Whether more was said of the medicine than its name: "stay away from ibuprofen" is nothing of the subject's."""
    medication = finding.payload
    assert isinstance(medication, Medication)
    return any((medication.status, medication.dose, medication.frequency, medication.route, medication.form))


class _Place(NamedTuple):
    """A mention in its dialogue; the next medicine of its turn is named by word `following`."""

    readings: Sequence[Reading]
    turn: int
    mention: Mention
    following: int

    def quote(self, first: int, end: int) -> Span:
        """The words `first` to `end` with those around them that make them understood."""
        reading = self.readings[self.turn]
        words = reading.words
        sentence = next(s for s in reading.utterance.sentences if s[0] <= first < s[1])
        begin, stop = quoted(words, sentence, first, end)
        return Span(reading.turn, words[begin].start, words[max(stop, end) - 1].end)


def _said_of_dose(scene: Scene, p: Pair, own: Sequence[Pair], said: Said) -> Said:
    """What is said of one strength: what its own clause says, if it was said apart from the name."""
    if p.dose.former:
        return replace(said, status="taking", tentative=False)
    later: Status | None = None
    if p.dose_turn != p.turn:
        later = scene.status_between(p.dose_turn, 0, p.dose.first)
        if later is None and said.status in (None, "asked") and scene.is_reply(p.dose_turn):
            later = "taking"  # "What about your lisinopril?" "20 mg."
    elif p.dose.first - p.mention.end > _APART:
        later = scene.status_between(p.turn, p.mention.end, p.dose.first)
    elif said.status == "changed" and not p.dose.target and any(other.dose.target for other in own):
        later = "taking"  # The 20 of "bump the 20 of lisinopril up to 40".
    if later is None and said.status is None and p.dose.target:
        later = "changed"  # "Lisinopril, from 20 to 40."
    return replace(said, status=later, tentative=False) if later else said


def _fact(place: _Place, p: Pair | None, said: Said) -> Fact:
    here, mention = place.readings[place.turn], place.mention
    words = here.words
    first, end = mention.first, mention.end
    elsewhere: list[Span] = []
    beside: Often | None = None
    often: Often | None = None
    if p is not None and p.dose_turn != place.turn:
        there = place.readings[p.dose_turn]
        dose_start, dose_stop = there.words[p.dose.first].start, there.words[p.dose.end - 1].end
        often = _after(there.frequencies, dose_stop, len(there.utterance.text))
        elsewhere += _quotes(there, dose_start, dose_stop, often)
    elif p is not None:
        first, end = min(first, p.dose.first), max(end, p.dose.end)
    start, stop = words[first].start, words[end - 1].end
    if often is None:
        limit = words[place.following].start if place.following < len(words) else len(here.utterance.text)
        if p is None or not p.dose.former or (p.dose.end < len(words) and words[p.dose.end].norm != "to"):
            often = beside = _after(here.frequencies, stop, limit) or _before(here.frequencies, start)
    if often is None and (reply := _answering(place, said)):
        often = _after(reply.frequencies, 0, _NEAR)
        if often and not any(span.turn == reply.turn for span in (*elsewhere, *said.spans)):
            elsewhere.append(Span(reply.turn, often.start, often.end))
    own = _quotes(here, start, stop, beside)
    if (end - first == mention.end - mention.first and beside is None) or said.status not in (None, "taking"):
        own = _joined([place.quote(first, end), *own])
    return Fact(
        drug=mention.drug,
        spans=tuple(dict.fromkeys((*own, *elsewhere, *said.spans))),
        dose=p.dose.quantity(mention.drug.unit) if p else None,
        status=said.status,
        frequency=often.frequency if often else None,
        reason=reason_after(words, end, min(place.following, end + _REASON_REACH)),
        tentative=said.tentative,
        **form_and_route(words, first, end, place.following),
    )


def _quotes(reading: Reading, start: int, stop: int, often: Often | None) -> list[Span]:
    """The characters `start` to `stop`, with the frequency in the same quote where it is near."""
    turn = reading.turn
    if often is None:
        return [Span(turn, start, stop)]
    if often.start - stop <= _TIGHT:
        return [Span(turn, min(start, often.start), max(stop, often.end))]
    return [Span(turn, start, stop), Span(turn, often.start, often.end)]


def _joined(spans: Sequence[Span]) -> list[Span]:
    """The first span, grown to hold what overlaps it, and the others."""
    grown, others = spans[0], []
    for span in spans[1:]:
        if span.start <= grown.end and grown.start <= span.end:
            grown = Span(grown.turn, min(grown.start, span.start), max(grown.end, span.end))
        else:
            others.append(span)
    return [grown, *others]


def _after(frequencies: Sequence[Often], at: int, limit: int) -> Often | None:
    return next((o for o in frequencies if at <= o.start < limit and o.start - at <= _NEAR), None)


def _before(frequencies: Sequence[Often], at: int) -> Often | None:
    """ "Twice a day gabapentin"."""
    return next((o for o in frequencies if 0 <= at - o.end <= 1), None)


def _answering(place: _Place, said: Said) -> Reading | None:
    """The next turn, if it answers about the mention: "How often do you take it?" "Twice a day." """
    reply = place.turn + 1
    if reply >= len(place.readings):
        return None
    if any(span.turn == place.readings[reply].turn for span in said.spans):
        return place.readings[reply]
    words = place.readings[place.turn].words
    asked = {word.norm for word in words[max(0, place.mention.first - _QUESTION_REACH) : place.mention.first]}
    last = place.following == len(words) and len(words) - place.mention.end <= _APART
    return place.readings[reply] if last and {"how", "often"} <= asked else None
