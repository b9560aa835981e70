"""Which of several things asked about an answer means: "the first one", "everything else is fine", "my knees hurt"."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from carelog.extraction.exchange_fillers import skip_fillers
from carelog.extraction.exchange_plain import PLAIN_REPLIES, AnswerKind
from carelog.extraction.negation import Denial, denial, is_negative
from carelog.extraction.phrasebook import phrase_set, phrase_table
from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.symptoms.sites import Site, first_site
from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.wordsets import word_set

_LAST: Final = -1
_PLACES: Final[PhraseTable[tuple[int, ...]]] = phrase_table(
    {
        (0, 1): "the first two | first two",
        (_LAST - 1, _LAST): "the last two | last two",
        (0,): "the first one | the first | the former | first one",
        (1,): "the second one | the second | second one",
        (2,): "the third one | the third | third one",
        (_LAST,): "the last one | the latter | the last | last one | the latter one",
    }
)
_ALL_BUT: Final = frozenset({("all", "but"), ("everything", "but"), ("all", "except"), ("everything", "except")})
_CLOSING: Final = word_set(", . ! ? but and yes yeah no not though only maybe sometimes definitely")
_REST_FINE: Final = """
    everything else is fine | everything else is okay | everything else is good | everything else has been okay |
    everything else has been fine | everything else has been good | everything else is normal | nothing else |
    nothing other than that | other than that no | other than that , no | otherwise no | otherwise , no |
    otherwise nothing | otherwise fine | otherwise i'm fine | otherwise okay | besides that no | besides that , no |
    apart from that no | apart from that , no | aside from that no | aside from that , no | but no mostly |
    but no just | but no nothing
    """
_REST_IS_FINE: Final = phrase_set(_REST_FINE)
_NO_MORE: Final = phrase_set(
    _REST_FINE
    + """
    | that's about it | that's about all | just that | only that | just that one | that's the only one |
    that's the only thing | that'll be it | that would be it | that's it | that's all |
    that is all | that is it | none of the others |
    not the others | not the other | not the other one | not the rest | the others no | the others , no |
    the other one no | the other one , no | the other two no | the other two , no | the other three , no |
    the other no | the other , no | the rest no | the rest , no | the others are fine | the other two are fine |
    none of the rest | aur kuch nahi | bas itna hi | और कुछ नहीं
    """
)
_ENDING: Final = word_set(". , ? ! ; and but")
_AROUND: Final = word_set(
    """
    my the a an any some it's its i i'm i've it that that's there's is are was been have has had do does got get getting
    yes yeah yep no not n't nope never oh um uh well so just only maybe really more most mostly mainly pretty very a bit
    little sometimes often a lot of in on at with to all too also though then still now lately definitely certainly sure
    yeah ya haan kind sort or you your me okay fine alright great normal theek thing things part bit like when if time
    times day night
    """
)
_NOTHING: Final = frozenset({"nothing", "none"})
_WITHIN: Final = frozenset({"in", "from", "with"})
_SAME_AS: Final = {"fallen": "fall", "fell": "fall", "noise": "sound", "nois": "sound", "pee": "urine", "poop": "stool"}
_AFTER_ONE: Final[PhraseTable[bool]] = phrase_table(
    {
        True: "for sure | definitely | yes | yeah | yep | absolutely | a little | a little bit | a bit | sometimes | "
        "all the time | a lot | once in a while | every now and then | now and then",
        False: "no | nope | not so much | not really | not at all | not much | never | not that much | not as much | "
        "is fine | are fine | fine | okay | not a problem | no problem",
    }
)
_FINE: Final = word_set("fine okay ok alright good great normal steady clear theek thik")
_DOTS: Final = frozenset({".", "…", "-"})
_AS_WELL: Final = word_set("too also either neither same likewise")
_IN_TURN: Final = word_set("and , then to the first second third last")
_AT_END: Final = word_set(". ! in ; -")
_BOTH_WAYS: Final = (True, False)
_NO_OTHER: Final = frozenset({"only", "just"})
_OPPOSITE: Final = {"left": "right", "right": "left"}
_ONE_OF_TWO: Final = frozenset({"one", "side"})
_IT_IS: Final = word_set("it's is more just only mostly mainly 's")
_RATHER: Final = word_set("more just only mostly mainly really actually in")
_ITS: Final = word_set("my the")
_PUT_RIGHT_WITHIN: Final = 8  # words
_BLEEDING: Final = {"gum": "bleeding gums", "gums": "bleeding gums", "nose": "nosebleed", "nosebleeds": "nosebleed"}
_JOINTS: Final = frozenset({"knee", "hip", "shoulder", "elbow", "wrist", "ankle", "finger", "thumb", "toe", "jaw"})
_MUSCLES: Final = frozenset({"calf", "thigh", "leg", "arm", "muscle"})
_KINDS: Final = {"joint pain": _JOINTS, "muscle pain": _MUSCLES}


def by_place(reply: Reading, count: int) -> dict[int, bool]:
    """Of `count` things asked about, those that the reply means by their place, and whether it affirms them.

    Where one is affirmed, the others are denied: "just the first one", "a little of the second".
    """
    words = reply.words
    said: dict[int, bool] = {}
    at = 0
    while at < len(words):
        match = _PLACES.at(words, at)
        if match is None or not _closes(reply, at + match[0]):
            at += 1
            continue
        places = [place % count for place in match[1] if place < count]
        before = tuple(word.norm for word in words[max(0, at - 2) : at] if word.norm != "for")
        if before in _ALL_BUT:
            return {place: place not in places for place in range(count)}
        there = not any(is_negative(word) for word in words[max(0, at - 3) : at])
        said |= dict.fromkeys(places, there)
        at += match[0]
    if any(said.values()):
        return {place: said.get(place, False) for place in range(count)}
    return said


def but_for_one(reply: Reading) -> bool:
    """ "All but the cough", "bukhar chhod ke sab": what the reply names is the one that is not there."""
    norms = [word.norm for word in reply.words]
    but = any(one in _EVERY and other in _BUT_FOR for one, other in pairwise(norms))
    left = not (_EVERY.isdisjoint(norms) or _LEAVING.isdisjoint(norms))
    return (but or left) and len(norms) <= _ONE_REMARK


_EVERY: Final = word_set("all everything sab सब")
_BUT_FOR: Final = word_set("but except")
_LEAVING: Final = word_set("chhod chhodke chhodkar छोड़ छोड़कर")
_ONE_REMARK: Final = 8  # words


def by_order(reply: Reading, count: int) -> dict[int, bool]:
    """Of `count` things asked about, each with the yes or no that stands in its place: "no, no, and yes".

    "Yes and no" alone says neither of both; "yes and no, in that order" does.
    """
    words = reply.words
    said: list[bool] = []
    at = skip_fillers(words, 0)
    while at < len(words) and (words[at].norm in PLAIN_REPLIES or words[at].norm in _IN_TURN):
        if words[at].norm in PLAIN_REPLIES:
            said.append(PLAIN_REPLIES[words[at].norm] is AnswerKind.YES)
        at += 1
    if len(said) != count or len(set(said)) == 1 or (at < len(words) and words[at].norm not in _AT_END):
        return {}
    vague = count == len(_BOTH_WAYS) and tuple(said) == _BOTH_WAYS and not any(w.norm == "order" for w in words)
    return {} if vague else dict(enumerate(said))


def by_word(asking: Reading, reply: Reading, about: Sequence[Mention]) -> dict[int, bool]:
    """Those of the things asked about that the reply means by one of their words, and whether it affirms them.

    "Are you cold all the time, hair falling out?" - "My hair, yes. Not cold." It says nothing of the others.
    """
    kept = _told_apart([_content(asking, mention) for mention in about], about)
    said: dict[int, bool] = {}
    begin = 0
    well = False
    for end in range(len(reply.words) + 1):
        if end < len(reply.words) and reply.words[end].norm not in _ENDING:
            continue
        remark = range(begin, end)
        begin = end + 1
        if any(i in reply.named for i in remark):
            continue
        telling = [reply.words[i] for i in remark if reply.words[i].norm not in _AROUND | _NOTHING]
        stems = [_stem(word.norm) for word in telling if not is_negative(word)]
        meant = [place for stem in stems for place, content in enumerate(kept) if stem in content]
        if not stems or len(meant) != len(stems):
            continue
        fine = any(is_negative(reply.words[i]) or reply.words[i].norm in _FINE | _NOTHING for i in remark)
        if not fine and well and any(reply.words[i].norm in _AS_WELL for i in remark):
            fine = True  # "lips are fine, tongue too"
        well = fine
        if len(meant) > 1 and not (fine and reply.words[remark[0]].norm in _NOTHING):
            continue  # "nothing in the urine or the stool"
        fine = fine or _goes_on_fine(reply.words, end)
        said |= {place: not fine for place in meant if place not in said}
        if said[meant[0]] and reply.words[remark[0]].norm in _NO_OTHER:
            return {place: place == meant[0] for place in range(len(about))}
    return said | {place: there for place, there in _by_turns(reply, kept).items() if place not in said}


def _goes_on_fine(words: Sequence[Word], end: int) -> bool:
    """ "Stool, no", "leaking... no, I don't think so", "eyes, my wife says they're normal"."""
    at = end
    while at + 1 < len(words) and words[at + 1].norm in _DOTS:
        at += 1
    if at + 1 >= len(words):
        return False
    after = _AFTER_ONE.at(words, at + 1)
    if words[end].norm == ",":
        stop = next((i for i in range(end + 1, len(words)) if words[i].norm in _ENDING), len(words))
        goes_on = any(words[i].norm in _FINE for i in range(end + 1, min(stop, end + _PUT_RIGHT_WITHIN)))
        return goes_on or (after is not None and not after[1])
    return at > end and after is not None and not after[1]


def _by_turns(reply: Reading, kept: Sequence[frozenset[str]]) -> dict[int, bool]:
    """ "Light for sure noise not so much": each thing with its yes or no right after it, where nobody writes commas."""
    said: dict[int, bool] = {}
    for i, word in enumerate(reply.words[:-1]):
        after = _AFTER_ONE.at(reply.words, i + 1)
        meant = [place for place, content in enumerate(kept) if _stem(word.norm) in content]
        if after is not None and len(meant) == 1 and i not in reply.named:
            said.setdefault(meant[0], after[1])
        nothing = word.norm in _NOTHING and reply.words[i + 1].norm in _WITHIN
        for at in range(i + 2, len(reply.words)) if nothing else ():
            among = [place for place, content in enumerate(kept) if _stem(reply.words[at].norm) in content]
            if not among and reply.words[at].norm not in _AROUND | {"or"}:
                break  # "nothing in the urine or the stool | but ..."
            said |= dict.fromkeys(among if len(among) == 1 else (), False)
    return said


def _told_apart(contents: list[frozenset[str]], about: Sequence[Mention]) -> list[frozenset[str]]:
    """Of things that one phrase names together ("blood in your urine or stool"), each by the words of its own name."""
    spans = [(mention.first, mention.end) for mention in about]
    own = [frozenset(_stem(norm) for norm in mention.name.split()) for mention in about]
    found: list[frozenset[str]] = []
    for place, content in enumerate(contents):
        others = [k for k, span in enumerate(spans) if span == spans[place] and k != place and contents[k] == content]
        if others:
            content &= own[place] - frozenset[str]().union(*(own[k] for k in others))
        found.append(content)
    return found


def _content(asking: Reading, mention: Mention) -> frozenset[str]:
    """The words that tell it from others; where it has a place, the place and the complaint."""
    if mention.site:
        norms = [*mention.site.split(), asking.words[mention.head].norm]
    else:
        norms = [word.norm for word in asking.words[mention.first : mention.end]]
    return frozenset(_stem(norm) for norm in norms if norm not in _AROUND)


def _stem(norm: str) -> str:
    """A word without what inflects it, near enough to know it again: "peeing" and "pee", "burns" and "burn"."""
    for ending in ("ing", "es", "s", "ed", "y"):
        if norm.endswith(ending) and len(norm) - len(ending) > 2:
            norm = norm.removesuffix(ending)
            break
    return _SAME_AS.get(norm, norm)


def the_rest(reply: Reading, *, named: bool) -> tuple[int, int] | None:
    """Where the reply denies what is left of a list: "a stuffy nose, but everything else is fine".

    `named`: it names one of the list, so that "that's it" ends it as well.
    """
    phrases = _NO_MORE if named else _REST_IS_FINE
    for i in range(len(reply.words)):
        match = phrases.at(reply.words, i)
        if match is not None:
            return i, i + match[0]
    return None


def other_side(mention: Mention, reply: Reading) -> Mention | None:
    """The complaint on the side that the reply puts right: "your left hip?" "No, the right one." """
    side = next((side for side in _OPPOSITE if mention.site and mention.site.startswith(f"{side} ")), None)
    if mention.site is None or side is None:
        return None
    norms = [word.norm for word in reply.words[:_PUT_RIGHT_WITHIN]]
    for before, after in pairwise(norms):
        named = before == _OPPOSITE[side] and after in _ONE_OF_TWO
        if named or (before == "other" and after in _ONE_OF_TWO) or (before == "my" and after == _OPPOSITE[side]):
            return replace(mention, site=mention.site.replace(side, _OPPOSITE[side], 1))
    return None


def instead(mention: Mention, reply: Reading, lexicon: Lexicon) -> Site | None:
    """The place that the reply names in place of the one asked about: "any chest pain?" - "no, it's my shoulder"."""
    if not mention.name.endswith(" pain"):
        return None
    words = reply.words
    for i in range(min(len(words) - 2, _PUT_RIGHT_WITHIN)):
        if words[i].norm not in _IT_IS or any(at in reply.named for at in range(i, min(len(words), i + 4))):
            continue
        at = i + 1
        while at < len(words) and words[at].norm in _RATHER:
            at += 1
        if at >= len(words) or words[at].norm not in _ITS:
            continue
        site = first_site(words, lexicon, min(len(words), at + 3), begin=at + 1)
        if site is None or lexicon.concept(site.name, "pain") == mention.name:
            continue
        if site.end == len(words) or words[site.end].norm in _CLOSING or words[site.end].norm == "that":
            return site
    return None


def bleeding_at(mention: Mention, reply: Reading) -> Mention:
    """ "Any bleeding?" - "From the gums, at the dentist's.": the bleeding under the name that it has there."""
    if mention.name != "bleeding":
        return mention
    first, end = reply.utterance.sentences[0]
    name = next((_BLEEDING[word.norm] for word in reply.words[first:end] if word.norm in _BLEEDING), None)
    return mention if name is None else replace(mention, name=name)


def tells_a_kind_of(mention: Mention, told: Sequence[Mention], reply: Reading) -> bool:
    """Whether the reply has what was asked about under a closer name: "any joint pain?" "My knees hurt." """
    parts = _KINDS.get(mention.name)
    return parts is not None and any(
        other.complaint == "pain"
        and other.part in parts
        and denial(reply.words, reply.clause_of(other), other.head, other.end, reply.named) is Denial.NOT_DENIED
        for other in told
    )


def _closes(reply: Reading, at: int) -> bool:
    return at >= len(reply.words) or reply.words[at].norm in _CLOSING
