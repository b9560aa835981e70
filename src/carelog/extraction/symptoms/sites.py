"""Parts of the body: where words name them, with their sides, before or after a complaint."""

from collections.abc import Sequence
from dataclasses import dataclass

from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set


@dataclass(frozen=True, slots=True)
class Site:
    """Words `first` up to `end` name a part of the body: `name` in a concept ("knee"), `said` with its side."""

    name: str
    said: str
    first: int
    end: int


DETERMINERS = word_set(
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
    zyada bhi peeche piche neeche upar andar भी पीछे नीचे ऊपर अंदर में का के की बहुत थोड़ा look looks looked
    looking they're it's
    """
)
_LOOKING = word_set("look looks looked looking")
_OPENING = frozenset({".", "!", "\n", ","})
_PREPOSITIONS = word_set(
    """
    in on around at near under behind along over across of to into down inside through between
    beneath above below about up with by from within
    """
)
_BESIDE = word_set("under below above near beneath behind between around beside")
_TOWARDS = (
    DETERMINERS
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
_REACHED = word_set("over above toward towards past against")
_HINDI_LINKS = word_set("mein me main ka ke ki ko par pe में का के की को पर")
JOINING = word_set("and or , / & aur ya और या")
_REACH = 6


def sites_before(words: Sequence[Word], lexicon: Lexicon, first: int, taken: int) -> list[Site]:
    """ "knee [pain]", "my knees and hips have been [aching]"."""
    at = first - 1
    while at >= taken and first - at <= _REACH:
        site = _site_ending(words, lexicon, at, taken)
        if site is not None:
            adjacent = at == first - 1
            opening = site.first == 0 or words[site.first - 1].norm in _OPENING
            determined = opening or words[site.first - 1].norm in DETERMINERS
            if not (adjacent or determined or words[at + 1].norm in _HINDI_LINKS):
                return []
            if not adjacent and site.first > 1 and words[site.first - 2].norm in _REACHED:
                return []  # "once the hand is past your head does it hurt"
            if words[site.first - 1].norm != "my" and any(word.norm in _LOOKING for word in words[at + 1 : first]):
                return []  # "your knee looks puffy": seen, and not told
            if site.name == "back" and adjacent and words[first].norm in ("hurt", "hurting", "to", "bothering"):
                return []
            return [*_joined_before(words, lexicon, site, taken), site]
        if words[at].norm not in _BETWEEN:
            return []
        at -= 1
    return []


def _joined_before(words: Sequence[Word], lexicon: Lexicon, site: Site, taken: int) -> list[Site]:
    at = site.first - 1
    while at >= taken and words[at].norm in DETERMINERS:
        at -= 1
    if at <= taken or words[at].norm not in JOINING:
        return []
    while at >= taken and words[at].norm in JOINING:
        at -= 1
    other = _site_ending(words, lexicon, at, taken) if at >= taken else None
    return [other] if other is not None and other.name != "back" else []


def _site_ending(words: Sequence[Word], lexicon: Lexicon, last: int, taken: int) -> Site | None:
    """The part of the body whose words end with word `last`, with the sides said before it."""
    for begin in range(max(taken, last - 3), last + 1):
        match = _matched(words, lexicon, begin)
        if match is not None and begin + match[0] == last + 1:
            return _with_sides(words, match[1], begin, last + 1, taken)
    return None


def _matched(words: Sequence[Word], lexicon: Lexicon, at: int) -> tuple[int, str] | None:
    match = lexicon.sites.at(words, at)
    if match is not None and words[at].norm == "bottom" and at + 1 < len(words) and words[at + 1].norm in _IN_THE_MOUTH:
        return None
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


_IN_THE_MOUTH = word_set("tooth teeth lip gum gums molar jaw row")
_HINDI_COMPLAINTS = word_set("dard sujan soojan jalan akdan khujli दर्द सूजन जलन")


def _with_sides(words: Sequence[Word], name: str, begin: int, end: int, taken: int) -> Site:
    first = begin
    while first > taken and words[first - 1].norm in _SIDES and begin - first < 3:
        first -= 1
    said = " ".join(word.norm for word in words[first:end]).removesuffix("'s")
    if first == begin and not said.isascii():
        said = name  # "घुटनों में" says no more than the name
    return Site(name, said, first, end)


def sites_after(words: Sequence[Word], lexicon: Lexicon, end: int, *, object_too: bool = False) -> list[Site]:
    """ "[pain] in my left shoulder and neck", "[hurt] my back", "[swollen] ankles"."""
    if (named_last := _named_last(words, lexicon, end)) is not None:
        return [named_last]
    at, limit = end, min(len(words), end + 3)
    while at < limit and words[at].norm in _AFTER_COMPLAINT and words[at].norm not in ("of",):
        at += 1
    if at < len(words) and words[at].norm in ("when", "if"):
        while at < min(len(words), end + 7) and words[at].norm in _TOUCHING:
            at += 1
    if at >= len(words):
        return []
    if words[at].norm == "," and at + 1 < len(words) and words[at + 1].norm == "in":
        at += 1  # "any swelling, in your face or your legs?"
    led = words[at].norm in _PREPOSITIONS
    if led:
        at += 1
    elif not object_too or at > end:
        return []
    site = _next_site(words, lexicon, at)
    if site is None:
        return []
    determined = site.first > 0 and words[site.first - 1].norm in DETERMINERS
    if site.name == "back" and not (determined or led):
        return []
    sites = [site]
    while sites[-1].end < len(words) and words[sites[-1].end].norm in JOINING and len(sites) < 4:
        more = _next_site(words, lexicon, sites[-1].end + 1)
        if (
            more is None
            or more.name == sites[-1].name
            or _begins_new(words, lexicon, more)
            or _describes(words, sites[-1].end, more.first)
        ):
            break
        sites.append(more)
    return sites


def _named_last(words: Sequence[Word], lexicon: Lexicon, end: int) -> Site | None:
    """ "It's sore, the knee", "it's weak, that arm": what "it" is, named after a pause and followed by one."""
    if end + 2 >= len(words) or words[end].norm != "," or words[end + 1].norm not in DETERMINERS:
        return None
    site = _next_site(words, lexicon, end + 1)
    if site is None or (site.end < len(words) and words[site.end].norm.isalpha()):
        return None
    return site


def _describes(words: Sequence[Word], comma: int, first: int) -> bool:
    """Whether a joined site says where the one before is: "on my left side, just under the ribs"."""
    return words[comma].norm == "," and any(word.norm in _BESIDE for word in words[comma:first])


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
        match = _matched(words, lexicon, at)
        if match is not None and not _part_of(words, match[1], at + match[0]):
            return _with_sides(words, match[1], at, at + match[0], begin)
        if match is None and words[at].norm not in _TOWARDS:
            return None
        at += match[0] if match else 1
    return None


def _part_of(words: Sequence[Word], name: str, end: int) -> bool:
    """Whether a site only says where another is: "the back of my knee", but not "the calf of either leg"."""
    if end >= len(words) or words[end].norm != "of":
        return False
    return name not in _LIMBS_OWN or end + 1 >= len(words) or words[end + 1].norm not in ("either", "one", "each")


_LIMBS_OWN = word_set("calf thigh shin knee ankle heel toe sole foot palm finger wrist elbow")


def first_site(words: Sequence[Word], lexicon: Lexicon, stop: int, *, begin: int = 0) -> Site | None:
    """The first part of the body from word `begin` to word `stop`."""
    for at in range(begin, stop):
        match = _matched(words, lexicon, at)
        if match is not None and match[1] not in VAGUE_SITES:
            return _with_sides(words, match[1], at, at + match[0], 0)
    return None


def owned_site(words: Sequence[Word], lexicon: Lexicon, stop: int, owners: frozenset[str]) -> Site | None:
    """The first part of the body before word `stop` that is somebody's."""
    return next((site for at in range(1, stop) if (site := _owned(words, lexicon, at, owners))), None)


def last_site(
    words: Sequence[Word], lexicon: Lexicon, stop: int, owners: frozenset[str], *, begin: int = 0
) -> Site | None:
    """The last part of the body before word `stop` that is somebody's: "my left knee" where "my" is an owner."""
    return next((site for at in range(stop - 1, begin, -1) if (site := _owned(words, lexicon, at, owners))), None)


def _owned(words: Sequence[Word], lexicon: Lexicon, at: int, owners: frozenset[str]) -> Site | None:
    match = _matched(words, lexicon, at)
    if match is None or match[1] in VAGUE_SITES:
        return None
    site = _with_sides(words, match[1], at, at + match[0], 0)
    before = site.first - 1
    if site.name == "back" and before > 0 and words[before - 1].norm == "at":
        return None  # "bottom tooth at the back"
    if before > 0 and words[before].norm in _EPITHETS:
        before -= 1  # "it's this blessed shoulder"
    return site if before >= 0 and words[before].norm in owners else None


def opening_site(
    words: Sequence[Word], lexicon: Lexicon, sentences: Sequence[tuple[int, int]], stop: int
) -> Site | None:
    """The part of the body with which the last sentence before word `stop` opens that opens with one: "Bottom tooth at
    the back, on the right"."""
    for first, end in reversed(sentences):
        if first < stop:
            site = first_site(words, lexicon, min(first + _OPENS, end, stop), begin=first)
            if site is not None and site.first == first:
                return site
    return None


_EPITHETS = word_set(
    "blessed bloody damn damned darn stupid old bad poor blasted flipping ruddy wretched good gammy dodgy"
)
_OPENS = 3  # words


VAGUE_SITES = frozenset({"body", "heart", "skin", "head", "muscle", "bone", "kidney", "gland", "joint", "side", "eye"})
