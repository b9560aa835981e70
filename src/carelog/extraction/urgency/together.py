"""Signs of danger that are told by several words of a clause, in any order, English and Hindi."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from carelog.extraction.wordsets import word_set


class Together(NamedTuple):
    """A sign that is told by words of several groups in one clause, in any order, `unless` a word in the sentence
    explains it. The words of the first group are seldom said: turns without any are not read."""

    sign: str
    groups: tuple[frozenset[str], ...]
    unless: frozenset[str] = frozenset()


_SUDDEN: Final = word_set("sudden suddenly abruptly achanak अचानक instantly")
_WEAK: Final = word_set("weak weakness numb numbness paralyzed paralysed paralysis limp sunn sun सुन्न kamzor कमज़ोर")
_SIDE: Final = word_set("बायाँ बायां दायाँ दायां बाईं दाईं left right side baayan daayan baayen daayen बाएँ दाएँ बाएं दाएं")
_LIMB: Final = word_set("arm leg side face hand haath hath pair हाथ पैर")
_ONE: Final = word_set("बायाँ बायां दायाँ दायां बाईं दाईं left right one half baayan daayan baayen daayen बाएँ दाएँ बाएं दाएं")
_BEGAN: Final = word_set("went gone going")
_MOVING: Final = word_set("move lift raise feel")
_UNABLE: Final = word_set("can't cannot couldn't unable n't")
_NO_STROKE: Final = word_set(
    """
    slept asleep sleeping sitting crossed leaning leaned dentist injection anaesthetic anesthetic anaesthesia anesthesia
    block years months surgery tunnel sciatica gym workout exercise cuff
    """
)
_NO_INJURY: Final = word_set(
    "shoulder fell hurts hurt pain painful stiff frozen sprained broke broken fracture cast sling"
)
_COLD: Final = word_set("cold raynaud's raynauds winter ice pool swimming lipstick dye paint ink jeans popsicle")
_UNABLE_NOW: Final = word_set("can't cant cannot ca unable")
_TAKEN: Final = word_set("took taken swallowed swallow downed kha khayi")
_DRUNK: Final = word_set("drank drunk swallowed swallow downed pi")
_NOT_EATEN: Final = word_set(
    """
    back pharmacy returned shop trash bin work share home office cigarettes biscuits cookies crisps chips gum water wine
    beer milk coke soda juice cola lemonade tea
    """
)
_OVER_TIME: Final = word_set("over days weeks months month year")
_USUALLY: Final = word_set("always usual usually every daily")

TOGETHER: Final[tuple[Together, ...]] = (
    Together("sudden one-sided weakness", (_SUDDEN, _WEAK, _SIDE, _LIMB)),
    Together("sudden one-sided weakness", (_WEAK, frozenset({"side"}), word_set("body one whole entire"))),
    Together("sudden one-sided weakness", (_WEAK, _ONE, word_set("arm leg side face"), _BEGAN), _NO_STROKE),
    Together(
        "sudden one-sided weakness",
        (_WEAK, _ONE, _LIMB, word_set("ago"), word_set("hour hours minutes minute mins moment")),
        _NO_STROKE,
    ),
    Together(
        "sudden one-sided weakness",
        (_WEAK, _ONE, _LIMB, word_set("since"), word_set("morning breakfast lunch noon hour waking today")),
        _NO_STROKE,
    ),
    Together(
        "sudden one-sided weakness", (frozenset({"side"}), _UNABLE, _MOVING, word_set("left right one")), _NO_STROKE
    ),
    Together(
        "sudden one-sided weakness",
        (word_set("woke suddenly sudden"), _UNABLE, _MOVING, word_set("left right one"), word_set("arm leg")),
        _NO_STROKE | _NO_INJURY,
    ),
    Together(
        "sudden one-sided weakness",
        (
            word_set("hour hours minutes"),
            _UNABLE | {"cant"},
            _MOVING,
            word_set("left right one"),
            word_set("arm leg hand"),
        ),
        _NO_STROKE | _NO_INJURY,
    ),
    Together(
        "sudden one-sided weakness",
        (word_set("limp paralyzed paralysed"), _LIMB, word_set("went gone suddenly ago")),
        _NO_STROKE,
    ),
    Together(
        "sudden one-sided weakness",
        (word_set("numb numbness"), frozenset({"face"}), word_set("left right one half side")),
        _NO_STROKE | word_set("filling tooth teeth jaw cold"),
    ),
    Together(
        "sudden one-sided weakness", (frozenset({"half"}), frozenset({"body"}), word_set("working moving dead numb"))
    ),
    Together(
        "sudden one-sided weakness", (word_set("aadha aadhi"), word_set("sharir chehra badan"), word_set("sunn sun"))
    ),
    Together("sudden double vision", (frozenset({"double"}), _SUDDEN, word_set("seeing vision"))),
    Together(
        "facial droop",
        (word_set("hanging crooked lopsided sagging"), word_set("face mouth smile"), word_set("side since suddenly")),
    ),
    Together(
        "facial droop",
        (word_set("droop droops drooping drooped drooped"), word_set("face mouth smile cheek")),
        word_set("age ageing aging botox dentist dentist's"),
    ),
    Together(
        "thunderclap headache",
        (_SUDDEN, word_set("headache migraine"), word_set("severe worst terrible awful bad tez")),
    ),
    Together(
        "sudden loss of sight", (_SUDDEN, word_set("vision sight eyesight"), word_set("lost loss gone lose losing"))
    ),
    Together(
        "pain that spreads",
        (
            word_set("arm arms jaw neck shoulder"),
            word_set(
                "goes going spreads spreading radiates radiating radiated shoots shooting moves travels down into"
            ),
            word_set("chest pain pressure ache"),
        ),
    ),
    Together(
        "pain that spreads",
        (word_set("हाथ कंधे जबड़े बाँह"), word_set("जा जाता जाती फैल"), word_set("सीने सीना छाती")),
    ),
    Together(
        "pain that spreads",
        (word_set("haath hath kandhe jabde"), word_set("ja jata jaata jaati jaa phail"), word_set("seene seena chest")),
    ),
    Together(
        "crushing chest pain",
        (
            word_set("chest seena seene"),
            word_set("sitting standing sat stood stepping parked"),
            word_set("someone somebody something elephant brick truck"),
        ),
    ),
    Together(
        "crushing chest pain",
        (word_set("chest seena seene"), word_set("crushing squeezing elephant vice vise")),
    ),
    Together(
        "crushing chest pain",
        (word_set("chest seena seene"), word_set("crushed squeezed"), word_set("feels feel felt feeling being like")),
    ),
    Together(
        "chest pressure",
        (word_set("chest seena seene"), word_set("pressure heavy heaviness squeezing crushing elephant weight")),
    ),
    Together(
        "swelling of the airway",
        (
            word_set("throat throat's tongue tongue's"),
            word_set("swelling swollen swelled closing closed"),
            word_set("up shut is are feels getting"),
        ),
    ),
    Together("blue lips", (word_set("blue bluish grey neele"), word_set("lips lip face honth")), _COLD),
    Together("blue fingers", (word_set("blue bluish grey neele"), word_set("fingertips fingers")), _COLD),
    Together(
        "overdose",
        (
            word_set("strip strips blister packet pack box bottle"),
            word_set("whole entire full poori puri pura"),
            _TAKEN | _DRUNK | {"drank", "emptied"},
        ),
        _NOT_EATEN | _USUALLY,
    ),
    Together("overdose", (word_set("strip blister"), word_set("whole entire full"), frozenset({"had"}))),
    Together(
        "overdose",
        (
            word_set("pills tablets capsules meds medicines medication"),
            word_set("toddler baby kid"),
            word_set("swallowed ate eaten"),
        ),
    ),
    Together(
        "overdose", (word_set("strips packets bottles strip"), frozenset({"of"}), _TAKEN), _NOT_EATEN | _OVER_TIME
    ),
    Together(
        "overdose",
        (
            word_set("pills tablets capsules meds medicines antidepressants painkillers"),
            word_set("all every"),
            frozenset({"once"}),
            _TAKEN,
        ),
        _USUALLY,
    ),
    Together(
        "overdose",
        (
            word_set("bleach antifreeze detergent pesticide kerosene poison phenyl turpentine methanol zeher zehar"),
            _DRUNK,
        ),
    ),
    Together(
        "glucose beyond the meter",
        (
            word_set("meter glucometer sugar sensor dexcom libre"),
            word_set("hi lo"),
            word_set("reads says said shows showing reading"),
        ),
    ),
    Together("swollen calf", (word_set("calf"), word_set("swollen swelling swelled puffy"))),
    Together(
        "swollen leg",
        (word_set("swollen swelled"), word_set("leg thigh")),
        word_set("both fell twisted sprained broke broken bite bitten sting stung months years"),
    ),
    Together(
        "weak legs",
        (word_set("weak weakness numb numbness paralyzed paralysed"), frozenset({"legs"})),
        word_set("sit sitting kneel kneeling crossed laugh cough sneeze"),
    ),
    Together(
        "rigid abdomen",
        (
            word_set("rock rigid board"),
            word_set("stomach belly abdomen tummy"),
            word_set("hard rigid solid stiff like"),
        ),
        word_set("gym abs workout crunches soft not non no n't isn't"),
    ),
    Together(
        "unable to pass urine",
        (
            word_set("pee urinate"),
            _UNABLE_NOW,
            word_set("since yesterday hours drop"),
        ),
        word_set("catheter without months years"),
    ),
    Together(
        "unable to pass urine",
        (word_set("pee urinate"), word_set("able"), word_set("n't haven't hasn't not"), word_set("since hours drop")),
        word_set("catheter standing without months years"),
    ),
    Together(
        "unable to pass urine",
        (word_set("peshab पेशाब"), word_set("nahi nahin नहीं band बंद"), word_set("kal subah raat ghante कल सुबह रात घंटे")),
    ),
    Together(
        "sudden pain of a testicle",
        (
            word_set("testicle testicles testis scrotum"),
            _SUDDEN | word_set("excruciating unbearable"),
            word_set("pain painful hurts hurt hurting killing swelled swollen"),
        ),
    ),
    Together(
        "bleeding that does not stop",
        (
            frozenset({"bleeding"}),
            word_set("stop stopping"),
            word_set("won't wont wo can't cant ca cannot isn't doesn't not n't"),
        ),
        word_set("stopped gums period periods no without itching"),
    ),
    Together(
        "bleeding that does not stop",
        (word_set("khoon खून"), word_set("band ruk rukta ruka बंद रुक"), word_set("nahi nahin नहीं")),
    ),
    Together(
        "pills laid by",
        (
            word_set("saving hoarding stockpiling stashing"),
            word_set("pills tablets capsules meds medicines medication"),
        ),
    ),
    Together(
        "battery swallowed",
        (word_set("battery batteries"), word_set("swallowed swallow")),
        word_set("remote toy phone app machine doll almost nearly"),
    ),
    Together(
        "facial droop",
        (word_set("tedha tedhi टेढ़ा टेढ़ी"), word_set("muh munh chehra मुँह मुंह चेहरा")),
        word_set("karke banake bana"),
    ),
)


def triggers(signs: Iterable[Together]) -> frozenset[str]:
    """The words without which none of the signs can be told."""
    return frozenset[str]().union(*(together.groups[0] for together in signs))
