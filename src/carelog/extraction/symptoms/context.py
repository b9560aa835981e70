"""What surrounds a mention: is it said of the subject, as a fact, of the present?"""

from collections.abc import Sequence

from carelog.extraction.negation import Clause, is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_SUPPOSING = phrase_set(
    """
    pata nahi | pata nahin | पता नहीं | lagta tha | i'll probably | i will probably | probably be |
    not saying | not that i have | not that i had |
    remember when i last | warned me about |
    warned me of | warned us about | said i'd be | said i'd get | said i might | said i could get | people with my |
    asked about | asked me about | asked if i | asked me if i |
    define | depends what you mean by | depends what you call | what do you mean by | i'd hate | i would hate |
    hate to get | i read | i've read | i googled | i looked up | i heard
    | i've heard | if | wish | wishing | hope | hopefully | hoping |
    it's not like | might |
    won't | wo n't | i bet | i imagine | i can see how |
    thought it was | thought i had | thought i was having | thought it might | supposed to | unless |
    in case | whether | could be | might be | may be | might have | may have | might get | may get |
    could get | could have | to cause | could cause | can cause | may cause | might cause | will have | will get |
    i'll have | i'll get | 'll have | 'll get | going to get | going to have | gonna get | gonna have |
    gon na get | gon na have |
    should you | in the event | watch for | watch out for | look out for | looking out for | keep an eye |
    risk of | risk for | typical symptoms | common symptoms | classic symptoms | usual symptoms | main symptoms of |
    name three | name two | name some | prevent | prevents | to avoid | avoid | worried about | worry about |
    worrying about | afraid of | scared of | concerned about | concern for | concerned for | afraid i'd |
    afraid i would | afraid i'll | afraid i might | scared i'd | scared i would | scared i'll | scared i might |
    afraid it | afraid that | scared it | scared that | worried i'd | worried i would | worried i'll | worried i might |
    worried it would | worried it'd | worried it might | worried it'll | worried that | frightened of | frightened it |
    frightened i | terrified of | fear of | feared | fearing | for fear | dreading | what if | rule out | signs of |
    sign of | side effect | side effects | call me | call us | let me know | agar | अगर | yadi | यदि | make sure |
    let's say | let us say | imagine | suppose | supposing | assuming | say you were | say i were |
    to see if | wondering if | wonder if | don't want | do n't want | not want | rather than |
    instead of | such as | allergic to | allergy to | cases of | outbreak of | epidemic of
    """
)
_AT_TIMES = phrase_set(
    """
    once in a while | sometimes | usually | now and then | at times | occasionally | from time to time |
    every so often | every now and then | a little bit
    """
)
_LINGERING = word_set("quit stop go shift budge clear heal let settle leave ease bend straighten move close open")
_MINDING = word_set("worried worry worrying concerned concern scared afraid")
_MINE = word_set("my this these")
_FORGOTTEN = phrase_set(
    """
    might have missed | may have missed | might have forgotten | may have forgotten | might not have mentioned |
    might have left out
    """
)
_SUPPOSING_OBSERVER = phrase_set(
    """
    can | could | may | might | would | should | will | 'll | you'll | it'll | i'll | we'll | gon na |
    you'd feel | you'd get | you'd have | you'd notice | you'd see | you'd be |
    gonna | going to | i'd | we'd | wan na | wanna | want to | when you | whenever you | until | cause |
    causes | causing | caused by | prescribe | prescribed | start you | sometimes people | some people |
    people | patients | help | helps | treat | treatment | because | that's why | consistent with |
    due to | usually | typically | often | commonly | symptoms of | common | example | for instance |
    medication | medicine | plan | order | refer | referral | recommend | try | stop | return |
    emergency | seek | experience | suggest | suggests | indicate | indicates | concerning for | lead to |
    result in | reduce | decrease | control | manage | relieve | relief | worse | differential |
    possible | possibly | likely | probably | maybe | once | i think | i do think
    """
)
_TREATING = word_set(
    """
    take takes taking took taken medication medications medicine medicines meds pill pills tablet
    tablets prescribed prescription use uses used using given gave give gives giving mg milligrams
    something anything cream drops injection injections shot shots therapy ibuprofen tylenol advil
    aspirin paracetamol naproxen aleve acetaminophen motrin put treat treated treating treatment
    surgery drug drugs dawai dawa goli inhaler spray syrup on
    """
)
_HELPING = word_set(
    """
    help helps helped helping relieve relieves relieved ease eases eased easing control controls
    reduce reduces prevent manage treat treats cure cures alleviate alleviates
    """
)
_HERE_FOR = word_set(
    """
    here came come comes coming visit appointment evaluated evaluation evaluate presents presenting
    presented seen follow followup complaint see seeing sees
    """
)

_UNABLE = word_set("can't cannot ca n't couldn't unable cant")
_BEFORE_QUOTED = word_set(", . ! ?")
_SAID_ON = word_set("that i it he she you we they to my so , . ? !")
_DEFINITE = word_set("the this that my your these those mera meri mere")

_PAST = phrase_set(
    """
    used to | in the past | years ago | year ago | months ago i had | as a child | as a kid |
    as a teenager | as a baby | when i was | when you were | when he was | when she was | growing up |
    childhood | back in the day | last year | back in high school | back in college | in high school |
    in college | had a history | bachpan | pehle hota tha | बचपन | decades ago | in my twenties |
    back before | in my teens | in my youth | first pregnancy | last pregnancy | after the vaccine | last time i had |
    until i had | when i went in | when i got out | when i was admitted | when i was in the hospital |
    ever since i was little | before surgery | before the surgery
    """
)

_EVER_SINCE = word_set("still now ever since has have is are am hurts aches keeps been 've i've it's i'm never always")
_OF_EXAMPLES = frozenset({"such", "side"})
_IN_THE_PAST = 3  # words
_SPANS = word_set(
    "few couple several week weeks month months day days year hour hours two three four five six seven eight nine ten"
)
_GROWN = 30  # years
_AGES = word_set(
    """
    little younger young small four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty pregnant a kid child teenager
    """
)
_YOUNG = phrase_set("when i was | when he was | when she was | when you were")

_ANCHORS = word_set(
    """
    have had 've having has are were 're feel felt feeling get got getting notice noticed noticing
    experience experienced experiencing mention mentioned said say saying report reported reporting
    reports deny denied denies denying endorse endorsed endorsing endorses complain complained
    complaining complains describe described describing develop developed told tell presents
    presented been hurt injured hurts you've you're
    """
)
_SAYING = word_set(
    """
    you you've you're you'd he she he's she's they patient patient's ms mrs mr miss
    """
)
_SEEMING = word_set("seem seems seemed appears tend tends tended started began starts used")
_PEOPLE = word_set("people folks")
_IN_GENERAL = 12  # words
_REPORTS = word_set(
    """
    reports endorses complains complaining presents admits reporting endorsing describes notes
    """
)
_FINDING = word_set(
    """
    see appreciate note notice hear feel find recognize recognise palpate observe noted notes
    positive positives negative appreciated appreciating noticing observed present there's there demonstrates
    reveals shows show has
    """
)
_UNEASY = word_set("anxious nervous")
_MAKING = word_set("make makes made making")
_LASTING = word_set(
    "been get gets getting always constantly lately feel feeling everything anything all things stuff days weeks"
)
_OWNING = word_set("your his her this that these those")


def is_supposed(words: Sequence[Word], clause: Clause, first: int, *, observer: bool, asked: bool = False) -> bool:
    """Said as a possibility, an instruction or a general truth: "call me if you get a fever".

    `asked`: in a question, where "any side effects such as nausea" asks for the nausea.
    """
    for i in range(clause[0], first):
        if asked and words[i].norm in _OF_EXAMPLES:
            continue
        if _SUPPOSING.at(words, i) is not None and _FORGOTTEN.at(words, i) is None and not _happens(words, clause, i):
            return True
        if observer and _SUPPOSING_OBSERVER.at(words, i) is not None:
            return True
    return False


def _happens(words: Sequence[Word], clause: Clause, i: int) -> bool:
    """ "It might give out once in a while" does happen, of "I wish I had some appetite" there is none, and "I bet I
    haven't slept for three hours" guesses only how long."""
    if words[i].norm == "if":
        # "as if somebody sat on my chest", "if anything I'm heavier"; not "it's not as if I were ill"
        as_though = words[i - 1].norm == "as" and not (i > 1 and is_negative(words[i - 2]))
        return as_though or (i + 1 < len(words) and words[i + 1].norm == "anything")
    if words[i].norm in ("won't", "wo"):
        following = [word.norm for word in words[i + 1 : i + 3] if word.norm != "n't"]
        return bool(following) and following[0] in _LINGERING  # "a cough that won't quit"
    if words[i].norm in _MINDING:
        # "my wife is worried about my cough": there is one
        return i + 2 < len(words) and words[i + 1].norm in ("about", "of", "for") and words[i + 2].norm in _MINE
    if words[i].norm in ("pata", "पता"):
        return i + 2 < len(words) and words[i + 2].norm in _WHY_HINDI  # "pata nahi kyun bukhar hai"
    if words[i].norm == "asked":
        # "they asked about my cough", "I asked about the rash"
        return words[i - 1].norm == "i" or any(word.norm in _MINE for word in words[i + 2 : i + 4])
    if words[i].norm == "to":
        return words[i - 1].norm in _SEEMING  # "the pills seem to cause me headaches"
    if words[i].norm == "wish":
        return [word.norm for word in words[i + 1 : i + 3]] == ["i", "had"]
    if [word.norm for word in words[i : i + 2]] == ["i", "bet"]:
        return words[i + 2].norm in ("i", "i've")
    return words[i].norm in ("might", "may") and any(_AT_TIMES.at(words, k) is not None for k in range(*clause))


def is_conditional(utterance: Utterance, end: int) -> bool:
    """ "Bukhar ho to Dolo lena": if there is one."""
    if _CONDITIONAL.isdisjoint(utterance.norms):
        return False
    words = utterance.words
    if end < len(words) and _IF_THERE_IS.at(words, end) is not None:
        return True
    return any(
        words[i].norm in _THEN and words[i + 1].norm in _TELL for i in range(end, min(len(words) - 1, end + _CONDITION))
    )


_WHY_HINDI = word_set("kyun kyu kyon kaise kahan kab kis क्यों कैसे कहाँ कब")
_CONDITION = 9  # words
_THEN = word_set("to toh तो")
_TELL = word_set("batana bataana bataiye batao bolna call phone dikhana aana aa बताना बताइए दिखाना फोन")
_CONDITIONAL = word_set("ho aaye jaye jaaye hua aa हो आए आये जाए हुआ आ") | _TELL


_IF_THERE_IS = phrase_set(
    """
    ho to | ho toh | aaye to | aaye toh | ho jaye to | ho jaaye to | hua to | aa jaye to | हो तो | आए तो | आये
    तो | हो जाए तो | हुआ तो | आ जाए तो
    """
)


def is_reason(words: Sequence[Word], clause: Clause, first: int) -> bool:
    """Said only as what a medicine or treatment is for: "I take ibuprofen for the pain"."""
    before = [word.norm for word in words[clause[0] : first]]
    near = before[-6:]
    if any(norm in _HELPING for norm in near):
        return True
    if "for" not in near[-4:]:
        return False
    led = before[: len(before) - 1 - before[::-1].index("for")]
    if any(norm in _HERE_FOR for norm in led):
        return False
    return any(norm in _TREATING for norm in led)


def is_measure_of(words: Sequence[Word], clause: Clause, first: int, end: int) -> bool:
    """Said only of how far something else goes: "I can't walk without chest pain" is about the pain."""
    unable = any(word.norm in _UNABLE for word in words[first:end])
    return unable and any(word.norm == "without" for word in words[end : clause[1]])


def is_definite(words: Sequence[Word], first: int) -> bool:
    """Said as something that there is: "the pain", "my cough"."""
    return any(word.norm in _DEFINITE for word in words[max(0, first - 2) : first + 1])


def is_quoted(words: Sequence[Word], end: int, stop: int) -> bool:
    """ "I feel dizzy", said the giant: of who is quoted. What follows "I said" or "he said that" is none."""
    return any(
        words[i].norm in ("said", "says") and words[i - 1].norm in _BEFORE_QUOTED and words[i + 1].norm not in _SAID_ON
        for i in range(end, stop - 1)
    )


def is_past(words: Sequence[Word], clause: Clause, among: Sequence[Clause]) -> bool:
    """Of an earlier time of life: "I used to get headaches", "when I was a kid | I had seizures"."""
    if any(_PAST.at(words, i) is not None and not _reaches_now(words, i) for i in range(*clause)):
        return True
    after = next((c for c in among if c[0] == clause[1]), None)
    if after is not None and _is_of_an_age(words, after):
        return True  # "I fainted once | when I was nine"
    before = next((c for c in reversed(among) if c[1] == clause[0]), None)
    if before is None or words[clause[0] - 1].norm in (".", "?", "!"):
        return False
    opening = words[before[0]].norm in ("when", "and", "back", "last")
    goes_on = words[clause[0]].norm == "and" and not any(word.norm in _EVER_SINCE for word in words[slice(*clause)])
    return (opening or goes_on) and any(_PAST.at(words, i) for i in range(*before))


def _reaches_now(words: Sequence[Word], i: int) -> bool:
    """ "Since last year", "in the last year" and "in the past two weeks" reach up to now."""
    before, norm = words[i - 1].norm, words[i].norm
    if before == "since" or (norm == "last" and before == "the"):
        return True
    following = words[i + _IN_THE_PAST].norm if i + _IN_THE_PAST < len(words) else ""
    return [word.norm for word in words[i : i + _IN_THE_PAST]] == ["in", "the", "past"] and (
        following in _SPANS or following.isdigit()
    )


def _is_of_an_age(words: Sequence[Word], clause: Clause) -> bool:
    """ "When I was nine", not "when I was walking"."""
    young = _YOUNG.at(words, clause[0])
    if young is None or clause[0] + young[0] >= clause[1]:
        return False
    following = words[clause[0] + young[0]].norm
    return following in _AGES or (following.isdigit() and int(following) < _GROWN)


def is_last_time(words: Sequence[Word], first: int) -> bool:
    """ "It's been two weeks since my last headache"."""
    before = [word.norm for word in words[max(0, first - 4) : first]]
    return "since" in before and bool(before) and before[-1] in ("last", "previous")


def is_of_an_occasion(words: Sequence[Word], clause: Clause, end: int) -> bool:
    """ "I'm nervous about the scan" is no anxiety; "nervous about everything", "I've been so anxious about work" is."""
    if words[end - 1].norm not in _UNEASY:
        return False
    made = any(word.norm in _MAKING for word in words[max(clause[0], end - 4) : end])
    if not made and (end + 1 >= len(words) or words[end].norm not in ("about", "for", "at")):
        return False
    return not any(word.norm in _LASTING for word in words[clause[0] : end + 3])


def is_recap(words: Sequence[Word], clause: Clause, first: int) -> bool:
    """A clinician's statement about the person or a finding: "you denied fever", "I do see some swelling"."""
    before = [word.norm for word in words[clause[0] : first]]
    if before and before[0] in _REPORTS:
        return True
    spoken_of = [i for i, norm in enumerate(before) if norm in _SAYING]
    if spoken_of:
        tail = before[spoken_of[0] :]
        if any(norm in _ANCHORS for norm in tail):
            return True
    if any(norm in _FINDING for norm in before[-8:]):
        return True
    return any(norm in _HERE_FOR for norm in before) and any(norm in ("for", "with") for norm in before[-4:])


def is_in_general(words: Sequence[Word], first: int) -> bool:
    """ "Sometimes when people are this tired they're feeling down"."""
    return any(word.norm in _PEOPLE for word in words[max(0, first - _IN_GENERAL) : first])


def is_owned(words: Sequence[Word], first: int) -> bool:
    """Said of as known: "your cough", "this back pain"."""
    return any(word.norm in _OWNING for word in words[max(0, first - 3) : first])
