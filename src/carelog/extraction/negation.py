"""What is denied within a clause.

Within a clause a negation reaches forward over a list ("no fever, chills or cough"), as in the NegEx family of
algorithms (Chapman et al. 2001, J Biomed Inform 34:301), and backward only from words that follow what they deny ("the
cough is gone", "bukhar nahi hai").
"""

from collections.abc import Collection, Sequence
from enum import StrEnum

from carelog.extraction.exchange_plain import SPOKEN_TO
from carelog.extraction.negation_after import is_denied_after
from carelog.extraction.negation_limits import is_denied_as_listed, is_less_than_before, is_limited
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.wordsets import word_set

Clause = tuple[int, int]
"""Half-open range of word indices."""

_PLAIN = word_set("no nope nah yes yeah yep")
_MARKS = frozenset(".?!।…\n;")

_CUES: PhraseTable[str] = phrase_table(
    {
        "noun": """
            no | without | denies | denied | deny | denying | negative for |
            no h / o | no hx of | w / o | nil | neg | all but | everything but | all
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
            no change in | no changes in | no letup in | no let up in | no less | did nothing for | does nothing for |
            do nothing for | done nothing for | take nothing for | took nothing for | taking nothing for |
            don't like | do n't like | couldn't be more | could n't be more | never not | not only | not just |
            no relief | no relief from | no doubt | no wonder | no better | no improvement | no improvement in |
            no improvement with | not sure why | no idea why | no idea what | don't know why | do n't know why |
            don't know what | do n't know what | not sure what | do not know why | no matter | can't stop |
            ca n't stop | cannot stop | couldn't stop | not getting better | could n't stop | not stopped |
            n't stopped | hasn't stopped | haven't stopped | not gone down | n't gone down | hasn't gone down |
            not improved | n't improved | hasn't improved | not improving | not going away | n't gone away |
            hasn't gone away | not gone away | not getting rid | last time i wasn't | last time i was n't |
            last time i didn't | last time i did n't | last time it didn't | last time it did n't | no difference |
            no different | not controlled | not relieved | not helping | n't helping | n't help | not help |
            doesn't help | didn't help | hasn't helped | n't helped | not touching | n't touching | can't shake |
            ca n't shake | can't stand | ca n't stand | can't tell | ca n't tell | not the only | not unlike |
            no stranger to | not without | never without | not as bad as | not too bad | not so bad | not that bad |
            not bad | no problem | no worries | no question | no kidding | no cure | no reason | no explanation |
            no cause | no way | no thank | no thanks | not as much | n't as much | not as many | n't as many |
            not as | n't as | not a lot of | not much | n't much | not that much | n't that much | not so much |
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
_HELPING = word_set("help helps helped touch touches relieve relieves ease eases believe believes understands")
_RARELY = word_set("hardly rarely barely scarcely seldom never haven't hasn't")
_LIKE_THIS = (["like", "this"], ["like", "that"])
_THIS = word_set("this these my that")
_IT = word_set("it it's they they're")
_QUANTIFYING = word_set(
    """
    mild slight little bit moderate severe occasional intermittent constant persistent ongoing terrible tiny lot ton
    halka halki thoda thodi lots loads plenty tons
    """
)
_BLOCKERS = word_set(
    """
    bas sirf बस सिर्फ pos besides apart aside some only just but except although though however because since despite
    with positive reports reporting endorses endorsed endorsing admits complains
    """
)
_LIST_WORDS = word_set(
    """
    or and nor , any of the a an my your his her either other new further more like such as in on to
    /
    """
)
_BINA = word_set("bina बिना")
_BINA_KE = word_set("ke के")
_TYPED = word_set("nil neg")
_NEITHER = word_set("na naa न ना")
_NEITHER_ANY = word_set("to toh hi koi mujhe तो ही कोई मुझे")
_BOTH_WITHIN = 8  # words
_USUAL = word_set("usual typical normal regular")
_AFFIRMING = word_set("yes yeah yep present positive")
_STOPS = _MARKS | {","}


class Denial(StrEnum):
    DENIED = "denied"
    NOT_DENIED = "not denied"
    UNCLEAR = "unclear"  # a "not" that belongs to something else: "I didn't take anything for the pain"


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


def _denied_before(words: Sequence[Word], clause: Clause, first: int, named: Collection[int]) -> Denial:
    strangers = unlisted = 0
    lessened = False
    i = first - 1
    while i >= clause[0]:
        cue = _cue_ending(words, i, clause[0], named)
        if cue is not None:
            begin, kind = cue
            if kind == "none" and words[i].norm == "much" and _as_another(words, first, clause[1], named):
                return Denial.DENIED  # "not so much pain as pressure"
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
            if kind == "noun" and any(word.norm in _HELPING for word in words[i + 1 : first]):
                return Denial.NOT_DENIED  # "none of the pills help my headache"
            if words[i].norm in ("without", "of") and any(word.norm in _RARELY for word in words[clause[0] : begin]):
                return Denial.NOT_DENIED  # "hardly a day without a headache"
            if words[i].norm == "never" and [word.norm for word in words[first + 1 : first + 3]] in _LIKE_THIS:
                return Denial.NOT_DENIED  # "never had pain like this"
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
        if _goes_over_to_what_is_there(words, i, clause[0], named):
            return Denial.NOT_DENIED
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


def _as_another(words: Sequence[Word], first: int, stop: int, named: Collection[int]) -> bool:
    """ "Not so much pain as pressure": rather another."""
    return any(words[i].norm == "as" and (i + 1 in named or i + 2 in named) for i in range(first + 1, stop))


def _goes_over_to_what_is_there(words: Sequence[Word], i: int, begin: int, named: Collection[int]) -> bool:
    """ "No fever and a cough", "no to fever, yes to cough", "it isn't pain so much as tingling"."""
    norm, before = words[i].norm, words[i - 1].norm if i > begin else ""
    if norm in _BINA_KE and i - 1 in named and any(words[at].norm in _BINA for at in range(max(begin, i - 3), i)):
        return True  # "bina bukhar ke khansi"
    if norm in ("a", "an") and before == ",":
        return any(words[at].norm == "though" for at in range(i + 2, min(len(words), i + 5)))
    if norm in ("a", "an"):
        if before != "and" or i - 2 not in named:
            return False
        at = i - 2
        while at > begin and at in named:
            at -= 1
        return words[at].norm == "no"  # not "no history of a fever and a cough"
    if norm == "to":
        return before in _AFFIRMING
    return norm == "as" and before == "much" and words[i - 2].norm == "so"


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
    if words[last].norm in _BINA and last > begin and words[last - 1].norm in _BINA_KE:
        return None  # "bukhar ke bina thand"
    if (
        words[last].norm in _TYPED
        and last > begin
        and (last - 1 in named or (words[last - 1].norm == ":" and last - 2 in named))
    ):
        return None  # "cough nil, fever high"
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
    if at + 2 < len(words) and words[at].norm == "," and words[at + 1].norm in ("a", "an") and at > 1:
        return True  # "I have a cough. No, a sneeze."
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
