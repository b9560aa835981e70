"""Mentions: where a turn names a symptom, by a known phrase or by a complaint beside a part of the body."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from carelog.extraction.symptoms.lexicon import NOTHING, Lexicon
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


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    said: str
    first: int
    end: int


_DETERMINERS = word_set(
    """
    my your his her their our the this that these those both a an one each mera meri mere aapka
    """
)
_SIDES = word_set(
    """
    left right both lower upper inner outer front back middle mid bottom top big little whole entire
    side far one other dominant bilateral baaye baayein daaye daayein bayen dayen बाएं दाएं
    """
)
_BETWEEN = word_set(
    """
    not n't never doesn't don't didn't isn't aren't hasn't haven't wasn't longer no has have had is
    are was were be been being does do 's 'd still really just kind of sort a little bit so very
    feel feels feeling felt get gets getting got pretty also um uh uhm again sometimes now quite
    constantly always both all it they that started starting start starts kept keeps keep to become
    becoming became often occasionally lot much more bad badly super extremely too i'm having like
    only usually mostly today yesterday recently lately mein me main ka ke ki ko bahut thoda bohot
    zyada में का के की बहुत थोड़ा
    """
)
_OPENING = frozenset({".", "!", "\n", ","})
_PREPOSITIONS = word_set(
    """
    in on around at near under behind along over across of to into down inside through between
    beneath above below about up with by from within
    """
)
_TOWARDS = (
    _DETERMINERS
    | _SIDES
    | _PREPOSITIONS
    | word_set(
        """
    part side area region aspect tip base there here really just kind sort like um uh even
    """
    )
)
_AFTER_COMPLAINT = word_set(
    """
    right here there really like um uh mostly kind of sort just all is was mainly out sensation
    feeling
    """
)
_TOUCHING = word_set(
    """
    when if i you we press push pressing pushing touch tap squeeze here there right down move
    """
)
_HINDI_LINKS = word_set("mein me main ka ke ki ko par pe में का के की को पर")
_JOINING = word_set("and or , / & aur ya और या")
_CARRIES_SITE = word_set(
    "numbness tingling weakness itching rash bruising tremor bleeding lump instability deformity"
) | {
    "dry skin",
    "muscle spasms",
    "open sore",
    "skin color changes",
    "hot skin",
    "limited range of motion",
}
_STRUCK = frozenset(
    {"hurt", "hurts", "hurting", "sore", "painful", "aching", "achy", "tender", "stiff", "swollen", "puffy"}
)
_SAID_ALONE = frozenset({"pain", "swelling", "stiffness", "redness", "tenderness", "lump"})
# Complaints that make a concept with the site ("knee pain"); the others keep their name and carry the site beside it.
_NAMED_AFTER_SITE = frozenset({"pain", "swelling", "ulcer", "wound", "lump"})
_OR_BARE = (["or"], ["and"], ["or", "any"], ["/"], ["and", "/", "or"], [",", "or"], ["ya"], ["या"])
_REACH = 6


def mentions(words: Sequence[Word], lexicon: Lexicon) -> list[Mention]:
    """Every mention in a turn, in order; of overlapping phrases the longest."""
    found: list[Mention] = []
    said, places = compared(words)
    taken = 0
    for k, word in enumerate(said):
        first = places[k][0]
        if word.norm in _WEIGHING and first >= taken:
            end = _pounds_after(words, first)
            if end is not None:
                found.append(Mention(_WEIGHING[word.norm], first, end, first))
                taken = end
                continue
        if first < taken or not _opens(lexicon, word, said, k):
            continue
        symptom = lexicon.symptoms.at(said, k)
        complaint = lexicon.complaints.at(words, first) or _shortened(words[first], lexicon)
        if symptom is not None:
            end = places[k + symptom[0] - 1][1]
            if complaint is None or end - first > complaint[0]:
                if symptom[1] != NOTHING:
                    names = symptom[1].split(" + ")
                    found.extend(_known(words, lexicon, name, first, end, taken) for name in names)
                taken = end
                continue
        if complaint is not None:
            end = first + complaint[0]
            new = _complaint(words, lexicon, complaint[1], first, end, taken)
            if len(new) == 1 and new[0].bare and found:
                new = [_coordinated(words, lexicon, found[-1], new[0])]
            found.extend(new)
            taken = max([end, *(mention.end for mention in new)])
    return [_shared(words, lexicon, one, other) for one, other in zip_longest(found, found[1:])]


_WEIGHING = {
    **dict.fromkeys(("gained", "gaining"), "weight gain"),
    **dict.fromkeys(("lost", "losing", "dropped"), "weight loss"),
}
_OF_WEIGHT = word_set("pounds pound lbs lb kilos kilo kg kgs kilograms stone")
_POUNDS_WITHIN = 6


def _pounds_after(words: Sequence[Word], first: int) -> int | None:
    """Where "gained about ten pounds" ends."""
    for at in range(first + 2, min(len(words), first + _POUNDS_WITHIN)):
        if words[at].norm in _OF_WEIGHT:
            return at + 1
        if words[at].norm in (".", ",", "?", "!", "i", "and"):
            return None
    return None


def _opens(lexicon: Lexicon, word: Word, said: Sequence[Word], k: int) -> bool:
    if word.norm in lexicon.openings:
        return True
    return k + 1 < len(said) and f"{word.norm} {said[k + 1].norm}" in lexicon.openings


def _known(words: Sequence[Word], lexicon: Lexicon, name: str, first: int, end: int, taken: int) -> Mention:
    if name not in _CARRIES_SITE:
        return Mention(name, first, end, first)
    sites = _sites_after(words, lexicon, end) or _sites_before(words, lexicon, first, taken)
    if not sites:
        return Mention(name, first, end, first)
    said = [word.norm for word in words[sites[0].first : sites[-1].end] if word.norm not in _DETERMINERS]
    return Mention(name, first, end, first, site=" ".join(said) if len(sites) > 1 else sites[0].said)


def _complaint(words: Sequence[Word], lexicon: Lexicon, what: str, first: int, end: int, taken: int) -> list[Mention]:
    sites = _sites_before(words, lexicon, first, taken)
    if not sites:
        sites = _sites_after(words, lexicon, end, object_too=words[end - 1].norm in _STRUCK)
    if not sites:
        return [Mention(what, first, end, first, complaint=what)] if what in _SAID_ALONE else []
    begin, stop = min(first, *(s.first for s in sites)), max(end, *(s.end for s in sites))
    return [
        Mention(_named(lexicon, s.name, what), begin, stop, first, site=s.said, part=s.name, complaint=what)
        for s in sites
    ]


def _shortened(word: Word, lexicon: Lexicon) -> tuple[int, str] | None:
    """ "The pain's gone"."""
    if not word.norm.endswith("'s"):
        return None
    return lexicon.complaints.at([Word(word.norm.removesuffix("'s"), word.start, word.end)], 0)


def _coordinated(words: Sequence[Word], lexicon: Lexicon, before: Mention, bare: Mention) -> Mention:
    """ "Chest pain or tightness": the tightness is in the chest too."""
    if [word.norm for word in words[before.end : bare.first]] not in _OR_BARE:
        return bare
    for at in range(before.first, before.end):
        match = lexicon.sites.at(words, at)
        if match is not None and match[1] not in _NOT_TOPICS:
            return placed(bare, lexicon, match[1], words[at].norm)
    return bare


def _shared(words: Sequence[Word], lexicon: Lexicon, one: Mention, other: Mention | None) -> Mention:
    """ "Pain or swelling in my knee", "numbness or tingling in your feet": what is joined shares the place."""
    if other is None or not other.site or one.site:
        return one
    if [word.norm for word in words[one.end : other.head]] not in _OR_BARE:
        return one
    if one.bare and other.part:
        return placed(one, lexicon, other.part, other.site)
    return replace(one, site=other.site) if one.name in _CARRIES_SITE else one


def _named(lexicon: Lexicon, site: str, what: str) -> str:
    return lexicon.concept(site, what) if what in _NAMED_AFTER_SITE else lexicon.concepts.get(f"{site} {what}", what)


def placed(mention: Mention, lexicon: Lexicon, part: str, site: str) -> Mention:
    """A bare complaint ("it still hurts") said of a site that was named before."""
    return replace(mention, name=_named(lexicon, part, mention.name), part=part, site=site)


def last_site(words: Sequence[Word], lexicon: Lexicon, stop: int, owners: frozenset[str]) -> Site | None:
    """The last part of the body before word `stop` that is somebody's: "my left knee" where "my" is an owner."""
    for at in range(stop - 1, 0, -1):
        match = _site_match(words, lexicon, at)
        if match is None or match[1] in _NOT_TOPICS:
            continue
        site = _with_sides(words, match[1], at, at + match[0], 0)
        if site.first > 0 and words[site.first - 1].norm in owners:
            return site
    return None


_NOT_TOPICS = frozenset({"body", "heart", "skin", "head", "muscle", "bone", "kidney", "gland", "joint", "side", "eye"})


def _sites_before(words: Sequence[Word], lexicon: Lexicon, first: int, taken: int) -> list[Site]:
    """ "knee [pain]", "my knees and hips have been [aching]"."""
    at = first - 1
    while at >= taken and first - at <= _REACH:
        site = _site_ending(words, lexicon, at, taken)
        if site is not None:
            adjacent = at == first - 1
            opening = site.first == 0 or words[site.first - 1].norm in _OPENING
            determined = opening or words[site.first - 1].norm in _DETERMINERS
            if not (adjacent or determined or words[at + 1].norm in _HINDI_LINKS):
                return []
            if site.name == "back" and adjacent and words[first].norm in ("hurt", "hurting", "to", "bothering"):
                return []
            return [*_joined_before(words, lexicon, site, taken), site]
        if words[at].norm not in _BETWEEN:
            return []
        at -= 1
    return []


def _joined_before(words: Sequence[Word], lexicon: Lexicon, site: Site, taken: int) -> list[Site]:
    at = site.first - 1
    while at >= taken and words[at].norm in _DETERMINERS:
        at -= 1
    if at <= taken or words[at].norm not in _JOINING:
        return []
    while at >= taken and words[at].norm in _JOINING:
        at -= 1
    other = _site_ending(words, lexicon, at, taken) if at >= taken else None
    return [other] if other is not None and other.name != "back" else []


def _site_ending(words: Sequence[Word], lexicon: Lexicon, last: int, taken: int) -> Site | None:
    """The part of the body whose words end with word `last`, with the sides said before it."""
    for begin in range(max(taken, last - 3), last + 1):
        match = _site_match(words, lexicon, begin)
        if match is not None and begin + match[0] == last + 1:
            return _with_sides(words, match[1], begin, last + 1, taken)
    return None


def _site_match(words: Sequence[Word], lexicon: Lexicon, at: int) -> tuple[int, str] | None:
    match = lexicon.sites.at(words, at)
    if match is None and words[at].norm.endswith("'s"):
        match = lexicon.sites.at([Word(words[at].norm.removesuffix("'s"), 0, 0)], 0)  # "my ankle's swollen"
    if match is None:
        match = lexicon.hindi_sites.at(words, at)
        following = at + match[0] if match else 0
        if match is None or following >= len(words):
            return None
        hindi = words[following].norm in _HINDI_LINKS or words[following].norm in _HINDI_COMPLAINTS
        return match if hindi else None
    after = at + match[0]
    if after < len(words) and words[after].norm == "side":
        return None  # "on the right hand side"
    return match


_HINDI_COMPLAINTS = word_set("dard sujan soojan jalan akdan khujli दर्द सूजन जलन")


def _with_sides(words: Sequence[Word], name: str, begin: int, end: int, taken: int) -> Site:
    first = begin
    while first > taken and words[first - 1].norm in _SIDES and begin - first < 3:
        first -= 1
    said = " ".join(word.norm for word in words[first:end]).removesuffix("'s")
    if first == begin and not said.isascii():
        said = name  # "घुटनों में" says no more than the name
    return Site(name, said, first, end)


def _sites_after(words: Sequence[Word], lexicon: Lexicon, end: int, *, object_too: bool = False) -> list[Site]:
    """ "[pain] in my left shoulder and neck", "[hurt] my back", "[swollen] ankles"."""
    at, limit = end, min(len(words), end + 3)
    while at < limit and words[at].norm in _AFTER_COMPLAINT and words[at].norm not in ("of",):
        at += 1
    if at < len(words) and words[at].norm in ("when", "if"):
        while at < min(len(words), end + 7) and words[at].norm in _TOUCHING:
            at += 1
    if at >= len(words):
        return []
    led = words[at].norm in _PREPOSITIONS
    if led:
        at += 1
    elif not object_too or at > end:
        return []
    site = _next_site(words, lexicon, at)
    if site is None:
        return []
    determined = site.first > 0 and words[site.first - 1].norm in _DETERMINERS
    if site.name == "back" and not (determined or led):
        return []
    sites = [site]
    while sites[-1].end < len(words) and words[sites[-1].end].norm in _JOINING and len(sites) < 4:
        more = _next_site(words, lexicon, sites[-1].end + 1)
        if more is None or _begins_new(words, lexicon, more):
            break
        sites.append(more)
    return sites


def _begins_new(words: Sequence[Word], lexicon: Lexicon, site: Site) -> bool:
    """Whether a joined site has a complaint of its own: "pain in my knee and back stiffness"."""
    for at in range(site.end, min(len(words), site.end + 4)):
        if lexicon.complaints.at(words, at) is not None:
            return True
        if words[at].norm not in _BETWEEN:
            return False
    return False


def _next_site(words: Sequence[Word], lexicon: Lexicon, at: int) -> Site | None:
    begin = at
    while at < len(words) and at - begin <= _REACH:
        match = _site_match(words, lexicon, at)
        if match is not None and not (at + match[0] < len(words) and words[at + match[0]].norm == "of"):
            return _with_sides(words, match[1], at, at + match[0], begin)
        if match is None and words[at].norm not in _TOWARDS:
            return None
        at += match[0] if match else 1
    return None
