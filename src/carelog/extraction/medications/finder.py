"""The medications of a dialogue."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from carelog.conversations.turns import Role
from carelog.extraction.claims import long_past
from carelog.extraction.exchange import QuestionForm
from carelog.extraction.finding import Finding, Span
from carelog.extraction.medications.corrections import misnamed, without_corrected
from carelog.extraction.medications.dates import day_of
from carelog.extraction.medications.directions import directions
from carelog.extraction.medications.directions import said as in_words
from carelog.extraction.medications.forms import form_and_route
from carelog.extraction.medications.frequencies import Often
from carelog.extraction.medications.kinds import named_after
from carelog.extraction.medications.listed import (
    Naming,
    is_asked_how_often,
    is_asked_of_past,
    is_of_taker,
    status_of_list,
)
from carelog.extraction.medications.merging import Fact, merge
from carelog.extraction.medications.names import Mention, find_mentions
from carelog.extraction.medications.pairing import Pair, is_told_as_now, pair
from carelog.extraction.medications.reading import Reading
from carelog.extraction.medications.reasons import reason_after, reason_before
from carelog.extraction.medications.said import Said
from carelog.extraction.medications.status import Scene
from carelog.extraction.professionals import professional_after_by, professional_before
from carelog.extraction.utterances import Utterance
from carelog.record.types.medication import Medication, Status

_NEAR = 60  # Characters from a strength to the frequency that belongs to it.
_TIGHT = 30  # Characters between parts that one quote may still hold.
_APART = 3  # Words between a name and a strength that has a clause of its own.
_TAKING = re.compile(
    r"[\s,]*(?:then\s+)?(?:i|he|she|we)(?:'ll)?\s+(?:(?:just|only|usually|always|normally|sometimes)\s+)?(?:takes?|uses?|pops?|do|have)"
    r"\s+(?:(?:an?|the|my|his|her|some|one|two)\s+)?",
    re.IGNORECASE,
)
_ALL = re.compile(r"\b(?:both|all(?: of them)?|each)(?: of them)?[\s,]+$", re.IGNORECASE)
_OF_ALL_REACH = 240
_LONGEST_ALL = 24
_REASON_REACH = 16
_ASKING = frozenset({"which", "what", "kaunsi", "kaun"})
_ASKING_REACH = 4
_IN_MICROGRAMS = frozenset({"fentanyl", "buprenorphine"})
"""What patches give by the hour, in micrograms."""
_HALVING = frozenset({"cut", "cutting", "halve", "halved", "halving", "double", "doubled", "doubling", "split"})
_HALVING_REACH = 3
_OF_A = frozenset({"a", "of", "the", "my", "an"})
_HALVES = frozenset({"half", "aadhi", "aadha", "adhi", "adha"})
_HALF_REACH = 5
_TABLETS = frozenset({"tablet", "tab", "pill", "tablets", "goli", "one"})
_NO = frozenset({"no", "nope", "actually", "just", "only", "it's"})
_GIVES = frozenset({"put", "gave", "has", "had", "have", "started", "prescribed", "got"})


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
    for turn, kind, name in list(named_after(readings, mentions)):
        mentions[turn] = [m._replace(drug=name.drug) if m is kind else m for m in mentions[turn] if m is not name]
    pairs: dict[tuple[int, Mention], list[Pair]] = {}
    for one in without_corrected(readings, pair(readings, mentions)):
        pairs.setdefault((one.turn, one.mention), []).append(one)
    scene = Scene(readings, mentions)
    facts: list[Fact] = []
    for turn, here in mentions.items():
        for mention, following in zip(here, [*(m.first for m in here[1:]), len(readings[turn].words)], strict=True):
            own = _with_former(scene, pairs.get((turn, mention), []))
            first = min([mention.first, *(p.dose.first for p in own if p.dose_turn == turn)])
            said = scene.said_of(turn, mention, first, following)
            if said is None or (mention.drug.kind and not own and said.status in (None, "asked")):
                continue
            answered = any(not reply.drug.kind for reply in mentions.get(turn + 1, ()))
            if mention.drug.kind and _is_asked_for(readings[turn], mention.first, answered=answered):
                continue
            place = Naming(readings, turn, mention, following)
            past = is_asked_of_past(readings[turn], mention)
            facts += [
                _fact(place, p, _said_of_dose(scene, p, own, said, asked_of_past=past), alone=len(own) == 1)
                for p in own
            ]
            facts += [] if own else [_fact(place, None, said)]
            if said.status != "stopped" and (missed := scene.missed_of(turn, mention, following)):
                facts.append(
                    Fact(mention.drug, (*missed.spans, place.quote(mention.first, mention.end)), status="missed")
                )
    return [finding for finding in merge(facts) if _says_something(finding)]


def _is_asked_for(reading: Reading, word: int, *, answered: bool) -> bool:
    """ "Which inhalers are you using?", "any blood thinners?": a kind is not what is used, the answer is.

    `answered` where the next turn names a medicine.
    """
    utterance = reading.utterance
    shown = utterance.sentence_at(word)[0]
    if [w.norm for w in utterance.words[shown : shown + 2]] == ["show", "me"]:
        return True  # "Show me how you use the inhaler."
    asked = [question for question in reading.questions if question.first <= word < question.end]
    if any(question.form is QuestionForm.OPEN or answered for question in asked):
        return True
    begin, end = utterance.sentence_at(word)
    if answered and utterance.words[end - 1].norm == "?" and any(q.first >= begin for q in reading.questions):
        return True  # "And the blood thinner, are you taking that?" "Apixaban."
    asking = {w.norm for w in utterance.words[max(0, word - _ASKING_REACH) : word]}
    return utterance.words[end - 1].norm == "?" and bool(_ASKING & asking)


def _says_something(finding: Finding) -> bool:
    """Whether more was said of the medicine than its name: "stay away from ibuprofen" is nothing of the subject's."""
    medication = finding.payload
    assert isinstance(medication, Medication)
    return any((medication.status, medication.dose, medication.frequency, medication.route))


def _said_of_dose(scene: Scene, p: Pair, own: Sequence[Pair], said: Said, *, asked_of_past: bool) -> Said:
    """What is said of one strength: what its own clause says, if it was said apart from the name."""
    if p.dose.former:
        return replace(
            said, status=None, tentative=False
        )  # Not what is taken from now on, nor is the medicine stopped.
    if said.status == "changed" and not p.dose.target and scene.is_changed_from(p.turn, p.mention):
        return replace(said, status="taking", tentative=False)
    if said.status == "stopped" and is_told_as_now(scene.dialogue[p.dose_turn].words, p.dose):
        return replace(said, status="taking", tentative=False)
    later: Status | None = None
    if p.dose_turn != p.turn:
        later = scene.status_between(p.dose_turn, 0, p.dose.first)
        if later is None and said.status in (None, "asked") and scene.is_reply(p.dose_turn) and not asked_of_past:
            later = "taking"  # "What about your lisinopril?" "20 mg."
    elif (said.status != "stopped" or p.dose.target) and p.dose.first - p.mention.end > _APART:
        later = scene.status_between(p.turn, p.mention.end, p.dose.first)
    elif said.status == "changed" and not p.dose.target and any(other.dose.target for other in own):
        later = "taking"  # The 20 of "bump the 20 of lisinopril up to 40".
    told = said.status == "taking" and p.dose_turn != p.turn
    if later is None and p.dose.target and (told or said.status is None):
        later = "changed"  # "Lisinopril, from 20 to 40.", "(I'm on 20.) Let's bring that down to 10."
    if later == "ordered" and told and any(other.dose_turn == p.turn for other in own):
        later = "changed"  # "(I take 500.) I'd like you to take 1000."
    return replace(said, status=later, tentative=False) if later else said


def _with_former(scene: Scene, own: Sequence[Pair]) -> list[Pair]:
    """The strengths of a mention; of "I was on 20 of lisinopril, now 10" the one is marked as former."""
    now = [p for p in own if is_told_as_now(scene.dialogue[p.dose_turn].words, p.dose)]
    return [p._replace(dose=p.dose._replace(former=True)) if now and p not in now else p for p in own]


def _fact(place: Naming, p: Pair | None, said: Said, *, alone: bool = True) -> Fact:
    """One strength of a mention; `alone` where no other was said of it."""
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
        often = often or (_within(there.frequencies, 0, dose_start) if alone else None)
        elsewhere += _quotes(there, dose_start, dose_stop, often)
    elif p is not None:
        first, end = min(first, p.dose.first), max(end, p.dose.end)
    start, stop = words[first].start, words[end - 1].end
    if often is None:
        limit = words[place.following].start if place.following < len(words) else len(here.utterance.text)
        if p is None or not p.dose.former:  # What is said after a change is said of the new strength.
            within = _within(here.frequencies, start, stop) if alone else None
            beside = _most_telling(_after(here.frequencies, stop, limit), within) or _before(here, start)
            often = beside
    if often is None and (shared := _of_all(here, stop)):
        often = shared
        elsewhere.append(Span(here.turn, shared.start, shared.end))
    if often is None and (reply := _answering(place, said)):
        often = _after(reply.frequencies, 0, _NEAR)
        if often and not any(span.turn == reply.turn for span in (*elsewhere, *said.spans)):
            elsewhere.append(Span(reply.turn, often.start, often.end))
    status = said.status
    settled = p is not None and status == "changed" and _is_told_of_change(place.readings[p.dose_turn])
    if status == "changed" and _is_long_done(place, p):
        status = "taking"  # "They bumped me to twenty back in the spring."
    if status is None and (p is not None or often is not None) and not (p is not None and p.dose.former):
        status = status_of_list(place, p, often)
    sentence = here.utterance.sentence_at(first)
    asks = any(question.first <= mention.first < question.end for question in here.questions)
    to_come = status == "ordered" or (status == "started" and here.utterance.turn.role is Role.CLINICIAN)
    how = directions(here.utterance, sentence, first, end, place.following, to_come=to_come)
    if status is None and how and is_of_taker(here) and not asks:
        status = "taking"  # "Panadol, two tabs when my head hurts"
    with_what = _beside_frequency(here, stop, place.following, often)
    day = _day_of(here, sentence, first, end, place.following, status)
    if day is None and status == "stopped":
        day = _day_told(place.readings[place.turn : place.turn + 2], said)
    own = _quotes(here, start, stop, beside)
    if (end - first == mention.end - mention.first and beside is None) or status not in (None, "taking"):
        own = [place.quote(first, end), *own]
    beside_it = [here.utterance.span(d.first, d.end) for d in how]
    beside_it += [day[1]] if day else []
    beside_it += [Span(here.turn, o.start, o.end) for o in with_what]
    instructions = "; ".join([*in_words(here.utterance, how), *(o.frequency.text.lower() for o in with_what)])
    form = form_and_route(words, first, end, place.following)
    known = p is not None and not _is_of_unknown_unit(mention, p, form["form"]) and not _is_halved(place, p, status)
    return Fact(
        drug=mention.drug,
        spans=tuple(_joined((*own, *beside_it, *elsewhere, *said.spans))),
        dose=p.dose.quantity(mention.drug.unit) if p and known else None,
        status=status,
        frequency=often.frequency if often else None,
        reason=reason_after(words, end, min(place.following, end + _REASON_REACH))
        or reason_before(words, sentence, first),
        instructions=instructions or None,
        started=day[0] if day and status in ("taking", "started") else None,
        stopped=day[0] if day and status == "stopped" else None,
        prescribed_by=_prescriber(here, sentence, first, end, status),
        tentative=said.tentative,
        settled=settled,
        **form,
    )


def _is_of_unknown_unit(mention: Mention, p: Pair, form: str | None) -> bool:
    """ "A fentanyl patch 25", "my thyroid pill, 88": micrograms there, and none were said."""
    if p.dose.unit is not None:
        return False
    patch = form == "patch" and mention.drug.ingredient in _IN_MICROGRAMS
    return patch or (mention.drug.kind and mention.drug.name.startswith("thyroid"))


def _is_halved(place: "Naming", p: Pair, status: Status | None) -> bool:
    """ "I cut my 100 mg sertraline in half": what is taken now was not said."""
    there = place.readings[p.dose_turn].words
    before = [word.norm for word in there[max(0, p.dose.first - _HALVING_REACH) : p.dose.first]]
    if "half" in before and set(before[before.index("half") + 1 :]) <= _OF_A:
        return True  # "Half a 50 mg tablet of metoprolol"
    if p.dose_turn == place.turn and p.mention.end <= p.dose.first:
        named = [word.norm for word in there[max(0, p.mention.first - _HALF_REACH) : p.mention.first]]
        half = next((i for i, norm in enumerate(named) if norm in _HALVES), len(named))
        if half < len(named) and set(named[half + 1 :]) <= _OF_A | _TABLETS:
            return True  # "Half a tablet of metoprolol 50"
    if status != "changed" or p.dose.target or p.dose_turn != place.turn or p.dose.first > p.mention.first:
        return False
    words = place.readings[place.turn].words
    return any(word.norm in _HALVING for word in words[max(0, p.dose.first - _HALVING_REACH) : p.dose.first])


def _is_long_done(place: Naming, p: Pair | None) -> bool:
    """Whether who takes it tells of a change that was long ago: what came of it is what is taken."""
    if p is None:
        return False
    utterance = place.readings[p.dose_turn].utterance
    return is_of_taker(place.readings[p.dose_turn]) and long_past(utterance.words, *utterance.sentence_at(p.dose.first))


def _beside_frequency(here: Reading, at: int, following: int, often: Often | None) -> list[Often]:
    """What is said of meals apart from the frequency: "subah shaam leta hoon, khane ke baad"."""
    limit = here.words[following].start if following < len(here.words) else len(here.utterance.text)
    later = (here.words[dose.first].start for dose in here.doses)
    limit = min([limit, *(start for start in later if start >= at)])  # What stands after another dose is said of that.
    near = [o for o in here.frequencies if at <= o.start < limit and o.start - at <= _NEAR and o is not often]
    return [o for o in near if often and o.frequency.times_per_day is None and not o.frequency.as_needed][:1]


def _day_of(
    here: Reading, sentence: tuple[int, int], first: int, end: int, stop: int, status: Status | None
) -> tuple[str, Span] | None:
    found = day_of(here.utterance, sentence, first, end, stop, status)
    if found is None:
        return None
    day, said = found
    return day, here.utterance.span(said.first, said.end)


def _day_told(readings: Sequence[Reading], said: Said) -> tuple[str, Span] | None:
    """The day that an answer gives: "Are you still taking it?" "No, I stopped that back in October." """
    for span in said.spans:
        there = next((reading for reading in readings if reading.turn == span.turn), None)
        if there is None:
            continue
        sentence = next((s for s in there.utterance.sentences if there.words[s[1] - 1].end > span.start), None)
        if sentence is not None and (
            found := _day_of(there, sentence, sentence[0], sentence[0], sentence[1], "stopped")
        ):
            return found
    return None


def _is_told_of_change(reading: Reading) -> bool:
    """ "They put it up to 100", as who takes it says; not the "a hundred, okay" to a plan."""
    return is_of_taker(reading) and any(cue.meaning == "changed" for cue in reading.cues)


def _prescriber(here: Reading, sentence: tuple[int, int], first: int, end: int, status: Status | None) -> str | None:
    """Who put the subject on it; of what is taken without more, nobody knows."""
    if status not in ("started", "ordered", "changed", "taking"):
        return None
    cue = next((c for c in reversed(here.cues) if sentence[0] <= c.first and c.end <= first), None)
    doing = cue is not None and (
        cue.meaning in ("started", "ordered", "changed") or here.words[cue.first].norm in _GIVES
    )
    if cue is not None and doing and (who := professional_before(here.utterance, sentence[0], cue.first)):
        return who
    return professional_after_by(here.utterance, end, sentence[1])


def _quotes(reading: Reading, start: int, stop: int, often: Often | None) -> list[Span]:
    """The characters `start` to `stop`, with the frequency in the same quote where it is near."""
    turn = reading.turn
    if often is None:
        return [Span(turn, start, stop)]
    if often.start - stop <= _TIGHT:
        return [Span(turn, min(start, often.start), max(stop, often.end))]
    return [Span(turn, start, stop), Span(turn, often.start, often.end)]


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The spans in their order, those that overlap made one."""
    joined: list[Span] = []
    for span in spans:
        for n, other in enumerate(joined):
            if span.turn == other.turn and span.start <= other.end and other.start <= span.end:
                joined[n] = Span(span.turn, min(span.start, other.start), max(span.end, other.end))
                break
        else:
            joined.append(span)
    return joined


def _after(frequencies: Sequence[Often], at: int, limit: int) -> Often | None:
    return next((o for o in frequencies if at <= o.start < limit and o.start - at <= _NEAR), None)


def _most_telling(*near: Often | None) -> Often | None:
    """The first that gives a number or says as needed, else the first: of "every night, 500, with dinner" the night."""
    said = [often for often in near if often is not None]
    counted = [often for often in said if often.frequency.times_per_day or often.frequency.as_needed]
    return next(iter(counted or said), None)


def _within(frequencies: Sequence[Often], start: int, stop: int) -> Often | None:
    """ "Lisinopril every day, 20 mg"."""
    return next((o for o in frequencies if start <= o.start and o.end <= stop), None)


def _of_all(reading: Reading, at: int) -> Often | None:
    """ "Losartan and amlodipine. Both once a day"."""
    text = reading.utterance.text
    near = (often for often in reading.frequencies if at <= often.start <= at + _OF_ALL_REACH)
    return next((often for often in near if _ALL.search(text, max(at, often.start - _LONGEST_ALL), often.start)), None)


def _before(here: Reading, at: int) -> Often | None:
    """ "Twice a day gabapentin", "if I get a fever I take paracetamol"."""
    text = here.utterance.text
    before = (o for o in here.frequencies if o.end <= at)
    return next(
        (o for o in before if at - o.end <= 1 or (o.frequency.as_needed and _TAKING.fullmatch(text, o.end, at))), None
    )


def _answering(place: Naming, said: Said) -> Reading | None:
    """The next turn, if it answers about the mention: "How often do you take it?" "Twice a day." """
    reply = place.turn + 1
    if reply >= len(place.readings):
        return None
    if any(span.turn == place.readings[reply].turn for span in said.spans):
        return place.readings[reply]
    told_how = is_asked_how_often(place) or _is_put_right(place)
    return place.readings[reply] if told_how else None


def _is_put_right(place: Naming) -> bool:
    """ "(You take the metformin once a day.) Twice a day.": nothing else is replied."""
    there = place.readings[place.turn + 1]
    if is_of_taker(place.readings[place.turn]) or not is_of_taker(there) or len(there.frequencies) != 1:
        return False
    often, words = there.frequencies[0], there.words
    apart = [w for w in words if w.norm[0].isalnum() and not often.start <= w.start < often.end]
    return place.following == len(place.readings[place.turn].words) and {w.norm for w in apart} <= _NO
