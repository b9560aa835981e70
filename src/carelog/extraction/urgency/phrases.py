"""The words for signs of danger that the vocabulary of symptoms does not hold, English and Hindi."""

from typing import Final, NamedTuple

from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable
from carelog.extraction.wordsets import word_set

PHRASES: Final[PhraseTable[str]] = phrase_table(
    {
        "suicidal thoughts": """
            kill myself | killing myself | kill yourself | killing yourself | end my life | ending my life | end your
            life |
            ending your life | take my own life | taking my own life | taking your own life | take my life | end it
            all |
            ending it all | want to die | wanna die | wish i was dead | wish i were dead | better off dead |
            better off without me | don't want to live | dont want to live | do n't want to live | do not want to live |
            don't want to be alive | do n't want to be alive | don't want to be here anymore |
            do n't want to be here anymore | no reason to live |
            not worth living | isn't worth living | suicidal | suicide | harm myself | harming myself | harm yourself |
            harming yourself | hurting yourself | hurt yourself | thoughts of hurting myself | hurting myself on
            purpose |
            cutting myself | sleep forever | never wake up again | not wake up again |
            mar jaana chahta | mar jaana chahti | mar jana chahta | mar jana chahti | marna chahta | marna chahti |
            khudkushi | khudkhushi | aatmahatya | atmahatya | jeena nahi chahta | jeena nahi chahti | jina nahi chahta |
            jina nahi chahti | jeene ka mann nahi | jeene ka man nahi | jaan de dunga | jaan de dungi | apni jaan le |
            मरना चाहता | मरना चाहती | मर जाना चाहता | मर जाना चाहती | आत्महत्या | खुदकुशी | जीना नहीं चाहता | जीना
            नहीं चाहती |
            जीने का मन नहीं
        """,
        "thunderclap headache": """
            worst headache | worst headache of my life | thunderclap headache | thunderclap | worst head pain |
            worst headache i've ever had
        """,
        "slurred speech": """
            slurred speech | slurring my words | slurring his words | slurring her words | slurring words |
            speech is slurred | speech was slurred | speech has been slurred | speech is suddenly slurred | words are
            slurred |
            zubaan ladkhada | zaban ladkhada | ज़ुबान लड़खड़ा | जुबान लड़खड़ा
        """,
        "severe breathlessness": """
            can't breathe | ca n't breathe | cannot breathe | can barely breathe | can hardly breathe | gasping for
            air |
            gasping for breath | gasping | fighting for breath | struggling to breathe |
            can't get my breath | can't catch my breath at all | can't finish a sentence | can't speak in full
            sentences |
            saans nahi aa rahi | saans nahi le pa | dam ghut | दम घुट | साँस नहीं आ रही | सांस नहीं आ रही
        """,
        "swelling of the airway": """
            throat is closing | throat's closing | throat closing | throat feels like it's closing | throat is
            swelling |
            throat is swollen shut | throat swelling up | throat is closing up | tongue is swelling | tongue is
            swollen |
            tongue swelling | swollen tongue | swelling of the tongue | tongue swelled | tongue has swollen |
            anaphylaxis | anaphylactic | gala band ho raha | jeebh sooj | जीभ सूज | गला बंद हो रहा
        """,
        "hives": "hives | urticaria | welts all over",
        "overdose": """
            overdose | overdosed | overdosing | whole bottle of | entire bottle of | all of my pills | all my pills |
            all the pills | too many pills | too many tablets | handful of pills | handful of tablets | bunch of pills |
            took too much insulin | took poison | drank bleach | swallowed bleach | drank poison | zeher kha | zehar
            kha |
            saari goliyan | sari goliyan | saari dawai kha | ज़हर खा | जहर खा | सारी गोलियाँ | सारी गोलियां
        """,
        "pregnant": "pregnant | weeks pregnant | months pregnant | garbhvati | pet se hoon | गर्भवती",
        "sudden loss of sight": """
            went blind | gone blind | can't see out of | ca n't see out of | cannot see out of | lost sight in |
            lost my sight | lost vision in | lost my vision | suddenly can't see | dikhna band ho gaya |
            दिखना बंद हो गया
        """,
        "numbness between the legs": """
            numb between my legs | numb between the legs | numbness between my legs | saddle numbness | numb in my
            groin |
            numbness in my groin | numb around my bottom | saddle anesthesia | saddle anaesthesia
        """,
        "loss of bladder control": """
            can't control my bladder | ca n't control my bladder | cannot control my bladder | lost control of my
            bladder |
            lost control of my bowels | can't control my bowels | wet myself | wetting myself
        """,
        "head injury": """
            hit my head | hit his head | hit her head | banged my head | banged his head | banged her head | bumped my
            head |
            fell on my head | knocked my head | struck my head | blow to the head | head injury | sir par chot | sar
            pe chot |
            सिर पर चोट | सिर में चोट
        """,
        "under three months": "newborn | new born",
    }
)
"""Phrases that are the sign by themselves, where nothing around them says otherwise."""


class Together(NamedTuple):
    """A sign that is told by words of several groups in one clause, in any order."""

    sign: str
    groups: tuple[frozenset[str], ...]


_SUDDEN: Final = word_set("sudden suddenly abruptly achanak अचानक instantly")
_WEAK: Final = word_set("weak weakness numb numbness paralyzed paralysed paralysis limp sunn sun सुन्न kamzor कमज़ोर")
_SIDE: Final = word_set("left right side baayan daayan baayen daayen बाएँ दाएँ बाएं दाएं")
_LIMB: Final = word_set("arm leg side face hand haath hath pair हाथ पैर")
_LIFTING: Final = word_set("lift raise move")
_UNABLE: Final = word_set("can't cannot couldn't unable n't nahi नहीं")

TOGETHER: Final[tuple[Together, ...]] = (
    Together("sudden one-sided weakness", (_SUDDEN, _WEAK, _SIDE, _LIMB)),
    Together("sudden one-sided weakness", (_WEAK, frozenset({"side"}), word_set("body one whole entire"))),
    Together("facial droop", (word_set("droop droops drooping drooped drooped"), word_set("face mouth smile cheek"))),
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
            word_set(
                "goes going spreads spreading radiates radiating radiated shoots shooting moves travels down into"
            ),
            word_set("arm arms jaw neck shoulder"),
            word_set("chest pain pressure ache"),
        ),
    ),
    Together("crushing chest pain", (word_set("crushing squeezing elephant vice vise"), word_set("chest seena seene"))),
    Together(
        "chest pressure",
        (word_set("pressure heavy heaviness squeezing crushing elephant weight"), word_set("chest seena seene")),
    ),
    Together(
        "swelling of the airway",
        (
            word_set("throat tongue"),
            word_set("swelling swollen swelled closing closed"),
            word_set("up shut is feels getting"),
        ),
    ),
    Together("blue lips", (word_set("blue bluish grey neele"), word_set("lips lip fingertips fingers face honth"))),
    Together("swollen calf", (word_set("calf"), word_set("swollen swelling swelled puffy"))),
)

TRIGGERS: Final = word_set(
    """
    kill killing life live living alive anymore die dead suicidal suicide harm harming hurting hurt cutting mar
    marna jaana jana khudkushi khudkhushi aatmahatya atmahatya jeena jina jeene jaan मरना मर आत्महत्या खुदकुशी जीना
    जीने worst thunderclap slurred slurring zubaan zaban ज़ुबान जुबान breathe gasping choking breath sentence
    sentences saans dam दम साँस सांस throat throat's tongue anaphylaxis anaphylactic gala jeebh जीभ गला hives
    urticaria welts overdose overdosed overdosing bottle forever wake pills tablets capsules goliyan goliyaan
    insulin poison bleach zeher zehar saari sari ज़हर जहर सारी pregnant garbhvati गर्भवती pet blind eye sight vision
    dikhna दिखना numb numbness saddle bladder bowels wet wetting head injury sir sar सिर newborn born sudden
    suddenly abruptly achanak अचानक weak weakness paralyzed paralysed paralysis limp kamzor कमज़ोर droop droops
    drooping drooped off radiates radiating radiated chest seena seene blue bluish grey neele calf old
    """
)
"""The words without which none of these can be there: turns that hold none are not read."""
