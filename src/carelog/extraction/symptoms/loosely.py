"""Phrases found in other forms than those in which they stand in the vocabulary: "nose keeps bleeding" and "nose bled"
for "nose bleeding", "I can't, you know, catch my breath", "my ears don't ring".

Verbs are compared by their first form and parts of the body by one of them. Inside a phrase, words that only say how
much, how often or on which side are passed over, and so is one denial, which then denies what the phrase names.
"""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_REGULAR = word_set(
    """
    ache attack bang bark blister block bother bruise bubble buckle bump burp buzz change chatter choke churn clench
    click climb clog clunk collapse concentrate control cope cough crack cramp crash crawl creak crumble crunch cry
    curl dangle digest doze dribble drift drool droop drown ease empty enjoy faint fart fizz flake flash flicker float
    flush flutter focus follow force fumble gasp gurgle gush hack hammer hawk heave hiss hobble hurl interest itch
    jerk jump keel kick kill knock laugh leak lift limp lock lurch maintain manage mess misplace miss mix move mumble
    ooze open pace pain pant pass peel perform pick pile pinch piss play poop pound pour prick prickle puff puke pull
    pump push race radiate raise rattle reach recognise recognize remember repeat retain retch roll rush scratch
    scream seep seize shiver shuffle skip slur smell smother sneeze sniff snore soak soil spike spill squeeze stagger
    stammer stare stay strain stream stumble stutter suck suffocate swallow sway sweat talk taste throb thump tighten
    tilt tingle topple touch tremble trickle turn twist twitch urinate veer vomit wake walk wander wash water wheeze
    whistle whoosh wipe wobble worsen yank yawn
    """
)
_DOUBLED = word_set(
    """
    bob drag drip drop flip gag grab grip knot lag nod pat pop rip rub skip slap slip snap stab stop tap tip trap trip
    tug wag
    """
)
_IRREGULAR = """
    begin begins began begun beginning | bite bites biting bitten | bleed bleeds bled bleeding |
    blow blows blowing | break breaks broke broken breaking | breathe breathes breathed breathing |
    bring brings brought bringing | burn burns burned burnt burning | burst bursts bursting |
    catch catches caught catching | come comes came coming | cut cuts cutting |
    drink drinks drank drinking | eat eats ate eaten eating | fall falls fell falling |
    fight fights fought fighting | speak speaks spoke spoken speaking | pay pays paid paying |
    forget forgets forgot forgotten forgetting | give gives gave given giving |
    go goes went gone going | grow grows grew grown growing | hang hangs hung hanging | hear hears heard hearing |
    hit hits hitting | hold holds held holding | hurt hurts hurting | keep keeps kept keeping |
    lie lies lying lay lays laid laying | lose loses lost losing | make makes made making | pee pees peed peeing |
    put puts putting | poo poos pooed pooing | read reads reading | ring rings rang rung ringing |
    run runs ran running | see sees saw seen seeing | shake shakes shook shaken shaking | shed sheds shedding |
    shoot shoots shot shooting | sit sits sat sitting | sleep sleeps slept sleeping | smell smelt | spin spins spun
    spinning | spit spits spat spitting | split splits splitting | stand stands stood standing |
    stick sticks stuck sticking | sting stings stung stinging | stink stinks stank stunk stinking |
    swell swells swelled swollen swelling | swim swims swam swimming | take takes took taken taking |
    tear tears tore torn tearing | think thinks thought thinking | throw throws threw thrown throwing |
    try tries tried trying | wee wees weed weeing | weep weeps wept weeping |
    wet wets wetted wetting | want wants wanted wanting | start starts started starting | seem seems seemed |
    tend tends tended | become becomes became becoming | have has had having |
    eye eyes | ear ears | hand hands | finger fingers | thumb thumbs | foot feet | toe toes | leg legs | arm arms |
    knee knees | ankle ankles | hip hips | shoulder shoulders | joint joints | muscle muscles | bone bones |
    calf calves | heel heels | gum gums | tooth teeth | lip lips | eyelid eyelids | nostril nostrils | sinus sinuses |
    lung lungs | kidney kidneys | nail nails | toenail toenails | stool stools | motion motions | bowel bowels |
    period periods | breast breasts | nipple nipples | testicle testicles | tonsil tonsils | palm palms | sole soles |
    head heads | throat throats | nose noses | heart hearts | chest chests | stomach stomachs | tummy tummys tummies |
    belly bellys bellies | back backs | neck necks | tongue tongues | mouth mouths | skin skins | jaw jaws |
    voice voices | memory memorys | mind minds | hair hairs | bladder bladders | urine urines | speech speechs |
    breath breaths |
    me him us | myself himself herself yourself themselves themself | i'm he's she's you're they're im hes shes youre
    """


_ALIKE = """
    pee wee urinate piss | poo poop crap pooed | toilet loo bathroom restroom washroom lavatory lav |
    stomach tummy belly abdomen gut guts tum | tv telly television | trousers pants jeans slacks | mum mom mummy |
    bad awful terrible horrible dreadful rubbish poor shocking rotten crappy lousy shot atrocious appalling dire |
    scared afraid frightened terrified | big huge massive enormous | everyone everybody | anyone anybody |
    someone somebody | nobody noone | fast quickly quick easily | hurt painful | hardly barely scarcely |
    nappy nappies diaper diapers | when whenever every each | sofa settee couch | pyjamas pajamas nightie nightgown |
    round around | kids children grandchildren | colour color | walls wall | pavement kerb curb
    """


def _forms() -> dict[str, str]:
    made: dict[str, str] = {}
    for verb in _REGULAR | _DOUBLED:
        stem = f"{verb}{verb[-1]}" if verb in _DOUBLED else verb.removesuffix("e")
        past = f"{verb[:-1]}ied" if verb[-1] == "y" and verb[-2] not in "aeou" else f"{stem}ed"
        third = f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z")) else f"{verb}s"
        if past.endswith("ied"):
            third = f"{verb[:-1]}ies"
        made |= dict.fromkeys((past, third, f"{stem}ing"), verb)
    for group in _IRREGULAR.split("|"):
        first, *others = group.split()
        made |= dict.fromkeys(others, first)
    alike: dict[str, str] = {}
    for group in _ALIKE.split("|"):
        first, *others = group.split()
        alike |= dict.fromkeys(others, first)
    return alike | {word: alike.get(base, base) for word, base in made.items()}


FORMS = _forms()
"""What words are compared by: "bled" by "bleed", "eyes" by "eye"."""
_PASSED_OVER = word_set(
    """
    sometimes often always constantly suddenly occasionally usually mostly again also now lately recently like literally
    basically honestly all both too terribly awfully dreadfully badly horribly severely seriously generally normally
    regularly frequently continually continuously slowly gradually increasingly repeatedly randomly easily even kind
    keep start begin seem tend become being get go turn this these those left right whole entire bloody damn
    a an bit little lot lots lately today yesterday proper apparently obviously me know mean
    something ever sort he she they
    """
)
_LED = {
    "to": word_set("seem tend start begin"),
    "of": word_set("lot lots bit kind sort"),
    "time": frozenset({"when"}),
    "bad": frozenset({"something"}),
}
"""Words that are passed over only after one of those."""
_AFTER_HAVING = {word for word in FORMS if not word.endswith(("ing", "s"))} | _PASSED_OVER - word_set("a an this these")
_CANNOT = "cannot"
_TROUBLE = "trouble"
_UNABLE = {
    "trouble": (["to"], []),
    "hard": (["to"],),
    "difficult": (["to"],),
    "impossible": (["to"],),
    "unable": (["to"],),
    "not": (["able", "to"],),
    "can": (["hardly"], ["no", "longer"]),
}
"""What says as much as "cannot": "hard to", "I can hardly"."""
_DENYING = word_set("not cannot no never nothing none without hardly barely nobody nowhere neither nor")
_DENIED_BY = word_set("not never")
_OF_ANYTHING = word_set("have see hear take think make hold need")
"""What makes too loose a pair: "seeing things" is not "seeing a lot of things"."""
BETWEEN = _PASSED_OVER | _DENIED_BY | _LED.keys() | {"have"}
"""What may stand after the first word and be passed over."""
_NOT_ALIKE = _PASSED_OVER | {"i'd"}
"""What begins no phrase here: "like I'd pass out" is not "I'd passed out"."""
_MOST = 4
"""Words that are passed over in one phrase."""


def form(norm: str) -> str:
    """
    >>> form("bled"), form("twitches"), form("carrying")
    ('bleed', 'twitch', 'carrying')
    """
    return FORMS.get(norm, norm)


class Found(NamedTuple):
    """A phrase of so many words, with what it stands for; `denied` where a denial stands in the midst of it."""

    length: int
    name: str
    denied: bool


class LooseTable:
    """Phrases of two words and more by the forms of their words. What two phrases of different meaning have in common
    is left to who looks for the phrases as they stand. `heads` are the forms that may come first."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        # By their first forms. The tree below one is made when it is first said, as in PhraseTable.
        self._phrases: dict[str, list[tuple[str, str]]] = {}
        self._roots: dict[str, _Node] = {}
        self._seconds: dict[str, Set[str]] = {}
        for phrase, name in phrases.items():
            first, _, rest = phrase.partition(" ")
            first = FORMS.get(first, first)
            if rest and first not in _NOT_ALIKE and (" " in rest or first not in _OF_ANYTHING):
                self._phrases.setdefault(first, []).append((rest, name))
        if _TROUBLE in self._phrases:
            self._phrases.setdefault(_CANNOT, [])
        self.heads: Set[str] = {*self._phrases, *(_UNABLE if _CANNOT in self._phrases else ())}

    def may_begin(self, forms: Sequence[str], index: int) -> bool:
        """Whether the word at `index`, one of the `heads`, is followed by one that may come second, BETWEEN apart."""
        seconds = self._seconds.get(forms[index]) or self._may_follow(forms[index])
        for at in range(index + 1, min(index + 2 + _MOST, len(forms))):
            if forms[at] in seconds:
                return True
            if forms[at] not in BETWEEN:
                return False
        return False

    def _may_follow(self, first: str) -> Set[str]:
        after = self._root(first).after.keys() if first in self._phrases else frozenset()
        unable = {second for rest in _UNABLE.get(first, ()) for second in (rest[:1] or self._root(_CANNOT).after)}
        self._seconds[first] = seconds = frozenset({*after, *unable})
        return seconds

    def _root(self, first: str) -> "_Node":
        root = self._roots.get(first)
        if root is None:
            root = _Node()
            for rest, name in self._phrases[first]:
                node, denies = _grown(root, rest)
                node.name = name if node.name in (None, name) else ""
                node.denies = denies or first in _DENYING
            for rest, name in self._phrases.get(_TROUBLE, ()) if first == _CANNOT else ():
                if name[0].isalpha():
                    node, _ = _grown(root, rest)
                    node.name = name if node.name is None else node.name
                    node.denies = True
            self._roots[first] = root
        return root

    def at(self, said: Sequence[Word], forms: Sequence[str], index: int) -> Found | None:
        """The longest phrase that begins at `index` of what is said, the words of which have those forms."""
        found: Found | None = None
        if forms[index] in self._phrases:
            found = _longest(self._root(forms[index]), said, forms, index, index + 1)
        for rest in _UNABLE.get(forms[index], ()):
            begin = index + 1 + len(rest)
            if list(forms[index + 1 : begin]) == rest and _CANNOT in self._phrases:
                unable = _longest(self._root(_CANNOT), said, forms, index, begin)
                if unable is not None and (found is None or found.length < unable.length):
                    found = unable
        return found


def _grown(root: "_Node", rest: str) -> tuple["_Node", bool]:
    """Where a phrase ends that goes on so below its first word, and whether a denial is among these words."""
    node, denies = root, False
    for norm in rest.split():
        form = FORMS.get(norm, norm)
        denies = denies or form in _DENYING
        node = node.after.setdefault(form, _Node())
    return node, denies


def _longest(
    node: "_Node",
    said: Sequence[Word],
    forms: Sequence[str],
    index: int,
    at: int,
    *,
    denied: bool = False,
    passed: int = 0,
) -> Found | None:
    """The longest phrase that goes on from `node` with the word `at`, of those that begin at `index`."""
    found: Found | None = None
    while at < len(forms):
        norm = forms[at]
        following = node.after.get(norm)
        over = passed < _MOST and _is_passed_over(said, forms, at)
        at += 1
        if following is not None:
            if over and node.after:
                found = _longest(node, said, forms, index, at, denied=denied, passed=passed + 1) or found
            node = following
            if node.name and not (denied and node.denies) and (found is None or found.length < at - index):
                found = Found(at - index, node.name, denied)
        elif norm in _DENIED_BY and not denied:
            denied = True
            passed += 1
        elif over:
            passed += 1
        else:
            break
    return found


def _is_passed_over(said: Sequence[Word], forms: Sequence[str], at: int) -> bool:
    norm = forms[at]
    if norm in _PASSED_OVER or forms[at - 1] in _LED.get(norm, ()):
        return True
    # "My nose has gone red", but not "smokers have a cough".
    return norm == "have" and at + 1 < len(said) and said[at + 1].norm in _AFTER_HAVING


class _Node:
    """A word in the tree of phrases; `name` is there where a phrase ends here, and empty where it is unclear."""

    __slots__ = ("after", "denies", "name")

    def __init__(self) -> None:
        self.after: dict[str, _Node] = {}
        self.name: str | None = None
        self.denies = False
