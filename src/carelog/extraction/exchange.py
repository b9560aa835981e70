"""Who asks and who answers: the questions of a turn, and what the next speaker's turn answers to them.

Pure reading of the dialogue. Question marks are used where they stand and not relied on: "have you had any fever"
is a question in a transcript without punctuation too. Words are addressed by their index in the utterance.

    questions(utterance)       every question of a turn
    open_questions(utterance)  those that an answer in the next turn would be about
    answer_to(dialogue, i)     how the next speaker answers turn i, and with which words
    answer_within(utterance, question)  the answer inside the asking turn itself: "Fever? No. Cough? Yes."
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from carelog.extraction.finding import Span
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set


class QuestionForm(StrEnum):
    POLAR = "polar"  # "have you had a fever", "any fever": yes or no answers it
    OPEN = "open"  # "how long", "what happened": yes or no does not
    STATED = "stated"  # "so no fever?", "you have a fever, right": a statement held out to be confirmed


class AnswerKind(StrEnum):
    YES = "yes"
    NO = "no"
    ONLY = "only"  # "just the cough": what is named and nothing else
    OTHER = "other"  # neither; the rest of the turn must be read for itself


@dataclass(frozen=True, slots=True)
class Question:
    """Words `first` up to, not including, `end` of a turn ask something."""

    first: int
    end: int
    form: QuestionForm


@dataclass(frozen=True, slots=True)
class Answer:
    """`span` covers the answering words ("uh, no"), or the whole reply when it is OTHER.

    `reply` is the replying turn's position in the dialogue; `first` and `rest` are the indices in that turn of the
    first answering word and of the first word after the answer. `limited` marks a no that belongs to the phrase
    after it ("no fever"): it denies that phrase, and only by the way whatever else was asked.
    """

    kind: AnswerKind
    span: Span
    reply: int
    rest: int
    first: int = 0
    limited: bool = False


_FILLERS = word_set(
    """
    gosh goodness god uh um uhm er ah oh eh hmm hm well so and but or like okay ok alright now then
    actually honestly yknow you know i mean thankfully fortunately luckily let's see all right just
    good great sure perfect fine gotcha also , - matlab toh to aur acha achha accha अच्छा तो और
    """
)  # "you know", "i mean", "let's see", "all right" in their single words
_OPENERS = _FILLERS - word_set("i you just see like")
_AUXILIARIES = word_set(
    """
    do does did have has had are is was were am can could will would should ai don't doesn't didn't
    haven't hasn't hadn't aren't isn't wasn't weren't can't couldn't won't wouldn't
    """
)
_CLEAR_SUBJECTS = word_set("you ya he she they we anyone anybody")
_VAGUE_SUBJECTS = word_set(
    """
    your the that this it these those any i there his her their everything anything
    """
)
_ASKING = word_set("how what when where why which who how's what's when's where's who's")
_AFTER_ASKING = _AUXILIARIES | word_set(
    """
    about long much many often bad kind kinds type sort else far brings brought happened happens
    makes seems exactly severe high low old time day your the other triggers helps color colour do
    """
)
_HINDI_ASKING = word_set(
    """
    kya koi kab kaise kaisa kaisi kitne kitna kitni kahan kyun क्या कोई कब कैसे कैसा कितने कितना
    कहाँ
    """
)
_HINDI_POLAR = word_set("kya koi क्या कोई")
_SUBJECTS = word_set("i you he she they we it that who which what there")
_MARKS = frozenset(".?!।…\n;:")
_HINGES = word_set("okay ok alright great perfect gotcha")
_LINKING = word_set(
    """
    when if that than as and or what where how which because while since like after before
    """
)
_COURTESIES = word_set("okay ok alright")
_CONFIRMING = word_set("right correct yeah yes huh no")

_REPLIES: PhraseTable[AnswerKind] = phrase_table(
    {
        AnswerKind.NO: """
            no | nope | not that i | not that i am aware of | none that i | nothing that i | nothing i |
            nah | naw | no sir | no ma'am | not really | not at all | not that i've noticed |
            not that i noticed | not that i have noticed | not that i know of | not that i know |
            not that i'm aware of | not that i can think of | not that i can recall |
            not that i can remember | not that i remember | not that i recall | not to my knowledge |
            not that i can tell | not anything | not yet | not recently | not lately | not anymore |
            not any more | not so far | not today | not right now | not now | not currently | not much |
            not particularly | not especially | not usually | not ever | not one | none | none of that |
            none of those | none at all | none of them | none whatsoever | nothing | nothing like that |
            nothing at all | nothing really | nothing of the sort | nothing that i've noticed |
            nothing new | never | never had | never have | i don't think so | i do n't think so |
            i do not think so | don't think so | i wouldn't say so | i would n't say so | i haven't |
            i have n't | i have not | i don't | i do n't | i do not | i didn't | i did n't | i did not |
            i'm not | i am not | i wasn't | i was n't | it doesn't | it does n't | it does not |
            it hasn't | it has n't | it isn't | it is n't | it's not | it didn't | it did n't |
            there isn't | there is n't | there's not | there hasn't | negative | neither |
            neither of those | neither one | hardly ever | absolutely not | definitely not |
            of course not | certainly not | fortunately not | thankfully no | thank god no | luckily no |
            thankfully not | nahi | nahin | nahi ji | ji nahi | ji nahin | naa | bilkul nahi | kuch nahi |
            नहीं | नही | जी नहीं | बिल्कुल नहीं | कुछ नहीं | aisa kuch nahi | haven't | have n't |
            haven't had any | doesn't | no not
        """,
        AnswerKind.YES: """
            just when | only when | only if | just if | mostly when | only at night | just at night |
            mostly at night | just once | only once | only a little | only sometimes | just sometimes |
            only occasionally | just occasionally | yes | yeah | yep | yup | yea | ya | yah | yes sir |
            yes ma'am | uh huh | uhhuh | mm hmm | mmhmm | mhm | mm hm | mmm hmm | uhuh | aye | si |
            a little | a little bit | a bit | a tad | just a little | just a little bit | just a bit |
            slightly | some | somewhat | a lot | quite a bit | a few | a few times | a couple of times |
            a couple times | sometimes | occasionally | on occasion | once in a while |
            every once in a while | now and then | every now and then | from time to time |
            here and there | on and off | off and on | all the time | constantly | every day | most days |
            at times | i do | i have | i did | i am | i was | i think so | i believe so | i guess |
            i guess so | i would say so | i'd say so | i suppose so | it does | it has | it is | it did |
            it was | there is | there are | there was | definitely | absolutely | of course | certainly |
            for sure | totally | unfortunately yes | unfortunately | correct | that's correct |
            that is correct | right | that's right | that is right | exactly | true | that's true |
            kind of | kinda | sort of | maybe a little | maybe a little bit | both | both of them |
            all of them | all of those | all of the above | very much | very much so | more or less |
            often | frequently | usually | haan | han | haa | haanji | haan ji | ji haan | ji han | ji |
            thoda | thoda sa | thoda thoda | thodi | thodi si | kabhi kabhi | bahut | हाँ | हां | हा |
            जी | जी हाँ | जी हां | हाँ जी | थोड़ा | थोड़ा सा | थोड़ी | कभी कभी | बहुत
        """,
        AnswerKind.ONLY: """
            just the | just a | just my | just some | just this | only | only the | only a | only my |
            except | sirf | सिर्फ | bas | just
        """,
        AnswerKind.OTHER: """
            i don't know | i do n't know | i do not know | not sure | i'm not sure | i am not sure |
            no idea | i can't tell | i ca n't tell | i don't remember | i do n't remember |
            i can't remember | i ca n't remember | pata nahi | pata nahin | पता नहीं | hard to say |
            no problem | no worries | no kidding | no doubt | no wonder | no change | no better |
            no different | not better | not only | not just | sure | yes please | right now | right here |
            right after | right before | right there | right away | i have to | i have a question |
            i do have a question | of course not | some days | some people | i was wondering |
            right side | right on | i was just | i was like | i have no idea | right in | i did not know |
            i didn't know | i did n't know | i don't know why
        """,
    }
)


def questions(utterance: Utterance) -> list[Question]:
    """Every question of a turn, in order.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [turn] = read([Turn(index=0, text="Okay. How is your sleep? Have you had any fever", pointer="/dialog/0/body")])
    >>> [(turn.quote(q.first, q.end), q.form.value) for q in questions(turn)]
    [('How is your sleep?', 'open'), ('Have you had any fever', 'polar')]
    """
    found: list[Question] = []
    for first, end in utterance.sentences:
        found.extend(_questions_of_sentence(utterance.words, first, end))
    return found


def open_questions(utterance: Utterance) -> list[Question]:
    """The questions that the next speaker's answer is about.

    That is the last one, if nothing but a courtesy follows it, and the yes-or-no questions that run up to it
    without a break ("Any fever? Any chills?").
    """
    asked = questions(utterance)
    if not asked or not _only_fillers(utterance.words[asked[-1].end :]):
        return []
    opened = [asked[-1]]
    for earlier in reversed(asked[:-1]):
        gap = utterance.words[earlier.end : opened[0].first]
        if earlier.form is QuestionForm.OPEN or opened[0].form is QuestionForm.OPEN or not _only_fillers(gap):
            break
        opened.insert(0, earlier)
    return opened


def answer_to(dialogue: Sequence[Utterance], i: int, opened: Sequence[Question] | None = None) -> Answer | None:
    """How the turn after turn `i` of the dialogue answers its open question, or None.

    None when turn `i` leaves no question open, or nobody else speaks next, or the next turn is only a back-channel
    ("okay"). `opened` stands in for the open questions where the caller knows better what is asked.
    """
    if i + 1 >= len(dialogue) or not (open_questions(dialogue[i]) if opened is None else opened):
        return None
    asking, replying = dialogue[i], dialogue[i + 1]
    if same_speaker(asking, replying) or not replying.words:
        return None
    return read_answer(replying, i + 1)


def answer_within(utterance: Utterance, question: Question, position: int) -> Answer | None:
    """The answer that stands in the asking turn itself, as in typed check-ins and where a transcript has merged turns.

    Only a plain yes or no counts, right after the question or, without punctuation, at the end of its stretch.
    """
    words = utterance.words
    for at in range(question.first + 1, min(question.end + 1, len(words))):
        kind = _PLAIN_REPLIES.get(words[at].norm)
        if kind is None or words[at - 1].norm in _NOT_BEFORE_REPLY:
            continue
        end = at + 1
        while end < len(words) and words[end].norm in _PLAIN_REPLIES:
            kind = _PLAIN_REPLIES[words[end].norm]
            end += 1
        if _closes(words, end):
            return Answer(kind, Span(utterance.turn.index, words[at].start, words[end - 1].end), position, end, at)
    return None


_PLAIN_REPLIES = {
    "no": AnswerKind.NO,
    "nope": AnswerKind.NO,
    "nahi": AnswerKind.NO,
    "नहीं": AnswerKind.NO,
    "yes": AnswerKind.YES,
    "yeah": AnswerKind.YES,
    "yep": AnswerKind.YES,
    "haan": AnswerKind.YES,
    "हाँ": AnswerKind.YES,
    "हां": AnswerKind.YES,
}
_NOT_BEFORE_REPLY = frozenset({"or", "say", "said", "saying", "is", "there", "have", "had", "of", "with", "has"})


def read_answer(replying: Utterance, position: int) -> Answer | None:
    """The words with which a turn answers, whatever was asked; None for a mere back-channel ("okay")."""
    words = replying.words
    begin = _skip_fillers(words, 0)
    if begin == len(words):
        return None
    kind: AnswerKind | None = None
    at = first = begin
    end = begin
    while at < len(words):
        match = _REPLIES.at(words, at)
        if match is None:
            break
        length, said = match
        # "no, only the cough" limits a no; "yeah, no" is a no and "no, yeah" a yes: the last word counts.
        if said is AnswerKind.OTHER and kind is not None:
            break
        if said is AnswerKind.ONLY and kind is not None:
            break
        # "no i do have a cough" and "no some days": what follows a clear no is a statement of its own.
        if kind is AnswerKind.NO and said is AnswerKind.YES and words[at].norm not in _CLEAR_YES:
            break
        if kind is AnswerKind.YES and said is AnswerKind.NO and words[at].norm != "no":
            break
        # "i have not | thrown up", "i do | some walking": an auxiliary answers only where its sentence ends.
        if words[at + length - 1].norm in _OPEN_ENDED and not _closes(words, at + length):
            break
        kind, end = said, at + length
        if said is AnswerKind.OTHER:
            break
        at = _skip_fillers(words, end)
    if kind is None:
        late = _late_reply(words, begin)
        if late is not None:
            kind, first, end = late
    if kind is None or kind is AnswerKind.OTHER:
        span = Span(replying.turn.index, words[0].start, words[-1].end)
        return Answer(AnswerKind.OTHER, span, position, begin, begin)
    if kind is AnswerKind.NO and end < len(words) and _negates_a_phrase(words, first, end):
        # "no fever": the no belongs to what it stands before; it is still a no to the question.
        span = Span(replying.turn.index, words[first].start, words[end - 1].end)
        return Answer(kind, span, position, first, first, limited=True)
    return Answer(kind, Span(replying.turn.index, words[first].start, words[end - 1].end), position, end, first)


def _late_reply(words: Sequence[Word], begin: int) -> tuple[AnswerKind, int, int] | None:
    """A plain yes or no after a few words that state nothing: "on my body, no, not really"."""
    for at in range(begin + 1, min(begin + 6, len(words))):
        kind = _PLAIN_REPLIES.get(words[at].norm)
        if kind is not None:
            return (kind, at, at + 1) if _closes(words, at + 1) else None
        if words[at - 1].norm in _STATING_VERBS or words[at].norm in _STATING_VERBS:
            return None
    return None


_STATING_VERBS = _AUXILIARIES | word_set(
    """
    i i'm i've it's it that's there's get got feel say said no know think n't not mean
    """
)


def same_speaker(one: Utterance, other: Utterance) -> bool:
    """Whether two turns have the same speaker, by party, else by label, else by role."""
    a, b = one.turn, other.turn
    if a.party is not None and b.party is not None:
        return a.party == b.party
    if a.speaker is not None and b.speaker is not None:
        return a.speaker == b.speaker
    return a.role == b.role


_OPEN_ENDED = word_set(
    """
    have n't haven't not do don't did didn't am i'm was wasn't does doesn't is isn't are has hasn't
    had it's there's
    """
)
_CLOSING = word_set(
    """
    no yes yeah and but okay ok because though sometimes actually really either so well right now at
    every once nothing not none never that anything from all occasionally usually lately recently
    too as i it they my ma'am sir doctor
    """
)


def _closes(words: Sequence[Word], at: int) -> bool:
    return at >= len(words) or words[at].norm in _MARKS or words[at].norm == "," or words[at].norm in _CLOSING


_CLEAR_YES = word_set("yes yeah yep yup yea")


def _negates_a_phrase(words: Sequence[Word], first: int, end: int) -> bool:
    return end - first == 1 and words[end].norm not in _MARKS and words[end].norm != ","


def _questions_of_sentence(words: Sequence[Word], first: int, end: int) -> list[Question]:
    marked = words[end - 1].norm == "?"
    onsets = [(i, form) for i in range(first, end) if (form := _onset(words, first, i, end)) is not None]
    onsets = [pair for n, pair in enumerate(onsets) if n == 0 or not _continues(words, onsets[n - 1][0], pair[0])]
    if not onsets:
        return _stated(words, first, end) if marked or _ends_confirming(words, first, end) else []
    found: list[Question] = []
    for n, (begin, form) in enumerate(onsets):
        if words[begin].norm in _HINDI_ASKING:
            begin = first if n == 0 else found[-1].end  # "bukhar hai kya": the asking word may come last
        stop = onsets[n + 1][0] if n + 1 < len(onsets) else end
        if not (marked and n + 1 == len(onsets)):
            stop = _hinge(words, begin, stop)
        found.append(Question(begin, stop, form))
    return found


def _onset(words: Sequence[Word], first: int, i: int, end: int) -> QuestionForm | None:
    """The form of the question that begins at word `i`, if one does."""
    norm = words[i].norm
    if norm not in _ONSETS:
        return None
    before = words[i - 1].norm if i > first else ""
    fresh = not before or before in _OPENERS or before in _MARKS
    after = words[i + 1].norm if i + 1 < end else ""
    if after == "n't" and norm in _AUXILIARIES:
        after = words[i + 2].norm if i + 2 < end else ""
    if norm in _AUXILIARIES:
        if after in _CLEAR_SUBJECTS and before not in _SUBJECTS and before not in _ASKING_WORDS:
            return QuestionForm.POLAR
        if after in _VAGUE_SUBJECTS and fresh:
            return QuestionForm.POLAR
        return None
    if norm in _ASKING:
        if before == ",":  # ", which is probably from the salt" goes on about what was said
            fresh = i - 1 == first or words[i - 2].norm in _OPENERS or words[i - 2].norm in _MARKS
        to_you = after in _AUXILIARIES and i + 2 < end and words[i + 2].norm in _CLEAR_SUBJECTS
        if not (fresh or to_you or before == "me"):
            return None
        if after == "about":
            return QuestionForm.POLAR
        return QuestionForm.OPEN if after in _AFTER_ASKING or "'" in norm else None
    if norm in _HINDI_ASKING:
        return QuestionForm.POLAR if norm in _HINDI_POLAR else QuestionForm.OPEN
    if norm == "make":
        checking = after == "sure" and i + 2 < end and words[i + 2].norm in _CHECKED
        return QuestionForm.STATED if checking else None
    if before == "or":
        return None  # "... or anything like that"
    return QuestionForm.POLAR if fresh or before in _BEFORE_ANY else None  # "any ..."


_ASKING_WORDS = _ASKING | word_set("long much many often bad severe high")
_CHECKED = word_set("you you're you've there's there no")
_BEFORE_ANY = word_set(
    """
    symptoms symptom problems issues today lately recently about else concerns complaints
    """
)
_ONSETS = _AUXILIARIES | _ASKING | _HINDI_ASKING | {"any", "anything", "anybody", "ever", "make"}


def _continues(words: Sequence[Word], begin: int, i: int) -> bool:
    """Whether an onset so soon after another belongs to it: "how long have you", "do you have any"."""
    return i - begin <= 3 and words[begin].norm in _ASKING


def _hinge(words: Sequence[Word], begin: int, stop: int) -> int:
    """Where the asking ends and the speaker goes on to state something."""
    for i in range(begin + 2, stop):
        norm, before = words[i].norm, words[i - 1].norm
        if norm in _HINGES or (norm == "all" and i + 1 < stop and words[i + 1].norm == "right"):
            return i
        if norm in _STATING and before not in _LINKING and before not in _AUXILIARIES:
            return i
    return stop


_STATING = word_set("i i'm i've i'll i'd let's")


def _stated(words: Sequence[Word], first: int, end: int) -> list[Question]:
    """A statement with a question mark or a "right": held out to be confirmed, unless the mark is a courtesy."""
    last = end - 1
    while last > first and (words[last].norm in _MARKS or words[last].norm == ","):
        last -= 1
    if words[last].norm in _COURTESIES or (
        words[last].norm == "right" and words[last - 1].norm == "all" and last > first
    ):
        return []
    begin = _skip_fillers(words, first, end)
    return [Question(begin, end, QuestionForm.STATED)] if begin <= last else []


def _ends_confirming(words: Sequence[Word], first: int, end: int) -> bool:
    last = end - 1
    while last > first and words[last].norm in _MARKS:
        last -= 1
    return last - first >= 2 and words[last].norm in ("right", "correct") and words[last - 1].norm not in _NOT_A_TAG


_NOT_A_TAG = word_set("all the your my on that's is that left's to a")


def _skip_fillers(words: Sequence[Word], at: int, end: int | None = None) -> int:
    stop = len(words) if end is None else end
    while at < stop and (words[at].norm in _MARKS or words[at].norm == "," or _is_filler(words, at)):
        if words[at].norm in _PAIRS:
            at += 1
        at += 1
    return min(at, stop)


def _is_filler(words: Sequence[Word], at: int) -> bool:
    """Whether word `at` only fills; the words of "you know", "i mean" and their like only together."""
    norm = words[at].norm
    following = words[at + 1].norm if at + 1 < len(words) else ""
    pair = _PAIRS.get(norm)
    if pair is not None:
        return following == pair
    return norm in _FILLERS and norm not in _PAIRS.values() and norm not in _NOT_ALONE


_PAIRS = {"you": "know", "i": "mean", "let's": "see", "all": "right", "my": "gosh"}
_NOT_ALONE = word_set("just sure like see")


def _only_fillers(words: Sequence[Word]) -> bool:
    return _skip_fillers(words, 0) == len(words)
