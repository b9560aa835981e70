"""The words with which people say yes, no or only this to what they are asked."""

from typing import Final

from carelog.extraction.exchange_plain import AnswerKind
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable

_WHO: Final = "i you he she it they we there"
_AUXILIARIES: Final = "has have had is are was were did does do am could can would"
_DENIALS: Final = " | ".join(
    f"{who} {does}{no}" for who in _WHO.split() for does in _AUXILIARIES.split() for no in (" not", " n't", "n't")
)
"""What denies in answer where the sentence ends with it: he has not, it doesn't."""

REPLIES: Final[PhraseTable[AnswerKind]] = phrase_table(
    {
        AnswerKind.NO: f"""{_DENIALS} |
            no | nope | not that i | not that i am aware of | none that i | nothing that i | nothing i |
            nah | naw | no sir | no ma'am | not really | not at all | not that i've noticed |
            not that i noticed | not that i have noticed | not that i know of | not that i know |
            not that i'm aware of | not that i can think of | not that i can recall |
            not that i can remember | not that i remember | not that i recall | not to my knowledge |
            not that i can tell | not anything | not yet | not recently | not lately | not anymore |
            not any more | not so far | not today | not right now | not now | not currently | not much |
            not particularly | not especially | not usually | not ever | not one | none | none of that |
            none of those | none at all | none of them | none whatsoever | nothing | nothing like that |
            nothing at all | nothing really | nothing of the sort | nothing that i've noticed |
            nothing new | not since | not in a while | not for a while | not in a long time | not in years |
            not for years | mm mm | uh uh | nuh uh | unh unh | never | never had | never have |
            i don't think so | i do n't think so |
            i do not think so | don't think so | i wouldn't say so | i would n't say so | i haven't |
            i have n't | i have not | i haven't seen | i have n't seen | i have not seen | i've not seen |
            i haven't noticed | i have n't noticed | i have not noticed | i've not noticed | not to speak of |
            i don't | i do n't | i do not | i didn't | i did n't | i did not |
            i'm not | i am not | i wasn't | i was n't | it doesn't | it does n't | it does not |
            it hasn't | it has n't | it isn't | it is n't | it's not | it didn't | it did n't |
            there isn't | there is n't | there's not | there hasn't | negative | neither |
            neither of those | neither one | hardly ever | absolutely not | definitely not |
            of course not | certainly not | fortunately not | thankfully no | thank god no | luckily no |
            thankfully not | nahi | nahin | nhi | nai | nahi ji | ji nahi | ji nahin | naa | bilkul nahi | kuch nahi |
            नहीं | नही | जी नहीं | बिल्कुल नहीं | कुछ नहीं | aisa kuch nahi | haven't | have n't |
            haven't had any | doesn't | no not | not me | not a bit | not one bit | not a thing | not a one |
            nothing since | not that she's | not that he's | not that they've |
            not that she's said | not that he's said | not that anyone's said | not that they've said |
            not that she said | not that he said | not that she's noticed | not that he's noticed | nothing wrong with |
            she doesn't | he doesn't | they don't | she does n't | he does n't | she didn't | he didn't |
            she did n't | he did n't | she hasn't | he hasn't | she has n't | he has n't | she isn't | he isn't |
            she's not | he's not | they're not | they haven't | god no | lord no | heavens no | heck no | hell no |
            nothing to speak of | the opposite | opposite | quite the opposite | just the opposite |
            the other way around | other way around | not a drop | not a single | not right this second |
            not at the moment | not at present | not these days | not nowadays | it used to | they used to |
            i used to | he used to | she used to | not that i've | never said that | never said so |
            never said anything | never mentioned it | never mentioned that | she's never said | he's never said |
            they've never said | she's never said that | he's never said that | they've never said that |
            she's never mentioned it | he's never mentioned it | nobody's said | nobody's ever said | nobody's told me |
            nobody's ever told me | no one's said | no one's told me | no one's ever said | i wouldn't say that |
            i would n't say that | i wouldn't call it that | i would n't call it that | can't say i have |
            ca n't say i have | can't say that i have | can't say i do | not as far as i know |
            not as far as i can tell |
            none that i know of |
            not a peep | not a sausage | not a jot | not a whisper | not a squeak | not a hint | not a trace |
            not a sign | not a whiff | not a speck | not a spot | not a bean | not a single one | not even one |
            not even once | not even a little | not even a bit | not so much as | no sign of it | no sign of them |
            no sign of that | no trace of it | not once | not ever once | nil | zilch | nada | nowt | zero | zip |
            diddly | not in the slightest | not in the least | not remotely | not a chance | no chance | no way |
            no siree | no such luck | no such thing | nothing of the kind | nothing to report | nothing to write home |
            nothing whatsoever | nothing much | far from it | anything but | hardly |
            not on your life | not in my life | never in my life | never once | never happened | never happens |
            never ever | never has | never did | never does | never have done | it never has | it never does |
            they never have | never had one | never had any | never had that | never had it | never had those |
            can't say i've had | ca n't say i've had | can't say i've had any | ca n't say i've had any |
            can't say i've noticed | ca n't say i've noticed | can't say that i've | ca n't say that i've |
            i couldn't say so | i could n't say so | wouldn't say so | would n't say so | wouldn't say that |
            would n't say that | i have not had any | i've not had any | i haven't had | i haven't had any | i
            haven't had one | i haven't had that | i have not had | i've not had |
            i have n't had any | i have n't had one | haven't had one | have n't had any | have n't had one | i
            have none | i've none | i've had none |
            i had none | had none | got none | i wish | if only | chance would be a fine thing | all clear |
            all quiet | all quiet on that front | nothing on that front | fine on that front | good on that front |
            okay on that front | can't complain | ca n't complain | can't complain on that front |
            ca n't complain on that front | no complaints | no complaints there | no complaints on that front |
            we're good there | i'm good there | all good there | all good on that front | used to | not since then |
            thank god no | thank goodness no | thank heavens no | good lord no | good god no | god forbid no |
            mercifully no | happily no | good heavens no | afraid not | i'm afraid not | nay | none as such |
            no as such | not as such | not in any way | not in particular | nowhere | none so far | nothing so far |
            nothing yet | none yet | it never did | they never did | never anymore | never any more | never now |
            not even going | not even climbing | not even walking | not even on the | not even when | not even with |
            not even at | not even after | not for | doesn't now |
            it doesn't now | it does n't now | no more of that | no more of those | all gone now
        """,
        AnswerKind.YES: """
            not unless i | i wish i could say no | i wish i could say that | i wish i didn't | i wish i did n't
            | i wish i
            wasn't | i wish i was n't | i wish it wasn't | i wish
            it was n't |
            i wish it didn't | i wish it did n't | wish i didn't | wish i did n't | not for long | nothing i
            can't handle |
            nothing i ca n't handle | nothing i can't manage | nothing i ca n't manage | nothing i can't live with |
            nothing i ca n't live with | nearly every day | almost every day | more than half the days |
            more than half of the days | several days | half the days | every single day | every other day | hota hai |
            hoti hai | hote hain | aata hai | aati hai | aate hain | rehta hai | rehti hai | lagta hai | lagti hai |
            होता है | होती है | होते हैं | आता है | आती है | आते हैं | रहता है | रहती है | लगता है | लगती है |
            abhi bhi hai |
            अब भी है | अभी भी है | always | every time | each time | little bit | little bit of | little in |
            little on | little around |
            tiny bit |
            twice | three times | two times | several times | once or twice | just with |
            only with | just after | only after | just during | only during | mostly with |
            mostly after |
            just in my | only in my | mostly in my | just in the | only in the | still there |
            still here | still have it | still got it | still going | still going on |
            it's still there |
            they're still there | not as often | not as much | not as bad | not as many |
            less often | less than before | there's one |
            there is one | i have one | i've got one | got one | same as usual | same as always |
            same as ever | just when | only when | only if | just if | mostly when | only at night |
            just at night |
            mostly at night | just once | only once | only a little | only sometimes | just sometimes |
            only occasionally | just occasionally | yes | yeah | yep | yup | yea | ya | yah | yes sir |
            yes ma'am | uh huh | uhhuh | mm hmm | mmhmm | mhm | mm hm | mmm hmm | uhuh | aye | si |
            a little | a little bit | a bit | a tad | just a little | just a little bit | just a bit |
            slightly | some | somewhat | a lot | quite a bit | a few | a few times | a couple of times |
            a couple times | sometimes | occasionally | on occasion | once in a while |
            every once in a while | now and then | every now and then | from time to time |
            here and there | on and off | off and on | all the time | constantly | every day | most days |
            at times | i do | i have | i did | i am | i was | i think so | i believe so | i guess |
            i guess so | i would say so | i'd say so | i suppose so | it does | it has | it is | it did |
            it was | there is | there are | there was | definitely | absolutely | of course | certainly |
            for sure | totally | unfortunately yes | unfortunately | correct | that's correct |
            that is correct | right | that's right | that is right | exactly | true | that's true |
            kind of | kinda | sort of | maybe a little | maybe a little bit | both | both of them |
            all of them | all of those | all of the above | very much | very much so | more or less |
            it comes and goes | comes and goes | they come and go | come and go | it comes and it goes |
            once | now and again | every now and again | most nights | most mornings | most of the time |
            she does | he does | they do | she did | he did | she has | he has | they have | she is | he is |
            they are | oh yes | oh yeah | if anything yes | i had some | i've had some | i have some | i get some |
            i get one | i get them | i've got some | i've had one | i had one |
            i'm told | i am told | so they say | they tell me | they say | she says | he says | my wife says |
            my husband says | my wife says so | my husband says so | my kids think so | my wife thinks so |
            my husband thinks so | she says so | he says so | they say so | she thinks so | he thinks so |
            two or three times | three or four times | four or five times | four times | five times |
            tons | loads | plenty | lots | heaps | all day | all night | every night | every morning |
            nonstop | very | extremely | it takes a while | takes a while | every step | like crazy |
            now that you mention it | now you mention it | come to think of it | i wouldn't say no | you bet |
            couple of times | couple times | few times | a time or two | a handful of times | maybe once or twice |
            maybe once |
            big time | quite often | pretty often | afraid so | i'm afraid so | guilty | for a while now |
            often | frequently | usually | haan | han | haa | haanji | haan ji | ji haan | ji han | ji |
            thoda | thoda sa | thoda thoda | thodi | thodi si | kabhi kabhi | bahut | हाँ | हां | हा |
            जी | जी हाँ | जी हां | हाँ जी | थोड़ा | थोड़ा सा | थोड़ी | कभी कभी | बहुत |
            and how | tell me about it | you can say that again | you said it | you're telling me | don't i know it |
            do n't i know it | and then some | not half | do i ever | does it ever | is it ever | are they ever |
            am i ever | did i ever | bearable | tolerable | manageable | terrible | awful | excruciating |
            horrendous | unbearable | intermittent |
            moderate | mild | severe | bad | pretty bad | quite bad | really bad | ongoing | drives me mad |
            drives me crazy | drives me nuts | drives me up the wall | drives me round the bend | drives me bonkers |
            drives me insane | driving me mad | driving me crazy | driving me nuts | driving me up the wall |
            it's driving me mad | it's driving me crazy | a streak | a spot | a speck | a drop | a trace | a smear |
            streaks | specks | where do i start | where shall i start | don't get me started | do n't get me started |
            take your pick | you name it | bit of both | a bit of both | a little of both | some of both | my wife
            complains | my husband complains | my wife tells me | my husband tells me | so my wife says |
            so my husband says | ask my wife | ask my husband | i can | i can hold it | he can | she can | they can
            | i can do | a fair bit | a fair amount | a good bit | a good deal | a fair few | quite a few |
            quite a lot | more than i'd like | more than i would like | more than usual | more than ever |
            more than before | more than normal | too much | too many | too often | bit of that | a bit of that |
            a little of that | some of that | one or two | two or three | the odd one | the odd time | odd one |
            something terrible | something rotten | something awful | something fierce | something shocking |
            like you wouldn't believe | like you would n't believe | like nobody's business | like mad | like hell |
            too right | to some extent | to a degree | to a certain extent | in a way | in spells | in fits and starts |
            in waves | in bouts | in patches | same old | same old same old | same old story | still a bit |
            still a little | still do | still does | still am | still have | still having | still getting | still get |
            still some | still bad | getting there | better than it was | better than they were | better than before |
            better than last time | better than last week | worse than ever | worse than before | worse than it was |
            worse than last time | worse than last week | worse if anything | worse , if anything | every now and
            again |
            once in a blue moon | every so often | from time to time | more often than not | more often than i'd like |
            a touch | a smidge | a smidgen | a wee bit | a wee while | a tiny bit | a teeny bit | a mite | a trifle |
            a hair | just a touch | loads of it | plenty of that | plenty of it | lots of it | all over | everywhere |
            both of those | all of it | all three | the lot | the whole lot | most definitely | without a doubt |
            no question | sure do | sure does | sure is | sure am | sure have | sure did | it sure does | it sure is |
            i sure do | i sure am | i sure have | too true | sad to say yes | sadly yes | sadly |
            regrettably | i'll say | i'll say so | that it is | that it does | that i do | that i am | that i have
        """,
        AnswerKind.ONLY: """
            just the | just a | just my | just some | just this | only | only the | only a | only my |
            except | sirf | सिर्फ | bas | just
        """,
        AnswerKind.OTHER: """
            i don't know | i do n't know | i do not know | not sure | i'm not sure | i am not sure |
            no idea | i can't tell | i ca n't tell | i don't remember | i do n't remember |
            i can't remember | i ca n't remember | pata nahi | pata nahin | पता नहीं | hard to say |
            no problem | no worries | no kidding | no doubt | no wonder | no change | no better |
            no different | not better | not only | not just | sure | yes please | right now | right here |
            right after | right before | right there | right away | i have to | i have a question |
            i do have a question | of course not | some days | some people | i was wondering |
            right side | right on | i was just | i was like | i have no idea | right in | i did not know |
            i didn't know | i did n't know | i don't know why | yes and no | no and yes | well yes and no |
            yes i can hear | yes , i can hear | yes speaking | yes , speaking | yes this is | yes , this is |
            yes go ahead | yes , go ahead | yes hello | yes , hello | yes i'm here | yes , i'm here |
            no idea on that | not sure on that | no change in that
        """,
    }
)
