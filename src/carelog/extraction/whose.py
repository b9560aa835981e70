"""Whose a condition, an allergy or the like is that stands at a word: the subject's, or another's.

The nearest person before it decides: "my mother has diabetes and I have asthma". A carer's "he" and "my son" are the
subject, a patient's are not; nor is a clinician's "I", nor "people" and "anybody" in anyone's mouth.
"""

from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set

_KIN: Final = word_set(
    """
    husband wife mother mom mum mommy mummy ma father dad daddy papa son daughter brother brothers sister sisters
    sibling siblings friend friends neighbor neighbour aunt aunts auntie uncle uncles grandmother grandma grandfather
    grandpa grandparents cousin cousins partner boyfriend girlfriend spouse nephew niece roommate colleague coworker
    boss parents kid kids child children grandson granddaughter family relatives relative twin fiance dog cat
    pet puppy kitten horse
    ex padosi padosan padosiyon dost pota poti पड़ोसी पड़ोसन दोस्त पोता पोती पोते
    bete bachche bachchon bachcho baccha bacche बेटे बच्चे बच्चा बच्चों
    maa beta beti pati patni biwi bhai behen pita pitaji saas sasur dada dadi nana nani
    माँ मां मम्मी पिता पापा पिताजी पति पत्नी बीवी भाई बहन बेटा बेटी दादा दादी नाना नानी
    """
)
_PEOPLE: Final = word_set(
    "adults americans people folks patients someone somebody anyone anybody everyone everybody nobody others men women "
    "those"
)
_SOMEBODY: Final = word_set("guy lady bloke chap fellow")
_FIRST: Final = word_set(
    """
    i i'm i've i'd i'll me my mine myself im ive we we've mujhe mera meri mere main maine mai hum humko
    मुझे मेरा मेरी मेरे मैं मैंने
    """
)
_YOU: Final = word_set("you your you're you've you'd you'll yours yourself aapko aapka aapki aap आपको आपका आपकी आप")
_HE_OR_SHE: Final = word_set("he she he's she's he'd she'd his her him usko use unko unhe उसको उसे उनको उन्हें they their")
_THEIR: Final = word_set("his her their")
_REPORTING: Final = word_set("says said thinks thought told noticed wants wanted made asked insists")
_BUT_REACH: Final = 14
_OWN: Final = word_set("my our the")
_CHILDREN: Final = word_set("son daughter baby boy girl little child kid")
_CLEFT: Final = word_set("is it's that's was 's")
_IN_FAMILY: Final = phrase_set(
    """
    in my family | in your family | in the family | in our family | in his family | in her family | runs in | run in |
    running in | on my mother's side | on my father's side | on my mom's side | on my dad's side | on both sides |
    on his mother's side | on her mother's side | on his father's side | on her father's side
    """
)
_SPEAKS_TO_SUBJECT: Final = frozenset({Role.CLINICIAN, Role.AGENT})
_HAS_IT: Final = word_set("has had got caught gets")
_NO_NAMES: Final = word_set(
    "who what which that this it there everything nothing something patient pt also now just then and so but never ever"
    " still always recently already she he hx history"
)
_AFTER_REACH: Final = 6
_ANSWER_REACH: Final = 12
_SELF: Final = word_set("i i'm i've i'd me myself im ive mujhe main maine mai मुझे मैं मैंने")
_BEFORE_KIN: Final = word_set(
    "yes yeah yep yup no nope not just only well , . uh um oh in on from it's was my our haan ji"
)
_AFTER_KIN: Final = word_set(". , ! and or did does do had has have side only ko को")


def is_anothers(utterance: Utterance, begin: int, at: int, end: int, *, spoken_of: bool = True) -> bool:
    """Whether what the words `at` to `end` name is said of another than the subject, in a sentence from `begin` on.

    `spoken_of`: the nearest person is the one who has it ("I have"), and not only the one who tells or finds it
    ("we've ruled out"), where only relatives and other people are looked for.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "My father had a stroke, and I have gout.", "/t", role=Role.PATIENT)])
    >>> is_anothers(said, 0, 4, 5), is_anothers(said, 0, 9, 10)
    (True, False)
    """
    words, role = utterance.words, utterance.turn.role
    if any(_IN_FAMILY.at(words, i) for i in range(end, min(end + _AFTER_REACH, len(words)))):
        return True
    for i in range(at - 1, begin - 1, -1):
        norm = words[i].norm
        if norm.removesuffix("'s") in _KIN:
            if words[i + 1].norm in _REPORTING:
                continue
            theirs = i > begin and words[i - 1].norm in _THEIR  # "His sister had it"
            return role is not Role.CARER or theirs or _is_set_against(utterance, i)
        if not spoken_of and norm not in _PEOPLE:
            continue
        if norm in _FIRST:
            return role in _SPEAKS_TO_SUBJECT or role is Role.CARER
        if norm in _YOU:
            if i > begin and words[i - 1].norm in _PEOPLE:
                return True  # "People your age often have it."
            return role in (Role.PATIENT, Role.CARER)
        if _is_somebody_named(utterance, i, begin):
            return role is not Role.CARER
        if norm in _HE_OR_SHE:
            return role in (Role.PATIENT, Role.UNKNOWN)
        if norm in _PEOPLE or (norm in _SOMEBODY and role is Role.PATIENT):
            return True
    return False


def _is_somebody_named(utterance: Utterance, i: int, begin: int) -> bool:
    """ "Theo has the flu": a name that begins the sentence, with what he has."""
    words = utterance.words
    if i != begin or i + 1 >= len(words) or words[i + 1].norm not in _HAS_IT or words[i].norm in _NO_NAMES:
        return False
    return utterance.text[words[i].start].isupper() and words[i].norm.isalpha() and len(words[i].norm) > 1


def _is_set_against(utterance: Utterance, kin: int) -> bool:
    """ "No, it is my mum that has it", "my brother's the one with": a carer's relative who is not the subject."""
    words = utterance.words
    before = [word.norm for word in words[max(0, kin - 3) : kin]]
    after = [word.norm for word in words[kin + 1 : kin + 4]]
    cleft = before[-1:] == ["my"] and before[-2:-1] and before[-2] in _CLEFT and after[:1] in (["that"], ["who"])
    return bool(cleft) or after[-2:] == ["the", "one"] or after[:2] == ["the", "one"] or _but_not_so(utterance, kin)


def _but_not_so(utterance: Utterance, kin: int) -> bool:
    """ "My husband's allergic to it, but Beckett had it": the one named after "but" is the subject."""
    words = utterance.words
    for i in range(kin + 1, min(len(words) - 2, kin + _BUT_REACH)):
        if words[i].norm == "but":
            named = utterance.text[words[i + 1].start].isupper() and words[i + 1].norm not in _FIRST
            return named or (words[i + 1].norm in _OWN and words[i + 2].norm in _CHILDREN)
    return False


def answers_for_family(utterance: Utterance) -> bool:
    """Whether an answer speaks of the family alone: "in my family", "only my mother"; not "me and my family"."""
    words = utterance.words[:_ANSWER_REACH]
    if any(word.norm in _SELF for word in words):
        return False
    if any(_IN_FAMILY.at(words, i) for i in range(len(words))):
        return True
    kin = next((i for i, word in enumerate(words) if word.norm not in _BEFORE_KIN), len(words))
    named = kin < len(words) and words[kin].norm.removesuffix("'s") in _KIN and utterance.turn.role is not Role.CARER
    return named and (kin + 1 == len(words) or words[kin + 1].norm in _AFTER_KIN)


def is_relative(norm: str) -> bool:
    """Whether the word names a relative or the like, also as an owner ("dad's")."""
    return norm.removesuffix("'s") in _KIN


def asks_of_family(utterance: Utterance, first: int, end: int) -> bool:
    """Whether the words `first` to `end` ask for somebody's relatives: "does anyone in your family have ..."."""
    return any(word.norm.removesuffix("'s") in _KIN for word in utterance.words[first:end])
