"""Clauses: stretches of words about one thing of one person: "no fever | but I've had a cough | my wife had it too".

They are cut at marks, at "but" and its like, and where a new subject or question begins, so that transcripts without
punctuation can be read as well.
"""

from collections.abc import Sequence

from carelog.extraction.exchange import Question, questions
from carelog.extraction.negation import Clause, is_negative
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_CONTRAST = word_set(
    """
    but however although though except because 'cause cuz cos lekin magar par लेकिन मगर पर otherwise
    anyway
    """
)
_HINGES = word_set("okay ok alright")
_PLAIN = word_set("no nope nah yes yeah yep")
_MARKS = frozenset(".?!।…\n;")
_SUBJECTS = word_set(
    """
    i i'm i've i'll i'd he she they he's she's they're they've we we're we've we'll there's it's
    that's you're you've you'll you'd it'll im ive he'd she'd they'd maine mujhe mai main मुझे मैं
    मैंने
    """
)
_MAYBE_SUBJECTS = word_set("you it this that there these those which")
_VERBS = word_set(
    """
    am is are was were be been have has had do does did can ca could will wo would should may might
    must get gets got feel feels felt go goes went come comes came hurt hurts say says said
    mentioned told know see saw think thought want need started start keep kept seem seems looks
    look sounds sound take took denied deny endorse endorsed reported notice noticed 's just really
    also never still makes make helps help bothers don't doesn't didn't haven't hasn't isn't aren't
    wasn't weren't won't can't couldn't probably actually guess usually
    leaves leave
    """
)
_LINKS = word_set(
    """
    and or so that if when because where what how why as while whenever since until than after
    before unless then like yeah yes no well which sometimes aur ya toh और या तो
    """
)
_AUXILIARIES = word_set(
    """
    do does did have has had are is was were am can could will would should may might
    """
)
_NEW_PREDICATES = word_set(
    """
    have has had is was am are were feel feels felt got gets started it's i've i'm there's been
    having getting did do does
    """
)
_ACTING = word_set(
    "hurt hurts ache aches tingle tingles itch itches swell swells burn burns shake shakes throb throbs kills bleed "
    "bleeds is are was were feel feels get gets keep keeps"
)
_TAKING = word_set(
    "in on with for to of from at by like than that if when because and or but how what why think say said feel says "
    "hurt hurts not n't never where about since while whether until"
)
_EVERYONE = word_set("everyone everybody")
_MINDING = word_set("worried scared afraid frightened terrified")
_CONDITIONS = word_set("if when whenever unless")
_ONE_CONDITION = 8  # words
_SHORTEST = 3  # words of a condition: "if I stand up"
# No clause begins but at one of these words or after one of those.
_CUTTING = (
    _CONTRAST
    | _HINGES
    | _SUBJECTS
    | _MAYBE_SUBJECTS
    | _NEW_PREDICATES
    | {"more", "never", "my", "the", "your", "his", "her"}
)
_CUT_AFTER = _MARKS | _HINGES
_RAISING = word_set("think believe remember recall noticed notice say know feel like suppose")


def clauses(utterance: Utterance, asked: Sequence[Question] | None = None) -> list[Clause]:
    """The clauses of a turn, in order and without gaps. `asked`: its questions, where they are known already."""
    words = utterance.words
    if not words:
        return []
    starts = {first for first, _ in utterance.sentences}
    for question in questions(utterance) if asked is None else asked:
        starts.update((question.first, question.end))
    for i in range(1, len(words)):
        cutting = words[i].norm in _CUTTING or words[i - 1].norm in _CUT_AFTER
        if cutting and i not in starts and _begins_clause(words, i):
            starts.add(_with_links(words, i))
    edges = sorted(s for s in starts if s < len(words))
    return [(first, end) for first, end in zip(edges, [*edges[1:], len(words)], strict=True) if end > first]


def subject_clause(words: Sequence[Word], among: Sequence[Clause], clause: Clause) -> Clause:
    """The clause with those before it that it takes its subject from: "he was coughing | and had a fever"."""
    first, end = clause
    for earlier in reversed([c for c in among if c[1] <= clause[0]]):
        at = first + 1 if words[first].norm in ("and", "then", "but") and first + 1 < end else first
        if words[at].norm not in _NEW_PREDICATES or words[first - 1].norm in _MARKS:
            break
        first = earlier[0]
    return first, end


def _begins_clause(words: Sequence[Word], i: int) -> bool:
    norm, before = words[i].norm, words[i - 1].norm
    if before in _PLAIN and norm in _MAYBE_SUBJECTS:
        return True
    following = words[i + 1].norm if i + 1 < len(words) else ""
    if norm in ("but", "except") and following == "me" and before in _EVERYONE:
        return False  # "everyone but me has a fever"
    if before in _MARKS or norm in _CONTRAST or norm in _HINGES or before in _HINGES:
        return True
    if norm == "you" and following == "know" and not (i + 2 < len(words) and words[i + 2].norm == "that"):
        return False
    if norm == "more" and following in ("of", "like", "a", "an") and before not in ("any", "no", "much", "even"):
        return True  # "it's not pain, | more of a tingling"
    if norm in ("i'd", "you'd") and before == "what":
        return False  # "not what I'd call thirsty"
    if norm == "never" and _after_a_condition(words, i):
        return True  # "dizzy if I get up too fast | never passed out"
    if before == "that" and i > 2 and words[i - 2].norm == "not" and words[i - 3].norm in ("it's", "is", "'s"):
        return False  # "it's not that I'm dizzy"
    if before == "time" and i > 1 and words[i - 2].norm == "last":
        return False  # "I can't remember the last time I wasn't tired"
    if (
        before in _MINDING
        or before in _CONTRAST
        or before in ("bet", "imagine", "thought", "wish", "hope", "hopefully", "hoping")
    ):
        return False  # "I bet | that made you nervous": what is bet or was thought is not said
    if norm in _SUBJECTS or (norm in _MAYBE_SUBJECTS and following in _VERBS):
        if before in _AUXILIARIES or (before == "n't" and words[i - 2].norm in _AUXILIARIES):
            return False
        return not _raised(words, i)
    if norm in _NEW_PREDICATES and before in ("and", "then", "but"):
        return True
    if norm == "my" and i + 2 < len(words) and words[i + 2].norm in _ACTING and before not in _TAKING:
        return True  # "no weakness | my hands tingle"
    if norm in ("my", "the", "your", "his", "her") and (before in _LINKS or before == ","):
        if before == "like" and i > 1 and is_negative(words[i - 2]):
            return False  # "it's not like | my tiredness is depression"
        return any(word.norm in _VERBS or word.norm in ("hurting", "aching") for word in words[i + 2 : i + 5])
    return False


def _after_a_condition(words: Sequence[Word], i: int) -> bool:
    before = [word.norm for word in words[max(0, i - _ONE_CONDITION) : i]]
    led = next((at for at in range(len(before) - 1, -1, -1) if before[at] in _CONDITIONS), None)
    return led is not None and len(before) - led > _SHORTEST and before[-1] not in _SUBJECTS | _AUXILIARIES


def _raised(words: Sequence[Word], i: int) -> bool:
    """ "I don't think | I have a fever": the denial passes through the verb, so there is no cut."""
    at = i - 1
    if words[at].norm == "that":
        at -= 1
    if at < 1 or words[at].norm not in _RAISING:
        return False
    return any(word.norm in ("not", "n't") or word.norm.endswith("n't") for word in words[max(0, at - 2) : at])


def _with_links(words: Sequence[Word], i: int) -> int:
    if i > 1 and words[i - 1].norm == "case" and words[i - 2].norm == "in":
        i -= 2
    while i > 0 and words[i - 1].norm in _LINKS and words[i].norm not in _HINGES:
        if words[i - 1].norm in ("no", "yes", "yeah"):
            break
        i -= 1
    return i
