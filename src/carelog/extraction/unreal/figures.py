"""Figures of speech: what sounds like an illness, a wish to die or a killing, and is none."""

from typing import Final

from carelog.extraction.unreal.pattern import WITHIN, Unreal, unreal

_BURDENS = (
    r"(?:job|work|boss|traffic|commute|homework|exams?|paperwork|taxes|bills?|rent|prices|suspense|wait|waiting|heat"
    r"|weather|song|music|meetings?|emails?|deadlines?|kids|children|schedule|diet|stairs|queue|phone|computer|app"
    r"|website|insurance|you're|you guys are|course|thesis|school|mondays?|budget|landlord|menus?|forms?"
    r"|printer|laptop|wifi|internet|spreadsheet|essay|parking|voicemail)"
)
_LAUGHING = (
    r"(?:\bha(?:ha)+\b|\bha ha\b|\blol\b|\blmao\b|\bhehe\b|\bjk\b|\b(?:just|only) (?:kidding|joking)\b|[😂🤣😅😆])"
)
_NEWS = (
    r"(?:when|after) (?:i|we|he|she|they) (?:\w+ )?(?:saw|heard|found|opened|got(?! up| out| home)|looked|read"
    r"|realized|realised|noticed|learned|checked|came home)"
)
_ATTACK = r"(?:an? (?:\w+ )?(?:heart attack|stroke|aneurysm|coronary|seizure|fit))"
_TIGHT = r"(?:jeans|trousers|pants|dress|skirt|belt|collar|tie|bra|shirt|mask|shoes|suit|jacket|corset)"
_ALMOST = r"(?:nearly|almost|practically|just about|about)"

_TOUCHING = (
    r"(?:song|music|movie|film|story|voice|speech|thought|idea|scene|anthem|poem|choir|painting|book|singing|ending)"
)
_TRYING = (
    r"(?:boss|kids|children|landlord|homework|taxes|paperwork|insurance|meetings?|politicians|politics|mother-in-law"
    r"|in-laws|neighbou?rs?|customers|clients|students|spreadsheets?|forms|accounts|printer|wifi|ex|teenagers?|budget)"
)

FIGURES: Final[tuple[Unreal, ...]] = (
    unreal(
        "song music movie film story voice speech thought idea scene anthem poem choir painting book singing ending",
        rf"\b{_TOUCHING} (?:\w+ ){{0,3}}(?:gives?|gave|giving) me "
        r"(?P<unreal>(?:the |real |such )?(?:chills|goosebumps|shivers))",
    ),
    unreal(
        "boss kids children landlord homework taxes paperwork insurance meeting meetings politicians politics law laws "
        "neighbor neighbour neighbors neighbours customers clients students spreadsheet spreadsheets form forms "
        "accounts printer wifi ex teenager teenagers budget",
        rf"\b{_TRYING} (?:\w+ ){{0,2}}(?:gives?|gave|giving) me (?P<unreal>(?:an? |such an? |the biggest )?(?:\w+ )?"
        r"(?:headaches?|migraine|ulcer))",
    ),
    unreal(
        "heart stroke aneurysm coronary seizure fit",
        rf"\b{_ALMOST} (?:had|have|having) {_ATTACK},? {_NEWS}|\b(?:had|having) (?:nearly |almost )?{_ATTACK} "
        rf"(?:over|at) the (?:\w+ )?(?:bill|price|prices|cost|news|sight)",
    ),
    unreal(
        "heart stroke aneurysm coronary seizure fit",
        rf"\b(?:{_ALMOST} (?:gave|give|given|giving)|(?:you|you'll|you're going to) (?:gave|give)) "
        rf"(?:me|us|him|her) {_ATTACK}",
    ),
    unreal(
        "killing",
        rf"\b{_BURDENS}(?:'s)? (?:(?:is|are|has been|have been|was|were|really|just|absolutely|literally|slowly) )*"
        rf"(?P<unreal>killing (?:me|us))\b",
    ),
    unreal(
        "kill die",
        rf"\b{_BURDENS} (?:\w+ )?(?:makes?|made|making) me (?:\w+ )?(?P<unreal>(?:want to|wanna) (?:kill myself|die))"
        rf"(?={WITHIN}{{0,20}}{_LAUGHING})",
    ),
    unreal(
        "kill",
        rf"\b(?P<unreal>kill myself) if (?:i have|i've got|they|he|she) (?=(?:\w+ ){{1,10}}\w+[,.!]? ?{_LAUGHING})",
    ),
    unreal("kill shoot", r"\b(?:kill|shoot) me now\b"),
    unreal("shoot shooting shot", r"\b(?:shoot|shooting|shot) (?:myself|ourselves) in the foot\b"),
    unreal("die", r"\bwant to die (?:happy|old|at home|with dignity|peacefully|rich|a happy)\b"),
    unreal(
        "suicide",
        r"\b(?:social|career|political|professional|commercial) suicide\b|\bsuicide (?:prevention|squad|bomber"
        r"|bombers|rates?|awareness|statistics|training)\b"
        r"|\b(?:volunteer|volunteered|work|worked) (?:at|for|on) (?:a|the) suicide (?:hotline|helpline)\b",
    ),
    unreal(
        "die died dying",
        r"\b(?:dying|died|die|dead) (?:of|from|with) (?:\w+ )?(?:embarrassment|shame|boredom|curiosity|laughter"
        r"|laughing|envy|jealousy|anticipation|excitement|cuteness)\b",
    ),
    unreal(
        "die",
        r"\b(?:embarrassed|embarrassing|mortified|cringey|awkward|bored|boring),? (?:that )?(?:i )?(?:just )?"
        r"(?P<unreal>(?:want|wanted|could|thought i'd|thought i would)(?: to)?(?: have)? die)\b",
    ),
    unreal(
        "living",
        r"(?:n't|\bnot) worth living without (?:\w+ )?(?:cheese|coffee|chocolate|music|tea|bread|wine|football)\b",
    ),
    unreal("die", r"\bwe (?:all )?wanted to die\b"),
    unreal("death", r"\b(?:scared|bored|tickled|embarrassed|frightened)(?: \w+)?(?: half)? to death\b"),
    unreal(
        "die dying kill murder",
        r"\b(?:dying|die|kill|killed|murder) for (?:a|an|some|one of) (?:\w+ )?(?:coffee|tea|drink|beer|cigarette|smoke"
        r"|pizza|burger|pint|curry|chocolate|nap|shower|holiday|vacation|wine|snack|sandwich|biscuit"
        r"|cookie|those|these)\b",
    ),
    unreal(
        "die dying",
        r"\b(?:to die for|die laughing|died laughing|dying laughing|dying to (?:see|meet|know|hear|try|tell|go))\b",
    ),
    unreal(
        "die kill",
        r"\brather (?:die|kill myself) than (?:eat|drink|wear|watch|listen|cook|drive|move to|sing|dance"
        r"|go shopping)\b",
    ),
    unreal("killing kill killed", r"\b(?:killing|killed|kill) (?:myself|ourselves) (?:laughing|with laughter)\b"),
    unreal(
        "laughing laughed laugh giggling",
        r"\b(?:laughing|laughed|laugh|giggling) (?:so (?:hard|much) )?(?:that |until |till )?"
        r"(?:i |we |she |he )?(?:cried and )?"
        r"(?P<unreal>(?:could|can|ca|could hardly|could barely)(?: not|n't| n't) (?:breathe|catch my breath)"
        r"|(?:could|can) (?:hardly|barely) breathe|wet (?:myself|my pants)|(?:nearly|almost) "
        r"(?:died|choked|wet myself))",
    ),
    unreal(
        "laughing laughter",
        r"\b(?P<unreal>wet (?:myself|my pants|themselves|herself|himself)|choked|gasping) "
        r"(?:with |from )?(?:laughing|laughter)\b",
    ),
    unreal(
        "jeans trousers pants dress skirt belt collar tie bra shirt mask suit jacket corset",
        rf"\b{_TIGHT} (?:\w+ )?(?:is|are|was|were|'s) (?P<unreal>(?:so|too) tight,? (?:that )?(?:i )?"
        rf"(?:could|can|ca)(?:not|n't| n't| not| hardly| barely) breathe)\b",
    ),
    unreal(
        "breathe",
        rf"\b(?P<unreal>(?:can|ca|could)(?:not|n't| n't| not| hardly| barely) breathe) in "
        rf"(?:this|these|that|those|my) (?:\w+ ){{0,2}}{_TIGHT}\b",
    ),
    unreal(
        "overdosed overdosing",
        r"\b(?:overdosed|overdosing) on (?:\w+ )?(?:chocolates?|sugar|cake|carbs|candy|sweets|turkey|netflix|tv|sun"
        r"|sunshine|coffee|cookies|biscuits|cheese|pizza|football|cuteness|nostalgia)\b",
    ),
    unreal(
        "asleep sleep",
        r"\b(?:afraid|scared|worried|terrified|fear|nervous|frightened)(?: that)? (?:i'll|i will|i'd"
        r"|i might|i could|i would|to) (?:\w+ ){0,2}?"
        r"(?P<unreal>(?:go to sleep|fall asleep) and (?:never|not) wake up)\b",
    ),
    unreal(
        "asleep sleep",
        r"\b(?P<unreal>(?:go to sleep|fall asleep) and (?:never|not) wake up) (?:till|until|at|every|tired"
        r"|in the middle|so|for|to|before|with|from|feeling|during|through|\d+)\b",
    ),
    unreal("ending", r"\bending it with\b"),
    unreal(
        "wake",
        r"\b(?:can't|cannot|ca n't|couldn't|could n't) wake (?:him|her)(?: up)? (?:in the morning|for (?:school|work)"
        r"|early|on time|before \d|without)",
    ),
    unreal("here", r"\bwant to be here (?:any longer|anymore|any more) than\b"),
    unreal(
        "wake waking",
        r"\b(?P<unreal>(?:wo(?:n't| n't)|will not|is(?:n't| n't| not)|not) wak(?:e|ing) up) (?:early|anyone|on time"
        r"|at \d|to pee|for (?:school|work|class|breakfast|church|\w+ alarm)"
        r"|(?:until|till|before) (?:noon|lunch|late|\d))",
    ),
    unreal(
        "responding",
        r"(?:\bnot|n't) responding (?:well|fully|to) "
        r"(?!(?:me|us|voices?|anything|anyone|pain|my voice)\b(?! when| about))\w+"
        r"|\b(?:doctor|nurse|office|clinic|pharmacy|hospital|insurance|company|boss|landlord|app|website|portal|phone"
        r"|computer)(?:'s| is)?(?: not|n't| n't) responding\b",
    ),
    unreal("unconscious", r"\bunconscious of\b"),
    unreal("hit hits hitting", r"\bit (?:just |really |finally |then )?hit me\b|\b(?:hit|hits|hitting) me up\b"),
    unreal("breathing breathe", r"\b(?:breathing|breathe) a word\b"),
    unreal(
        "joy excitement happiness love power success anticipation delight relief",
        r"\b(?:dizzy|giddy|light ?headed|faint|numb|weak|sick|breathless|shaking|trembling|blind) (?:with|from) "
        r"(?:\w+ )?(?:joy|excitement|happiness|love|power|success|anticipation|delight|relief)\b",
    ),
    unreal("rage fury grief envy", r"\b(?:blind|sick|shaking|numb|dizzy) with (?:rage|fury|envy)\b"),
    unreal(
        "neck ass arse butt backside behind",
        r"(?<!there)(?<!it)(?:'s| is| are| was| were| been| be| such) (?P<unreal>(?:such )?an?(?: \w+)? pain in the "
        r"(?:neck|ass|arse|butt|backside|behind))\b",
    ),
    unreal(
        "beat",
        r"\b(?P<unreal>heart (?:skipped|skips|missed) a beat),? when (?:i|we|he|she) "
        r"(?:saw|heard|read|found out|reali[sz]ed)\b",
    ),
    unreal("breath", r"\b(?:took|takes|take|taking) my breath away\b"),
    unreal("sick", r"\bsick (?:and tired|to death|to the back teeth) of\b"),
    unreal(
        "fever",
        r"\b(?:world cup|football|cricket|election|spring|cabin|gold|baby|dance|disco|saturday night|wedding|holiday"
        r"|christmas|bitcoin|jungle|stage) fever\b",
    ),
    unreal(
        "rash",
        r"\b(?:a |an? \w+ )?rash (?:decisions?|judge?ments?|moves?|choices?|words?|conclusions?|actions?|promises?)\b",
    ),
    unreal("stroke", r"\b(?:a )?stroke of (?:luck|genius|fortune|midnight|twelve|brilliance|a pen|the pen)\b"),
    unreal("cold", r"\b(?:got|get|getting|have|having) cold feet about\b"),
    unreal("allergic", r"\ballergic to (?:hard )?(?:work|mondays|housework|mornings|stupidity|commitment)\b"),
)
