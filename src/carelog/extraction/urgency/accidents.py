"""Signs of accidents, poisons and sudden illness that are told by several words of a clause, in any order."""

from typing import Final

from carelog.extraction.urgency.together import Together
from carelog.extraction.wordsets import word_set

_OF_OLD: Final = word_set("years months childhood once training course film movie book")
_WATER: Final = word_set("water oil tea coffee kettle pot pan soup milk fat")
_NO_BURN: Final = _OF_OLD | word_set("tongue mouth lip sunburn calories incense candle heartburn nearly almost")

ACCIDENTS: Final[tuple[Together, ...]] = (
    Together(
        "carbon monoxide",
        (word_set("monoxide"), word_set("alarm detector leak poisoning headache headaches dizzy sick")),
        _OF_OLD | word_set("battery batteries install installed bought buy test tested testing need chirping chirps"),
    ),
    Together(
        "bitten by a snake",
        (
            word_set("snake snakebite snakes saanp साँप सांप adder cobra rattlesnake viper"),
            word_set("bit bitten bite kaata kata काटा"),
        ),
        _OF_OLD | word_set("dog dog's cat horse almost nearly"),
    ),
    Together(
        "chemical in the eye",
        (
            word_set(
                "bleach acid ammonia cement lime drano chlorine caustic phenyl thinner disinfectant detergent chemical "
                "chemicals"
            ),
            word_set("eye eyes aankh aankhon"),
            word_set("splashed splash got went squirted sprayed in gir"),
        ),
        _OF_OLD | word_set("goggles nearly almost"),
    ),
    Together(
        "much blood coughed up",
        (
            frozenset({"blood"}),
            word_set("coughing coughed cough"),
            word_set("lot lots cup cups cupful mouthful mouthfuls clots tablespoon tablespoons bright"),
        ),
        _OF_OLD,
    ),
    Together(
        "high ketones",
        (word_set("ketones ketone"), word_set("high large moderate raised positive sky through")),
        _OF_OLD | word_set("no low negative normal trace small diet keto not"),
    ),
    Together(
        "overdose",
        (
            word_set("insulin lantus humalog novolog novorapid tresiba basaglar"),
            word_set("twice double doubled"),
            word_set("accidentally accident mistake mistakenly forgot wrongly galti"),
        ),
    ),
    Together(
        "choking",
        (
            frozenset({"choking"}),
            word_set("can't cant cannot ca unable"),
            word_set("cough breathe breath speak talk cry swallow"),
        ),
    ),
    Together(
        "electric shock",
        (
            word_set("shock shocked electrocuted"),
            word_set("mains socket outlet plug wire wires electric electrical current electricity electrocuted"),
        ),
        _OF_OLD | word_set("static bill bills price tens ecg fence therapy"),
    ),
    Together(
        "large burn",
        (
            word_set("boiling scalding scalded scald"),
            _WATER,
            word_set("herself himself myself face chest belly body baby him her leg legs stomach back"),
        ),
        _NO_BURN,
    ),
    Together(
        "large burn",
        (
            word_set("burned burnt burns"),
            word_set("chest face back belly body"),
            word_set("blistered blisters blistering charred fire flames peeling"),
        ),
        _NO_BURN | word_set("sun"),
    ),
    Together(
        "nearly drowned",
        (
            word_set("drowned drowning drown"),
            word_set("nearly almost"),
            word_set("pool bath tub lake sea river water pond"),
        ),
        _OF_OLD | word_set("laughing paperwork"),
    ),
    Together(
        "floppy infant",
        (frozenset({"floppy"}), word_set("he's she's he she baby baby's is feels")),
        word_set("hat hats disk disc ears hair dog bunny years"),
    ),
    Together(
        "waters broken",
        (word_set("broke broken gone"), word_set("water waters"), frozenset({"my"})),
        _OF_OLD | word_set("first last previous second pipe main heater bottle tank haven't hasn't n't not"),
    ),
    Together(
        "sunken soft spot",
        (word_set("fontanelle fontanel soft"), word_set("spot fontanelle fontanel"), word_set("sunken bulging")),
    ),
    Together(
        "curtain over the sight",
        (word_set("curtain veil shadow"), word_set("eye vision sight"), word_set("over across down side")),
        _OF_OLD | word_set("closed window sun drew eyeshadow under"),
    ),
    Together(
        "lasting erection",
        (word_set("erection"), word_set("hours hour"), word_set("three four five six seven eight 3 4 5 6 7 8 since")),
    ),
)
