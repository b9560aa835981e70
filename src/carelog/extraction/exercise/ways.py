"""Whether an activity that is named was done: "went for a walk", "did yoga", "been swimming", "30 min walk"."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction import claims
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vocabularies.activities import Activity, load_activities
from carelog.extraction.wordsets import word_set


class Mention(NamedTuple):
    """Words `first` up to `end` name an activity."""

    first: int
    end: int
    activity: Activity


class Way(NamedTuple):
    """The activity was done, as told from word `first` on.

    `habit`: told in the present. `plain`: said of exercise only; otherwise it takes a measure to tell "walked two
    miles" from "walked in".
    """

    first: int
    habit: bool
    plain: bool


_DOING = word_set(
    """
    did do doing done does started managed played play playing practiced practise practice practicing finished completed
    attended
    """
)
_GOING = word_set(
    """
    went go going gone been goes took take taking had hit joined
    """
)
_RIDING = word_set("ride rode riding rides")
_PAST_GOING = word_set("went gone been took had hit did done played finished completed attended rode practiced")
_LEAD = word_set(
    """
    for a an the to on my out our some of lot lots more little bit quick short long good nice light gentle easy hard
    intense brisk vigorous moderate daily regular usual morning evening afternoon low impact home and uh um , just
    about minutes minute hour half hours mins min around doing like this that back in outside at local much exercise
    exercises pendulum ankle heel leg neck knee shoulder hand finger core balance pelvic floor wall on mile miles k km
    kilometer kilometre kilometers
    """
)
_HINDI_DID = word_set("ki kiya kiye kari karta karti karte kara की किया करता करती gaya gayi gaye गया गई")

_HINDI_WALKED = word_set(
    """
    tehla tehli tahla tahli टहला टहली टहले टहलता टहलती chala chali chale chalta chalti चला चली चले
    """
)
_HINDI_NOT = word_set("nahi nahin mat nhi नहीं मत")
_HINDI_TO_DO = word_set("karni karna karne करनी करना karunga karungi")
_HINDI_WENT = word_set("gaya gayi gaye jata jati jaye jayega gya गया गई गए जाता जाती")
_OTHERS_HINDI = word_set("pati patni beta beti husband wife unhone usne पति पत्नी बेटा बेटी उन्होंने उसने अगर")

_YES = word_set("yes yeah yep oh well usually mostly mainly probably i i'd say today yesterday")
_NUMBER_WORDS = word_set(
    """
    one two three four five six seven eight nine ten fifteen twenty thirty forty sixty ninety half an and aadha ek
    do dedh
    """
)
_NOT_EXERCISE = word_set("into out away up errand errands over late low dry around")
_POSSESSIVES = word_set("my the our your his her their this that")
_PAINFUL = word_set("hurts hurt hurting bothers aches")
_LISTING = word_set("and , then plus also aur")
_SHORT = 12  # words of a note that needs no verb


def find_mentions(utterance: Utterance) -> list[Mention]:
    """Every activity that is named, the longest name at each place."""
    activities, words = load_activities(), utterance.words
    if activities.first_words.isdisjoint(utterance.norms):
        return []
    found: list[Mention] = []
    for i in [k for k, word in enumerate(words) if word.norm in activities.first_words]:
        if (not found or i >= found[-1].end) and (match := activities.phrases.at(words, i)):
            last = found[-1] if found and found[-1].end == i else None
            if last is not None and last.activity.name == match[1].name:
                found[-1] = last._replace(end=i + match[0])  # "Swimming laps"
            else:
                found.append(Mention(i, i + match[0], match[1]))
    return found


def way_of(utterance: Utterance, mention: Mention, *, asked: bool) -> Way | None:
    """How the activity was done, or None where it was not; `asked` when the turn answers a question about exercise."""
    words, first, end = utterance.words, mention.first, mention.end
    if _means_something_else(words, mention):
        return None
    following = [word.norm for word in words[end : end + 2]]
    if following[:1] and (following[0] in _HINDI_NOT or following[0] in _HINDI_TO_DO):
        return None  # "Walk nahi ki", "walk karni hai roz 30 minute"
    if words[first].norm in _HINDI_WALKED and following[:1] and following[0] in _HINDI_WENT:
        return None  # "Dard chala gaya"
    if end < len(words) and words[end].norm in _HINDI_DID:
        around = {word.norm for word in words[claims.clause_start(words, first) : end + 3]}
        denied = around & (claims.DENYING | {"agar"})
        return None if denied else Way(first, words[end].norm.startswith("kart"), True)
    verb = _verb_before(words, first)
    if verb is not None:
        return _done(utterance, verb, mention)
    if mention.activity.verb and words[first].norm in _HINDI_WALKED:
        around = {word.norm for word in words[claims.clause_start(words, first) : end + 3]}
        if around & (claims.DENYING | claims.SUPPOSING | _OTHERS_HINDI):
            return None
        return Way(first, habit=words[first].norm.endswith(("ता", "ती", "lta", "lti")), plain=False)
    if mention.activity.verb:
        gerund = words[first].norm.endswith("ing")
        past = words[first].norm.endswith("ed") or words[first].norm in {"ran", "swam"}
        told = claims.progressive(words, first) if gerund else True
        if told and claims.own_act(utterance, first, bare=past):
            return Way(first, habit=not (past or gerund), plain=False)
    return _noted(utterance, mention, asked)


def led_in(words: Sequence[Word], first: int) -> int:
    """Where the words begin that measure the activity at word `first` from before: "and | a 2 mile walk"."""
    k, counted = first, False
    while k and (words[k - 1].norm[0].isdecimal() or words[k - 1].norm in _LEAD | _NUMBER_WORDS):
        if words[k - 1].norm in _LISTING:
            break
        k -= 1
        counted = counted or words[k].norm[0].isdecimal() or words[k].norm in _NUMBER_WORDS - {"and", "an"}
    return k if counted and k and words[k - 1].norm in _LISTING else first


def going_on(words: Sequence[Word], end: int, mention: Mention, before: Way) -> Way | None:
    """How an activity was done that is listed after another: "did yoga and a 2 mile walk"."""
    first = led_in(words, mention.first)
    if _means_something_else(words, mention) or not 0 < first - end <= 2:
        return None
    listed = all(word.norm in _LISTING for word in words[end:first])
    return Way(first, before.habit, before.plain) if listed else None


def _means_something_else(words: Sequence[Word], mention: Mention) -> bool:
    after = [word.norm for word in words[mention.end : mention.end + 3]]
    if not after:
        return False
    if after[0] in _NOT_EXERCISE or not _PAINFUL.isdisjoint(after):
        return True
    # "I run a business", "ran my own tests"
    runs = mention.activity.name == "running" and mention.activity.verb
    if after[0] == "a" and len(after) > 1 and after[1][0].isdecimal():
        return False  # "ran a 10k"
    return runs and (
        after[0] in _POSSESSIVES or (after[0] == "a" and after[1:2] not in (["mile"], ["marathon"], ["half"]))
    )


def _done(utterance: Utterance, verb: int, mention: Mention) -> Way | None:
    """The activity is what someone "did", "went for" or has "been doing"."""
    words, norm = utterance.words, utterance.words[verb].norm
    progressive = claims.progressive(words, verb)
    if norm.endswith("ing") and not progressive:
        return None
    past = norm in _PAST_GOING or norm.endswith("ing")
    if not claims.own_act(utterance, verb, bare=past):
        return None
    return Way(verb, habit=not past, plain=True)


def _verb_before(words: Sequence[Word], first: int) -> int | None:
    """The "did", "went for" or "been doing" that governs the activity at word `first`."""
    for k in range(first - 1, max(-1, first - 9), -1):
        norm = words[k].norm
        if norm in _DOING or norm in _GOING or norm in _RIDING:
            intended = norm == "going" and words[k + 1].norm == "to" and k + 2 == first  # "was going to swim"
            return None if intended or (norm == "been" and k == first - 1) else k
        if norm not in _LEAD and not norm[0].isdecimal() and norm not in _NUMBER_WORDS:
            return None
    return None


def _noted(utterance: Utterance, mention: Mention, asked: bool) -> Way | None:
    """A note or an answer without a verb: "30 min walk", "yes, walking, three times a week"."""
    words = utterance.words
    start = claims.clause_start(words, mention.first, reach=8)
    before = [word.norm for word in words[start : mention.first]]
    sentence = utterance.sentence_at(mention.first)
    if not (asked or sentence[1] - sentence[0] <= _SHORT) or len(before) > 6:
        return None
    plain = all(n in _LEAD or n[0].isdecimal() or n in _NUMBER_WORDS or n in _YES for n in before)
    return Way(mention.first, habit=True, plain=False) if plain and not claims.SUBJECTS.intersection(before) else None
