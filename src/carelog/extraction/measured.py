"""Whether a value that is said was measured on the subject: no goal, no if, no norm, no other person's.

Vitals and results of laboratory tests are told in the same ways.
"""

from collections.abc import Sequence
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction import claims
from carelog.extraction.clocks import clock_times
from carelog.extraction.exchange import QuestionForm, questions
from carelog.extraction.numbers import Form, Number
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

LIMITS: Final = word_set("under below above less exceeds exceed reach reaches reached until than")
# What may stand between the name of what was measured and its number. Any other word means that the number is about
# something else.
LINKS: Final = word_set(
    """
    is was 's are were be been being it it's its that's that of at as about around approximately roughly nearly
    almost like just only exactly actually probably i think guess say says said show shows showed showing read reads
    reading readings came comes back up down to high higher low lower elevated good fine great normal ok okay pretty
    a an little bit the this today today's yesterday tonight now right here there in on for office clinic home
    morning afternoon evening night my your our we you you're got have has had see seeing seen looks look looking
    measured checked check took taken take tested done did running run runs went was level levels number value rate
    count well and so um uh er hmm , : = . > still currently also all nice smooth slow fast fasting random resting
    before after breakfast lunch dinner food meal eating empty stomach by with last again even oral always kind sort
    hain hai tha thi aaya aayi aa gaya gayi ka ki ke subah shaam raat aaj kal mera meri aapka est approx ~ - yes yeah
    yep oh perfect excellent percent he's she's है हैं था थी आज सुबह मेरा मेरी का की myself out dropped fell rose jumped
    spiked climbed gone hit ( ) f pp thing lagaya lagayi lagaaya toh dekha dekhi nikla nikli aai आया आई आयी निकला
    देखा thoda kam zyada थोड़ा कम ज़्यादा labs lab khane khana baad pehle खाने बाद पहले steady stable unchanged monday
    tuesday wednesday thursday friday saturday sunday
    """
)
# With no other words between them, a number is surely meant for what is named: even one that nobody can have.
_PLAIN_LINKS = word_set(
    """
    is was 's are were it it's its that's of at to about around approximately like just today now this morning reading
    reads read says said showed shows came up = : , a an the my your got level levels number result results back count
    hai tha thi aaya aayi है था थी
    """
)
_AFTER_PLAIN: Final = word_set(
    """
    and but so when today now this last yesterday after before in which that's that i it on while because at tonight hai
    tha thi aaya aayi है था थी आया आई
    """
)
HEALTHY: Final = word_set("normal ideal healthy")
_APPROXIMATING = word_set("about around approximately roughly nearly almost approx ~ maybe probably")
_EARLIEST = 1950
_ROUGHLY = 1.25
_SPANS = word_set("minute minutes hour hours day days week weeks month months year years")
_NO_DECIMAL = word_set(
    """
    day days week weeks month months year years hour hours time times of or to more points point other different people
    mg units tablets
    """
)
_HOURLY = word_set("am pm a.m p.m o'clock baje बजे")
_DAY_PARTS = word_set("morning afternoon evening night am pm a.m p.m")
_RANGE_MARKS = word_set("to or through till until se")
_SPAN_MARKS = frozenset({"-", "–", "—"})
_USUAL = word_set(
    """
    aiming shooting
    usually normally typically sometimes average averages averaging usual range ranges ranging want keep let's bring
    aim hope hoping i'd we'd patients people anyone someone
    """
)
_HABITUALLY = word_set("goes gets climbs jumps shoots spikes whenever beeps beep alarms")
_BEYOND = word_set("above higher more less below lower under over greater upar zyada kam neeche ऊपर ज्यादा ज़्यादा कम नीचे")
_PAST_TENSE = word_set("was were had came went")
_TURNING = word_set("was it used and but i had you we they so because that's which")
_COMPARING = word_set("than compared versus")
_THINGS = word_set(
    """
    engine oven room water outside outdoor air tyre tire tyres tires car battery fridge freezer pool soil weather cpu
    oil gas boiler radiator mean median average suitcase luggage bag bags parcel package box sack baggage rucksack
    backpack trolley laptop dumbbell dumbbells stone cylinder jerrican bucket turkey cake
    """
)
_JOINT_REACH = 5  # words
_VERBS = word_set("weighs weighed has had is was runs measured")
_THING_REACH = 5  # words
_WEIGHED = word_set("weighs weighed weigh weighing")
_PERSONS = claims.SUBJECTS | word_set("my your his her he she him me it")
_STUDY_REACH = 8  # words
_STUDIED = word_set("trial study studies cohort participants placebo")
_RULING = word_set("is makes means would indicates confirms defines counts or qualifies")
_DOSING = word_set("take use give inject call")
_PLACES = word_set("arm arms armpit tongue armpits")
_WHOSE = word_set("her his my the your")
_MARKS = frozenset(".?!;,")
_HE_OR_SHE = word_set("he she he's she's his her they're")
_MEASURING = word_set(
    """
    measured checked took tested takes checks measures did said says gave told tells found noticed called thinks thought
    """
)
_GOALS_AHEAD = word_set("goals goal targets target")
_SHOULD_BE = frozenset({"hona", "chahiye"})
_PARENTS_HINDI = word_set("mummy papa maa pitaji mataji dadi dada मम्मी पापा माँ मां पिताजी माताजी दादी दादा पड़ोसी padosi")
_OTHERS_HINDI = word_set(
    "pati patni bete beti bhai behen unka unki uska uski पति पत्नी बेटे बेटी भाई बहन उनका उनकी उसका उसकी"
)


def is_measured(utterance: Utterance, name: int, first: int, end: int, *, long_ago: bool = False) -> bool:
    """The words `first` to `end` say a value that was measured on the subject, and lately, unless it may be `long_ago`;
    the words that say of what begin at word `name`, which is `first` where nothing says it."""
    words = utterance.words
    start = claims.clause_start(words, name, reach=7)
    own = claims.clause_start(words, first, reach=first - start)
    if own > name:
        # "It was high last time, your pressure. Today it's 142 over 88."
        start = name = own
    before = [word.norm for word in words[start:first]]
    mine = next((k for k in range(first - 1, name, -1) if words[k].norm == "mine"), None)
    if mine is not None:
        start = name = mine  # "My sister's was 180 over 100, so I checked mine, 128 over 76."
        before = before[len(before) - (first - mine) :]
    if name < first and "want it" in " ".join(before[: name - start]):
        # "... which is where we want it. Your heart rate is 67": the goal was another's.
        start, before = name, before[name - start :]
    after = [word.norm for word in words[end : end + 4]]
    if is_anothers(utterance, name) or claims.hypothetical(words, start, first):
        return False
    if any(word.norm.endswith("'s") and claims.is_relation(word.norm) for word in words[name:first]):
        return False  # "BP 120/80 (my wife's was 150/95)"
    if words[utterance.sentence_at(first)[0]].norm in _GOALS_AHEAD or _SHOULD_BE.issubset(after):
        return False  # "Goals: weight 75 kg", "120/80 hona chahiye"
    if _is_of_a_thing(words, name) or _is_a_rule(words, name, first, after) or _is_of_a_study(words, start, end):
        return False
    if "when" in before[: name - start][-2:] and not _PAST_TENSE.intersection(before):
        return False  # "I take insulin when my sugar is 200"
    if not long_ago and claims.long_past(words, start, told_until(words, end)):
        return False
    if not long_ago and _is_of_a_year(utterance, start, first):
        return False
    if not _USUAL.isdisjoint(before) and "let's see" not in " ".join(before):
        return False
    if not _HABITUALLY.isdisjoint(before):
        return False
    if not LIMITS.isdisjoint(_without_places(before[-4:])) or (before and before[-1] in {"over", "not"}):
        return False
    if "to be" in " ".join(before[name - start :]) or "considered" in after[:3]:
        return False
    if _norm_follows(before) or _norm_follows(after):
        return False
    if len(after) > 1 and after[0] in {"or", "and", "se", "से"} and after[1] in _BEYOND:
        return False
    return not any(
        question.form is QuestionForm.POLAR and question.first <= first < question.end
        for question in questions(utterance)
    )


def _is_of_a_year(utterance: Utterance, start: int, end: int) -> bool:
    """ "In 2015 I weighed 250": of a year before the one in which it is said."""
    words, said_at = utterance.words, utterance.said_at
    years = (words[k].norm for k in range(max(1, start), end) if words[k - 1].norm in {"in", "back"})
    return said_at is not None and any(
        norm.isdecimal() and len(norm) == 4 and _EARLIEST <= int(norm) < said_at.year for norm in years
    )


def _without_places(before: Sequence[str]) -> Sequence[str]:
    """ "Under her arm, (a hundred point nine)": a place, and no limit."""
    places = (i for i, norm in enumerate(before) if norm in _PLACES and i > 1 and before[i - 1] in _WHOSE)
    at = next(places, None)
    return before if at is None else before[at + 1 :]


def _is_of_a_thing(words: Sequence[Word], name: int) -> bool:
    """ "The engine temperature", "tyre pressure", "the bag of rice weighed"."""
    for i in range(name - 1, max(-1, name - _THING_REACH), -1):
        if words[i].norm in _THINGS:
            return i == name - 1 or words[name].norm in _WEIGHED
        if words[i].norm in _PERSONS:
            return False
    return False


def _is_of_a_study(words: Sequence[Word], start: int, end: int) -> bool:
    """ "LDL was 70 at one year in the trial"."""
    return any(word.norm in _STUDIED for word in words[start : end + _STUDY_REACH])


def _is_a_rule(words: Sequence[Word], name: int, first: int, after: Sequence[str]) -> bool:
    """ "An A1c of 6.5 makes the diagnosis", and not "you have a temperature of 101"."""
    dosed = name > 1 and words[name - 1].norm in {"a", "an"} and words[name - 2].norm in {"for", "with", "at"}
    if dosed and not _DOSING.isdisjoint(after[:3]):
        return True  # "For a sugar of 200 take 4 units."
    subject = name > 0 and words[name - 1].norm in {"a", "an", "any"} and (name == 1 or words[name - 2].norm in _MARKS)
    opens = (name == 0 or words[name - 1].norm in _MARKS) and words[first - 1].norm == "of" and after[:1] == ["is"]
    return (subject and not _RULING.isdisjoint(after[:3])) or opens  # "Potassium of 5.5 is dangerous, isn't it?"


def is_anothers(utterance: Utterance, name: int) -> bool:
    """ "My husband's pressure", and not "my husband measured my pressure", where word `name` is "pressure"."""
    words = utterance.words
    before = [word.norm for word in words[claims.clause_start(words, name, reach=5) : name]]
    family = _OTHERS_HINDI | _PARENTS_HINDI if utterance.turn.role is Role.PATIENT else _OTHERS_HINDI
    if not family.isdisjoint(before) and not {"ne", "ने"} & set(before):
        return True  # "Mere pati ka BP"; "pati ne mera BP dekha" is the subject's
    if _of_him_or_her(utterance, name):
        return True
    if not claims.of_another(utterance, name):
        return _goes_on_of_another(utterance, name)
    own = bool(before) and before[-1] in {"my", "mine"} and claims.speaks_for_subject(utterance)
    return not (own and not _MEASURING.isdisjoint(before))


def _goes_on_of_another(utterance: Utterance, name: int) -> bool:
    """ "My baby girl weighs 3.2 kg and has a temperature of 38.5": the second verb has the subject of the first."""
    words = utterance.words
    begin = utterance.sentence_at(name)[0]
    joint = next((i for i in range(name - 1, max(begin, name - _JOINT_REACH), -1) if words[i].norm == "and"), None)
    if joint is None or words[joint + 1].norm not in {"has", "had", "with", "is", "was"}:
        return False
    return any(word.norm in _VERBS for word in words[begin:joint]) and claims.of_another(utterance, joint - 1, reach=12)


def _of_him_or_her(utterance: Utterance, i: int) -> bool:
    """The subject's sentence is about another from its first word on: "She is three and weighs 14 kilos"."""
    if utterance.turn.role in {Role.CARER, Role.CLINICIAN}:
        return False
    words = utterance.words
    start = claims.clause_start(words, i, reach=12)
    while start < i and words[start].norm in {"and", "but", "so", ","}:
        start += 1
    between = {word.norm for word in words[start:i]}
    return start < i and words[start].norm in _HE_OR_SHE and between.isdisjoint(claims.SUBJECTS | {"my", "me"})


def told_until(words: Sequence[Word], end: int) -> int:
    """Where what is said after a value turns to another: "68 kg now, was 72 last year"."""
    for k in range(end, min(len(words) - 1, end + 6)):
        if words[k].norm in _COMPARING:
            return k  # "A little better than last time"
        if words[k].norm == "," and words[k + 1].norm in _TURNING:
            return k
    return end + 6


def _norm_follows(norms: Sequence[str]) -> bool:
    """ "Normal is 120/80", "120/80 is normal" or "is the goal": what should be, not what was."""
    for k, norm in enumerate(norms):
        if norm in HEALTHY and k + 1 < len(norms) and norms[k + 1] in {"is", "would", "range", "being"}:
            return True
    rest = [norm for norm in norms if norm not in {"the", "our", "your", "my", "considered", "a"}]
    return len(rest) > 1 and rest[0] in {"is", "being"} and rest[1] in HEALTHY | {"goal", "target"}


def in_range(utterance: Utterance, numbers: Sequence[Number], k: int) -> bool:
    """Number `k` is one end of a range ("between 130 and 140"), and so no value of its own."""
    words, number = utterance.words, numbers[k]
    if number.first and words[number.first - 1].norm == "between":
        return True
    if (
        number.end < len(words)
        and words[number.end].norm == "s"
        and words[number.end].start == words[number.end - 1].end
    ):
        return True  # "In the 140s"
    if _is_roughly(words, numbers, k) or (k and _is_roughly(words, numbers, k - 1)):
        return True
    if k + 1 < len(numbers):
        following = numbers[k + 1]
        if following.first == number.end + 1 and words[number.end].norm in _RANGE_MARKS:
            return True
        joint = utterance.text[words[number.end - 1].end : words[following.first].start]
        if following.first == number.end and joint.strip() in _SPAN_MARKS:
            return True
    if k:
        before = numbers[k - 1]
        joint = utterance.text[words[before.end - 1].end : words[number.first].start]
        return before.end == number.first and joint.strip() in _SPAN_MARKS
    return False


def _is_roughly(words: Sequence[Word], numbers: Sequence[Number], k: int) -> bool:
    """ "Around 130, 140": two numbers for one that is not known."""
    if k + 1 >= len(numbers) or not numbers[k].first or words[numbers[k].first - 1].norm not in _APPROXIMATING:
        return False
    number, following = numbers[k], numbers[k + 1]
    gap = [word.norm for word in words[number.end : following.first]]
    return gap in ([], [","]) and number.value < following.value <= number.value * _ROUGHLY


def is_plain(words: Sequence[Word], first: int, number: Number) -> bool:
    """Between word `first`, after the name of a thing, and the number stands nothing that could give it to another."""
    after = words[number.end].norm if number.end < len(words) else ""
    return all(word.norm in _PLAIN_LINKS for word in words[first : number.first]) and (
        not after[:1].isalpha() or after in _AFTER_PLAIN
    )


def with_unsaid_point(words: Sequence[Word], numbers: Sequence[Number], k: int) -> Number:
    """Number `k` with the digit after it for a decimal, where both are spoken: "ninety-eight six" is 98.6."""
    number = numbers[k]
    following = numbers[k + 1] if k + 1 < len(numbers) else None
    if following is None or following.first != number.end or following.form is not Form.SPOKEN:
        return number
    after = words[following.end].norm if following.end < len(words) else ""
    one_digit = following.value in range(10) and following.end - following.first == 1
    if number.form is Form.DIGITS or not number.value.is_integer() or not one_digit or after in _NO_DECIMAL:
        return number
    return number._replace(end=following.end, value=round(number.value + following.value / 10, 1))


def with_approximation(words: Sequence[Word], first: int) -> int:
    """Where what is said of a value begins: at the "about" before it, or at word `first`."""
    while first and words[first - 1].norm in _APPROXIMATING:
        first -= 1
    return first


def in_short(text: str, most: int) -> str | None:
    """What was said, with single spaces, or None where it is longer than what is kept."""
    short = " ".join(text.split())
    return short if 0 < len(short) <= most else None


def untimed(words: Sequence[Word], first: int, end: int) -> list[str]:
    """The words `first` to `end` without those that say when: "at eight this morning", "two hours ago"."""
    dropped = {i for hour in clock_times(words, first, end) for i in range(hour.first, hour.end)}
    for i in range(first, end):
        if words[i].norm in {"ago", "back"} and i - 2 >= first and words[i - 1].norm in _SPANS:
            dropped |= {i - 2, i - 1, i}
        elif words[i].norm in {"after", "before", "later"} and i - 2 >= first and words[i - 1].norm in _SPANS:
            dropped |= {i - 2, i - 1}
    return [words[i].norm for i in range(first, end) if i not in dropped and words[i].norm not in _HOURLY]


def is_clock_time(words: Sequence[Word], number: Number) -> bool:
    """ "At two fifty in the afternoon"."""
    if not number.first or words[number.first - 1].norm not in {"at", "around", "by"}:
        return False
    after = {word.norm for word in words[number.end : number.end + 4]}
    if after.isdisjoint(_DAY_PARTS):
        return False
    hours = clock_times(words, number.first - 1, min(len(words), number.end + 1))
    return any(hour.first <= number.first < hour.end for hour in hours)
