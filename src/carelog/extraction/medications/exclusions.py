"""Medicines that are named and are not the subject's: another's, people's in general, or one that someone reacts to."""

from collections.abc import Sequence
from itertools import takewhile

from carelog.conversations.turns import Role
from carelog.extraction.allergies.asked import charted
from carelog.extraction.allergies.reactions import reaction_at
from carelog.extraction.exchange import open_questions, same_speaker
from carelog.extraction.labs.mentions import find_mentions as find_tests
from carelog.extraction.medications.cues import Cue
from carelog.extraction.medications.names import Mention
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_KIN = word_set(
    """
    wife husband mother mom mum father dad brother sister friend friends neighbor neighbour boss aunt uncle
    grandmother grandma grandfather grandpa cousin roommate girlfriend boyfriend coworker colleague son daughter
    law nephew niece ex partner flatmate housemate buddy stepmother stepfather
    stepmom stepdad grandson granddaughter fiance fiancee colleagues neighbors neighbours parents kids
    """
)
_KIN_HINDI = word_set(
    "padosi padosan "
    "biwi pati patni papa mummy bhai behen saas sasur पत्नी बीवी पति पापा पिताजी माँ मां मम्मी भाई बहन सास ससुर बेटा बेटी"
)
_SAYS_HINDI = word_set("ne ने kehti kehte kehta")
_ME_HINDI = word_set("main maine mujhe मैं मैंने मुझे")
_KIN_HAS = word_set(
    """
    takes take is was has had uses used took started been gets got on 's also who still lost swears tried quit needs
    hates loves couldn't nearly ended ki ka ko
    """
)
_ACQUAINTANCES = word_set(
    "friend friends neighbor neighbour neighbors neighbours boss cousin coworker colleague colleagues"
)
_SAYS = word_set("says say said thinks recommends recommended suggested suggests claims insists recommend suggest")
_PEOPLE = word_set(
    """
    people folks patients participants volunteers adults others somebody someone everybody everyone anybody anyone
    women men
    """
)
_ANY_OTHER = word_set("for in with like of who's here help helps")  # "Is there someone who ..."
_ME = word_set("i i'm me")
_HE_OR_SHE = word_set("he she he's she's")
_WOULD = word_set("would did does do was is 'd might could")
_PEOPLE_REACH = 8
_PETS = word_set("cat dog pet puppy kitten horse")
_VETS = word_set("vet vet's veterinarian")
_PET_REACH = 6
_FIRST_PERSON = word_set("i i'm i've i'd me mine we us")
_THIRD_PERSON = word_set("he she he's she's his her him they them their")
_FOCUS_REACH = 30
_GENERAL_REACH = 14
_GENERAL = phrase_set(
    """
    usual dose | typical dose | standard dose | recommended dose | normal dose | maximum dose | contains |
    containing | first line | second line | drug of choice | treatment of choice | in the trial | in a trial |
    in trials | in the study | placebo | what happens when you take | what happens if you take |
    what happened when you took | what happens when you have | what happens if you have | what happens when he takes |
    what happens when she takes | how much is | how much are | how much does | the price of | available in |
    indicated for | cure everything | cures everything | contraindicated | my patient | our patient |
    another patient | a patient of mine
    """
)
_HOSPITAL = word_set("hospital er emergency ambulance icu")
_IN_PLACE = phrase_set("ki jagah | ke badle | ki jageh | के बदले | की जगह")
_IN_PLACE_REACH = 3
_OWNERS = word_set("her his their")
_GIVEN_REACH = 6
_GIVEN_BEFORE = 14
_GIVES = word_set("gives gave give giving")
_REACTION_REACH = 3
_REACTS = ("allerg", "anaphyla", "intoleran", "react")
_TAKES = word_set("take takes taking took use uses using but prescribed")
_AFTER_REACTS = word_set("to is are , include including : like with except apart other besides aside barring")
_COPULA = word_set("is was 's are were")
_ALLERGY = word_set("allergy allergies")
_ENDS_CLAUSE = word_set("for . , ; ? ! and but because so")
_ANEW = word_set("and any do are have so still")
_GREETING = word_set("hi hello hey dear mr mrs ms miss")
_INTRODUCING = frozenset({("speaking", "with"), ("speaking", "to"), ("talking", "to"), ("name", "is"), ("name", "'s")})
_ALLOWED = word_set("fine ok okay alright safe allowed")
_LONGEST_ASKED = 8
_COPULA_REACH = 5
_REACH = 12
_KIN_REACH = 8
_KNOWN = word_set("the my it that them")
_TAKEN_ONESELF = word_set("took borrowed tried swallowed pinched nicked stole")
_TAKEN_REACH = 7


def is_of_people(utterance: Utterance, begin: int, mention: Mention) -> bool:
    """ "Some folks take aspirin", "most people do fine on acetaminophen": said of no one; "the vet gave us gabapentin",
    "gabapentin for the cat": of an animal."""
    words = utterance.words
    after = [word.norm for word in words[mention.end : mention.end + _PET_REACH]]
    if "for" in after and not _PETS.isdisjoint(after[after.index("for") :]):
        return True
    if any(word.norm in _VETS for word in words[begin : mention.first]):
        return True
    return any(
        words[i].norm in _PEOPLE and words[i + 1].norm not in _ANY_OTHER
        for i in range(max(begin, mention.first - _PEOPLE_REACH), mention.first)
    )


def is_compared(utterance: Utterance, first: int, end: int) -> bool:
    """ "(Tylenol) rather than ibuprofen", "is that like prednisone?", "Telma 40 ki jagah (80)"; not "other than
    ibuprofen"."""
    words = utterance.words
    if any(_IN_PLACE.at(words, i) for i in range(end, min(len(words), end + _IN_PLACE_REACH))):
        return True
    before = [word.norm for word in words[max(0, first - 3) : first]]
    if before[-2:] == ["like", "the"]:
        return end < len(words) and words[end].norm in _WOULD  # "Will it hurt my kidneys like the Aleve would?"
    if before[-1:] == ["like"]:
        return before[-2:-1] in (["that"], ["it"], ["this"]) or before[-3:-1] == ["the", "same"]
    return before[-1:] == ["than"] and before[-2:-1] != ["other"]


def is_a_person(utterance: Utterance, mention: Mention) -> bool:
    """ "Hello, am I speaking with Yasmin?", "my name is Allegra"."""
    before = [word.norm for word in utterance.words[: mention.first][-2:]]
    return bool(before) and (before[-1] in _GREETING or tuple(before) in _INTRODUCING)


def is_allowed(utterance: Utterance, mention: Mention) -> bool:
    """ "Tylenol is fine for it", as a clinician says: it may be taken."""
    if utterance.turn.role in (Role.PATIENT, Role.CARER):
        return False
    after = [word.norm for word in utterance.words[mention.end : mention.end + 2]]
    return len(after) > 1 and after[0] in _COPULA and after[1] in _ALLOWED


def is_given_once(utterance: Utterance, mention: Mention) -> bool:
    """ "They gave me morphine in the hospital": what was given there is no medicine of today."""
    words = utterance.words
    after = [word.norm for word in words[mention.end : mention.end + _GIVEN_REACH]]
    given = any(word.norm in ("gave", "given") for word in words[max(0, mention.first - _GIVEN_BEFORE) : mention.first])
    return given and not _HOSPITAL.isdisjoint(after)


def is_a_result(dialogue: Sequence[Utterance], turn: int, mention: Mention, cue: Cue | None) -> bool:
    """ "TSH 6.8 | and vitamin D 14, it says": among results of the laboratory a substance is one, if not taken."""
    if not mention.drug.ambiguous or (cue is not None and not dialogue[turn].words[cue.first].norm.startswith("likh")):
        return False
    return any(
        not test.lab.substance and test.lab.units and _is_followed_by_number(utterance, test.end)
        for utterance in dialogue[max(0, turn - 1) : turn + 1]
        if utterance is dialogue[turn] or same_speaker(utterance, dialogue[turn])
        for test in find_tests(utterance)
    )


def _is_followed_by_number(utterance: Utterance, end: int) -> bool:
    return any(word.norm[0].isdecimal() for word in utterance.words[end : end + 2])


def is_general(utterance: Utterance, begin: int, end: int, mention: Mention) -> bool:
    """ "The usual dose of amoxicillin is 500", "contains paracetamol 500 mg": of a medicine, and of nobody."""
    words = utterance.words
    for i in range(mention.first - 1, max(begin, mention.first - _GENERAL_REACH) - 1, -1):
        if words[i].norm in _ENDS_CLAUSE:
            break
        if _GENERAL.at(words, i):
            return True
    following = range(mention.end, min(end, mention.end + _GENERAL_REACH))
    clause = takewhile(lambda i: words[i].norm not in _ENDS_CLAUSE, following)
    return any(_GENERAL.at(words, i) for i in clause)


def is_of_one_named_before(dialogue: Sequence[Utterance], turn: int, mention: Mention) -> bool:
    """ "I'm here for my neighbour. Her amlodipine 5, and the metformin": he or she is still who was named last."""
    utterance = dialogue[turn]
    if utterance.turn.role not in (Role.PATIENT, Role.UNKNOWN):
        return False
    here = utterance.words[max(0, mention.first - _FOCUS_REACH) : mention.first]
    if not any(word.norm in _THIRD_PERSON for word in here):
        return False
    if any(word.norm in _FIRST_PERSON for word in utterance.words[mention.end : mention.end + _GIVEN_REACH]):
        return False
    again = turn > 1 and same_speaker(dialogue[turn - 2], utterance)
    told = dialogue[turn - 2].words[-_FOCUS_REACH:] if again else ()
    for word in reversed((*told, *here)):
        if word.norm in _FIRST_PERSON:
            return False
        if word.norm.removesuffix("'s") in _KIN | _PETS:
            return True
    return False


def is_reacted_to(words: Sequence[Word], cue: Cue) -> bool:
    """ "(Penicillin) gives me hives (and codeine makes me sick)": what it does, and not that it is given."""
    if words[cue.first].norm not in _GIVES:
        return False
    return any(reaction_at(words, i) for i in range(cue.end, min(len(words), cue.end + _REACTION_REACH)))


def is_told_of_another(utterance: Utterance, begin: int, verb: int) -> bool:
    """ "(My husband has it too.) He takes metoprolol": what a patient says that somebody else takes."""
    if utterance.turn.role is Role.CARER:
        return _is_of_carer_self(utterance, verb)
    if utterance.turn.role is not Role.PATIENT:
        return False
    before = [word.norm for word in utterance.words[max(begin, verb - 2) : verb + 1]]
    known = utterance.words[min(verb + 1, len(utterance.words) - 1)].norm in _KNOWN
    if "should" in before and not known and not _SAYS.isdisjoint(w.norm for w in utterance.words[begin:verb]):
        return not _KIN.isdisjoint(w.norm for w in utterance.words[begin:verb])  # "My wife says I should take it."
    earlier = {word.norm.removesuffix("'s") for word in utterance.words[max(0, verb - _FOCUS_REACH) : verb]}
    return bool(_HE_OR_SHE & set(before)) and not _ME & set(before) and bool(_KIN & earlier)


def _is_of_carer_self(utterance: Utterance, verb: int) -> bool:
    """ "I take Zoloft myself. (He takes Aricept.)" """
    words = utterance.words
    sentence = {word.norm for word in words[slice(*utterance.sentence_at(verb))]}
    return "myself" in sentence and verb > 0 and words[verb - 1].norm in _ME


def is_allergy(utterance: Utterance, before: Utterance | None, begin: int, mention: Mention) -> bool:
    """ "Allergic to penicillin", "a reaction to", or the answer to "any allergies?".

    "Claritin for my allergies" is none: what one is allergic to is named after the word, and soon.
    """
    words = utterance.words
    for i in range(max(begin, mention.first - _REACH), mention.first):
        if words[i].norm.startswith(_REACTS):
            following = words[i + 1].norm
            if any(word.norm in _TAKES for word in words[i + 1 : mention.first]):
                return False
            if words[i].norm == "allergic" or following in _AFTER_REACTS or i + 1 == mention.first:
                return True
    if mention.end < len(words) and words[mention.end].norm.startswith(_REACTS[:3]):
        return True
    if _is_the_allergy(utterance, mention) or _is_asked_as_allergy(utterance, mention):
        return True
    if charted(utterance) is not None:
        return True  # "Any allergies? I've got aspirin down."
    if before is None or mention.first > 6 or same_speaker(before, utterance):
        return False
    if charted(before) is not None:
        return True
    return any(
        word.norm in ("allergic", "allergies", "allergy", "reacts")
        for question in open_questions(before)
        for word in before.words[question.first : question.end]
    )


def is_asked_on_as_allergy(dialogue: Sequence[Utterance], turn: int) -> bool:
    """ "(Any allergies? No.) Penicillin?" "Oh yes, penicillin": asked on for what was asked for before."""
    asking = turn if dialogue[turn].turn.role in (Role.CLINICIAN, Role.AGENT) else turn - 1
    if asking < 2 or asking < turn - 1:
        return False
    words = dialogue[asking].words
    short = 1 < len(words) <= _LONGEST_ASKED and words[-1].norm == "?" and words[0].norm not in _TAKES | _ANEW
    before = dialogue[asking - 2]
    return short and same_speaker(before, dialogue[asking]) and before.norms >= {"?"} and _asks_for_allergies(before)


def _asks_for_allergies(before: Utterance) -> bool:
    return not before.norms.isdisjoint(_ALLERGY | {"allergic"})


def _is_asked_as_allergy(utterance: Utterance, mention: Mention) -> bool:
    """ "Any allergies? Penicillin, latex?": the second question goes on with the first."""
    words = utterance.words
    begin, end = utterance.sentence_at(mention.first)
    if words[end - 1].norm != "?" or end - begin > _LONGEST_ASKED or not begin or words[begin - 1].norm != "?":
        return False
    first = utterance.sentence_at(begin - 1)[0]
    return any(word.norm in _ALLERGY | {"allergic"} for word in words[first:begin])


def _is_the_allergy(utterance: Utterance, mention: Mention) -> bool:
    """ "Penicillin is still my only allergy"; not "Claritin is for my allergies"."""
    words = utterance.words
    if mention.end >= len(words) or words[mention.end].norm not in _COPULA:
        return False
    after = [word.norm for word in words[mention.end + 1 : mention.end + 1 + _COPULA_REACH]]
    until = next((n for n, norm in enumerate(after) if norm in _ALLERGY or norm in _ENDS_CLAUSE), None)
    return until is not None and after[until] in _ALLERGY


def _is_his_or_hers(words: Sequence[Word], begin: int, first: int) -> bool:
    """ "(She gave me a strip of) her tramadol", which is taken only by who says so."""
    if not first or words[first - 1].norm not in _OWNERS:
        return False
    before = [word.norm for word in words[max(begin, first - _KIN_REACH) : first]]
    return not (_ME & set(before) and _TAKES & set(before))


def _is_of_the_subjects_kin(words: Sequence[Word], begin: int, mention: Mention) -> bool:
    """ "Her cousin is the one with the EpiPen", as a carer says of the subject's."""
    return any(
        words[i].norm in _KIN and words[i - 1].norm in _OWNERS and words[i + 1].norm in _KIN_HAS
        for i in range(max(begin + 1, mention.first - _KIN_REACH), mention.first)
    )


def _is_taken_oneself(words: Sequence[Word], begin: int, owner: int) -> bool:
    """ "I took one of my (girlfriend's propranolols)"."""
    before = [word.norm for word in words[max(begin, owner - _TAKEN_REACH) : owner]]
    return not _ME.isdisjoint(before) and not _TAKEN_ONESELF.isdisjoint(before)


def is_anothers(utterance: Utterance, begin: int, mention: Mention) -> bool:
    """ "My wife takes metoprolol", "my mother's insulin", "her tramadol"; not "my wife says I take".

    A carer's "my son takes" is about the subject.
    """
    words = utterance.words
    if utterance.turn.role is Role.CARER:
        return _is_of_the_subjects_kin(words, begin, mention)
    if utterance.turn.role is Role.PATIENT and _is_his_or_hers(words, begin, mention.first):
        return True
    for i in range(max(begin, mention.first - _KIN_REACH), mention.first):
        norm = words[i].norm
        owns = norm.endswith("'s") and norm[:-2] in _KIN | _PETS
        given = [word.norm for word in words[max(begin, i - 3) : i]]
        if norm in _KIN | _PETS and given[-1:] == ["my"] and given[:-1] in (["i", "gave"], ["i", "give"]):
            return True  # "I gave my son amoxicillin."
        if norm in _KIN_HINDI:
            return words[i + 1].norm not in _SAYS_HINDI and not any(
                word.norm in _ME_HINDI for word in words[i + 1 : mention.first]
            )
        if norm in _ACQUAINTANCES and words[i + 1].norm in _SAYS:
            end = utterance.sentence_at(mention.first)[1]  # "My neighbour says aspirin helps"; not "..., so I take it".
            return not any(word.norm in _FIRST_PERSON for word in words[i + 1 : end])
        if owns and _is_taken_oneself(words, begin, i):
            return False
        if owns or (norm in _KIN | _PETS and words[i + 1].norm in _KIN_HAS):
            return not any(word.norm in _ME for word in words[i + 1 : mention.first])
    return False
