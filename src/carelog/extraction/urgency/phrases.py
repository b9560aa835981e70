"""The words for signs of danger that the vocabulary of symptoms does not hold, English and Hindi."""

from typing import Final

from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable
from carelog.extraction.wordsets import word_set

MEANINGS: Final[dict[str, str]] = {
    "suicidal thoughts": """
        kill myself | killing myself | kill yourself | killing yourself | end my life | ending my life |
        end your life | ending your life | take my own life | taking my own life | taking your own life |
        take my life | end it all | ending it all | want to die | wanna die | wish i was dead | wish i were dead |
        better off dead | better off without me | don't want to live | dont want to live | do n't want to live |
        do not want to live | don't want to be alive | do n't want to be alive | don't want to be here anymore |
        do n't want to be here anymore | no reason to live | not worth living | isn't worth living | suicidal |
        suicide | harm myself | harming myself | harm yourself | harming yourself | hurting yourself | hurt yourself |
        thoughts of hurting myself | hurting myself on purpose | cutting myself | cutting again | hang myself |
        hanging myself | shoot myself | shooting myself | drown myself | drowning myself | slit my wrists |
        cut my wrists | cutting my wrists | jump off a bridge | jump off the bridge | jump off a building |
        jump off the roof | jump in front of a | goodbye note | suicide note | goodbye letter to my | goodbye letters |
        no point in living | no point living | no point of living | don't see a point in living |
        do n't see a point in living | don't see the point in living | do n't see the point in living |
        don't see the point of living | do n't see the point of living | don't see any point in living |
        do n't see any point in living | what's the point of living | what's the point in living |
        can't go on anymore | ca n't go on anymore | can't go on living | don't want to go on living |
        do n't want to go on living | want it all to end | wish you were dead | wish you weren't alive |
        wish you were n't alive | wish i wasn't alive | wish i weren't alive | wished you were dead | sleep forever |
        never wake up again | not wake up again | go to sleep and never wake up | go to sleep and not wake up |
        fall asleep and never wake up | fall asleep and not wake up | thoughts of ending it | thinking of ending it |
        thinking about ending it | thought of ending it | thought about ending it |
        mar jaana chahta | mar jaana chahti | mar jana chahta |
        mar jana chahti | marna chahta | marna chahti | khudkushi | khudkhushi | aatmahatya | atmahatya |
        jeena nahi chahta | jeena nahi chahti | jina nahi chahta | jina nahi chahti | jeene ka mann nahi |
        jeene ka man nahi | jaan de dunga | jaan de dungi | apni jaan le | jaan dena chahta | jaan dena chahti |
        jaan de du | मरना चाहता | मरना चाहती | मर जाना चाहता | मर जाना चाहती | आत्महत्या | खुदकुशी | जीना नहीं चाहता |
        जीना नहीं चाहती | जीने का मन नहीं
    """,
    "talk of an end": "end it | ending it | end it all | ending it all",
    "severe headache": "splitting headache | blinding headache | excruciating headache",
    "thunderclap headache": """
        worst headache | worst headache of my life | thunderclap headache | thunderclap | worst head pain |
        worst headache i've ever had
    """,
    "slurred speech": """
        slurred speech | slurring my words | slurring his words | slurring her words | slurring words |
        speech is slurred | speech was slurred | speech has been slurred | speech is suddenly slurred |
        words are slurred | zubaan ladkhada | zaban ladkhada | ज़ुबान लड़खड़ा | जुबान लड़खड़ा
    """,
    "severe breathlessness": """
        can't breathe | cant breathe | can't breath | cant breath | ca n't breathe | cannot breathe |
        can barely breathe | can hardly breathe | gasping for air | gasping for breath | gasping |
        fighting for breath | struggling to breathe | can't get my breath | can't catch my breath at all |
        can't finish a sentence | can't speak in full sentences | saans nahi aa rahi | saans nahi le pa | dam ghut |
        दम घुट | साँस नहीं आ रही | सांस नहीं आ रही
    """,
    "swelling of the airway": """
        throat is closing | throat's closing | throat closing | throat feels like it's closing | throat is swelling |
        throat is swollen shut | throat swelling up | throat is closing up | tongue is swelling | tongue is swollen |
        tongue swelling | swollen tongue | swelling of the tongue | tongue swelled | tongue has swollen | anaphylaxis |
        anaphylactic | gala band ho raha | jeebh sooj | जीभ सूज | गला बंद हो रहा
    """,
    "heart attack under way": """
        i'm having a heart attack | im having a heart attack | i am having a heart attack | he's having a heart attack |
        she's having a heart attack | he is having a heart attack | she is having a heart attack
    """,
    "stroke under way": """
        i'm having a stroke | im having a stroke | i am having a stroke | he's having a stroke | she's having a stroke |
        he is having a stroke | she is having a stroke
    """,
    "hives": "hives | urticaria | welts all over",
    "overdose": """
        overdose | overdosed | overdosing | all the pills i had |
        whole week of pills | week's worth of pills | whole week's pills | times my dose | times the dose |
        too many pills | too many tablets | handful of pills | handful of tablets | all my pills in one go |
        all my tablets in one go | bunch of pills | took too much insulin | took poison | zeher kha | zehar kha |
        saari goliyan | sari goliyan | saari dawai kha | ज़हर खा | जहर खा | सारी गोलियाँ | सारी गोलियां
    """,
    "pregnant": """
        pregnant | weeks pregnant | months pregnant | water broke | waters broke | garbhvati | pet se hoon | गर्भवती
    """,
    "sudden double vision": """
        suddenly see double | suddenly seeing double | all of a sudden i see double | suddenly saw double |
        sudden double vision | all of a sudden i'm seeing double
    """,
    "sudden loss of sight": """
        went blind | gone blind | can't see out of my left eye | can't see out of my right eye |
        can't see out of one eye | ca n't see out of my left eye | ca n't see out of my right eye |
        cannot see out of my left eye | cannot see out of my right eye | lost sight in | lost my sight |
        lost vision in | lost my vision | suddenly can't see | dikhna band ho gaya | दिखना बंद हो गया
    """,
    "numbness between the legs": """
        numb between my legs | numb between the legs | numbness between my legs | saddle numbness | numb in my groin |
        numbness in my groin | numb around my bottom | saddle anesthesia | saddle anaesthesia
    """,
    "loss of bladder control": """
        can't hold my urine | ca n't hold my urine | can't hold my pee | ca n't hold my pee | can't hold my bladder |
        can't control my bladder | ca n't control my bladder | cannot control my bladder | lost control of my bladder |
        lost control of my bowels | can't control my bowels | wet myself | wetting myself
    """,
    "head injury": """
        hit my head | hit his head | hit her head | banged my head | banged his head | banged her head |
        bumped my head | fell on my head | knocked my head | struck my head | blow to the head | head injury |
        sir par chot | sar pe chot | सिर पर चोट | सिर में चोट
    """,
    "unresponsive": """
        won't wake up | wo n't wake up | can't wake him | can't wake her | ca n't wake him | ca n't wake her |
        couldn't wake him | couldn't wake her | not waking up | is unconscious | he's unconscious | she's unconscious |
        unresponsive | he's not breathing | she's not breathing | is not breathing | he isn't breathing |
        she isn't breathing | isn't breathing | is n't breathing | behosh hai | hosh mein nahi |
        saans nahi le raha | saans nahi le rahi | सांस नहीं ले रहा | सांस नहीं ले रही | साँस नहीं ले रहा |
        साँस नहीं ले रही | isn't waking up | is n't waking up |
        saans nahi le rahe | सांस नहीं ले रहे | साँस नहीं ले रहे | he's not responding | she's not responding |
        isn't responding | is n't responding | is not responding | behosh ho gaye hain | behosh ho gaya hai |
        behosh ho gayi hai | behosh ho gayi hain
    """,
    "takes a blood thinner": """
        warfarin | coumadin | eliquis | apixaban | xarelto | rivaroxaban | pradaxa | dabigatran | edoxaban |
        acenocoumarol | acitrom | blood thinner | blood thinners | anticoagulant | anticoagulants
    """,
    "on chemotherapy": "chemo | chemotherapy | on chemo",
    "choking": "he's choking | she's choking | is choking on | baby is choking",
    "blue lips": "turning blue | turned blue | going blue | gone blue",
    "hit by another": """
        hits me | hitting me | hit me | beats me | beating me | beat me up | punches me | punching me | punched me |
        slaps me | slapped me | chokes me | choked me | choking me | strangled me
    """,
    "afraid at home": """
        don't feel safe at home | do n't feel safe at home | not safe at home | scared to go home | afraid to go home |
        terrified to go home | scared of him | scared of her | afraid of him | afraid of her | terrified of him |
        terrified of her | scared of my husband | afraid of my husband | scared of my boyfriend |
        afraid of my boyfriend | scared he'll | scared she'll | afraid he'll | afraid she'll
    """,
    "unable to pass urine": """
        can't pee at all | ca n't pee at all | cannot pee at all | can't urinate at all | ca n't urinate at all |
        cannot urinate at all
    """,
    "under three months": "newborn | new born",
}
PHRASES: Final[PhraseTable[str]] = phrase_table(MEANINGS)
"""Phrases that are the sign by themselves, where nothing around them says otherwise."""

TRIGGERS: Final = word_set(
    """
    kill killing attack stroke life live living alive anymore die dead suicidal suicide harm harming hurting hurt
    cutting mar marna jaana jana khudkushi khudkhushi aatmahatya atmahatya jeena jina jeene jaan मरना मर आत्महत्या
    खुदकुशी जीना जीने worst thunderclap slurred slurring zubaan zaban ज़ुबान जुबान breathe gasping choking breath
    sentence sentences saans dam दम साँस सांस throat throat's tongue anaphylaxis anaphylactic gala jeebh जीभ गला hives
    urticaria welts overdose overdosed overdosing bottle forever wake pills tablets capsules goliyan goliyaan insulin
    poison bleach zeher zehar saari sari ज़हर जहर सारी pregnant garbhvati गर्भवती pet blind eye sight vision dikhna
    दिखना numb numbness saddle bladder bowels wet wetting head injury sir sar सिर newborn born blue bluish hang shoot
    shooting drown drowning wrists jump goodbye end dena du waking unconscious unresponsive breathing dose broke
    ending hanging off suddenly sudden behosh hosh hits hitting beats beating beat punches punching punched slaps
    slapped chokes choked strangled scared afraid terrified pee urinate hit safe responding splitting blinding
    excruciating hold behosh warfarin coumadin eliquis apixaban xarelto rivaroxaban pradaxa dabigatran edoxaban
    acenocoumarol acitrom thinner thinners anticoagulant anticoagulants chemo chemotherapy
    """
)
"""The words without which none of these can be there: turns that hold none are not read."""
