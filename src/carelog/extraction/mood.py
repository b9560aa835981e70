"""Mood and energy: how the subject says they feel in mind.

Words that only speak of feelings ("anxious", "cheerful") count after a verb of feeling or being. Words of many uses
("good", "down", "low") count only beside a word for the mind ("my mood is good", "emotionally I'm fine"), or, for
"down" and "low", right after "feel". A feeling that is denied says nothing, except that "not happy" is a low mood.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from carelog.conversations.turns import Role
from carelog.extraction.claims import Asked, asks_carer_of_self
from carelog.extraction.exchange import AnswerKind, QuestionForm, answer_to, open_questions, questions
from carelog.extraction.finding import Finding, Span
from carelog.extraction.negation import Clause, Denial, clauses, denial
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.quoting import quoted
from carelog.extraction.symptoms.context import is_first_person, is_of_other, is_past, is_supposed
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.mood import Level, Mood


@dataclass(frozen=True, slots=True)
class _Said:
    """Words `first` up to, not including, `end` tell a mood."""

    first: int
    end: int
    level: Level | None = None
    feeling: str | None = None
    energy: Level | None = None


_FEELINGS: PhraseTable[Level | None] = phrase_table(
    {
        "very_low": """
            hopeless | miserable | devastated | worthless | in despair | despairing | heartbroken |
            down in the dumps
        """,
        "low": """
            sad | depressed | unhappy | gloomy | tearful | weepy | discouraged | demoralized |
            demoralised | lonely | blue | empty inside | disheartened | emotional wreck | udas | udaas |
            dukhi | उदास | दुखी
        """,
        None: """
            anxious | nervous | worried | stressed | stressed out | overwhelmed | irritable | moody |
            on edge | frustrated | angry | panicky | restless | grumpy | scared | guilty | pareshan |
            परेशान | chidchida | चिड़चिड़ा | ghabraya hua | ghabrayi hui
        """,
        "good": """
            happy | cheerful | content | hopeful | optimistic | upbeat | calm | peaceful | relaxed |
            khush | खुश | at peace
        """,
        "very_good": """
            ecstatic | overjoyed | thrilled | delighted | on top of the world | over the moon |
            bahut khush | बहुत खुश
        """,
    }
)
_PLAIN_FEELINGS = frozenset({"down", "low"})
_LEVELS: PhraseTable[Level] = phrase_table(
    {
        "very_low": """
            terrible | awful | horrible | very low | really low | very bad | really bad | bahut kharab
        """,
        "low": """
            low | down | bad | poor | not good | not great | not so good | not so great | not too good |
            not the best | n't good | n't great | n't been good | n't been great | not been good |
            not been great | kharab | ख़राब | खराब
        """,
        "neutral": """
            okay | ok | fine | alright | all right | so so | stable | average | neutral | the same |
            not bad | not too bad | not so bad | theek | ठीक
        """,
        "good": """
            good | well | pretty good | better | positive | decent | stronger | strong | achha | accha |
            अच्छा
        """,
        "very_good": """
            great | excellent | wonderful | fantastic | amazing | really good | very good | very well |
            really well | bahut achha | बहुत अच्छा
        """,
    }
)
_ENERGY: PhraseTable[Level] = phrase_table(
    {
        "low": """
            no energy | low energy | lack of energy | little energy | less energy | zero energy |
            not much energy | n't much energy | n't have much energy | n't have any energy |
            not have any energy | don't have any energy | don't have much energy | n't had any energy |
            haven't had any energy | energy is low | energy's low | energy has been low |
            energy levels are low | energy level is low | low on energy | drained of energy |
            n't have the energy | don't have the energy | kam energy
        """,
        "neutral": """
            energy is okay | energy is fine | energy is alright | energy has been okay |
            energy level is okay
        """,
        "good": """
            plenty of energy | lots of energy | a lot of energy | more energy | energy is good |
            energy's good | energy has been good | good energy | full of energy | energetic |
            energy level is good | energy levels are good | energy is better | energized
        """,
        "very_good": """
            so much energy | tons of energy | energy is great | great energy | energy has been great |
            very energetic
        """,
    }
)
_MIND = word_set(
    """
    mood moods spirits emotionally mentally emotional mental mann मन मूड psychologically
    """
)
_FEELING_VERBS = word_set(
    """
    feel feels feeling felt been am i'm im is are was were be being get gets getting got seem seems
    become becoming hoon hun hu raha rahi lag lagta hai mehsoos makes made
    """
)
_DEGREES = word_set(
    """
    a little bit so very really pretty quite kind kinda sort of just still always also more rather
    somewhat extremely super too incredibly like um uh , and or bahut thoda thodi बहुत थोड़ा
    constantly often sometimes definitely fairly
    """
)
_TIRED = word_set("tired exhausted sick unwell weak drained fatigued worn run hungry")
_NOT_A_MOOD = word_set(
    """
    to with the at in on there for here by from about 's out off and back as than enough when
    """
)
_MARKS = frozenset(".?!।…;")
_COPULAS = word_set(
    """
    is are was were has have been 's i'm am feel feeling feels felt doing do be in pretty my it's
    still overall it the very really so quite a little of mostly generally actually just also bit
    hai mera meri kaafi
    """
)
_TRIGGERS = _MIND | word_set("energy energetic energized") | _PLAIN_FEELINGS
_OPENINGS = word_set("yes yeah no well today lately now okay not n't then but because mein mujhe")
_HINDI_VERBS = word_set(
    """
    hoon hun hu hai lag lagta lagti mehsoos raha rahi rehta rehti feel हूँ हूं है
    """
)
_OPPOSITE: dict[Level | None, Level | None] = {"good": "low", "very_good": "low"}


def find_mood(dialogue: Sequence[Utterance]) -> list[Finding]:
    """How the subject says they feel in mind, each way of feeling once, the last time it is said."""
    found: dict[tuple[str, str | None], Finding] = {}
    for position, utterance in enumerate(dialogue):
        role = utterance.turn.role
        if role in (Role.CLINICIAN, Role.AGENT):
            findings = list(_answered(dialogue, position))
        else:
            findings = [_finding(utterance, said) for said in _told(utterance)]
        for finding in findings:
            assert isinstance(finding.payload, Mood)
            key = ("energy", None) if finding.payload.energy else ("mood", finding.payload.feeling)
            found.pop(key, None)
            found[key] = finding
    return list(found.values())


def _finding(utterance: Utterance, said: _Said, *others: Span) -> Finding:
    sentence = next(s for s in utterance.sentences if s[0] <= said.first < s[1])
    start, end = quoted(utterance.words, sentence, said.first, said.end)
    span = _span(utterance, start, max(end, said.end))
    payload = Mood(level=said.level, feeling=said.feeling, energy=said.energy)
    return Finding("mood", payload, (span, *others))


def _told(utterance: Utterance) -> Iterator[_Said]:
    words = utterance.words
    places = [i for i, word in enumerate(words) if word.norm in _TRIGGERS or _begins_feeling(words, i)]
    if not places:
        return
    asked = questions(utterance)
    among = clauses(utterance, asked)
    carer = utterance.turn.role is Role.CARER
    for i in places:
        if any(q.first <= i < q.end for q in asked):
            continue
        clause = next(c for c in among if c[0] <= i < c[1])
        said = _energy_at(words, i, clause) or _of_mind(words, i, clause) or _feeling_at(words, i, clause)
        if said is not None and said.feeling and not carer and not _of_self(words, clause, said):
            continue
        if carer and is_first_person(words, clause, i):
            continue  # Their own worry is not the subject's.
        if said is None or is_supposed(words, clause, i, observer=False) or is_past(words, clause, among):
            continue
        if not carer and is_of_other(words, clause, i):
            continue
        yield said


def _of_self(words: Sequence[Word], clause: Clause, said: _Said) -> bool:
    """Said of "I", or of nobody in particular: "feeling sad today", "my mood is good"."""
    between = range(clause[0], said.end)
    return (
        is_first_person(words, clause, min(said.end + 1, clause[1]))
        or any(words[i].norm in _MIND for i in between)
        or all(words[i].norm in _DEGREES | _OPENINGS for i in range(clause[0], said.first))
    )


def _begins_feeling(words: Sequence[Word], i: int) -> bool:
    return _FEELINGS.at(words, i) is not None


def _energy_at(words: Sequence[Word], i: int, clause: Clause) -> _Said | None:
    if not words[i].norm.startswith("energ"):
        return None
    for begin in range(max(clause[0], i - 5), i + 1):
        match = _ENERGY.at(words, begin)
        if match is not None and begin <= i < begin + match[0]:
            return _Said(begin, begin + match[0], energy=match[1])
    rated = _rated_after(words, i + 1, clause[1])
    return _Said(i, rated[1], energy=rated[0]) if rated is not None else None


def _rated_after(words: Sequence[Word], at: int, stop: int) -> tuple[Level, int] | None:
    """ "[energy is] maybe 3 out of 10", "[mood] 7/10": the level of each fifth of the scale, and where it ends."""
    for i in range(at, min(stop, at + 5)):
        scale = [word.norm for word in words[i + 1 : i + 4]]
        length = (
            4 if scale[:2] == ["out", "of"] and scale[2:] in (["10"], ["ten"]) else 3 if scale[:2] == _OF_TEN else 0
        )
        if length:
            value = int(words[i].norm) if words[i].norm.isdecimal() else _COUNTED.get(words[i].norm, -1)
            return (_FIFTHS[max(0, value - 1) // 2], i + length) if 0 <= value <= 10 else None
        if words[i].norm not in _COPULAS and words[i].norm not in _AROUND:
            return None
    return None


_OF_TEN = ["/", "10"]
_FIFTHS: tuple[Level, ...] = ("very_low", "low", "neutral", "good", "very_good")
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNTED = {word: value for value, word in enumerate(_WORDS)}
_AROUND = word_set("maybe about around like probably level levels : , at uh um")


def _of_mind(words: Sequence[Word], i: int, clause: Clause) -> _Said | None:
    """ "My mood is good", "doing well emotionally", "in good spirits"."""
    if words[i].norm not in _MIND:
        return None
    stop = next((at for at in range(i, len(words)) if words[at].norm in _MARKS), len(words))
    rated = _rated_after(words, i + 1, stop)
    if rated is not None:
        return _Said(i, rated[1], level=rated[0])
    level = _level_after(words, i + 1, stop) or _level_before(words, i, clause[0])
    if level is None:
        return None
    value, first, end = level
    return _Said(min(first, i), max(end, i + 1), level=value, feeling=_words(words, first, end))


def _level_after(words: Sequence[Word], at: int, stop: int) -> tuple[Level, int, int] | None:
    for i in range(at, min(stop, at + 7)):
        match = _LEVELS.at(words, i)
        if match is not None:
            return match[1], i, i + match[0]
        if words[i].norm not in _COPULAS and words[i].norm != "," and words[i].norm not in ("i", "n't", "not"):
            return None
    return None


def _level_before(words: Sequence[Word], at: int, begin: int) -> tuple[Level, int, int] | None:
    """The longest level whose words end right before word `at`."""
    for i in range(max(begin, at - 4), at):
        match = _LEVELS.at(words, i)
        if match is not None and i + match[0] == at:
            return match[1], i, at
    return None


def _feeling_at(words: Sequence[Word], i: int, clause: Clause) -> _Said | None:
    plain = words[i].norm in _PLAIN_FEELINGS
    match = (1, "low") if plain else _FEELINGS.at(words, i)
    if match is None:
        return None
    end = i + match[0]
    level: Level | None = match[1]
    following = words[end].norm if end < clause[1] else ""
    verb = i if following in _HINDI_VERBS else _verb_before(words, i, clause[0], plain=plain)
    after = words[end].norm if end < len(words) else ""
    if words[i].norm in _ABOUT_SOMETHING and after in _COMPLEMENTS:
        return None
    if verb is None or (plain and (following in _NOT_A_MOOD or not _i_feel(words, clause[0], verb))):
        return None
    if denial(words, clause, i, end, frozenset()) is not Denial.NOT_DENIED:
        opposite = _OPPOSITE.get(level)
        if opposite is None:
            return None
        return _Said(i, end, level=opposite, feeling=f"not {_words(words, i, end)}")
    return _Said(verb, end, level=level, feeling=_words(words, i, end))


def _i_feel(words: Sequence[Word], begin: int, verb: int) -> bool:
    before = [word.norm for word in words[begin:verb] if word.norm not in _DEGREES | _OPENINGS | _FEELING_VERBS - _I]
    return not before or before[-1] in _I or (before[-1] == "have" and "i" in before)


# "Happy to help", "worried that it broke": an attitude to one thing, not a mood.
_ABOUT_SOMETHING = word_set(
    """
    happy worried angry frustrated scared guilty content hopeful thrilled delighted optimistic
    """
)
_COMPLEMENTS = word_set(
    """
    to that with at i i'm i've it it's you we they he she about for by if because of when
    """
)
_I = word_set("i i'm i've ive im you you're you've he's she's")


def _verb_before(words: Sequence[Word], i: int, begin: int, *, plain: bool) -> int | None:
    """The verb of feeling that leads to word `i` through words of degree and other feelings."""
    for at in range(i - 1, max(begin - 1, i - 8), -1):
        norm = words[at].norm
        if norm in _FEELING_VERBS:
            return at if not plain or norm in ("feel", "feeling", "felt", "been") else None
        if norm not in _DEGREES | _TIRED and not _begins_feeling(words, at) and norm not in _PLAIN_FEELINGS:
            if norm in ("n't", "not", "never"):
                continue
            return None
    return None


def _words(words: Sequence[Word], first: int, end: int) -> str:
    return " ".join(word.norm for word in words[first:end])


def _answered(dialogue: Sequence[Utterance], position: int) -> Iterator[Finding]:
    """ "How is your mood?" - "pretty good"; "have you been feeling down?" - "yes"."""
    asking = dialogue[position]
    opened = [q for q in open_questions(asking) if _asks_of_mind(asking, q.first, q.end)]
    answer = answer_to(dialogue, position) if opened else None
    if answer is None:
        return
    question, reply = opened[-1], dialogue[answer.reply]
    carer = reply.turn.role is Role.CARER
    if asks_carer_of_self(asking, Asked(question.first, question.end, question.form is not QuestionForm.OPEN), reply):
        return
    if question.form is QuestionForm.OPEN:
        level = _level_after(reply.words, 0, len(reply.words))
        if level is not None:
            value, first, end = level
            told = _Said(first, end, level=value, feeling=_words(reply.words, first, end))
            if not (carer and is_first_person(reply.words, (0, len(reply.words)), first)):
                yield _finding(reply, told, _span(asking, question.first, question.end))
        return
    if answer.kind is not AnswerKind.YES:
        return
    within = (question.first, question.end)
    feelings = [
        said for i in range(question.first, question.end) if (said := _feeling_at(asking.words, i, within)) is not None
    ]
    # "Down, depressed or hopeless?" - "yes": which of them was not said.
    if len(feelings) == 1:
        yield _finding(asking, feelings[0], answer.span)


def _asks_of_mind(asking: Utterance, first: int, end: int) -> bool:
    words = asking.words
    return any(
        words[i].norm in _MIND or words[i].norm in _PLAIN_FEELINGS or _begins_feeling(words, i)
        for i in range(first, end)
    )


def _span(utterance: Utterance, first: int, end: int) -> Span:
    return Span(utterance.turn.index, utterance.words[first].start, utterance.words[end - 1].end)
