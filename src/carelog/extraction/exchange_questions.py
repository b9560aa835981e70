"""The questions of a turn, with and without question marks.

"Have you had any fever" is a question in a transcript without punctuation too, and "it will pass, okay?" is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from carelog.extraction.exchange_fillers import AUXILIARIES, FILLERS, MARKS, only_fillers, skip_fillers
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set


class QuestionForm(StrEnum):
    POLAR = "polar"  # "have you had a fever", "any fever": yes or no answers it
    OPEN = "open"  # "how long", "what happened": yes or no does not
    STATED = "stated"  # "so no fever?", "you have a fever, right": a statement held out to be confirmed


@dataclass(frozen=True, slots=True)
class Question:
    """Words `first` up to, not including, `end` of a turn ask something."""

    first: int
    end: int
    form: QuestionForm


_OPENERS = FILLERS - word_set("i you just see like")
_CLEAR_SUBJECTS = word_set("you ya he she they we anyone anybody")
_VAGUE_SUBJECTS = word_set(
    """
    your the that this it these those any i there his her their everything anything
    """
)
_ASKING = word_set("how what when where why which who how's what's when's where's who's")
_AFTER_ASKING = AUXILIARIES | word_set(
    """
    about long much many often bad kind kinds type sort else far brings brought happened happens
    makes seems exactly severe high low old time day your the other triggers helps color colour do
    """
)
_MEASURES = word_set("bad severe painful long often much many strong intense")
_HINDI_ASKING = word_set(
    """
    kya koi kab kaise kaisa kaisi kitne kitna kitni kahan kyun क्या कोई कब कैसे कैसा कितने कितना
    कहाँ
    """
)
_HINDI_POLAR = word_set("kya koi क्या कोई")
_HINDI_ANY = word_set("koi कोई")
_HINDI_NOT = word_set("nahi nahin नहीं नही")
_SUBJECTS = word_set("i you he she they we it that who which what there")
_HINGES = word_set("okay ok alright great perfect gotcha")
_LINKING = word_set(
    """
    when if that than as and or what where how which because while since like after before
    """
)
_COURTESIES = word_set("okay ok alright")
_ASKING_WORDS = _ASKING | word_set("long much many often bad severe high")
_CHECKED = word_set("you you're you've there's there no")
_BEFORE_ANY = word_set(
    """
    symptoms symptom problems issues today lately recently about else concerns complaints
    """
)
_RESUMING = phrase_set(  # "Headaches, sore joints, any of those?"
    "any of that | any of those | any of these | any of them | anything like that | anything like those"
)
_REASON_FOR_ASKING = phrase_set(
    """
    i'm asking | i am asking | i ask because | i only ask | i'm only asking | i just ask | just asking |
    i have to ask | i've to ask | we ask everyone | i ask everyone | that's why i ask | the reason i ask |
    the reason i'm asking | asking because | just because
    """
)
_ONSETS = AUXILIARIES | _ASKING | _HINDI_ASKING | {"any", "anything", "anybody", "ever", "make"}
_BELONGING = 3  # words
_TAKING_NOTE = word_set("see get got like know hear")
_LONGEST_ANY = 12  # words
_HAVING_ANY = AUXILIARIES | word_set(
    """
    get gets got see seen saw notice feel felt take taken took need want use without of in on with for to from by if
    there be been find found give gave given make makes made hear heard know tell say mention experience eat ate drink
    keep remember bring more at than hardly like or and nor not n't never cause causes think help helps i you he she
    they we it that this hurt hurts worse better as about lose lost feeling put wear wore barely go goes went come
    """
)
_DONE_BY_NONE = word_set("help helps hurt hurts bother bothers make get not seem feel too well wonders have")
_BE = word_set("is are has have did")
_IT = word_set("that it they those these")
_FARING = word_set("gone better worse still improving improved resolved any")
_TAG = 2  # words
_TAGGED = word_set("you he she they it we there")
_STATING = word_set("i i'm i've i'll i'd let's")
_NOT_A_TAG = word_set("all the your my on that's is that left's to a")


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


def open_questions(utterance: Utterance, asked: Sequence[Question] | None = None) -> list[Question]:
    """The questions that the next speaker's answer is about.

    That is the last one, if nothing but a courtesy follows it, and the yes-or-no questions that run up to it
    without a break ("Any fever? Any chills?"). `asked`: the turn's questions, where they are known already.
    """
    if asked is None:
        asked = questions(utterance)
    if not asked or not _nothing_more(utterance, asked[-1].end):
        return []
    opened = [asked[-1]]
    for earlier in reversed(asked[:-1]):
        gap = utterance.words[earlier.end : opened[0].first]
        if earlier.form is QuestionForm.OPEN or opened[0].form is QuestionForm.OPEN or not only_fillers(gap):
            break
        opened.insert(0, earlier)
    return opened


def _nothing_more(utterance: Utterance, end: int) -> bool:
    """Whether only a courtesy follows, or the reason for asking: "any cramps? I'm asking because of the pills"."""
    if only_fillers(utterance.words[end:]):
        return True
    last = utterance.sentences[-1][0]
    return last == end and _REASON_FOR_ASKING.at(utterance.words, end) is not None


def _questions_of_sentence(words: Sequence[Word], first: int, end: int) -> list[Question]:
    marked = words[end - 1].norm == "?"
    onsets = [
        (i, form)
        for i in range(first, end)
        if words[i].norm in _ONSETS and (form := _onset(words, first, i, end)) is not None
    ]
    if len(onsets) == 1 and onsets[0][0] > first and _resumes(words, first, onsets[0][0], end):
        return [Question(skip_fillers(words, first, end), end, QuestionForm.POLAR)] if marked else []
    if marked and onsets and (begin := onsets[-1][0]) > first + 1 and _is_tag(words, begin, end):
        onsets.pop()
        if not onsets:
            return [Question(skip_fillers(words, first, end), end, QuestionForm.STATED)]
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


def _resumes(words: Sequence[Word], first: int, i: int, end: int) -> bool:
    """Whether the question at word `i` asks for the list before it: "cough, sore throat, anything?"."""
    if _RESUMING.at(words, i) is not None:
        return True
    if words[i].norm != "anything" or i + 2 != end or words[i - 1].norm != ",":
        return False
    return all(word.norm not in _SUBJECTS and word.norm not in AUXILIARIES for word in words[first:i])


def _asks_of_it(words: Sequence[Word], i: int, end: int) -> bool:
    """ "And the rash on your arm is that gone": asked without a pause of what was just named."""
    if i + 2 >= end or words[i].norm not in _BE or words[i - 1].norm in _ASKING_WORDS | _SUBJECTS | _LINKING:
        return False
    return words[i + 1].norm in _IT and words[i + 2].norm in _FARING


def _is_tag(words: Sequence[Word], begin: int, end: int) -> bool:
    """ "You haven't had a fever, have you?" asks whether what stands before it is so."""
    asking = [word.norm for word in words[begin : end - 1] if word.norm != "n't"]
    return words[begin - 1].norm == "," and len(asking) == _TAG and asking[0] in AUXILIARIES and asking[1] in _TAGGED


def _onset(words: Sequence[Word], first: int, i: int, end: int) -> QuestionForm | None:
    """The form of the question that begins at word `i`, if one does."""
    norm = words[i].norm
    before = words[i - 1].norm if i > first else ""
    fresh = not before or before in _OPENERS or before in MARKS
    after = words[i + 1].norm if i + 1 < end else ""
    if after == "n't" and norm in AUXILIARIES:
        after = words[i + 2].norm if i + 2 < end else ""
    if norm in AUXILIARIES:
        if after in _CLEAR_SUBJECTS and before not in _SUBJECTS and before not in _ASKING_WORDS:
            return QuestionForm.POLAR
        if norm == "had" and words[end - 1].norm != "?":
            return None  # "had the runs all week"
        if after in _VAGUE_SUBJECTS and (fresh or _asks_of_it(words, i, end)):
            return QuestionForm.POLAR
        if norm == "does" and fresh and after.isalpha() and after not in _DONE_BY_NONE and after[-3:] != "ing":
            return QuestionForm.POLAR  # "does light bother you", "does coughing make it worse"
        return None
    if norm in _ASKING:
        if norm == "what" and after == "if":
            return QuestionForm.OPEN
        if before == ",":  # ", which is probably from the salt" goes on about what was said
            fresh = i - 1 == first or words[i - 2].norm in _OPENERS or words[i - 2].norm in MARKS
        if norm == "how" and after in _MEASURES and i + 2 < end and words[i + 2].norm in AUXILIARIES:
            return QuestionForm.OPEN  # "on a scale of one to ten how bad is it"
        to_you = after in AUXILIARIES and i + 2 < end and words[i + 2].norm in _CLEAR_SUBJECTS
        if not (fresh or to_you or before == "me"):
            return None
        if after == "about":
            return QuestionForm.POLAR
        alone = i + 1 == end or after in MARKS  # "okay, where"
        return QuestionForm.OPEN if after in _AFTER_ASKING or "'" in norm or alone else None
    if norm in _HINDI_ASKING:
        if norm in _HINDI_ANY and any(word.norm in _HINDI_NOT for word in words[i:end]) and words[end - 1].norm != "?":
            return None  # "koi dikkat nahi hai" denies
        return QuestionForm.POLAR if norm in _HINDI_POLAR else QuestionForm.OPEN
    if norm == "make":
        checking = after == "sure" and i + 2 < end and words[i + 2].norm in _CHECKED
        return QuestionForm.STATED if checking else None
    if before == "or" or (norm == "ever" and after == "since"):
        return None  # "... or anything like that"
    listing = before == "like" and i - 1 > first and words[i - 2].norm in _BEFORE_ANY  # "symptoms like any fever"
    if fresh or before in _BEFORE_ANY or listing:
        return QuestionForm.POLAR  # "any ..."
    return QuestionForm.POLAR if norm == "any" and _runs_on(words, first, i, end) else None


def _runs_on(words: Sequence[Word], first: int, i: int, end: int) -> bool:
    """ "How are your bowels any constipation": where nobody punctuates, "any" after what has none of it asks anew."""
    before = words[i - 1].norm
    if end < len(words) or end - i > _LONGEST_ANY or words[end - 1].norm in MARKS:
        return False
    if before == "that" and i - 1 > first and words[i - 2].norm in _TAKING_NOTE:
        return True  # "mm hm i see that any pain in your chest"
    if any(word.norm in ("any", "if") for word in words[first:i]):
        return False  # "any numbness any tingling" is one list; "if it spreads any fever call us" asks nothing
    return before.isalpha() and before not in _HAVING_ANY and not before.endswith(("ing", "ed"))


def _continues(words: Sequence[Word], begin: int, i: int) -> bool:
    """Whether an onset so soon after another belongs to it: "how long have you", "do you have any"."""
    if i - begin > _BELONGING or words[begin].norm not in _ASKING:
        return False
    anew = i - begin == _BELONGING and words[i].norm == "any" and words[i - 2].norm in ("your", "the")
    return not (anew and words[begin].norm.startswith("how"))  # "how's your stomach | any nausea"


def _hinge(words: Sequence[Word], begin: int, stop: int) -> int:
    """Where the asking ends and the speaker goes on to state something."""
    for i in range(begin + 2, stop):
        norm, before = words[i].norm, words[i - 1].norm
        if norm in _HINGES or (norm == "all" and i + 1 < stop and words[i + 1].norm == "right"):
            return i
        if norm in _STATING and before not in _LINKING and before not in AUXILIARIES:
            return i
    return stop


def _stated(words: Sequence[Word], first: int, end: int) -> list[Question]:
    """A statement with a question mark or a "right": held out to be confirmed, unless the mark is a courtesy."""
    last = end - 1
    while last > first and (words[last].norm in MARKS or words[last].norm == ","):
        last -= 1
    if words[last].norm in _COURTESIES or (
        words[last].norm == "right" and words[last - 1].norm == "all" and last > first
    ):
        return []
    begin = skip_fillers(words, first, end)
    return [Question(begin, end, QuestionForm.STATED)] if begin <= last else []


def _ends_confirming(words: Sequence[Word], first: int, end: int) -> bool:
    last = end - 1
    while last > first and words[last].norm in MARKS:
        last -= 1
    return last - first >= 2 and words[last].norm in ("right", "correct") and words[last - 1].norm not in _NOT_A_TAG
