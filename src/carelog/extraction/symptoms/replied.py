"""What a reply that is no plain yes or no says of what was asked: that it is there, or usual, or that it objects."""

from carelog.extraction.exchange import Answer, AnswerKind, Question
from carelog.extraction.negation import Denial, denial, is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms.fragments import implies_yes, shows
from carelog.extraction.symptoms.lasting import came_back, goes_on, goes_on_in_hindi
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.onset import duration
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set

_OBJECTING = word_set("actually well but unfortunately sadly")
_AGREEING = word_set(
    """
    yes yeah yep yup yea ya yah correct right exactly true that's that definitely absolutely of for totally certainly
    aye si uh uhhuh mm mmhmm mhm mmm uhuh oh haan han haa haanji ji हाँ हां हा जी very sure no most without you and
    """
)
"""What opens a yes that agrees; "a little" and "more than ever" do not agree that there is none."""
_HINDI_HAVING = word_set("hota hoti hote aata aati aate rehta rehti lagta lagti होता होती होते आता आती आते रहता रहती")
_HINDI_NOT = word_set("nahi nahin nhi नहीं नही")
_ECHOING = word_set("i there it they")  # "you haven't been dizzy?" - "I have": that is no agreement
_OBJECTING_TO_NONE = word_set("both i've")  # "so no pain and no fever?" - "no, I've got both"
_I_HAVE = [["yes", "i", did] for did in ("have", "do", "did", "am")]
_OPENING = 4  # Words within which a reply's first complaint must be named.
_SHORT = 8  # words
_ADMITTING = phrase_set(
    """
    well , a little | well a little | well , a bit | well a bit | well , maybe a | well , some | well , just a |
    well , sometimes |
    well sometimes | well , only | ok , a little | okay , a little | ok , a bit | okay , a bit | actually , a little |
    actually a little | maybe a little | except at | except when | except in the | only at night | only when
    """
)
_FEW = 3  # words
_IT = word_set("it it's they that")
_BEGINNING = word_set("started began starts start begins")


def is_usual(reply: Reading, answer: Answer) -> bool:
    """ "Any back pain?" - "No more than usual." """
    said = [word.norm for word in reply.words[answer.first : answer.first + 4]]
    return said in (["no", "more", "than", "usual"], ["no", "more", "than", "normal"], ["no", "worse", "than", "usual"])


def never_was(reply: Reading) -> bool:
    """ "When did the fever start?" - "It never did." """
    first, end = reply.utterance.sentences[0]
    return end - first <= _OPENING + 1 and any(word.norm == "never" for word in reply.words[first:end])


def means_yes(mention: Mention, reply: Reading) -> bool:
    return (
        _complains(reply) or implies_yes(reply) or shows(mention, reply) or _has_begun(reply) or goes_on_in_hindi(reply)
    )


def _has_begun(reply: Reading) -> bool:
    """ "Diarrhea?" - "It started just now.", "It did go away for a while. It's back now." """
    words, (first, end) = reply.words, reply.utterance.sentences[0]
    if any(is_negative(word) for word in words[first:end]) or words[end - 1].norm == "?":
        return False
    began = words[first].norm in _IT and first + 1 < end and words[first + 1].norm in _BEGINNING
    return began or (words[first].norm in _IT and came_back(reply))


def _complains(reply: Reading) -> bool:
    """Whether the reply opens with a complaint of the place asked about: "any chest pain?" "Slight cramps." """
    first, end = reply.utterance.sentences[0]
    return any(
        mention.bare
        and mention.end <= min(end, first + _OPENING)
        and denial(reply.words, reply.clause_of(mention), mention.head, mention.end, reply.named) is Denial.NOT_DENIED
        for mention in reply.mentions
    )


def objects(reply: Reading, answer: Answer, *, asked_last: bool) -> bool:
    """ "No fever?" "Actually yes, since Monday": that yes is no agreement."""
    first, end = reply.utterance.sentences[0]
    said = {word.norm for word in reply.words[first:end]}
    if not said.isdisjoint(_HINDI_HAVING) and not (said & _HINDI_NOT or answer.kind is AnswerKind.NO):
        return True  # "Dard to nahi?" - "Hota hai kabhi kabhi."
    if answer.kind is AnswerKind.YES and [w.norm for w in reply.words[first : first + 4] if w.norm != ","] in _I_HAVE:
        return True  # "you haven't been dizzy, have you?" - "yes, I have"
    opening = any(word.norm in _OBJECTING for word in reply.words[first : answer.rest + 1])
    grudging = answer.kind is AnswerKind.YES and reply.words[answer.first].norm not in _AGREEING
    opening = opening or reply.words[answer.first].norm in _ECHOING or (asked_last and grudging)
    following = [word.norm for word in reply.words[answer.rest : answer.rest + 4] if word.norm != ","]
    if answer.kind is AnswerKind.NO:
        if following[:3] == ["i", "said", "yes"] or (
            following[:1] in (["hai"], ["hain"], ["है"], ["हैं"]) and reply.words[answer.rest].norm == ","
        ):
            return True
        if following[:1] == ["to"]:
            return False  # "no to both"
        return not _OBJECTING_TO_NONE.isdisjoint(following) or following[:2] in (
            ["i", "do"],
            ["i", "have"],
            ["i", "am"],
        )
    opening = opening or (following[:1] == ["i"] and following[1:2] in (["do"], ["have"], ["am"], ["get"], ["did"]))
    return opening or (answer.kind is AnswerKind.YES and duration(reply.utterance, (first, end)) is not None)


def is_there_all_the_same(reading: Reading, question: Question, mention: Mention, reply: Reading) -> bool:
    """ "No, it never left", "still no fever?" - "no, it came back", "have you had vertigo before?" - "no, first time",
    "dizzy when you stand?" - "no, when I lie down"."""
    if goes_on(reply):
        return True
    words, (first, end) = reply.words, reply.utterance.sentences[0]
    said = [word.norm for word in words[first:end] if word.norm.isalpha()]
    asked = [word.norm for word in reading.words[mention.end : question.end]]
    if said[1:3] == ["first", "time"] or said[1:4] == ["the", "first", "time"] or said[-2:] == ["first", "time"]:
        return "before" in asked or "ever" in (word.norm for word in reading.words[question.first : mention.first])
    if asked[:1] in (["when"], ["after"]) and said[1:2] == asked[:1]:
        return len(said) > _FEW
    none_yet = any(is_negative(word) for word in reading.words[question.first : mention.first])
    return none_yet and came_back(reply) and not any(is_negative(word) for word in words[first + 1 : end])


def admits(reading: Reading, position: int) -> bool:
    """Whether the sentence after word `position` takes a no back: "No. Well, a little.", "Except at night." """
    words = reading.words
    following = next((s for s in reading.utterance.sentences if s[0] >= position), None)
    if following is None or any(following[0] <= other.first < following[1] for other in reading.mentions):
        return False
    first, end = following
    if end - first > _SHORT or words[end - 1].norm == "?" or any(is_negative(word) for word in words[first:end]):
        return False
    return _ADMITTING.at(words, first) is not None


def limits(reply: Reading, answer: Answer) -> bool:
    return reply.words[answer.first].norm in ("just", "only")


def means_all(reply: Reading) -> bool:
    return any(word.norm in ("all", "both") for word in reply.words[:4])
