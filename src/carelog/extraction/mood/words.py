"""The words for moods and energy."""

from collections.abc import Sequence

from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Word, words_of
from carelog.extraction.wordsets import word_set
from carelog.record.types.mood import Level

_FEELING_PHRASES: dict[Level | None, str] = {
    "very_low": """
        hopeless | miserable | devastated | worthless | in despair | despairing | heartbroken |
        down in the dumps
    """,
    "low": """
        sad | depressed | unhappy | gloomy | tearful | weepy | discouraged | demoralized |
        demoralised | lonely | fed up | gutted | teary | bummed | bummed out | cheesed off | browned off | blue |
        empty inside | disheartened | emotional wreck | udas | udaas |
        dukhi | उदास | दुखी
    """,
    None: """
        anxious | nervous | worried | stressed | stressed out | overwhelmed | irritable | moody |
        on edge | frustrated | angry | panicky | frightened | terrified | petrified | tense | wound up | snappy |
        cranky | short tempered | apprehensive | restless | grumpy | scared | guilty | pareshan |
        परेशान | chidchida | चिड़चिड़ा | ghabraya hua | ghabrayi hui |
        bahut tension | kaafi tension | tension mein | zyada tension | टेंशन
    """,
    "good": """
        happy | happier | cheerful | content | hopeful | optimistic | upbeat | calm | peaceful | relaxed |
        khush | खुश | at peace
    """,
    "very_good": """
        ecstatic | overjoyed | thrilled | delighted | on top of the world | over the moon |
        bahut khush | बहुत खुश
    """,
}
FEELINGS = phrase_table(_FEELING_PHRASES)
_COMMON = word_set("in on at over bahut kaafi zyada")
_FEELING_WORDS = frozenset(
    words_of(phrase)[0].norm for phrases in _FEELING_PHRASES.values() for phrase in phrases.split("|")
)
PLAIN_FEELINGS = frozenset({"down", "low"})
LEVELS: PhraseTable[Level] = phrase_table(
    {
        "very_low": """
            terrible | awful | horrible | very low | really low | very bad | really bad | bahut kharab
        """,
        "low": """
            low | down | flat | bad | poor | not good | not great | not so good | not so great | not too good |
            not the best | n't good | n't great | n't been good | n't been great | not been good |
            not been great | kharab | ख़राब | खराब
        """,
        "neutral": """
            okay | ok | fine | alright | all right | so so | stable | average | neutral | the same | up and down |
            not bad | not too bad | not so bad | theek | ठीक
        """,
        "good": """
            good | well | pretty good | better | positive | decent | stronger | strong | achha | accha |
            अच्छा
        """,
        "very_good": """
            great | excellent | wonderful | fantastic | amazing | really good | very good | very well |
            really well | bahut achha | बहुत अच्छा
        """,
    }
)
ENERGY: PhraseTable[Level] = phrase_table(
    {
        "low": """
            no energy | low energy | lack of energy | little energy | less energy | zero energy |
            not much energy | n't much energy | n't have much energy | n't have any energy |
            not have any energy | don't have any energy | don't have much energy | n't had any energy |
            haven't had any energy | energy is low | energy's low | energy has been low |
            energy levels are low | energy level is low | low on energy | drained of energy |
            n't have the energy | don't have the energy | kam energy
        """,
        "neutral": """
            energy is okay | energy is fine | energy is alright | energy has been okay |
            energy level is okay
        """,
        "good": """
            plenty of energy | lots of energy | a lot of energy | more energy | energy is good |
            energy's good | energy has been good | good energy | full of energy | energetic |
            energy level is good | energy levels are good | energy is better | energized
        """,
        "very_good": """
            so much energy | tons of energy | energy is great | great energy | energy has been great |
            very energetic
        """,
    }
)
MIND = word_set(
    """
    mood moods spirit spirits emotionally mentally emotional mental mann मन मूड psychologically
    """
)
IN_ONESELF = word_set("yourself himself herself")
"""How somebody is asked after: "and in yourself, how have you been?"."""
FEELING_VERBS = word_set(
    """
    feel feels feeling felt been am i'm im is are was were be being get gets getting got seem seems
    become becoming hoon hun hu raha rahi lag lagta hai mehsoos makes made
    """
)
DEGREES = word_set(
    """
    a little bit so very really pretty quite kind kinda sort of just still always also more rather
    somewhat extremely super too incredibly like um uh , and or bahut thoda thodi बहुत थोड़ा
    constantly often sometimes definitely fairly
    """
)
TIRED = word_set("tired exhausted sick unwell weak drained fatigued worn run hungry")
NOT_A_MOOD = word_set(
    """
    to with the at in on there for here by from about 's out off and back as than enough when
    """
)
MARKS = frozenset(".?!।…;")
COPULAS = word_set(
    """
    is are was were has have been 's i'm am feel feeling feels felt doing do be in pretty my it's
    still overall it the very really so quite a little of mostly generally actually just also bit
    hai mera meri kaafi
    """
)
TRIGGERS = MIND | word_set("energy energetic energized") | PLAIN_FEELINGS
FIRST_WORDS = TRIGGERS | _FEELING_WORDS
# Without one of these, no phrase can stand there: "in despair" is looked for by its last word.
MARKS_OF_MOOD = TRIGGERS | frozenset(
    words_of(phrase)[-1 if words_of(phrase)[0].norm in _COMMON else 0].norm
    for phrases in _FEELING_PHRASES.values()
    for phrase in phrases.split("|")
)
OPENINGS = word_set("yes yeah no well today lately now okay not n't then but because mein mujhe")
HINDI_VERBS = word_set(
    """
    hoon hun hu hai lag lagta lagti mehsoos raha rahi rehta rehti feel हूँ हूं है
    """
)
OPPOSITE: dict[Level | None, Level | None] = {"good": "low", "very_good": "low"}


def begins_feeling(words: Sequence[Word], i: int) -> bool:
    return words[i].norm in _FEELING_WORDS and FEELINGS.at(words, i) is not None
