"""Clauses, and what is denied within them.

A clause is a stretch of words about one thing of one person: "no fever | but I've had a cough | my wife had it too".
It is cut at marks, at "but" and its like, and where a new subject or question begins, so that transcripts without
punctuation can be read as well. Within a clause a negation reaches forward over a list ("no fever, chills or cough"),
as in the NegEx family of algorithms (Chapman et al. 2001, J Biomed Inform 34:301), and backward only from
words that follow what they deny ("the cough is gone", "bukhar nahi hai").
"""

from collections.abc import Collection, Sequence
from enum import StrEnum

from carelog.extraction.exchange import Question, questions
from carelog.extraction.exchange_plain import SPOKEN_TO
from carelog.extraction.negation_after import is_denied_after
from carelog.extraction.negation_limits import is_denied_as_listed, is_less_than_before, is_limited
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set

Clause = tuple[int, int]
"""Half-open range of word indices."""

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

_CUES: PhraseTable[str] = phrase_table(
    {
        "noun": """
            no | without | denies | denied | deny | denying | negative for | all but | everything but | all
            except | everything except | free of | absence of | resolution of | cessation of | free from | nor |
            negatives include | negatives are | negatives : | absent : |
            neither | none of | no more | no longer any | zero | denies any | rule out | koi nahi |
            nothing like | nothing | lack of | no signs of | not any | bina | बिना | never any |
            nothing for | nothing i'd call | nothing you'd call | wouldn't call it | would n't call it |
            wouldn't call that | would n't call that | wouldn't call them | would n't call them | wouldn't say |
            would n't say | would not say | not what i'd call | not what i would call | not what you'd call |
            not what you would call | hardly what i'd call | wish i had | wish i had some | wish i had any | wish i
            had a
        """,
        "verb": """
            not | n't | never | don't | doesn't | didn't | haven't | hasn't | hadn't | isn't | aren't |
            wasn't | weren't | won't | ain't | cannot | can't | couldn't | wouldn't | no longer | dont | doesnt |
            didnt | havent | hasnt | isnt | wasnt | barely ever | hardly ever
        """,
        "none": """
            no change in | no changes in | not only | not just | no relief | no relief from | no doubt |
            no wonder | no better | no improvement | no improvement in | no improvement with |
            not sure why | no idea why | no idea what | don't know why | do n't know why |
            don't know what | do n't know what | not sure what | do not know why | no matter |
            can't stop | ca n't stop | cannot stop | couldn't stop | not getting better | could n't stop |
            not stopped | n't stopped | hasn't stopped | haven't stopped | not gone down | n't gone down |
            hasn't gone down | not improved | n't improved | hasn't improved | not improving |
            not going away | n't gone away | hasn't gone away | not gone away | not getting rid | last time i
            wasn't | last time i was n't | last time i didn't | last time i did n't |
            last time it didn't | last time it did n't |
            no difference | no different | not controlled | not relieved | not helping | n't helping |
            n't help | not help | doesn't help | didn't help | hasn't helped | n't helped | not touching |
            n't touching | can't shake | ca n't shake | can't stand | ca n't stand | can't tell |
            ca n't tell | not the only | not unlike | no stranger to | not without | never without |
            not as bad as | not too bad | not so bad | not that bad | not bad | no problem | no worries |
            no question | no kidding | no cure | no reason | no explanation | no cause | no way |
            no thank | no thanks | not as much | n't as much | not as many | n't as many | not as |
            n't as | not a lot of | not much | n't much | not that much | n't that much | not so much |
            can't get rid of | ca n't get rid of | not free of | n't had this much | never had this much |
            never had such | never been this | never been so | never felt such | not getting any better |
            n't getting any better | isn't getting any better | n't getting better | not used to |
            not a day goes by without | no stopping
        """,
    }
)
# What may stand between a verb cue and what it denies.
_EXPERIENCE = word_set(
    """
    have has had having get gets got getting feel feels felt feeling notice noticed noticing
    experience experienced experiencing see seen saw seeing be been being report reported reporting
    complain complained complaining appreciate appreciated hear heard suffer suffered suffering
    think believe remember recall develop developed running run any a an the my your his her this
    that those these really actually currently ever even much of from i i've i'm it's it you you've
    there with on in to so very too all at anymore recently lately particularly specifically
    necessarily say like know find found new other significant major real bad recent acute unusual
    unexplained chronic severe serious associated additional terrible kind sort um uh he she they
    he's she's they're is are was were do did does wake waking woken go going come coming thing else
    up exactly quite sick ill unwell more issues issue problem problems trouble difficulty episodes episode signs sign
    symptoms
    symptom type kinds obvious gross or and nor , either
    """
)
_ISSUES = word_set("issue issues problem problems trouble difficulty difficulties")
_HAD_WITH = _ISSUES | word_set("up wake woke bothered troubled")  # "I no longer wake up with headaches"
_DONE_BY_NOTHING = word_set(
    """
    helps help helped touches touch touched works work worked relieves relieved eases eased stops stopped fixes
    shifts shifted gets takes seems makes has is was will does did
    """
)
_THIS = word_set("this these my that")
_IT = word_set("it it's they they're")
_QUANTIFYING = word_set(
    """
    mild slight little bit moderate severe occasional intermittent constant persistent ongoing terrible tiny lot ton
    halka halki thoda thodi
    """
)
_BLOCKERS = word_set(
    """
    bas sirf बस सिर्फ besides apart aside some only just but except although though however because since despite with
    positive reports reporting endorses endorsed endorsing admits complains
    """
)
_LIST_WORDS = word_set(
    """
    or and nor , any of the a an my your his her either other new further more like such as in on to
    /
    """
)

_NEITHER = word_set("na naa न ना")
_NEITHER_ANY = word_set("to toh hi koi mujhe तो ही कोई मुझे")
_BOTH_WITHIN = 8  # words
_USUAL = word_set("usual typical normal regular")
_AFFIRMING = word_set("yes yeah yep")
_STOPS = _MARKS | {","}


class Denial(StrEnum):
    DENIED = "denied"
    NOT_DENIED = "not denied"
    UNCLEAR = "unclear"  # a "not" that belongs to something else: "I didn't take anything for the pain"


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


def denial(words: Sequence[Word], clause: Clause, first: int, end: int, named: Collection[int]) -> Denial:
    """Whether words `first` to `end` are denied within their clause. `named` holds the word indices of all mentions."""
    if is_denied_after(words, clause, end):
        there = _doubted(words, clause[0], first) or is_less_than_before(words, clause[0], first)
        return Denial.NOT_DENIED if there else Denial.DENIED
    if end < len(words) and words[end].norm in _AFFIRMING and (end + 1 >= len(words) or words[end + 1].norm in _STOPS):
        return Denial.NOT_DENIED  # "numbness no, tingling yes"
    if is_denied_as_listed(words, clause, end, named):
        return Denial.DENIED
    before = _denied_before(words, clause, first, named)
    if before is Denial.DENIED and (is_limited(words, end, named) or _is_doubted_of(words, clause, first, end)):
        return Denial.NOT_DENIED
    return before


def _doubted(words: Sequence[Word], begin: int, first: int) -> bool:
    """ "I don't think the cough is gone": it is there."""
    return any(
        words[i].norm in _DOUBTING and any(is_negative(word) for word in words[max(begin, i - 2) : i])
        for i in range(begin + 1, first)
    )


def _is_doubted_of(words: Sequence[Word], clause: Clause, first: int, end: int) -> bool:
    """ "I don't think the pain is from my heart": there is one, whatever it is."""
    told = end < len(words) and words[end].norm in ("is", "are", "was", "were", "'s")
    return told and words[first - 1].norm in _KNOWN and _doubted(words, clause[0], first)


_KNOWN = word_set("the my this that these his her")
_DOUBTING = word_set("think believe feel say")


def is_negative(word: Word) -> bool:
    return word.norm in ("no", "not", "n't", "never") or word.norm.endswith("n't")


def _begins_clause(words: Sequence[Word], i: int) -> bool:
    norm, before = words[i].norm, words[i - 1].norm
    if before in _PLAIN and norm in _MAYBE_SUBJECTS:
        return True
    if before in _MARKS or norm in _CONTRAST or norm in _HINGES or before in _HINGES:
        return True
    following = words[i + 1].norm if i + 1 < len(words) else ""
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


def _denied_before(words: Sequence[Word], clause: Clause, first: int, named: Collection[int]) -> Denial:
    strangers = unlisted = 0
    lessened = False
    i = first - 1
    while i >= clause[0]:
        cue = _cue_ending(words, i, clause[0], named)
        if cue is not None:
            begin, kind = cue
            if kind == "none" or lessened:
                return Denial.NOT_DENIED
            if words[i].norm == "without" and any(
                _cue_ending(words, at, clause[0], ()) for at in range(clause[0], begin)
            ):
                return Denial.NOT_DENIED  # "I can't walk without pain"
            if words[i].norm == "nothing" and words[i + 1].norm in _DONE_BY_NOTHING:
                return Denial.NOT_DENIED  # "nothing helps the headache"
            if words[i].norm == "without" and words[i + 1].norm in _THIS and _would(words, clause):
                return Denial.NOT_DENIED  # "I'd be happier without this cough"
            if kind == "noun":
                return Denial.DENIED if strangers <= 3 else Denial.NOT_DENIED
            if i + 1 < first and words[i + 1].norm in ("only", "just"):
                return Denial.NOT_DENIED
            if words[i].norm == "never" and any(word.norm == "before" for word in words[first : clause[1] + 1]):
                return Denial.UNCLEAR  # "I've never hurt it before": of another time
            if words[i].norm == "not" and i > 0 and words[i - 1].norm in ("or", "whether", "why"):
                return Denial.NOT_DENIED
            return Denial.UNCLEAR if unlisted else Denial.DENIED
        norm = words[i].norm
        if norm in _IT and i > clause[0] and words[i - 1].norm == "," and i - 2 in named:
            return Denial.NOT_DENIED  # "it doesn't itch, it burns"
        if norm in _QUANTIFYING and _turns(words, i, named):
            return Denial.NOT_DENIED  # "no fever, a little cough"
        lessened = lessened or (norm in ("much", "many") and words[i - 1].norm == "as")
        if i not in named:
            if norm == "with" and words[i - 1].norm in _HAD_WITH:
                i -= 1
                continue
            if norm in _BLOCKERS and not (norm == "with" and words[i - 1].norm in _HAD_WITH):
                return Denial.NOT_DENIED
            if norm == "than" and words[i - 1].norm == "other" and not _nothing_new(words, i):
                return Denial.NOT_DENIED
            if norm not in _EXPERIENCE:
                unlisted += 1
            if norm not in _LIST_WORDS:
                strangers += 1
        elif strangers or unlisted:
            # Between two items of a list stand a few words of their own: "weight loss or gain, bone pain".
            if unlisted > 2:
                return Denial.NOT_DENIED
            strangers = unlisted = 0
        i -= 1
    return Denial.NOT_DENIED


def _would(words: Sequence[Word], clause: Clause) -> bool:
    return any(word.norm in ("would", "i'd", "it'd", "could") for word in words[slice(*clause)])


def _nothing_new(words: Sequence[Word], than: int) -> bool:
    """ "Any other joint pain?" - "Nothing other than my typical arthritic pain": none that is asked about."""
    usual = any(word.norm in _USUAL for word in words[than + 1 : than + 3])
    return usual and than > 1 and words[than - 2].norm == "nothing"


def _turns(words: Sequence[Word], i: int, named: Collection[int]) -> bool:
    """Whether a list goes on with what is there at word `i`, which says how much of it."""
    before = i - 1
    if before >= 0 and words[before].norm in ("a", "the"):
        before -= 1
    return before >= 0 and (words[before].norm in (",", "and", "but") or before in named)


def _cue_ending(words: Sequence[Word], last: int, begin: int, named: Collection[int]) -> tuple[int, str] | None:
    """The longest cue that ends with word `last`, outside the mentions."""
    if last in named or (last + 1 < len(words) and words[last + 1].norm in SPOKEN_TO):
        return None  # "no doctor, it hurts": that no is an answer
    if words[last].norm in _PLAIN and last > 0 and last - 1 in named and words[last + 1].norm == ",":
        return None  # "numbness no, tingling yes"
    if words[last].norm in _PLAIN and last == begin and _opens_a_statement(words, last + 1):
        return None  # "no, the fever's there too": that no is an answer
    if words[last].norm in _NEITHER and _is_one_of_two(words, last, begin, named):
        return last, "noun"
    for at in range(max(begin, last - 5), last + 1):
        match = _CUES.at(words, at)
        if match is not None and at + match[0] == last + 1 and at not in named:
            return at, match[1]
    return None


def _opens_a_statement(words: Sequence[Word], at: int) -> bool:
    if at + 2 >= len(words) or words[at].norm != "," or words[at + 1].norm not in _KNOWN:
        return False
    return words[at + 2].norm.endswith("'s") or (at + 3 < len(words) and words[at + 3].norm in _STANDS)


_STANDS = word_set("is are was has keeps came comes hurts 's")


def _is_one_of_two(words: Sequence[Word], i: int, begin: int, named: Collection[int]) -> bool:
    """ "Na bukhar na khansi": neither the one nor the other. One "na" alone only asks to agree: "bukhar hai na"."""
    near = range(max(begin, i - _BOTH_WITHIN), min(len(words), i + _BOTH_WITHIN))
    leading = [at for at in near if words[at].norm in _NEITHER and _named_next(words, at, named)]
    return i in leading and len(leading) > 1


def _named_next(words: Sequence[Word], i: int, named: Collection[int]) -> bool:
    following = i + 1
    while following < len(words) and words[following].norm in _NEITHER_ANY:
        following += 1
    return following in named
