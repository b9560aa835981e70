"""The words that say what happens with a medicine, wherever they stand in a turn."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set

# Beside the statuses of the record: "take" may report or instruct; "tried" is past but need not be over;
# "considered" is not done; "may i" asks; "other" is a phrase that only looks like a cue ("take a look").
Meaning = Literal[
    "taking", "started", "changed", "stopped", "ordered", "missed", "take", "tried", "considered", "may i", "other"
]

VERB_LAST = word_set(
    """
    ab अब le leta leti lete li daalta daalti dalta dalti dete deti deta de khilate khilati khilaya khilayi pilate pilaya
    khata khati kha khayi khaya khai chal lagata lagati liya band chhod chod bhool bhul shuru badha badhaya nahi
    khatam same lena
    lijiye lo kam likh likhi likha miss missed skip ले लेता लेती लेते ली लिया खा खाता खाती खाई खाया लगाता लगाती लीजिए
    लेना भूल छूट छोड़ बंद शुरू नहीं लिखी लिखा बढ़ा कम मिस
    """
)
"""First words of the Hindi cues, which stand after the medicine."""


_BORROWED = word_set("start stop continue")
_BORROWED_MISSES = word_set("miss missed skip")
_HINDI_DO = word_set("karo kar karna kijiye kiya ki rakho hai karke")
_HINDI_BEEN = word_set("ho hui hua gayi gaya gai kari nahi nahin di diya thi tha") | _HINDI_DO
_CLOSING = frozenset(".,;!?।")


class Cue(NamedTuple):
    first: int
    end: int
    meaning: Meaning


def stands_last(words: Sequence[Word], cue: Cue) -> bool:
    """Whether a cue is a Hindi one, which stands after the medicine; "start karo" is, and "start" alone is not."""
    norm = words[cue.first].norm
    if norm in _BORROWED:
        return cue.first + 1 < cue.end and words[cue.first + 1].norm in _HINDI_DO
    if norm in _BORROWED_MISSES and cue.first + 1 < len(words):  # "I was going to skip the run": English.
        return words[cue.first + 1].norm in _HINDI_BEEN or words[cue.first + 1].norm in _CLOSING
    return norm in VERB_LAST


_PHRASES: dict[Meaning, str] = {
    "taking": """
        i'm back on, i 'm back on, i am back on, he's back on, she's back on, am back on,
        about to run out of, about to run out, finished a box of, finished a bottle of, finished a strip of,
        finished a pack of, keep up the, keep up with the, keep up your, got an, have an, carry an, carry a,
        carry my, carry the,
        carries an, carries a, carries his, carries her,
        living on, same rakho, same rakhna, same rehne do, same chalne do,
        your repeat, on repeat, repeat prescription, repeat prescriptions, crushing, been crushing, can't swallow,
        ca n't swallow, cannot swallow,
        needing, still having, had me on, had him on, had her on, chalu hai, chalu rakho, start hai, continue karo,
        continue karna, continue rakho, lete raho, lete rahiye, leti rahiye, leti raho,
        taking, takes, took, taken, been taking, using, uses, used, i'm on, i am on, i 'm on, you're on, you are on,
        he's on, she's on, is on, was on, were on, are on, am on, been on, i've been on, have you on, had you on,
        has you on, have me on, has me on, have him on, have her on, got you on, got me on, keep you on, keep him on,
        keep her on, currently on, still on, already on, also on, now on, stay on, remain on, stays on, you on your,
        doing on, well on, good on, fine on, okay on, tolerating, continue, continues, continuing, continued,
        continue on, continue to take, continue taking, continue to use, continue using, still take, keep taking,
        keep using, keep on, stick with, stay with, maintain, carry on with, gave me, gave him, gave her, give me,
        gives me, gives him, gives her, giving him, giving her, giving me, helped by, i do the, i do a, i do my,
        what about the, le raha, le rahi, leta hoon, leti hoon, leta hu, leti hu, leta hun, leti hun, leta, leti, lete,
        le rahe, khata, khati, kha raha, kha rahi, chal rahi, chal raha, lagata, lagati, li thi, liya tha, khayi,
        khaya, khai, li hai, just had, had my, had mine, had it, stays as it is, stay as it is, stays as is,
        stays the same, stay the same, stays where it is, remains the same, unchanged, refills left, refill left,
        out of refills, refills remaining, on your list, on my list, keeping you on, kept me on, leave you on,
        still doing, carry on, swear by, are you on, is he on, is she on, need more, need some more, put me up,
        put me up to, put me down to, got me up to, keep the, keep your, keep his, keep her, leave the, leave your,
        wearing, wears, wear, injects, inject my, injecting, sprays, swallow, swallowed, popped, pop a, put on a,
        apply my, applying, dete, deti, deta, de rahe, de rahi, de di, de diya, khilate, khilati, khilaya, khilayi,
        pilate, pilaya, kha li, kha liya, kha lee, kha leta, kha leti, li maine, le li, le liya, daalta, daalti, dalta,
        dalti, band mat, band mat karo, band mat karna, band mat kijiye, band na kare, band na karein, बंद मत,
        बंद न करें, ले रहा, ले रही, ले रहे, लेता हूँ, लेती हूँ, लेता हूं, लेती हूं, लेता, लेती, लेते, ली थी, लिया था,
        ली है, ली, लिया, खा रहा, खा रही, खाता, खाती, खाई, खाया, लगाता, लगाती, चल रही
    """,
    "take": """
        take, take over the counter, take some over the counter, use, apply, put some, inject, inhale, instill,
        put one, put two, put three, put a drop, put a couple of, place one, place two, place a, rub, dab, lena,
        lijiye, lo, le lo, le lijiye, khana hai, kha lo, kha lijiye, kha lena, lagao, lagana, lagaiye, daalo, daaliye,
        leni hai, lena hai, लीजिए, ले लीजिए, लेना, लेनी है, खा लीजिए, लगाइए
    """,
    "started": """
        went back to, gone back to,
        had the first, had my first, had his first, had her first, took the first, took my first, taken the first,
        gave him the first, gave her the first, first lot, first dose, start karo, start kar do, start karna,
        start kijiye,
        start kar dijiye, start kar di, start kar diya, start kiya, start ki, shuru karo, shuru kijiye, shuru kar di,
        shuru kar diya, shuru karna,
        start, started, starting, starts, start taking, started taking, begin, began, begun, beginning, initiate,
        initiated, initiating, put you on, put him on, put her on, put me on, put them on, putting you on, puts me on,
        place you on, place him on, place her on, was put on, got put on, been put on, placed on, placed you on,
        placed him on, placed her on, placed me on, place them on, add, adding, added, start you on, start back on,
        get started on, get you started, resume, resumed, resuming, restart, restarted, restarting, go back on,
        went back on, shuru, shuru ki, shuru kar, शुरू, शुरू की, शुरू कर
    """,
    "ordered": """
        i'll leave a, i'll leave some, i'll leave you, i'll leave him, i'll leave her,
        i'm giving, i am giving, am giving,
        put in for, put in an order for, put in a script for, put in a prescription for, set you up with,
        fix you up with, write you up for, order a refill, order a refill of, order a prescription,
        order a prescription for, ordering a refill, order some more, prescribe, prescribed, prescribing, prescribes,
        order, ordering, ordered, order some, send in, send you, send over, sent in, sending in, call in, calling in,
        called in, refill, refills, refilled, refilling, renew, renewed, write you, write for, write a, wrote,
        writing you, script, prescription, give you, give him, give her, get you, giving you, get him, get her,
        treat you with, treat him with, treat her with, treat it with, treat this with, treat that with, recommend,
        recommended, recommending, to send, will send, i'll send, we'll send, sending,
        try some, let's try, we'll try, try you on, try a, i'll try, dispense, pick up,
        i would like you on, want you on, wants you on, likh, likhi, likha, likh di, likh raha, likh rahi, लिखी, लिखा,
        लिख दी
    """,
    "changed": """
        the new dose of, your new dose of, my new dose of,
        bring it down, bring that down, bring it up, bring that up,
        bring you down, bring you up, bringing it down,
        bringing it up, brought it down, brought it up, brought me down, brought me up, take it up to, take it down to,
        take that up to, take that down to, take you up to, take you down to, took me up, took me down, took me from,
        took him from, took her from, took it up to, took it down to,
        let's make the, let's make your, let's make it, let's make that, we'll make the, we'll make your, we'll make it,
        i'll make the, i'll make your, i'll make it, make the dose, make your dose, going to make the,
        going to make it, want to make the,
        put it up, put it up to, putting it up, putting it up to, puts it up, put it back up, put it back down,
        put that up, put that up to,
        go to, go from, go back to, move up, drop the, drop your, drop it, drop to, dropped the, dropped to,
        dropped me, bring the, bring your, halve, halved, halving, step up, step down, increase, increased, increasing,
        decrease, decreased, decreasing, lower, lowered, lowering, raise, raised, raising, bump, bumped, bumping,
        go up, going up, went up, gone up, go down, going down, went down, gone down, double, doubled, doubling,
        reduce, reduced, reducing, cut, cut back, cut down, cutting back, switch to, switched to, switching to,
        switch you to, switched you to, switch me to, switched me to, switched him to, switched her to, switch over to,
        change to, changed to, change you to, change it to, changed me to, change, changed, changing, adjust, adjusted,
        adjusting, titrate, titrated, taper, tapering, upped, up the, up your, badha, badhaya, badha di, kam kar,
        kam kiya, bring down, bring back down, bring up, बढ़ा दी, कम कर दी
    """,
    "stopped": """
        ab nahi le raha, ab nahi le rahi, ab nahi le rahe, ab nahi leta, ab nahi leti, ab nahi lete, अब नहीं ले रहा,
        अब नहीं ले रही, left it, left that, left taking, threw it out, threw it away, threw them out, threw them away,
        threw that out,
        not doing that again, not doing it again, not taking that again, not taking it again, won't take it again,
        won't be taking it again, won't be taking that again, never taking it again, never taking that again,
        never got more, never got any more, never refilled it, never got it refilled, never renewed it, let it slide,
        let that slide, not had it since, haven't had it since, have n't had it since, not taken it since,
        haven't taken it since, have n't taken it since, not used it since, haven't used it since,
        have n't used it since, not touched it since, haven't touched it since, have n't touched it since,
        leta tha, leti thi, lete the, le raha tha, le rahi thi, khata tha, khati thi, लेता था, लेती थी, खाता था, खाती थी,
        lena band kar diya, lena band kar di, lena band kiya, lena band kar diye, lena band, lena chhod diya,
        lena chod diya, लेना बंद कर दिया, लेना बंद कर दी, लेना बंद किया, लेना छोड़ दिया, hold all,
        band karwa di, band karwa diya, band kara di, band kara diya, band karwayi, band karwai, band ho gayi,
        band ho gaya,
        band karo, band kar do, band kijiye, band karna, band hai, stop karo, stop kar do, stop kijiye, stop kar di,
        stop kar diya, stop kiya,
        bin the, bin your, binned the, binned my, ditch the, ditched the, ditched my, chuck the, chucked the, toss the,
        tossed the, tossed it, tossed them, threw the, knocked it off, threw in the towel on it,
        threw in the towel on that, threw in the towel on them, threw in the towel on the,
        gave up on the, gave up on them, given up on it,
        given up on that, given up on the,
        packed it in, packed that in, packed them in, pack it in, knocked it on the head, knocked that on the head,
        gave it up, gave that up, gave up on it, gave up on that, put that one down, put that down, left it off,
        stopped bothering with, not bothered with, didn't bother with, binned it, binned that, ditched it,
        ditched that, chucked it, came off it, came off that, weaned myself off, weaned myself off of,
        weened myself off, weened myself off of, swap, swap the, swap your, swapped, swapped the, switch the,
        switch your, switched the, replace the, replace your, finished with, done with, want you off, want him off,
        want her off, need you off, want you to come off, no more, come off of, came off of, been off of, i'm off of,
        i 'm off of, he's off of, she's off of, went off of, going off of, took me off of, take you off of,
        taking you off of, taken off of, get off of, got off of, get you off of, want you off of, stop, stopped,
        stopping, stops, stop taking, stopped taking, stop using, stopped using, quit, quit taking, came off, come off,
        coming off, get off, got off, getting off, get you off, got me off, take you off, took you off, take him off,
        take her off, taken off, took me off, took him off, took her off, taking you off, go off, went off,
        discontinue, discontinued, discontinuing, hold the, hold your, hold off on, holding the, holding your,
        held the, held your, hold her, hold his, held her, held his, i'm off, i 'm off, i am off, he's off, she's off,
        been off, no longer taking, no longer on, no longer take, finished, finished taking, completed, used to take,
        used to be on, used to use, used to be taking, wean, weaned, wean off, switch from, switched from,
        switch you from, switched you from, switched her from, switched him from, change from, changed from, band kar,
        band kiya, band kar di, band kar diya, band ki, chhod diya, chhod di, chod diya, chod di, बंद कर दी,
        बंद कर दिया, बंद की, बंद कर, छोड़ दी, छोड़ दिया
    """,
    "missed": """
        got finished, got over, went out of stock,
        won't take, wo n't take, refuses to take, refused to take, refusing to take, refusing, khatam ho gayi,
        khatam ho gaya,
        khatam hai,
        forgot to give, forgot to have, forgot to use, forgot to do, forgot to put, forget to give, except i did n't,
        except i didn't, except that i didn't, except he didn't, except she didn't, haven't touched it,
        have n't touched it,
        haven't touched that, i haven't in, i have n't in, i have not in, i haven't for, i have n't for, i have not for,
        i haven't since, i have not since, i didn't yesterday, i didn't today, i didn't last night,
        i didn't this morning,
        i did n't yesterday, i did n't today, i did n't last night, i did n't this morning,
        forgot, forget, forgetting, forgotten, forgot to take, forget to take, forgetting to take, missed, missing,
        miss, skipped, skip, skipping, ran out, run out, running out, ran out of, run out of, i'm out of, am out of,
        are out of, was out of, been out of, i ran out, bhool, bhool gaya, bhool gayi, bhul gaya, bhul gayi,
        have n't been taking, haven't been taking, have not been taking, has n't been taking, hasn't been taking,
        not been taking, have n't taken, haven't taken, have not taken, did n't take, didn't take, did not take,
        nahi li, nahi liya, nahi le, nahi khayi, have n't been able to take, haven't been able to take,
        not been able to take, has n't been able to take, hasn't been able to take, could n't take, couldn't take,
        miss ho, miss ho gayi, miss kar di, chhoot gayi, bhoola, bhooli, लेना भूल गया, लेना भूल गई, लेना भूल गयी,
        लेना भूल, lena bhool, lena bhool gaya, lena bhool gayi, भूल गया, भूल गई, भूल गयी, भूल, छूट गई, छूट गयी,
        नहीं ली, नहीं लिया, नहीं खाई, मिस
    """,
    "tried": """
        before that, and before that,
        were you ever on, have you ever been on, have you ever taken, did you ever take, were you ever taking,
        have you ever used, did you ever use,
        tried, tried taking, tried some, tried using, been trying, i was on
    """,
    "considered": """
        i can take, i can have,
        want to try, like to try, i'd put you on, i'd start you on, i'd have you on, would have put you on,
        would have started you on, shuru karne ki soch, shuru karne ka soch, shuru karne ki baat,
        shuru kar sakte, shuru kar sakti, band karne ki soch, badhane ki soch,
        i'd normally, i would normally, we'd normally, would normally, normally i'd, normally we'd, i'd usually,
        we'd usually, would usually, i'd normally offer, i'd offer, wanted to put me on, wanted to start me on,
        wanted me on,
        wanted to give me, tried to put me on,
        thinking of, thought of, tempted to, toying with,
        shuru karna padega, shuru karni padegi, shuru karna hoga, shuru karni hogi, lena padega, leni padegi,
        hold off on starting, holding off on starting, hold off on adding, hold off starting, hold off from starting,
        think about, thinking about, thought about, consider, considering, considered, might add, might try,
        might start, might want, might need, might consider, might use, might have to, might be able, might put,
        might give, might increase, might switch, might go, might do, might change, may need, may want,
        may have to, maybe, could try, could do, could add, could use, could give, could start, could put,
        could prescribe, could always, would add, would try, would consider, would use, would start, would need,
        i'd add, we'd add, we'd try, we'd start, we'd use, i'd try, we would, we could, i could, possibility of,
        can always, could write, could call, might write, might prescribe,
        might send, might order, might try, might be on, may give, may prescribe, may write, may start, may add,
        may put, may switch, may try, may also, would give, would prescribe, would put, would write, would take,
        would have to, let's say, say you, suppose, supposing, imagine, what if, hypothetically, in theory,
        he'll want, she'll want, they'll want, 'll want your, talk about starting, talked about starting,
        talking about starting, discussed starting, talked about adding, talked about trying,
        talk about adding, talk about trying, read about,
        scared of, afraid of, worried about taking, nervous about,
        heard about, heard of, hear about, asked about, commercial for, ad for, saw an ad, wonder about,
        wondering about, wondering if, offered me, offered, don't want, do n't want, wouldn't want, rather not,
        options, option, eventually, someday, down the road, decide if, if i need to, if we need to,
        see if we need, whether we need, instead of, rather than, versus, such as
    """,
    "may i": """
        what about, should i, can i, could i, may i, shall i, do i need, do i have to, is it ok, is it okay,
        is it safe, would it be ok, would it be okay, kya main, kya mai
    """,
    "other": """
        stopped by, stopping by, stops by, stopped to, stopped at, stopped in,
        forgot to ask, forgot to tell, forgot to mention, forget to ask, forgot to say, forgot to bring,
        no more than, patch came off, patch comes off, patch fell off, patches come off, patches came off,
        take your oxygen, took your oxygen, taking your oxygen, take my oxygen, took my oxygen, took his oxygen,
        took her oxygen, take his oxygen, take her oxygen, get your oxygen, got your oxygen,
        on day, he's on there, she's on there, i'm on there, he's on day, she's on day, i'm on day, is on day,
        now on day, left it at, left it in, left it on, left it home, left it behind, left it there, left it with,
        left it to,
        left it open, start at, start it off,
        automatic refill, auto refill, automatic refills, without a prescription, prescription plan,
        prescription drug, prescription drugs, prescription medication, prescription medications,
        take care, takes care, take care of, taking care, taking care of, take a look, took a look,
        taking a look, take a deep, take a breath, take a big, take some deep, take an, take a few,
        take it easy, take a listen, take your time, take your blood, take away, take part, take place,
        took place, take a minute, take over, take back, take time, takes time, take a second, take that into,
        take into, taking into, taken into, take notes, take the brace, take the splint, take you, took you,
        used to, used in, used for, is used, are used, being used, use of, order some blood, order some labs,
        order some lab, order some imaging, order a lipid, start with, started with, start by, start having,
        started having, started noticing, starting to, started to, start to, started when, start physical,
        start doing, started out, add on, add up, in order to, in order for, took off, take off, taking off,
        write a note, give you a call, give you some information, give you a referral, missed work, miss work,
        lower back, lower extremity, lower extremities, lower leg, lower abdomen, lower right, lower left,
        change in, changes in, stop by, stop breathing, hold on, hold still, quit smoking, stop smoking,
        stopped smoking, quit drinking, stopped drinking, stop drinking, taking time, take pictures
    """,
}

_TABLE: PhraseTable[Meaning] = PhraseTable(
    [(phrase, meaning) for meaning, phrases in _PHRASES.items() for phrase in phrases.split(",")]
)


def find_cues(utterance: Utterance) -> list[Cue]:
    """Every cue of the turn, left to right, the longest at each place.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "I stopped taking the aspirin, should I start again?", "/t")])
    >>> [cue.meaning for cue in find_cues(said)]
    ['stopped', 'may i', 'started']
    """
    found = _TABLE.within(utterance.words)
    return [Cue(first, end, meaning) for first, end, meaning in found if meaning != "other"]
