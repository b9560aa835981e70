"""Names that come from what was said before: "any blood?" of the stool spoken of, "no pain" to "any chest pain?"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.exchange import open_questions, same_speaker
from carelog.extraction.negation import is_negative
from carelog.extraction.symptoms.lexicon import lexicon
from carelog.extraction.symptoms.mentions import BLOOD_IN_IT, DISCHARGE, LEAKING, RINGING, Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set


def _by_word(names: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, words in names.items() for word in words.split()}


_URINE: Final = "urine urinate urinating urination pee peeing bladder waterworks peshab"
_AFTER: Final = {
    BLOOD_IN_IT: _by_word(
        {
            "coughing up blood": "cough coughing coughed phlegm mucus sputum spit",
            "vomiting blood": "vomit vomiting vomited throwing threw",
            "blood in stool": "stool stools poop bowel bowels motion motions diarrhea constipation constipated wipe "
            "wiping hemorrhoids watery loose runs crohn's colitis",
            "blood in urine": _URINE,
        }
    ),
    RINGING: _by_word({"ringing in the ears": "ear ears hearing hear deaf"}),
    "burning sensation": _by_word(
        {
            "painful urination": _URINE,
            "burning sensation": "foot feet sole soles leg legs hand hands toe toes arm arms back stomach chest eye "
            "eyes throat skin mouth tongue heel heels knee knees scalp face",
        }
    ),
    LEAKING: _by_word(
        {
            "incontinence": f"{_URINE} catheter prostate pad pads cough sneeze stream",
            "leaking of fluid": "pregnant pregnancy baby contraction contractions waters braxton trimester",
            "drainage": "wound dressing incision stitches staples surgery operation cut",
            "ear discharge": "ear ears",
        }
    ),
    "bleeding": _by_word(
        {
            "vaginal bleeding": "period periods menstrual vagina vaginal pregnant pregnancy menopause miscarriage iud",
            "bleeding": "wound wounds dressing incision cut stitches surgery gums nose stool stools bowel rectal "
            "bruising bruise",
        }
    ),
    DISCHARGE: _by_word(
        {
            "vaginal discharge": "period periods vagina vaginal sex cervix pregnant pregnancy contraception menopause",
            "penile discharge": "penis",
            "ear discharge": "ear ears",
            "watery eyes": "eye eyes",
            "nipple discharge": "nipple nipples breast breasts",
            "drainage": "wound dressing incision stitches staples surgery operation ulcer sore cut",
        }
    ),
}
"""What is named after the nearest of these words, and not at all where none was said."""
_BLOOD: Final = frozenset(_AFTER[BLOOD_IN_IT].values())
_MUCUS: Final = _by_word(
    {
        "mucus in stool": "stool stools poop poops bowel bowels diarrhea loose watery wipe bathroom toilet "
        "colitis crohn's",
        "phlegm": "cough coughing coughed throat nose nostrils chest lungs sinus sinuses congestion congested spit "
        "sniffles sneezing cold wheezing drip",
    }
)
_MUCUS_WORDS: Final = word_set("mucus mucous slime")
_BLOCKED: Final = _by_word(
    {
        "nasal congestion": "nose nostril nostrils sinus sinuses sniffles sneezing cold smell",
        "constipation": "bowel bowels stool stools toilet loo motions motion poop laxative prunes",
        "ear fullness": "ear ears hearing eardrum",
    }
)
_BLOCKED_NAMES: Final = frozenset(_BLOCKED.values())
_BLOCKING: Final = word_set("bunged stopped plugged blocked backed stuffed clogged")
_EYE_PAIN: Final = "eye pain"
_HEADACHE: Final = "headache"
_PHLEGM: Final = "phlegm"
_BREATHLESS: Final = "shortness of breath"
_ORTHOPNEA: Final = "orthopnea"
_TO_LIE: Final = word_set("lie lay lying laying lies lays lied go going")
_GOING: Final = word_set("go going")
_DOWN: Final = word_set("down flat back")
_WHENEVER: Final = word_set("when whenever if as once after every while soon time")
_OTHERWISE: Final = word_set("or but better helps . ? !")
_AROUND: Final = 14  # words
_LED: Final = 4  # words
_ANYWHERE: Final = frozenset({"burning sensation", "bleeding", _PHLEGM})  # named without them as well
_RATHER: Final = word_set("more just only but it's mostly like there's")
_ANSWERS: Final = 3  # turns of one speaker in a row
_REACH: Final = 6  # turns
_NEAR: Final = 5  # words
_NEAR_BLOCK: Final = 8  # words: "bunged up, I haven't been to the loo"
_VAGUER: Final = {
    "sweating": frozenset({"night sweats"}),
    "feeling unwell": frozenset({"nausea"}),
    "burning sensation": frozenset({"painful urination", "heartburn"}),
    "bleeding": frozenset({"nosebleed", "bleeding gums", "vaginal bleeding"}),
    "itching": frozenset({"vaginal itching", "itchy eyes"}),
}


def with_names(reading: Reading, before: Sequence[Reading]) -> Reading:
    """The turn with what it names only in passing under its full name."""
    if not reading.mentions:
        return reading
    mentions = tuple(_named(reading, before, _closer(reading, before)))
    return reading if mentions == reading.mentions else replace(reading, mentions=mentions)


def _named(reading: Reading, before: Sequence[Reading], mentions: Sequence[Mention]) -> Iterator[Mention]:
    for mention in mentions:
        if mention.name == _BREATHLESS and _lying(reading, mention):
            yield replace(mention, name=_ORTHOPNEA)
            continue
        if mention.name == _EYE_PAIN and _sits_behind(reading, before, mention):
            yield replace(mention, name=_HEADACHE, site=None, part=None, complaint=None)
            continue
        if mention.name in _BLOCKED_NAMES and _is_blocked(reading, mention):
            after: Mapping[str, str] | None = _BLOCKED
        elif mention.name == _PHLEGM and reading.words[mention.first].norm in _MUCUS_WORDS:
            after = _MUCUS
        else:
            after = _AFTER.get(mention.name) if mention.site is None else None
        if after is None:
            yield mention
            continue
        named = _blood_asked_for(reading, before) if mention.name == BLOOD_IN_IT else set[str]()
        if len(named) == 1:  # "vomiting, or blood in the stool?" - "no vomiting, no blood"
            yield replace(mention, name=named.pop())
            continue
        spoken = [*(word for r in before[-_REACH:] for word in r.words), *reading.words[: mention.first]]
        ahead = _NEAR_BLOCK if after is _BLOCKED else _NEAR
        following = reading.words[mention.end : mention.end + ahead]  # "when I wipe"
        nearest = (*reversed(spoken), *following) if after is _BLOCKED else (*following, *reversed(spoken))
        meant = next((name for word in nearest if (name := after.get(word.norm))), None)
        if meant is not None:
            yield replace(mention, name=meant, complaint=None)
        elif after is _BLOCKED or mention.name in _ANYWHERE:
            yield mention


def _blood_asked_for(reading: Reading, before: Sequence[Reading]) -> set[str]:
    """As which the last turn of somebody else, of which this one may be the second answer, asks for blood."""
    last = next((n for n in range(len(before), 0, -1) if _is_others(before[n - 1], reading)), 0)
    if len(before) - last >= _ANSWERS:
        return set()
    return {other.name for other in _asked(reading, before[:last])} & _BLOOD


def _is_others(one: Reading, reading: Reading) -> bool:
    return not same_speaker(one.utterance, reading.utterance)


def _lying(reading: Reading, mention: Mention) -> bool:
    """ "As soon as I lie down I can't catch my breath". Who "has to lie down" for it is breathless standing, too."""
    words = reading.words
    first, end = reading.sentence_of(mention)
    for i in range(max(first + 1, mention.first - _AROUND), min(end - 1, mention.end + _AROUND)):
        if words[i].norm not in _TO_LIE or words[i + 1].norm not in _DOWN or i in reading.named:
            continue
        if words[i].norm in _GOING and words[i + 1].norm != "flat":
            continue  # "go down", "going back"
        before = {word.norm for word in words[max(first, i - _LED) : i]}
        between = words[i : mention.first] if i < mention.first else words[mention.end : i]
        if not before.isdisjoint(_WHENEVER) and _OTHERWISE.isdisjoint(word.norm for word in between):
            return True
    return False


def _sits_behind(reading: Reading, before: Sequence[Reading], eye: Mention) -> bool:
    """ "The headaches are worse in the morning, a dull ache behind the eyes": where the headache sits."""
    if all(word.norm != "behind" for word in reading.words[eye.first : eye.end]):
        return False
    if reading.utterance.turn.role not in (Role.PATIENT, Role.CARER):
        return False
    if any(is_negative(word) for word in reading.words[reading.sentence_of(eye)[0] : eye.first]):
        return False
    spoken = [*(m for r in before[-_REACH:] for m in r.mentions), *reading.mentions]
    return any(mention.name == _HEADACHE for mention in spoken)


def _is_blocked(reading: Reading, mention: Mention) -> bool:
    """ "Stopped up", of what was spoken of; "a blocked nose" says of what."""
    said = [word.norm for word in reading.words[mention.first : mention.end]]
    return not _BLOCKING.isdisjoint(said) and _BLOCKED.keys().isdisjoint(said)


def _closer(reading: Reading, before: Sequence[Reading]) -> Sequence[Mention]:
    """What the reply calls by a vaguer name than the question: "any chest pain?" - "no pain"."""
    asked = _asked(reading, before)
    if not asked:
        return reading.mentions
    own = {mention.name for mention in reading.mentions}
    found: list[Mention] = []
    for mention in reading.mentions:
        closer = _VAGUER.get(mention.name, frozenset())
        meant = {
            other.name: other
            for other in asked
            if other.name in closer or (mention.bare and _says_more(other, mention) and other.name not in own)
        }
        if len(meant) == 1:
            [other] = meant.values()
            mention = replace(mention, name=other.name, site=other.site, part=other.part)
            mention = mention if other.part else replace(mention, complaint=None)
        elif mention.bare and len(asked) == 1 and (closer_name := _in_place_of(reading, mention, asked[0])):
            mention = replace(mention, name=closer_name, complaint=None)
        found.append(mention)
    return found


def _in_place_of(reading: Reading, mention: Mention, asked: Mention) -> str | None:
    """ "Chest pain?" - "Not pain, more a tightness": the tightness is in the chest."""
    part, _, what = asked.name.rpartition(" ")
    if what != "pain" or mention.complaint == "pain":
        return None
    before = reading.words[max(0, mention.first - _NEAR) : mention.first]
    if all(word.norm not in _RATHER for word in before):
        return None
    return lexicon().concepts.get(f"{part} {mention.name}")


def _says_more(asked: Mention, bare: Mention) -> bool:
    """ "Chest tightness", of "tightness"."""
    return not asked.bare and (asked.name.endswith(f" {bare.name}") or asked.complaint == bare.complaint)


def _asked(reading: Reading, before: Sequence[Reading]) -> list[Mention]:
    """What the turn before asks about, if another speaker asks there."""
    if not before or not before[-1].mentions or same_speaker(before[-1].utterance, reading.utterance):
        return []
    opened = open_questions(before[-1].utterance, before[-1].questions)
    return [mention for mention in before[-1].mentions if any(q.first <= mention.first < q.end for q in opened)]
