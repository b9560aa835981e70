"""Of whom something is said: the speaker, a relative, somebody who is called by name, a creature."""

from collections.abc import Sequence
from itertools import pairwise

from carelog.extraction.negation import Clause
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_KIN_WORDS = word_set(
    """
    mother mom mum mommy mummy father dad daddy papa husband wife spouse son daughter brother
    brothers sister sisters kid kids child children baby friend friends neighbor neighbour boyfriend
    girlfriend partner fiance grandma grandmother grandpa grandfather granddaughter grandson
    grandkids grandchildren participants volunteers customers placebo patients smokers uncle aunt
    cousin cousins nephew niece parents family roommate coworker
    coworkers colleague boss people everyone everybody somebody someone twins
    beta bete beti betiyan bachcha bachche bacche pati patni bhai behen maa pita saas sasur dada dadi nana nani padosi
    padosan
    bachchi bachchon bacchi bachon beton
    pota pote poti poton bahu damaad chacha chachi mausi bua amma ammi abbu baba saheli dost
    sabko kisi पिताजी माताजी सबको किसी पापा मम्मी अम्मा अम्मी अब्बू बाबा पोता पोते पोती बहू दामाद चाचा चाची मौसी बुआ दोस्त सहेली
    बच्चा बच्चे बच्ची बच्चों बेटे दादा दादी नाना नानी सास ससुर बीवी माँ मां पिता पति पत्नी भाई बहन बेटा बेटी
    """
)
_CREATURES = word_set(
    """
    dog cat puppy kitten rabbit hamster parrot bird horse pony cow goat sheep pig hen animal animals bear fox owl wolf
    mouse giant king queen prince princess car truck van engine laptop phone computer leaves roses tomatoes plants tree
    """
)
KIN = _KIN_WORDS | {f"{word}'s" for word in _KIN_WORDS | _CREATURES}
_BEING = word_set("has had have is was are were been who 's keeps kept got gets felt feels")
_AMONG = word_set("with to by from for in into on of off out at")
_AMONG_KIN = word_set("with to by from for at during")
_KIN_REPORTS = word_set(
    """
    says said say notice noticed notices noticing hear hears saw sees thinks thought tells told complains complained
    brought drove makes made wants wanted asked lives
    """
)
_SINGULAR = word_set("he she he's she's he'd she'd he'll she'll usko usne उसको उसे")
_THIRD = _SINGULAR | word_set("they they're they've his her their unko unhe उनको उन्हें")
_POSSESSED = word_set("him himself his")
_ANOTHER = _POSSESSED | word_set("he she herself")
_FIRST = word_set(
    """
    i i'm i've i'd i'll my me myself mine im ive hoon hun हूँ हूं mujhe mera meri mere maine mai मुझे
    मेरा मेरी मेरे मैं
    """
)
_KIN_AFTER = 5  # words
_KO = word_set("ko को")
_HAVING = word_set("has had got caught")
_OWN_OR_NONE = _FIRST | word_set("been given gave made caused no not never you your we us our when while if . ? !")
_NO_NAMES = word_set(
    """
    it that this there he she they we you who what which everything nothing something anything everyone everybody nobody
    somebody someone the and but so then also never only always today yesterday tonight morning night work life sleep
    food dinner lunch breakfast chemo surgery pain fever cough headache mum mom dad doctor since one both all each
    walking my his her our
    """
)
_TO_ME = word_set("mujhe mujhko मुझे मुझको")


def is_of_other(words: Sequence[Word], clause: Clause, first: int) -> bool:
    """Said of somebody else in this clause: "my mother has chest pain", "patients have"."""
    before = [word.norm for word in words[clause[0] : first]]
    if _me_too(words, first, before):
        return False
    if before[-1:] in (["sab"], ["सब"]) or _belongs_to_kin(words, clause[1], first):
        return True
    for place, norm in enumerate(before):
        if norm == "bear" and before[place - 1 : place] not in (["a"], ["the"], ["little"]):
            continue  # "I can't bear the headache"
        if norm in KIN:
            rest = before[place + 1 :]
            if rest[:2] in _BUT_ME:
                return True  # "everyone but me has a fever"
            if not _KO.isdisjoint(rest[:1]):
                rest = [r for r in rest if r != "me"]  # "kisi ko ghar me"
            if any(r in _FIRST for r in rest) or any(r in _KIN_REPORTS for r in rest):
                return False
            return not any(b in _AMONG_KIN for b in before[max(0, place - 2) : place])
    return _of_creature(before) or _of_stranger(before)


def _me_too(words: Sequence[Word], first: int, before: Sequence[str]) -> bool:
    """ "Sabko bukhar hai, mujhe bhi", "mujhe aur papa ko bukhar hai"."""
    if not _TO_ME.isdisjoint(before) and any(one in _TO_ME and other in _AND for one, other in pairwise(before)):
        return True
    for i in range(first, min(len(words) - 1, first + _TOO_WITHIN)):
        if words[i].norm in _TO_ME:
            return words[i + 1].norm in _TOO
    return False


_TOO_WITHIN = 8  # words
_AND = word_set("aur और and")
_TOO = word_set("bhi भी")


def _belongs_to_kin(words: Sequence[Word], stop: int, first: int) -> bool:
    """ "Bukhar to bete ko hai": in Hindi, who has it may come after it."""
    for i in range(first + 1, min(stop - 1, first + _KIN_AFTER)):
        if words[i].norm in KIN and words[i + 1].norm in _KO:
            return not any(word.norm in _FIRST for word in words[max(0, first - _KIN_AFTER) : i])
    return False


def somebody_named(text: str, words: Sequence[Word], begin: int, first: int) -> int | None:
    """ "Theo has the flu, proper fever and everything": the word, which may be a name as `text` writes it, of who has
    what is named at word `first`."""
    for i in range(first - 1, begin, -1):
        norm = words[i].norm
        if norm in _OWN_OR_NONE:
            return None
        if norm not in _HAVING:
            continue
        name = words[i - 1]
        who = name.norm.removesuffix("'s")
        if (norm == "got" and who == name.norm) or not who.isalpha() or not text[name.start].isupper():
            return None
        return None if who in _NO_NAMES | _FIRST or who.endswith(("ing", "day")) or len(who) < _SHORTEST_NAME else i - 1
    return None


_SHORTEST_NAME = 3  # letters


def _of_creature(before: Sequence[str]) -> bool:
    """ "The dog has a cough". Of "walking the dog gives me a cough" the dog has none."""
    if len(before) > 1 and before[-1] in _CREATURES and before[-2] in ("the", "my", "our", "his", "her", "their"):
        return _AMONG.isdisjoint(before[-3:-2])  # "the dog threw up"
    for place in range(len(before) - 1):
        if before[place] in _CREATURES and before[place + 1] in _BEING:
            return _AMONG.isdisjoint(before[max(0, place - 2) : place]) and _FIRST.isdisjoint(before[place + 1 :])
    return False


def _of_stranger(before: Sequence[str]) -> bool:
    """ "The nurse had a cold", "the woman next to me was coughing", "one of us has a fever"."""
    for place in range(len(before) - 1):
        after = before[place + 1 :]
        if before[place] == "one" and after[:2] == ["of", "us"]:
            return True
        met = before[place] in _MET and after[0] in _NEAR_ME
        if not met and not (before[place] in _STAFF and after[0] in _HAVING_ONE):
            continue
        being = next((i for i, norm in enumerate(after) if norm in _BEING), len(after))
        if before[place - 1 : place] in (["the"], ["that"], ["a"]) and _FIRST.isdisjoint(after[being:]):
            return True
    return False


_STAFF = word_set("nurse doctor receptionist teacher driver")
_HAVING_ONE = word_set("had has was who")
_MET = word_set("man woman lady guy girl boy person kid patient")
_NEAR_ME = word_set("next beside behind opposite")
_BUT_ME = (["but", "me"], ["except", "me"])


def is_felt_by_other(words: Sequence[Word], end: int) -> bool:
    """ "It was painful for her"."""
    after = [word.norm for word in words[end : end + 2]]
    return after[:1] == ["for"] and after[1:] in (["her"], ["him"], ["them"])


def names_kin(words: Sequence[Word], clause: Clause) -> bool:
    return any(word.norm in KIN for word in words[clause[0] : clause[1]])


def names_another(words: Sequence[Word], clause: Clause) -> bool:
    """Whether kin or a creature is named: "only the cat"."""
    return names_kin(words, clause) or any(word.norm in _CREATURES for word in words[clause[0] : clause[1]])


def is_third_person(words: Sequence[Word], clause: Clause, first: int) -> bool:
    return any(word.norm in _THIRD for word in words[clause[0] : first]) and not any(
        word.norm in _FIRST for word in words[clause[0] : first]
    )


def is_he_or_she(words: Sequence[Word], clause: Clause, first: int) -> bool:
    """Said of a "he" or "she", and of no "I"."""
    before = {word.norm for word in words[clause[0] : first]}
    return bool(before & _SINGULAR) and not before & _FIRST


def is_anothers(words: Sequence[Word], first: int, end: int) -> bool:
    """ "A stabbing pain in his ear", "light bothers him": told in the words that name it, and of nobody else."""
    norms = {word.norm for word in words[first:end]} | {word.norm for word in words[end : end + 1]} & _POSSESSED
    return not norms.isdisjoint(_ANOTHER) and norms.isdisjoint(_FIRST)


def is_first_person(words: Sequence[Word], clause: Clause, first: int) -> bool:
    return any(word.norm in _FIRST for word in words[clause[0] : first])


def is_felt_in_hindi(words: Sequence[Word], clause: Clause, first: int) -> bool:
    """ "Mujhe bukhar hai": whoever says so, it is their own."""
    return any(word.norm in _TO_ME for word in words[clause[0] : first])
