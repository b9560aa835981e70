"""What a question wants to know about a symptom that it names, and whether asking takes it for granted."""

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from carelog.extraction.exchange import Answer, AnswerKind, Question
from carelog.extraction.negation import is_negative
from carelog.extraction.symptoms import context
from carelog.extraction.symptoms.course import trend_said
from carelog.extraction.symptoms.examination import is_tested
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set


class Sought(Enum):
    """What a question wants to know about a symptom that it names."""

    WHETHER = "whether"  # "have you had a cough"
    END = "end"  # "has the cough gone away"
    LESS = "less"  # "dard kam hua?": that there was one is taken as known, and there may be none any more
    MORE = "more"  # "is the cough better", "did that help with the cough": that there is one is taken as known


_IT = word_set("it it's they they've they're that that's")
_ENDING = word_set("gone away resolved stopped cleared subsided over disappeared")
_COMPARING = word_set("over above")
_MORE = word_set("more longer higher greater bigger")
_SPANS = word_set("minute minutes hour hours day days night nights week weeks month months year years times")
_NUMBERS = word_set("two three four five six seven eight nine ten thirty forty ninety hundred")
_HINDI_ENDING = word_set(
    """
    utra utri utre utar ruk ruka ruki ruke रुक रुका रुकी gaya gayi theek thik band khatam khatm
    उतरा उतरी उतरे उतर गया गयी गई ठीक बंद खत्म ख़त्म
    """
)
_HINDI_LESS = word_set("kam कम")
_HINDI_AROUND = word_set("ab kya to toh aana ana hona अब क्या तो आना होना , ka ki ke का की के")
_NOT_YET = word_set("nahi nahin नहीं नही hai abhi है अभी")
_DOES = word_set("does do did")
_POINTING = word_set("here there press pressing push touch")
_CLOSE = 4  # words
_FARING = word_set("same better worse unchanged improved improving constant still")
_OVER_NOW = word_set("gone no none not never n't resolved")
_STOPPED = word_set("stopped quit finished")
_AT_EASE = word_set("comfortable okay ok fine good well alright normal better")
_NEAR = 6  # words
_OCCASIONS = word_set("when whenever if while after before as")
_WHOSE = word_set("you your you're he she they i it the")
_OWNED = word_set("the your this that these those my a an")
_BESIDE = (["other", "than"], ["apart", "from"], ["aside", "from"], ["addition", "to"], ["except", "for"])
_CHANGE = word_set("change changes worsening increase improvement")
_TREATING = word_set("rate describe")
_CONSULTING = word_set("seen see doctor anyone anybody somebody specialist")
_DOING = word_set(
    "wake wakes moved moves travel travels spread spreads radiate bother bothers interfere interferes affect affects "
    "worst anywhere keep keeps"
)
_STARTING = word_set("start started begin began")
_AS_FOLLOWS = word_set("after before suddenly gradually with when at")
_RETURNED = word_set("return returned recur recurred")
_RETURNING = _RETURNED | word_set("come came coming been")
_AMOUNT = word_set("down up worse better")
_CHANGING = word_set(
    """
    better worse improve improved improving worsened worsening same constant radiate radiates spread
    down up easing come comes
    """
)
_KINDS = word_set(
    "severe unbearable strong intense mild sharp dull throbbing stabbing aching achy burning shooting crampy constant "
    "intermittent"
)
_DEALING = word_set(
    """
    know knew take takes taken taking took tried try trying help helps helped helping use used using
    treat treated cause causes caused mean means explain understand better worse
    """
)
_TAKING_FOR_GRANTED = frozenset(
    {"how long", "how bad", "how severe", "how often", "how many", "how is", "how are", "when did", "where is"}
    | {"how have", "how has"}
    | {"what makes", "what brings", "what brought"}
)
_LESSENED = word_set("as so great good too very much well brilliant better worse different change improvement the")
_PROVIDED = word_set("if unless until till when as")  # "it's okay if I don't laugh"
_NOT_QUITE = word_set("not n't never so too very isn't wasn't")
_WELL = word_set("good great fine okay ok well excellent no not none gone theek control controlled managed")


def sought(reading: Reading, question: Question, mention: Mention) -> Sought:
    words = reading.words
    before = [word.norm for word in words[question.first : mention.first]]
    after = _told_of_it(reading, question, mention)
    definite = context.is_definite(reading.words, mention.first)
    if definite and any(norm in _KINDS for norm in after):
        return Sought.MORE
    compared = is_compared(reading, question, mention)
    if definite and not compared and any(n in _ENDING for n in after) and not any(n in _AMOUNT for n in after):
        return Sought.END
    if not any(is_negative(word) or word.norm in _NOT_YET for word in words[mention.end : question.end]):
        told = next((norm for norm in after if norm not in _HINDI_AROUND), "")
        if told in _HINDI_ENDING:
            return Sought.END
        if told in _HINDI_LESS:
            return Sought.LESS
    if any(norm in _RETURNING for norm in after[:_CLOSE]) and ("back" in after or after[0] in _RETURNED):
        return Sought.WHETHER  # "did the headache come back?"
    if before and before[-1] in _STOPPED and "you" in before:
        return Sought.END  # "have you stopped coughing?"
    good = ("any", "good") in pairwise(before)  # "did the tablets do any good for the pain"
    if good or any(norm in _DEALING for norm in before) or (definite and any(norm in _CHANGING for norm in after)):
        return Sought.MORE
    return Sought.WHETHER


def _told_of_it(reading: Reading, question: Question, mention: Mention) -> list[str]:
    """The words that follow the symptom, without those of its occasion: "does your head spin when | you get up?"."""
    after = [word.norm for word in reading.words[mention.end : question.end]]
    return next((after[: i + 1] for i, pair in enumerate(pairwise(after)) if _is_occasion(*pair)), after)


def _is_occasion(norm: str, following: str) -> bool:
    return norm in _OCCASIONS and following in _WHOSE


def is_beside(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Anything else besides the headache?", "any fever with your cough?": there is one, whatever the answer."""
    words = reading.words
    at = mention.first
    while at > question.first and words[at - 1].norm in _OWNED:
        at -= 1
    led = [word.norm for word in words[max(question.first, at - 2) : at]]
    if led[-1:] in (["besides"], ["except"]) or led in _BESIDE:
        return True
    known = at < mention.first and led[-1:] == ["with"]
    return known and any(question.first <= other.first < at for other in reading.mentions)


def is_presupposed(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Does the pain wake you?", "any change in your cough?", "can you rate the pain?": a no denies something else."""
    words = reading.words
    before = [word.norm for word in words[question.first : mention.first]]
    after = _told_of_it(reading, question, mention)
    if ("first", "time") in pairwise(before):
        return True
    if not context.is_definite(words, mention.first):
        return False
    if any(one in _CHANGE and of in ("in", "of", "with") for one, of in pairwise(before)):
        return True
    if not _TREATING.isdisjoint(before) or (before[:1] in (["mind"], ["you"]) and "mind" in before[:4]):
        return True
    if "about" in before and not _CONSULTING.isdisjoint(before):
        return True
    return any(
        norm in _DOING or (norm in _MORE and following == "than") or (norm in _STARTING and following in _AS_FOLLOWS)
        for norm, following in pairwise([*after, ""])
    )


def is_compared(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Is your fever over 100?": "over" before a number compares, and ends nothing."""
    said = [word.norm for word in reading.words[mention.end : question.end] if word.norm != "a"]
    for before, comparing, number, of in zip(["", *said], said, said[1:], said[2:], strict=False):
        counted = number[:1].isdigit() or number in _NUMBERS
        if counted and comparing in _COMPARING and of not in _SPANS:
            return True
        if counted and comparing == "than" and before in _MORE:
            return True
    return False


def is_freedom(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Are you free of pain?", "got rid of the cough?", "is your knee pain free?": a no says that it is there."""
    before = [word.norm for word in reading.words[question.first : mention.first]][-_CLOSE:]
    after = [word.norm for word in reading.words[mention.end : mention.end + 1]]
    return ("of" in before and not {"free", "rid"}.isdisjoint(before)) or after == ["free"]


def asked_of_it(reading: Reading, question: Question) -> Mention | None:
    """The symptom that stands before a question of "it": "and the rash on your arm, is that gone?"."""
    words = reading.words
    if question.first + 1 >= len(words) or words[question.first + 1].norm not in _IT:
        return None
    before = [mention for mention in reading.mentions if mention.first < question.first]
    near = bool(before) and question.first - before[-1].end <= _NEAR
    faring = any(word.norm in _ENDING | _AMOUNT for word in words[question.first : question.end])
    return before[-1] if near and faring else None


def asks_for_end(reading: Reading, question: Question) -> bool:
    return any(word.norm in _ENDING for word in reading.words[question.first : question.end])


def is_known(
    reading: Reading, question: Question, mention: Mention, wanted: Sought, reply: Reading, answer: Answer
) -> bool:
    """Whether asking takes the symptom as known, and the answer does not object: "how long have you had this cough"."""
    if wanted is Sought.MORE:
        following = [word.norm for word in reading.words[question.first + 1 : question.first + 2]]
        if answer.kind is not AnswerKind.NO and following in (["anything"], ["something"], ["makes"]):
            return context.is_definite(reading.words, mention.first)  # "does anything make the headache worse?"
        told = answer.kind is not AnswerKind.OTHER or trend_said(reply.words, reply.utterance.sentences[0]) is not None
        return context.is_definite(reading.words, mention.first) and (told or _asks_of_kind(reading, question, mention))
    return answer.kind is not AnswerKind.NO and _takes_for_granted(reading, question, mention, reply)


def _takes_for_granted(reading: Reading, question: Question, mention: Mention, reply: Reading) -> bool:
    """ "How long have you had this cough": it is not in question. "How's the cough?" - "Good" may be none."""
    words = reading.words
    lead = " ".join(word.norm for word in words[question.first : question.first + 2])
    together = [other for other in reading.mentions if question.first <= other.first <= mention.first]
    if not any(context.is_definite(words, other.first) for other in together):
        return False  # "the cough and fever" are both known
    if lead.startswith("how's "):
        return not any(_says_it_is_well(reply, i) for i in range(len(reply.words)))
    return lead in _TAKING_FOR_GRANTED


def _says_it_is_well(reply: Reading, i: int) -> bool:
    """Whether word `i` of the reply says so; "not as bad", "not great" and "better than it was" do not."""
    if reply.words[i].norm not in _WELL:
        return False
    before = reply.words[i - 1].norm if i else ""
    following = reply.words[i + 1].norm if i + 1 < len(reply.words) else ""
    lessened = reply.words[i].norm in ("not", "no") and following in _LESSENED
    return not lessened and before not in _NOT_QUITE and following not in _PROVIDED


def _asks_of_kind(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Is the pain sharp or dull?": whatever the answer, there is one."""
    return any(word.norm in _KINDS for word in reading.words[mention.end : question.end])


def asks_where(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Where does it hurt?": that it does is taken as known."""
    return any(word.norm in ("where", "where's", "kahan") for word in reading.words[question.first : mention.first])


def brings_up(reading: Reading, question: Question, mention: Mention, reply: Reading) -> bool:
    """ "What about the rash?" - "It's spread to my neck.": what is told of it is told of something that is there."""
    lead = [word.norm for word in reading.words[question.first : question.first + 2]]
    first, end = reply.utterance.sentences[0]
    if lead[:1] in (["the"], ["your"], ["that"]) and mention.first - question.first <= _CLOSE:
        said = [word.norm for word in reply.words[first:end]]
        return not _FARING.isdisjoint(said) and _OVER_NOW.isdisjoint(said)  # "and the tingling?" - "about the same"
    return (
        lead in (["what", "about"], ["how", "about"])
        and context.is_definite(reading.words, mention.first)
        and reply.words[first].norm in _IT
        and not any(is_negative(word) for word in reply.words[first:end])
    )


def or_well(reading: Reading, mention: Mention) -> int | None:
    """The word that says that all is well in "do you have pain or are you comfortable?"."""
    words = reading.words
    end = reading.sentence_of(mention)[1]
    led = next((i for i in range(mention.end, end) if words[i].norm == "or"), None)
    if led is None or not any(word.norm in ("are", "is", "you're", "feeling") for word in words[led : led + 2]):
        return None
    return next((i for i in range(led, end) if words[i].norm in _AT_EASE), None)


def asks_of_such(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Have you had a headache like this before?": of another time."""
    after = [word.norm for word in reading.words[mention.end : question.end]]
    return after[:1] == ["like"] and after[1:2] in (["this"], ["that"], ["these"], ["those"])


def passes_gas(reading: Reading, mention: Mention) -> bool:
    """ "Are you passing gas?" asks whether the bowels work; "a lot of gas" complains."""
    said = [word.norm for word in reading.words[mention.first : mention.end]]
    return mention.name == "gas" and said in (
        ["passing", "gas"],
        ["passing", "wind"],
        ["pass", "gas"],
        ["pass", "wind"],
    )


def is_what_does_it(reading: Reading, mention: Mention, about: Sequence[tuple[Question, Mention]]) -> bool:
    """ "Does the rash itch?" - "No.": there is one, which does not itch."""
    doing = context.is_definite(reading.words, mention.first) and reading.words[max(0, mention.first - 2)].norm in _DOES
    return doing and any(other.first == mention.end for _, other in about)


def asks_still(reading: Reading, question: Question, mention: Mention) -> bool:
    """ "Are you still dizzy?": it was there once."""
    return any(word.norm == "still" for word in reading.words[question.first : mention.first])


def of_a_spot(reading: Reading, mention: Mention) -> bool:
    """ "Any tenderness here?": of a place that no words name."""
    if not mention.bare:
        return False
    after = [word.norm for word in reading.words[mention.end : mention.end + 3]]
    return not _POINTING.isdisjoint(after) or is_tested(reading.words, mention.first)
