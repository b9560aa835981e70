"""Names that are words, others' words in quotes, and what a clinician tells of themselves and of other patients."""

from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.unreal.pattern import FIRST_PERSON, WITHIN, Unreal, unreal, up_to

_CREATURE = r"(?:son|daughter|baby|wife|husband|brother|sister|friend|neighbou?r|boss)"
_THING = (
    r"(?:dog|cat|pet|puppy|kitten|horse|parrot|hamster|rabbit|band|team|club|boat|restaurant|bar|cafe|shop|game|show"
    r"|film|movie|book|song|village|town)"
)
_CAPITALS = r"(?P<unreal>(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+){0,2})"
_NAMES: Final = (
    unreal("name", rf"\b(?:my|his|her|your|the) (?:\w+ )?(?:full )?name(?:'s| is|:) {_CAPITALS}"),
    unreal(
        "called named",
        rf"\b(?:{_CREATURE}(?: (?:is|was)|'s) called|{_THING}(?: (?:is|was)|'s)? called|"
        rf"(?:{_CREATURE}|{_THING}) named) {_CAPITALS}",
    ),
    unreal(
        "favorite favourite",
        rf"\bfavou?rite (?:band|team|club|song|movie|film|show|book|game|singer) (?:is|was) {_CAPITALS}",
    ),
    unreal(
        "street road avenue lane boulevard terrace st ave rd",
        r"\b(?P<unreal>(?-i:[A-Z])\w+(?: \d+/\d+)? "
        r"(?-i:Street|Road|Avenue|Lane|Boulevard|Terrace|St|Ave|Rd))\b(?: \d+/\d+)?",
    ),
)

_ANOTHER = (
    r"(?:friend|mother|mom|mum|father|dad|wife|husband|son|daughter|brother|sister|neighbou?r|boss|colleague|coworker"
    r"|aunt|uncle|cousin|roommate|guy|man|woman|girl|boy|kid|teen|teenager|lady|customer|she|he|they|somebody|someone"
    r"|people|patients)"
)
_SAID = (
    r"(?:said|says|told \w+|tells \w+|goes|went|was like|is like|texted(?: \w+)?|wrote|cried|yelled|shouted|replied"
    r"|screamed)"
)
_I = r"\b(?:i|i'm|i've|my)\b"
_SAID_CUES: Final = "said says told tells goes went like texted wrote cried yelled shouted replied screamed"
_QUOTED: Final = (
    unreal(
        _SAID_CUES,
        rf"\b{_ANOTHER} (?:\w+ )?{_SAID},?:? ?(?P<unreal>\"(?=[^\"]{{0,60}}{_I})[^\"]{{1,300}}\""
        rf"|“(?=[^”]{{0,60}}{_I})[^”]{{1,300}}”"
        rf"|(?<=[\s,:])'(?=(?:i|i'm|i've|my|oh|help)\b).{{1,160}}?'(?=[\s.,;!?]|$))",
        Role.PATIENT,
        Role.UNKNOWN,
    ),
    unreal(
        "like",
        rf"\b{_ANOTHER}(?: (?:is|was)|'s) (?:always |all |just )?like,? (?P<unreal>(?:oh )?(?:i|i'm|i've) "
        rf"(?:(?!\b(?:when|but|and i)\b){WITHIN}){{1,160}})",
        Role.PATIENT,
        Role.UNKNOWN,
    ),
    unreal(
        "kaha bola boli",
        r"(?<!maine )(?<!humne )\b(?:kaha|bola|boli)(?: ki)?,?:? ?(?P<unreal>[\"“]"
        r"(?=[^\"”]{0,60}\b(?:mujhe|mera|meri|main)\b)[^\"”]{1,200}[\"”])",
        Role.PATIENT,
        Role.UNKNOWN,
    ),
    # Whom a carer quotes is the subject, whose "I" is not the carer's.
    unreal(
        _SAID_CUES,
        rf"\b{_ANOTHER} (?:\w+ )?{_SAID},?:? ?[\"“'](?P<unreal>i|i'm|i've|my)(?= )",
        Role.CARER,
    ),
)

_NO_LOOK = r"(?! a look| to | the | (?:already |just )?(?:seen|looked|checked|examined|measured|taken|heard|felt)\b)"
_ASIDE = (Role.CLINICIAN, Role.AGENT)
_TO_YOU = r"\b(?:you|your|you're|you've|yours)\b"
_CLINICIANS: Final = (
    unreal(
        "own",
        rf"\bmy own (?!view|opinion|recommendation|experience|practice|notes?|impression|sense|feeling|thought"
        rf"|exam|findings?|readings?|eyes|ears|measurements?|assessment|plan|patients?){up_to(_TO_YOU)}",
        *_ASIDE,
    ),
    unreal(
        "myself",
        rf"\bi(?:'m|'ve)? (?:\w+ )?(?P<unreal>(?:have|had|take|took|get|got|use|used|suffer|on|live)\b{_NO_LOOK}"
        rf"(?:(?!{_TO_YOU}|\bmyself\b)[^.?!;\n]){{1,80}} myself"
        rf"(?:,? (?:and |so |but )?i(?:'m|'ve)? (?:also |just )?(?:have|had|take|took|get|got|use|used|on)\b"
        rf"(?:(?!{_TO_YOU})[^.?!;\n]){{1,80}})?)",
        *_ASIDE,
    ),
    unreal(
        "patient patients",
        rf"\b(?:(?:my|our|the) (?:last|previous|other|earlier|next|first) patients?|another (?:of my )?patients?"
        rf"|one of (?:my|our) (?:other )?patients|a patient of (?:mine|ours)|(?:had|saw|have|know) "
        rf"(?:a|another|one) patient (?:who|whose|that|with|last|yesterday|once))\b{up_to(_TO_YOU)}",
        *_ASIDE,
        Role.UNKNOWN,
    ),
)

_OTHER_PATIENTS: Final = (
    unreal(
        "patient",
        rf"(?<!i'm )(?<!am )(?<!as )(?<!been )(?<!was )\b(?:(?:a|another|the other) patient|the patient "
        rf"(?:in the (?:next|other) (?:bed|room)|next to|beside)) (?!of\b|at\b|with dr){up_to(FIRST_PERSON)}",
        Role.PATIENT,
    ),
)

OTHERS: Final[tuple[Unreal, ...]] = (*_NAMES, *_QUOTED, *_CLINICIANS, *_OTHER_PATIENTS)
