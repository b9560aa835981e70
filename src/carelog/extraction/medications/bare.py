"""Numbers without a unit: which of them are strengths, and whose.

"Ten" is a strength in "omeprazole? Ten", "go up to ten" and "ten, at night", said of a medicine; it is none in "ten
years", "ten of them" and "it was ten".
"""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction.medications.doses import Dose, is_change, is_denied
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.numbers import find_numbers
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

SMALLEST_BARE = 5  # "Ibuprofen two" counts tablets,
SURELY_NO_COUNT = 100  # and so may "twenty ibuprofen".
AFTER_NAME = word_set(
    """
    extra , at of is it's its to the a an dose about around like uh um - ( for you're you know tablet tablets capsule
    capsules pill pills only just er xl xr sr cr hcl up down currently like extended release inhaler strength in
    that's patch patches cream ointment gel lotion nasal spray drops syrup suspension injection pen pens succinate
    tartrate sodium my taper so yes yeah yep
    """
)
PRONOUNS = word_set("it that this the dose dosage one your them")
TO_NAME = word_set("of on for in with your the my his her dose up that this , uh um")
LONGEST_POINTING = 4
_LONGEST_GAP_ON = 8
_CORRECTING = word_set("no , . wait sorry i mean meant uh um it's make that rather actually scratch tell a lie")
_TAKING_BACK = word_set("sorry no wait mean meant rather scratch")
_CHANGED = word_set(
    "it that this the dose dosage your to from up down back all way gradually medication , uh um by you me"
)
_CHANGE_REACH = 7
_THOUGHTS = word_set("may might could would eventually")
_CONDITIONS = word_set("if agar अगर")
_BEFORE_CONDITION = word_set(". ? ! , ; and then but")
_CONDITION_REACH = 20
_DONE = ("ed", "went", "gone", "dropped", "cut")
_DENIED = word_set("not n't don't won't wouldn't never")
_LATER = word_set("week weeks month months visit time")
_TO_COME_REACH = 6
_THOUGHT_REACH = 3  # Words between "we may" and the "go" of "we may then go to thirty".
_DOSE_WORDS = word_set("dose dosage milligrams mg strength much many micrograms mcg units milligram")
_STRENGTH_WORDS = word_set("dose dosage strength")
_ASKING_WORDS = word_set("what what's how which kitna kitni")
_OTHER_QUESTIONS = word_set("how when long times often many since what why where who")
_NO_STRENGTH_ASKED = word_set("when long times often why where who since years ago old")
_BEFORE_ANSWER = word_set(
    "no actually that's that is the it's it he's she's i'm on i he she take takes yes yeah yep uh um , . still at "
    "my his her a"
)
_YES = word_set("yes yeah yep sir ma'am ya haan ji right uh huh mm hmm correct i do am . , ? ! one pill tablet the a")
_ENDS = frozenset(".?!")
_TIMES = word_set(
    "in at with the my a every each day night morning evening bedtime nights mornings supper dinner breakfast lunch "
    "food other week once twice daily weekly two three four times"
)
_AFTER_ANSWER = frozenset(",.;!?") | {"now", "actually", "ab", "yes", "yeah", "right"}
_CHECKING = word_set("is that still right correct accurate so yes ? . , yeah")
_LONGEST_QUESTION = 10
_LONGEST_ANSWER = 8
_ANSWER_TURNS = 2
_SET_OFF = 2  # Characters between a number and the frequency after it.
_LONGEST_CHANGE = 16
_LONGEST_PLAIN = 10
_INTRODUCED = word_set("doing do take takes taking on at of with it's that's about around like inject injecting")
_WANTING = word_set("so i'd i like want you to now let's we'll i'll would please and then just need okay")
_TAKES = word_set("take takes taking")
_SUPPOSING = word_set("think believe guess suppose")
_TAKERS = word_set("i i'm am he's she's is are we take takes taking still been on have has")
_DAYS = word_set(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december
    """
)
_WHO = word_set("i i'm he she he's she's")  # "I'm sixty-five."
_IS = word_set("it's is now")
_LATEST_HOUR = 12
_CLAUSE_MARKS = frozenset(",.;?!") | {"so", "and", "but", "we'll", "i'll", "let's"}
_ON = word_set("'re you're i'm 'm he's she's am is are still")
_MEASURED = word_set(
    """
    pressure pressures bp sugar sugars glucose reading readings pulse rate numbers weight weigh pounds temperature
    temp fever cholesterol ldl a1c inr hemoglobin creatinine potassium level levels sats oxygen saturation dollars
    cost costs age years over was were
    """
)


class Place(NamedTuple):
    """A mention in turn number `turn`."""

    turn: int
    mention: Mention


class Around(NamedTuple):
    """The medicines before and after a strength in its turn, and the words between."""

    before: Mention | None
    gap_before: Sequence[str]
    after: Mention | None
    gap_after: Sequence[str]


def owner_of_bare(
    readings: Sequence[Reading], turn: int, dose: Dose, around: Around, last: Place | None
) -> Place | None:
    """Whose strength a number without a unit is; None where it is none, or of nothing that was named.

    `last` is the medicine that was named last in an earlier turn, if it may still be meant.
    """
    if not is_strength(dose):
        return None
    here, before, after = readings[turn], around.before, around.after
    if _goes_on(here, dose, before):
        return Place(turn, before) if before else last
    if before and (
        _is_set_off(here, dose, around) or _stands_alone(here, dose, around) or _is_which(here, dose, around)
    ):
        return Place(turn, before)
    if before and dose.target and len(around.gap_before) <= _LONGEST_CHANGE and _is_from(here.words, before):
        return Place(turn, before)  # "Go from metformin 500 twice a day to 1000"
    if changes_dose(here.words, dose, before.end if before else 0):
        if before:
            return Place(turn, before) if len(around.gap_before) <= _LONGEST_CHANGE else None
        return Place(turn, after) if after and points_to(around.gap_after) else last
    if last is not None and _is_told_later(readings, turn, dose, last):
        return last
    return None


def _is_from(words: Sequence[Word], mention: Mention) -> bool:
    before = _norms(words, max(0, mention.first - _CHANGE_REACH), mention.first)
    return before[-1:] == ["from"] and any(is_change(norm) for norm in before)


def is_strength(dose: Dose) -> bool:
    """Whether a bare number can be one: not the two of "ibuprofen two"."""
    return dose.value is not None and (dose.value >= SMALLEST_BARE or not is_whole(dose))


def is_sure(dose: Dose) -> bool:
    """Whether a number counts nothing: tablets are taken neither by the hundred nor in tenths."""
    return dose.value is not None and (dose.value >= SURELY_NO_COUNT or not is_whole(dose))


def is_whole(dose: Dose) -> bool:
    return dose.value is not None and dose.value == int(dose.value)


def points_to(gap: Sequence[str]) -> bool:
    """ "(Go up to 40) on your": what leads from a strength to the name after it."""
    return len(gap) <= LONGEST_POINTING and set(gap) <= TO_NAME


def is_before_frequency(reading: Reading, dose: Dose) -> bool:
    end = reading.words[dose.end - 1].end
    return any(end < often.start <= end + _SET_OFF for often in reading.frequencies)


def is_thought(words: Sequence[Word], dose: Dose) -> bool:
    """ "We may go to thirty in a month", "if it stays high we go to 20": a change that nobody has made."""
    verb = next((i for i in range(dose.first - 1, max(0, dose.first - _CHANGE_REACH) - 1, -1) if _changes(words, i)), 0)
    before = _norms(words, max(0, verb - _THOUGHT_REACH), verb)
    if verb and not words[verb].norm.endswith(_DONE) and _is_under_condition(words, verb, dose.end):
        return True
    if verb and not _DENIED.isdisjoint(before):
        return True
    if verb and not words[verb].norm.endswith(_DONE) and _is_to_come(words, verb, dose.end):
        return True
    return not _THOUGHTS.isdisjoint(before) and "like" not in before


def _is_to_come(words: Sequence[Word], verb: int, end: int) -> bool:
    """ "In a month we go up to thirty", "next time we go to 40"."""
    near = _norms(words, max(0, verb - _TO_COME_REACH), min(len(words), end + _TO_COME_REACH))
    return any(
        (a == "next" and b in _LATER) or (a == "in" and c in _LATER and b != "the")
        for a, b, c in zip(near, near[1:], [*near[2:], ""], strict=False)
    )


def _is_under_condition(words: Sequence[Word], verb: int, end: int) -> bool:
    """Whether an "if" opens the sentence before the verb, or follows the strength that ends at word `end`."""
    if any(word.norm in _CONDITIONS for word in words[end : end + 1]):
        return True
    for i in range(verb - 1, max(0, verb - _CONDITION_REACH) - 1, -1):
        if words[i].norm in _ENDS:
            return False
        if words[i].norm in _CONDITIONS and (not i or words[i - 1].norm in _BEFORE_CONDITION):
            return True
    return False


def _changes(words: Sequence[Word], i: int) -> bool:
    return is_change(words[i].norm)


def _ends_clause(reading: Reading, dose: Dose) -> bool:
    words = reading.words
    if dose.end == len(words) or is_before_frequency(reading, dose) or _is_each_time(words, dose.end):
        return True
    following = words[dose.end + 1].norm if dose.end + 1 < len(words) else ""
    if words[dose.end].norm == "i" and following in _SUPPOSING:
        return True
    counts_on = words[dose.end].norm == "," and any(d.first == dose.end + 1 for d in reading.doses)
    return words[dose.end].norm in _AFTER_ANSWER and not counts_on and following not in ("times",)


def _is_each_time(words: Sequence[Word], end: int) -> bool:
    return _norms(words, end, end + 2) in (["each", "time"], ["a", "time"], ["every", "time"])


def _is_set_off(reading: Reading, dose: Dose, around: Around) -> bool:
    """ "(I took it) every night, five hundred, with dinner", "that's the round one, two point five."

    A number that may count needs more: only how it is taken may stand between ("with my supper, twenty").
    """
    gap, words = around.gap_before, reading.words
    now = dose.end < len(words) and words[dose.end].norm == "now"
    if is_sure(dose) and now and gap[-1:] and gap[-1] in _IS and (_MEASURED - {"was"}).isdisjoint(gap):
        return len(gap) <= _LONGEST_CHANGE  # "It was 75 and it's 150 now."
    if len(gap) > _LONGEST_CHANGE or not _MEASURED.isdisjoint(gap) or not _ends_clause(reading, dose):
        return False
    if any(other.first >= dose.first - len(gap) and other.end <= dose.first for other in reading.doses if other.unit):
        return False
    if is_sure(dose) and "," in gap[-2:] and (_ENDS.isdisjoint(gap) or _is_of_taking(reading, dose)):
        return True  # and not "(Losartan doesn't.) If your lips swell up, that's nine one one."
    if is_sure(dose) and gap[-1:] and gap[-1] in _INTRODUCED and is_before_frequency(reading, dose):
        return True  # "(The metformin?) I'm still doing a thousand twice a day."
    if "but" in gap and gap[-1] in _TAKES and _ENDS.isdisjoint(gap):
        return True  # "(20 mg of lisinopril) but I take 10."
    return gap[-1:] == [","] and set(gap) <= _TIMES | AFTER_NAME | _TAKERS | {"now", "currently"}


def _is_which(reading: Reading, dose: Dose, around: Around) -> bool:
    """ "(I had tramadol from my old doctor,) the 50, and it ...", "(the prednisone they gave me,) that was the 40"."""
    gap = around.gap_before
    if len(gap) > _LONGEST_GAP_ON or gap[-1:] != ["the"] or not _ENDS.isdisjoint(gap):
        return False
    since = gap[-2:-1] in ([","], ["was"], ["is"], ["that's"], ["it's"]) and "," in gap
    if not since or not (_MEASURED - {"was"} | _DAYS).isdisjoint(gap):
        return False
    end = dose.end + (dose.end < len(reading.words) and reading.words[dose.end].norm in {"one", "ones"})
    return _ends_clause(reading, dose) or end == len(reading.words) or reading.words[end].norm in _AFTER_ANSWER


def _is_of_taking(reading: Reading, dose: Dose) -> bool:
    """Whether the words before a number in its sentence say how something is taken."""
    begin = reading.utterance.sentence_at(dose.first)[0]
    start, end = reading.words[begin].start, reading.words[dose.first].start
    often = any(start <= often.start < end for often in reading.frequencies)
    return often or set(_norms(reading.words, begin, dose.first)) <= _TIMES | AFTER_NAME


def _stands_alone(reading: Reading, dose: Dose, around: Around) -> bool:
    """ "(I take cetirizine.) Ten.", "(Ramipril,) yes. Five.", "(I don't like that dose.) Halve it. Ten."."""
    gap, words = around.gap_before, reading.words
    begin = reading.utterance.sentence_at(dose.first)[0]
    alone = set(_norms(words, begin, dose.first)) <= _BEFORE_ANSWER | AFTER_NAME | _YES
    if not alone or not _ends_clause(reading, dose) or _ENDS.isdisjoint(gap):
        return False
    if len(gap) <= _LONGEST_PLAIN and set(gap) <= AFTER_NAME | _YES | _TIMES:
        return True
    near = len(gap) <= _LONGEST_CHANGE and _MEASURED.isdisjoint(gap)
    return near and any(norm in _STRENGTH_WORDS or is_change(norm) for norm in gap)


def _is_told_later(readings: Sequence[Reading], turn: int, dose: Dose, last: Place) -> bool:
    """Whether a number is the strength of a medicine that an earlier turn named."""
    here, words = readings[turn], readings[turn].words
    if turn == last.turn + 1 and (_answers_with(readings, turn, dose, last) or _is_told_of(here, dose)):
        return True
    if turn - last.turn > _ANSWER_TURNS or not _ends_clause(here, dose):
        return False
    if turn > last.turn and _is_chosen(readings[turn - 1], here, dose):
        return True
    begin, end = here.utterance.sentence_at(dose.first)
    if begin == 0 and end - begin <= _LONGEST_ANSWER:
        asked = set(_norms(readings[turn - 1].words, -_LONGEST_QUESTION, None))
        if asked & _DOSE_WORDS and asked & _ASKING_WORDS:
            return True
    said = _norms(words, max(0, dose.first - 3), dose.first)
    return is_sure(dose) and bool(_STRENGTH_WORDS & set(said)) and _MEASURED.isdisjoint(said)


def _is_chosen(asking: Reading, reading: Reading, dose: Dose) -> bool:
    """ "Was it the five or the ten?" "The ten." """
    words = asking.words
    if not words or words[-1].norm != "?":
        return False
    begin = asking.utterance.sentences[-1][0]
    offered = [number for number in find_numbers(asking.utterance) if begin <= number.first]
    said = _norms(reading.words, 0, dose.first)
    return (
        len(offered) == 2
        and dose.value in {other.value for other in offered}
        and "or" in _norms(words, offered[0].end, offered[1].first)
        and all(norm in _BEFORE_ANSWER or norm == "sorry" for norm in said)
    )


def _is_told_of(reading: Reading, dose: Dose) -> bool:
    """ "You're on a hundred and fifty, yes?", "yes, every two weeks. Forty.", "halve it. Ten.", "it'll be two point
    five": of what the turn before named."""
    words = reading.words
    if not _ends_clause(reading, dose):
        return False
    begin = reading.utterance.sentence_at(dose.first)[0]
    said = _norms(words, begin, dose.first)
    told = said[:-1] if said[-1:] == ["the"] else said
    if told[-1:] == ["on"] and told[-2:-1] and told[-2] in _ON:
        return True
    earlier = _norms(words, 0, begin)
    plain = set(earlier) <= _YES | _TIMES or any(is_change(norm) for norm in earlier[-_CHANGE_REACH:])
    if begin and plain and all(norm in _BEFORE_ANSWER and norm not in _WHO for norm in said):
        return True
    if is_sure(dose) and (is_before_frequency(reading, dose) or _is_each_time(words, dose.end)):
        return all(norm in _BEFORE_ANSWER or norm in _INTRODUCED or norm in _WANTING for norm in said)
    halved = any(is_change(norm) for norm in _norms(words, 0, dose.first))
    return halved and said[-1:] == ["be"] and (said[-2:-1] == ["'ll"] or said[-2:-1] == ["it'll"])


def _goes_on(reading: Reading, dose: Dose, since: Mention | None) -> bool:
    """ "Ten units in the morning and twelve at night", "fourteen units, no wait, sixteen": the unit is said once."""
    begin = since.end if since else 0
    before = [other for other in reading.doses if begin <= other.first and other.end <= dose.first]
    earlier = [other for other in before if other.unit or (since and (is_sure(other) or other.first == begin))]
    gap = set(_norms(reading.words, earlier[-1].end, dose.first)[:_LONGEST_GAP_ON]) if earlier else set()
    if not gap or dose.first - earlier[-1].end > _LONGEST_GAP_ON:
        return False
    listed = "and" in gap or "," in gap
    corrected = gap <= _CORRECTING and (earlier[-1].unit is not None or not _TAKING_BACK.isdisjoint(gap))
    return corrected or (listed and is_before_frequency(reading, dose))


def _answers_with(readings: Sequence[Reading], turn: int, dose: Dose, last: Place) -> bool:
    """ "And the carvedilol?" "That's the twelve and a half, twice a day." """
    asking, words = readings[last.turn], readings[turn].words
    denied = [other.end for other in readings[turn].doses if other.end <= dose.first and is_denied(words, other)]
    said = _norms(words, max(denied, default=0), dose.first)  # "Not seventy-five, eighty-eight."
    if not _ends_clause(readings[turn], dose) or not all(norm in _BEFORE_ANSWER for norm in said):
        return False
    if said[-1:] == ["at"] and _WHO.isdisjoint(said) and (dose.value or 0) <= _LATEST_HOUR:
        return False  # "(Did you take it?) Yes, at eight."
    until = checked_until(asking.utterance)
    rest = [norm for norm in _norms(asking.words, last.mention.end, until) if norm not in ".?,"]
    held_out = [norm for dose in asking.doses for norm in _norms(asking.words, dose.first, dose.end)]
    if until < len(asking.words):
        spans = [(often.start, often.end) for often in asking.frequencies]
        held_out += [w.norm for w in asking.words if any(start <= w.start < end for start, end in spans)]
    if set(rest) <= set(held_out) and not _OTHER_QUESTIONS & set(_norms(asking.words, 0, None)):
        return True
    begin, end = asking.utterance.sentences[-1]
    holds_out = any(begin <= other.first and last.mention.end <= other.first for other in asking.doses)
    asks = asking.words[end - 1].norm == "?" and not _NO_STRENGTH_ASKED & set(_norms(asking.words, begin, end))
    return holds_out and asks  # "You still take that? Ten at night?" "Twenty-five now."


def checked_until(utterance: Utterance) -> int:
    """Where a turn ends before it asks whether what it said is right: "500 mg twice a day. | Is that still right?"."""
    begin, end = utterance.sentences[-1]
    asks = all(word.norm in _CHECKING for word in utterance.words[begin:end])
    return begin if asks else end


def changes_dose(words: Sequence[Word], dose: Dose, since: int) -> bool:
    """ "Go up to 40", "increase it to 40", "from 10 to 20": a change whose object can be a dose.

    Only the words from `since` on are read: the end of the medicine's name, if it stands before.
    """
    said = _norms(words, max(0, dose.first - _CHANGE_REACH), dose.first)
    moved = {"up", "down"} & set(said)
    verbs = [i for i, norm in enumerate(said) if is_change(norm) or (norm == "put" and moved)]
    if dose.target and said[-2:] == ["down", "to"] and (since or said[-3:-2] != ["i'm"]) and "," in said[-4:]:
        return True  # "Keep it, but down to fifteen."
    if not dose.target or not verbs:
        return False
    subject = said[: verbs[-1]]
    while not _CLAUSE_MARKS.isdisjoint(subject):
        subject = subject[min(i for i, norm in enumerate(subject) if norm in _CLAUSE_MARKS) + 1 :]
    if not (_MEASURED - {"was", "were", "over", "years"}).isdisjoint(subject):
        return False  # "My LDL went from 180 down to 95 on the statin."
    object_ = _norms(words, max(since, dose.first - len(said) + verbs[-1] + 1), dose.first)
    return all(norm in _CHANGED for norm in object_)


def _norms(words: Sequence[Word], first: int, end: int | None) -> list[str]:
    return [word.norm for word in words[first:end]]
