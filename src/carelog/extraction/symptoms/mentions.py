"""Mentions: where a turn names a symptom, by a known phrase or by a complaint beside a part of the body."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from carelog.extraction.negation import is_negative
from carelog.extraction.symptoms.excreta import OPENINGS, excreta
from carelog.extraction.symptoms.lexicon import DENIED, NOTHING, Lexicon
from carelog.extraction.symptoms.loosely import FORMS
from carelog.extraction.symptoms.sites import (
    DETERMINERS,
    JOINING,
    VAGUE_SITES,
    Site,
    first_site,
    sites_after,
    sites_before,
)
from carelog.extraction.symptoms.weighing import WEIGHING, weight_change
from carelog.extraction.symptoms.wording import compared
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set


@dataclass(frozen=True, slots=True)
class Mention:
    """Words `first` up to, not including, `end` name the symptom.

    `head` is the word that complains: "hurts" of "my knee never hurts". `site` is the part of the body as said
    ("left knee"), `part` as it is named in a concept ("knee"), `complaint` what is made of both ("pain"). A
    complaint without a part is bare: "it hurts".
    """

    name: str
    first: int
    end: int
    head: int
    site: str | None = None
    part: str | None = None
    complaint: str | None = None

    @property
    def bare(self) -> bool:
        return self.complaint is not None and self.part is None


_CARRIES_SITE = word_set(
    "numbness tingling weakness itching rash bruising ecchymosis tremor bleeding lump instability deformity drainage"
) | {
    "dry skin",
    "muscle spasms",
    "open sore",
    "skin color changes",
    "hot skin",
    "limited range of motion",
}
BLOOD_IN_IT = "blood in it"
DISCHARGE = "discharge"
RINGING = "ringing"
LEAKING = "leaking"
"""What is named after what was spoken of before (symptoms/naming.py)."""
_ASKED_FOR = word_set("any see seen saw notice noticed")
_SOME = word_set("little some bit occasional slight faint constant the no")  # "a little ringing"
_NOT_ITS_OWN = word_set(  # "blood test", "discharge papers"
    """
    test tests work pressure pressures sugar sugars thinner thinners count counts clot clots flow supply vessel vessels
    type draw draws glucose sample cells cell bank transfusion loss cultures culture gas levels level oxygen in on when
    papers instructions summary date day from home
    """
)
_STRUCK = frozenset(
    {"hurt", "hurts", "hurting", "sore", "painful", "aching", "achy", "tender", "stiff", "swollen", "puffy", "red"}
)
_SAID_ALONE = frozenset(
    {"pain", "swelling", "stiffness", "redness", "tenderness", "lump", "cramps", "burning sensation"}
)
_IT_IS = word_set("it's it is looks gets got they're are that's")
_FEELS = word_set("feels felt")
PLACED_ONLY = frozenset({"popping"})
"""What is read without its place only where the place is known from before: "how's the shoulder?" - "it catches"."""
_IT_DOES = word_set("it and keeps")
_FELT_ALONE = frozenset({"warmth"})  # "it feels warm": "it is warm" is the weather
_GOING_ON = JOINING | word_set("too now today there again still sometimes when on at lately since at")
_OF_A_THING = word_set("my the your his her our their this that")
_NEEDS_SITE = word_set(  # not "a red light"
    """
    growth bulge stabbing stabs pulsing pulsates agonising agonizing excruciating grumbling grumbles screaming screams
    complaining smarted red reddish pink nagging niggling niggly gnawing murder agony flaring heavy smarting pounding
    dead lal laal लाल inflamed tightened burn burns burning shoot shoots shooting radiate radiates radiating electric
    """
)
_BURNING = word_set("burn burns burning burned")
_NOT_FELT = word_set("calories fat off out down gas money fuel wood through mouth")
# Complaints that make a concept with the site ("knee pain"); the others keep their name and carry the site beside it.
_NAMED_AFTER_SITE = frozenset({"pain", "swelling", "ulcer", "wound", "lump", "flushing"})
_OR_BARE = (["or"], ["and"], ["or", "any"], ["/"], ["and", "/", "or"], [",", "or"], ["ya"], ["या"])
_ALIKE = (*_OR_BARE, [","], [",", "and"])


def mentions(words: Sequence[Word], lexicon: Lexicon) -> list[Mention]:
    """Every mention in a turn, in order; of overlapping phrases the longest."""
    found: list[Mention] = []
    said, places = compared(words)
    taken = 0
    openings, loose = lexicon.openings, lexicon.loose
    forms = [FORMS.get(word[0], word[0]) for word in said]
    heads = lexicon.heads
    for k in [k for k, form in enumerate(forms) if form in heads]:
        seconds = openings.get(said[k][0], ())
        near = forms[k] in loose.heads and loose.may_begin(forms, k)
        if not (near or seconds or said[k][0] in openings):
            continue
        first = places[k][0]
        if first < taken:
            continue
        word = said[k]
        composed = _composed(words, word, first) if word.norm in _COMPOSING else None
        loosely = loose.at(said, forms, k) if near else None
        if composed is None and loosely is None:
            following = said[k + 1].norm if k + 1 < len(said) else ""
            if not ("" in seconds or following in seconds):
                continue
        symptom = lexicon.symptoms.at(said, k)
        if loosely is not None and (symptom is None or symptom[0] < loosely.length):
            stop = places[k + loosely.length - 1][1]
            if not _is_complaint(words, lexicon, loosely.name, first, stop):
                symptom = loosely.length, f"{DENIED}{loosely.name}" if loosely.denied else loosely.name
        if composed is not None and (symptom is None or places[k + symptom[0] - 1][1] <= composed[-1].end):
            found.extend(composed)
            taken = composed[-1].end
            continue
        complaint = lexicon.complaints.at(words, first) or _shortened(words[first], lexicon)
        if symptom is not None:
            end = places[k + symptom[0] - 1][1]
            if complaint is None or end - first > complaint[0]:
                if symptom[1] != NOTHING and not (_names_a_thing(words, end) or _falls_otherwise(words, first, end)):
                    begin = first if words[first].norm not in _WHO or first + 1 == end else first + 1
                    if symptom[1].startswith(DENIED):
                        begin = _past_denial(words, begin, end)
                    names = symptom[1].removeprefix(DENIED).split(" + ")
                    found.extend(_known(words, lexicon, name, begin, end, taken) for name in names)
                taken = end
                continue
        if complaint is not None and not _names_a_thing(words, first + complaint[0]):
            end = first + complaint[0]
            new = _complaint(words, lexicon, complaint[1], first, end, taken)
            if found and not new:
                new = _of_the_same_place(words, lexicon, found[-1], Mention(complaint[1], first, end, first))
            elif found and len(new) == 1 and new[0].bare:
                new = [_coordinated(words, lexicon, found[-1], new[0])]
            found.extend(new)
            taken = max([end, *(mention.end for mention in new)])
    for at in range(len(found) - 2, -1, -1):
        found[at] = _shared(words, lexicon, found[at], found[at + 1], found[at + 2 : at + 3])
    return found


def _is_complaint(words: Sequence[Word], lexicon: Lexicon, name: str, first: int, end: int) -> bool:
    """Whether what was found by its forms is read better as a part of the body and its complaint: "legs swelling" of
    "my legs are swelling up", "belly hurt"."""
    for at in range(first + 1, end):
        complaint = lexicon.complaints.at(words, at)
        if complaint is None or at + complaint[0] < end:
            continue
        site = lexicon.sites.at(words, first)
        return at + complaint[0] > end or (site is not None and lexicon.concept(site[1], complaint[1]) == name)
    return False


def _falls_otherwise(words: Sequence[Word], first: int, end: int) -> bool:
    """ "The appointment falls on Monday", "my pressure falls at night", "I can't hear you"."""
    if any(words[i].norm == "hear" and words[i + 1].norm in _WHOM for i in range(first, min(end, len(words) - 1))):
        return True
    return words[end - 1].norm == "falls" and first > 0 and words[first - 1].norm in _FALLING


_WHOM = word_set("you him her them me us")
_FALLING = word_set(
    """
    appointment pressure sugar sugars level levels hair date birthday temperature weight price prices it day
    night rain snow value number count oxygen saturation holiday visit
    """
)


def _names_a_thing(words: Sequence[Word], end: int) -> bool:
    """ "Headache diary", "rash cream", "cough clinic"."""
    return end < len(words) and words[end].norm in _THINGS


_THINGS = word_set(
    """
    diary diaries journal log chart clinic specialist nurse team app cream ointment lotion leaflet course questionnaire
    scale hotline helpline awareness thermometer drop drops lozenge lozenges pill pills syrup
    """
)


def _past_denial(words: Sequence[Word], first: int, end: int) -> int:
    """The first word after the last negation: the mention is what is denied."""
    negations = (i + 1 for i in range(first, end - 1) if is_negative(words[i]) or words[i].norm == "nothing")
    return max(negations, default=first)


_WHO = word_set("i'm i've he she they he's she's they're you're we're im hes shes")
"""What a phrase may begin with and is said of whom: "he's spent"."""


_IF_ANY = {
    **dict.fromkeys(("temperature", "temperatures", "temp", "temps"), "fever"),
    **dict.fromkeys(("crying",), "crying spells"),
}
"""What is a complaint where there is any: "any temperature?", "no temps"."""
_COMPOSING = frozenset(WEIGHING) | OPENINGS | {DISCHARGE, RINGING, LEAKING} | _IF_ANY.keys()
_BY_TOPIC = {"blood": BLOOD_IN_IT, "discharge": DISCHARGE, "ringing": RINGING, "leaking": LEAKING}


def _composed(words: Sequence[Word], word: Word, first: int) -> list[Mention] | None:
    """What is put together freely and stands in no vocabulary: "gained about ten pounds", "blood in your urine"."""
    if word.norm in WEIGHING:
        weighed = weight_change(words, first)
        return [Mention(weighed.name, first, weighed.end, first)] if weighed is not None else None
    if word.norm in OPENINGS:
        seen = excreta(words, first)
        if seen is not None:
            return [Mention(name, seen.first, seen.end, seen.first) for name in seen.names]
    name = _BY_TOPIC.get(word.norm)
    before = words[first - 1].norm if first else ""
    if word.norm in _IF_ANY:
        alone = first + 1 == len(words) or not words[first + 1].norm.isalpha() or words[first + 1].norm in _GOING_ON
        if not (before in ("any", "no") and alone):
            return None
        return [Mention(_IF_ANY[word.norm], first, first + 1, first)]
    led = (
        before in _ASKED_FOR
        or (name == BLOOD_IN_IT and before == "no" and not _goes_on(words, first + 1))
        or (name == LEAKING and before in ("or", "no", ","))
        or (name == DISCHARGE and before == "or")
        or (name == RINGING and before in _SOME)
    )
    if name is None or not led:
        return None
    following = words[first + 1].norm if first + 1 < len(words) else ""
    return None if following in _NOT_ITS_OWN else [Mention(name, first, first + 1, first)]


def _goes_on(words: Sequence[Word], at: int) -> bool:
    return at < len(words) and words[at].norm.isalpha() and words[at].norm not in ("at", "though", "or", "and")


def _known(words: Sequence[Word], lexicon: Lexicon, name: str, first: int, end: int, taken: int) -> Mention:
    if name not in _CARRIES_SITE:
        return Mention(name, first, end, first)
    inside = first_site(words, lexicon, end, begin=first)
    if inside is not None:
        return Mention(name, first, end, first, site=inside.said)
    sites = sites_after(words, lexicon, end) or sites_before(words, lexicon, first, taken)
    if not sites:
        return Mention(name, first, end, first)
    said = [word.norm for word in words[sites[0].first : sites[-1].end] if word.norm not in DETERMINERS]
    return Mention(name, first, end, first, site=" ".join(said) if len(sites) > 1 else sites[0].said)


def _complaint(words: Sequence[Word], lexicon: Lexicon, what: str, first: int, end: int, taken: int) -> list[Mention]:
    sites = sites_before(words, lexicon, first, taken)
    if not sites:
        sites = sites_after(words, lexicon, end, object_too=words[end - 1].norm in _STRUCK)
    if not sites and (after := _place_after_in_hindi(words, lexicon, end)) is not None:
        sites = [after]
    if not sites:
        alone = what in _SAID_ALONE and (
            words[first].norm not in _NEEDS_SITE or _is_predicate(words, first, end) or _is_it(words, first, end)
        )
        alone = alone or (what in PLACED_ONLY and words[first - 1].norm in _IT_DOES and first > 0)
        alone = alone or (what in _FELT_ALONE and _is_predicate(words, first, end, _FEELS))
        return [Mention(what, first, end, first, complaint=what)] if alone else []
    if len(sites) == 1 and sites[0].name == "side" and (whole := _side_of(words, lexicon, sites[0])) is not None:
        sites = [whole]
    begin, stop = min(first, *(s.first for s in sites)), max(end, *(s.end for s in sites))
    return [
        Mention(_named(lexicon, s.name, what), begin, stop, first, site=s.said, part=s.name, complaint=what)
        for s in sites
    ]


def _side_of(words: Sequence[Word], lexicon: Lexicon, side: Site) -> Site | None:
    """ "I bit my tongue, it's still sore on the side": of the part that was named just before, if it has sides."""
    if words[side.first - 1].norm != "the":
        return None
    before = range(max(0, side.first - _BEFORE_SIDE), side.first)
    return next(
        (
            site
            for i in reversed(before)
            if (site := first_site(words, lexicon, i + 1, begin=i)) and site.name in _SIDED
        ),
        None,
    )


_BEFORE_SIDE = 12  # words
_SIDED = word_set("tongue mouth tooth gum lip neck knee foot ankle toe finger thumb hand wrist elbow heel face throat")


def _place_after_in_hindi(words: Sequence[Word], lexicon: Lexicon, end: int) -> Site | None:
    """ "Jalan nahi hai seene me"."""
    at = end
    while at < len(words) and words[at].norm in _HINDI_BEING:
        at += 1
    if at == end or at + 1 >= len(words):
        return None
    site = first_site(words, lexicon, at + 1, begin=at)
    return site if site is not None and site.end < len(words) and words[site.end].norm in _HINDI_IN else None


_HINDI_BEING = word_set("nahi nahin bhi hai hain hota hoti ho raha rahi tha thi नहीं भी है हैं होता होती हो रहा रही था थी")
_HINDI_IN = word_set("mein me main में")


def _is_predicate(words: Sequence[Word], first: int, end: int, being: frozenset[str] = _IT_IS) -> bool:
    """ "It's a little red": said of something that was spoken of."""
    before = [word.norm for word in words[max(0, first - 4) : first]]
    told = any(norm in being for norm in before) and _OF_A_THING.isdisjoint(before)  # not "this is my red one"
    return told and (end == len(words) or not words[end].norm.isalpha() or words[end].norm in _GOING_ON)


def _is_it(words: Sequence[Word], first: int, end: int) -> bool:
    """ "Any burning?", "it burns": of what was spoken of."""
    before = [word.norm for word in words[max(0, first - 3) : first]]
    if not before or words[first].norm not in _BURNING:
        return False
    following = words[end].norm if end < len(words) else ""
    return (before[-1] in ("any", "no") or "it" in before or "they" in before) and following not in _NOT_FELT


def _shortened(word: Word, lexicon: Lexicon) -> tuple[int, str] | None:
    """ "The pain's gone"."""
    if not word.norm.endswith("'s"):
        return None
    return lexicon.complaints.at([Word(word.norm.removesuffix("'s"), word.start, word.end)], 0)


def _coordinated(words: Sequence[Word], lexicon: Lexicon, before: Mention, bare: Mention) -> Mention:
    """ "Chest pain or tightness": the tightness is in the chest too."""
    if [word.norm for word in words[before.end : bare.first]] not in _OR_BARE:
        return bare
    if before.part and before.site:
        return placed(bare, lexicon, before.part, before.site)
    for at in range(before.first, before.end):
        match = lexicon.sites.at(words, at)
        if match is not None and match[1] not in VAGUE_SITES:
            return placed(bare, lexicon, match[1], words[at].norm)
    return bare


def _of_the_same_place(words: Sequence[Word], lexicon: Lexicon, before: Mention, new: Mention) -> list[Mention]:
    """ "My toe is red and hot": the heat is in the toe, though none would be heard in the word alone."""
    if before.part is None or before.site is None or [w.norm for w in words[before.end : new.first]] not in _ALIKE:
        return []
    bare = replace(new, complaint=new.name)
    return [placed(bare, lexicon, before.part, before.site)]


def _shared(
    words: Sequence[Word], lexicon: Lexicon, one: Mention, other: Mention, further: Sequence[Mention]
) -> Mention:
    """ "Pain, swelling or redness in my knee", "numbness or tingling in your feet": what is joined shares the place."""
    if not other.site or one.site:
        return one
    listed = any(third.site == other.site for third in further)
    if [word.norm for word in words[one.end : other.head]] not in (_ALIKE if listed else _OR_BARE):
        return one
    if one.bare and other.part:
        return placed(one, lexicon, other.part, other.site)
    return replace(one, site=other.site) if one.name in _CARRIES_SITE else one


def _named(lexicon: Lexicon, site: str, what: str) -> str:
    return lexicon.concept(site, what) if what in _NAMED_AFTER_SITE else lexicon.concepts.get(f"{site} {what}", what)


def placed(mention: Mention, lexicon: Lexicon, part: str, site: str) -> Mention:
    """A bare complaint ("it still hurts") said of a site that was named before."""
    return replace(mention, name=_named(lexicon, part, mention.name), part=part, site=site)


def carries_site(name: str) -> bool:
    """Whether a symptom of that name may have its place beside it: "numbness" of "the left hand"."""
    return name in _CARRIES_SITE
