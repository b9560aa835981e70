"""What happens in a dream, a film or the news, and what a leaflet or an empty form says."""

from typing import Final

from carelog.extraction.unreal.pattern import FIRST_PERSON, WITHIN, Unreal, unreal, up_to

_AWAKE = (
    r"\b(?:but|anyway|woke|wake|waking|awoke|awake|now|today|really|actually|honestly|truly|though|because|since"
    r"|so that"
    r"|in real|uth|uthke|utha|uthi|neend|aankh)\b"
)
# A dream goes on in the sentences after it that tell what was, as long as nothing in them is of the present.
_PRESENT = (
    rf"{_AWAKE}|\b(?:is|are|am|i'm|i've|it's|has|have|been|hurts?|feel|feels|since|still|this|last|ago|yesterday)\b"
)
_GOES_ON = (
    rf"(?P<unreal>(?:(?!{_AWAKE}){WITHIN}){{0,240}}"
    r"(?:[.!…]+\s+(?:and|then|i|we|he|she|they|it|there|my|the|no one|nobody|somebody|someone|everyone|everything"
    r"|all)\b"
    rf"(?:(?!{_PRESENT}){WITHIN}){{0,160}}(?=[.!…]|$)){{0,6}})"
)
_DREAMS: Final = (
    unreal(
        "dream nightmare",
        rf"\b(?:had|having) (?:the|a|this|that|one) (?:\w+ ){{0,3}}(?:dream|nightmare)(?: last night| again)?"
        rf"(?=[.!…,])(?!.{{0,40}}\b(?:woke|wake)){_GOES_ON}",
    ),
    unreal(
        "dreamt dreamed dreaming",
        rf"(?<!never )(?<!n't )(?<!not )\b(?:dreamt|dreamed|dreaming) (?!of being (?:rid|free)){_GOES_ON}",
    ),
    unreal(
        "dream nightmare dreams nightmares",
        rf"\b(?:had|having|have) (?:\w+ ){{0,3}}(?:dream|nightmare)s?(?: last night| the other night| again)?,? "
        rf"(?:that|where|in which|when|i (?:was|had)){up_to(_AWAKE)}",
    ),
    unreal(
        "dream nightmare dreams nightmares",
        rf"\bin (?:my|the|a|that|this) (?:dream|nightmare)s?,?(?! of\b){up_to(_AWAKE)}",
    ),
    unreal("sapne sapna khwab", rf"\b(?:sapne? (?:me|mein|main|dekha)|khwab (?:me|mein|main|dekha)){up_to(_AWAKE)}"),
    unreal("सपने सपना", rf"(?:सपने में|सपना देखा){up_to('उठ|नींद')}"),
)

_SHOWN = (
    r"(?:film|movie|soap opera|sitcom|documentary|novel|cartoon|comic|telenovela|podcast"
    r"|(?:cpr|first aid|anatomy|biology) (?:class|course|training))"
)
_SHOWN_CUES: Final = "film movie opera sitcom documentary novel cartoon comic telenovela podcast class course training"
_TOLD = rf"(?:{_SHOWN}|series|show|drama|programme|story|article|book|news report|advert|ad|commercial|post)"
_ON_AIR = (
    r"(?:tv|telly|television|the tv|the telly|the television|the news|the radio|youtube|netflix|tiktok|facebook"
    r"|instagram|the internet)"
)
# What the speaker did or has stands apart from what they saw: "... and stopped it", "so I have a fever".
_OWN = (
    rf"{FIRST_PERSON}|\b(?:and|so|then)\s+(?:then\s+|so\s+)?"
    r"(?:stopped|started|took|quit|bought|tried|got|felt|began|threw|cut|decided|asked|called)\b"
)
_FILMS: Final = (
    unreal(
        _SHOWN_CUES,
        rf"\bin (?:the|a|an|this|that|one) (?:\w+ ){{0,2}}{_SHOWN}\b,?"
        rf"(?: (?:i|we|i'm|i've) (?:\w+ )?(?:saw|watched|read|watching|reading|writing))?{up_to(_OWN)}",
    ),
    unreal(
        _SHOWN_CUES,
        rf"(?:^|(?<=[.?!…,] ))(?P<unreal>(?:(?!{_OWN}){WITHIN}){{1,240}}) in (?:the|a|this|that) (?:\w+ )?{_SHOWN}\b",
    ),
    unreal(
        "watched watching saw seen read reading heard",
        rf"\b(?:watched|watching|saw|seen|read|reading|heard) (?:\w+ ){{0,3}}{_TOLD} "
        rf"(?:on (?!\w+day|the\b|my\b|tv)|(?:about|where|in which|that said|who)\b){up_to(_OWN)}",
    ),
    unreal(
        "film movie series show story drama documentary novel book article",
        rf"\b(?:the|a|this|that) (?:\w+ )?(?:film|movie|series|show|story|drama|documentary|novel|book|article),? "
        rf"(?:where|in which|about){up_to(_OWN)}",
    ),
    unreal("reading read", rf"\b(?:was reading|been reading|i read) (?:up )?(?:on|about)\b{up_to(_OWN)}"),
    unreal(
        "pretend pretending",
        rf"(?<!to )(?<!n't )(?<!not )(?<!stop )\bpretend(?:ing)? (?:that )?(?:i|you|he|she)\b{up_to()}",
    ),
    unreal(
        "character",
        rf"\bcharacter,? (?:(?:in|from) (?:\w+ ){{1,3}})?(?:has|had|is|was|gets|got|wants|who){up_to(_OWN)}",
    ),
    unreal("film movie serial natak kahani", rf"\b(?:film|movie|serial|natak|kahani) (?:me|mein)\b{up_to(_OWN)}"),
    unreal("फिल्म फ़िल्म टीवी", rf"(?:फिल्म में|फ़िल्म में|टीवी पर|टीवी में){up_to('मुझे|मेर|मैं')}"),
    unreal(
        "film movie series show story article drama documentary novel",
        rf"\b(?:the|that|this) (?:film|movie|series|show|story|article|drama|documentary|novel) "
        rf"(?:is about|was about|says|said|talks|talked|mentioned|mentions|shows|showed){up_to(_OWN)}",
    ),
    unreal(
        "tv telly television news radio youtube netflix tiktok facebook instagram internet",
        rf"\b(?:on|in) {_ON_AIR}\b,?{up_to(_OWN)}",
    ),
    unreal(
        "class course training",
        rf"\b(?:cpr|first aid|anatomy|biology) (?:class|course|training) (?:taught|teaches|covered|was about|is about)"
        rf"{up_to(_OWN)}",
    ),
    unreal("song lyrics poem", rf"\b(?:song|lyrics|poem) (?:\w+ ){{0,2}}(?:goes|go|says|say|called)\b{up_to()}"),
)

# "... and I have both": what the leaflet says is so after all.
_BORNE_OUT = (
    r"(?!.{0,200}\b(?:(?:i have|i've got|i got|i get|i do have|had) (?:both|them|that|those|all|it|every"
    r"|exactly|some)\b|that's (?:me|what i|exactly|how i)|exactly what|same as me|just like me))"
)
_SAYING = r"(?:says?|said|lists?|listed|mentions?|mentioned|warns?|warned|talks? about|talked about|reads)"
_FILLED_IN = r"\bbut\b|\bi (?:put|wrote|ticked|checked|said|answered|do|have)\b"
_HOWEVER = r"\b(?:but|so|and (?:i|my))\b"
_LEAFLETS: Final = (
    unreal(
        "leaflet insert pamphlet brochure handout flyer poster website google wikipedia webmd chatgpt",
        rf"\b(?:leaflet|insert|pamphlet|brochure|handout|flyer|poster|website|google|wikipedia|webmd|chatgpt) "
        rf"(?:\w+ ){{0,5}}{_SAYING}\b{_BORNE_OUT}{up_to(FIRST_PERSON)}",
    ),
    unreal(
        "precautions",
        rf"\b(?:return|er|ed|safety) precautions?(?: (?:given|discussed|reviewed|explained|provided))?"
        rf"(?: (?:for|include|including|are))?:?{up_to()}",
    ),
    unreal(
        "google internet webmd chatgpt",
        rf"\b(?:google|internet|webmd|chatgpt) (?:says|said|thinks) {up_to(_HOWEVER)}",
    ),
    unreal(
        "leaflet insert pamphlet brochure handout flyer poster",
        rf"\b(?:leaflet|insert|pamphlet|brochure|handout|flyer|poster):{_BORNE_OUT}{up_to(FIRST_PERSON)}",
    ),
    unreal(
        "leaflet insert pamphlet brochure label box bottle packet package",
        rf"\b(?:it says|says|said|written|printed|warnings?) (?:\w+ ){{0,3}}?(?:on|in) the (?:\w+ ){{0,2}}"
        rf"(?:leaflet|insert|pamphlet|brochure)\b{_BORNE_OUT}{up_to(FIRST_PERSON)}",
    ),
    unreal(
        "warning warnings warns",
        rf"\bwarnings? (?:label )?(?:\w+ ){{0,2}}(?:on|in) the (?:\w+ ){{0,2}}(?:label|box|bottle|packet"
        rf"|package|tube)\b{_BORNE_OUT}{up_to(FIRST_PERSON)}",
    ),
    unreal(
        "label box bottle packet package",
        rf"\b(?:label|box|bottle|packet|package) (?:\w+ )?(?:warns|warned|says (?:it )?(?:may|can|might|could))\b"
        rf"{_BORNE_OUT}{up_to(FIRST_PERSON)}",
    ),
    unreal(
        "form questionnaire survey checklist",
        rf"(?<!your )\b(?:form|questionnaire|survey|checklist) (?:\w+ )?asks? (?:\w+ )?(?:if|whether)\b"
        rf"{up_to(_FILLED_IN)}",
    ),
    unreal(
        "form questionnaire survey checklist",
        rf"(?<!your )\b(?:form|questionnaire|survey|checklist) (?:\w+ )?asks? (?:\w+ )?(?:about|for)\b"
        rf"{up_to(FIRST_PERSON)}",
    ),
    unreal(
        "form questionnaire survey checklist app page",
        rf"(?<!your )\b(?:form|questionnaire|survey|checklist|app|page),? (?:it )?"
        rf"(?:asks|{_SAYING})\s*(?=[:,]?\s*['\"“‘]){up_to(_FILLED_IN)}",
    ),
)

STORIES: Final[tuple[Unreal, ...]] = (*_DREAMS, *_FILMS, *_LEAFLETS)
