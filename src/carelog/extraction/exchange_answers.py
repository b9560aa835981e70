"""How a turn answers what was asked: yes, no, only this, or something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from carelog.extraction.exchange_fillers import MARKS, skip_fillers
from carelog.extraction.exchange_plain import (
    BREAKS,
    PLAIN_REPLIES,
    SPOKEN_TO,
    AnswerKind,
    closes,
    late_reply,
    past_asking_back,
)
from carelog.extraction.exchange_questions import Question, open_questions
from carelog.extraction.finding import Span
from carelog.extraction.phrasebook import phrase_set, phrase_table
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set


@dataclass(frozen=True, slots=True)
class Answer:
    """`span` covers the answering words ("uh, no"), or the whole reply when it is OTHER.

    `reply` is the replying turn's position in the dialogue; `first` and `rest` are the indices in that turn of the
    first answering word and of the first word after the answer. `limited` marks a no that belongs to the phrase
    after it ("no fever"): it denies that phrase, and only by the way whatever else was asked.
    """

    kind: AnswerKind
    span: Span
    reply: int
    rest: int
    first: int = 0
    limited: bool = False


_REPLIES: PhraseTable[AnswerKind] = phrase_table(
    {
        AnswerKind.NO: """
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
            none that i know of
        """,
        AnswerKind.YES: """
            always | every time | each time | little bit | little bit of | little in | little on | little around |
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
            जी | जी हाँ | जी हां | हाँ जी | थोड़ा | थोड़ा सा | थोड़ी | कभी कभी | बहुत
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
            i didn't know | i did n't know | i don't know why
        """,
    }
)
_DENYING = phrase_set(
    """
    i don't think so | i do n't think so | i don't think there is | i do n't think there is |
    i don't think i have | i do n't think i have | i haven't noticed any | i have n't noticed any |
    i have not noticed any | not that i know of | not that i've noticed | not that i noticed | i don't have any |
    i do n't have any | i haven't had any | i have n't had any
    """
)
_ASIDES = phrase_set(
    """
    i wish | i wish i could | touch wood | knock on wood | knock wood | thank god | god forbid | ha | haha |
    let me think | let me think about it | let me think about that | let me see | good question |
    that's a good question | i'd have to think | i would have to think | i have my days |
    i have my moments | i have my ups and downs | we all have our days | everybody does
    """
)
_HUMMED = phrase_set(
    "now and again | now and then | uh huh | uh uh | mm hmm | mm hm | mm mm | nuh uh | unh unh"
)  # of words that fill, alone
_ASKING_AGAIN = phrase_set("sorry | pardon | what was that | say again | come again | what's that | excuse me | what")
_CONFIRMING = word_set("yes yeah yep right mm hmm uh huh , in your the any so i mean have you like or")
_FEW = 6  # words
_NOT_BEFORE_REPLY = frozenset({"or", "say", "said", "saying", "is", "there", "have", "had", "of", "with", "has"})
_OPEN_ENDED = word_set(
    """
    have n't haven't not do don't did didn't am i'm was wasn't does doesn't is isn't are has hasn't
    had it's there's they do have they're he's she's once always to very extremely tons loads plenty lots heaps
    """
)
_TAKING_OBJECTS = word_set("seen noticed told say says")  # "I have not seen", not "I have not seen my sister"
_ONESELF = word_set("i i've")
_OF_THEM = word_set("some one them")  # "I have some", not "I have some news"
_CLEAR_YES = word_set("yes yeah yep yup yea")


def answer_to(dialogue: Sequence[Utterance], i: int, opened: Sequence[Question] | None = None) -> Answer | None:
    """How the turn after turn `i` of the dialogue answers its open question, or None.

    None when turn `i` leaves no question open, or nobody else speaks next, or the next turn is only a back-channel
    ("okay"). `opened` stands in for the open questions where the caller knows better what is asked.
    """
    if i + 1 >= len(dialogue) or not (open_questions(dialogue[i]) if opened is None else opened):
        return None
    at = i + 1
    if at + 2 < len(dialogue) and _gives_back(dialogue[at]) and _says_again(dialogue[at + 1], dialogue[i]):
        at += 2
    if same_speaker(dialogue[i], dialogue[at]) or not dialogue[at].words:
        return None
    return read_answer(dialogue[at], at)


def _gives_back(replying: Utterance) -> bool:
    """A few words that only ask what was asked: "Swelling?", "Sorry, what?" """
    words = replying.words
    if not words or len(words) > _FEW:
        return False
    asks_back = words[-1].norm == "?" or any(_ASKING_AGAIN.at(words, i) is not None for i in range(len(words)))
    return asks_back and all(word.norm not in PLAIN_REPLIES for word in words)


def _says_again(repeating: Utterance, asking: Utterance) -> bool:
    """The asker confirms or repeats the question in a few words, and asks nothing new: "Yeah, in your legs." """
    words = repeating.words
    if not same_speaker(repeating, asking) or len(words) > 2 * _FEW:
        return False
    said = {word.norm for word in asking.words}
    return all(word.norm in said or word.norm in _CONFIRMING or word.norm in MARKS for word in words)


def answer_within(utterance: Utterance, question: Question, position: int) -> Answer | None:
    """The answer that stands in the asking turn itself, as in typed check-ins and where a transcript has merged turns.

    Only a plain yes or no counts, or what denies in a few words, right after the question or, without punctuation, at
    the end of its stretch.
    """
    words = utterance.words
    for at in range(question.first + 1, min(question.end + 1, len(words))):
        kind = PLAIN_REPLIES.get(words[at].norm)
        if kind is None or words[at - 1].norm in _NOT_BEFORE_REPLY:
            continue
        end = at + 1
        while end < len(words) and words[end].norm in PLAIN_REPLIES:
            kind = PLAIN_REPLIES[words[end].norm]
            end += 1
        if closes(words, end):
            return Answer(kind, Span(utterance.turn.index, words[at].start, words[end - 1].end), position, end, at)
    denied = _DENYING.at(words, question.end) if question.end < len(words) else None
    if denied is not None:
        end = question.end + denied[0]
        span = Span(utterance.turn.index, words[question.end].start, words[end - 1].end)
        return Answer(AnswerKind.NO, span, position, end, question.end)
    return None


def read_answer(replying: Utterance, position: int) -> Answer | None:
    """The words with which a turn answers, whatever was asked; None for a mere back-channel ("okay")."""
    words = replying.words
    begin = skip_fillers(words, 0)
    begin = next((i for i in range(begin) if _HUMMED.at(words, i) is not None), begin)
    aside = _ASIDES.at(words, begin) if begin < len(words) else None
    if aside is not None and closes(words, begin + aside[0]):
        begin = skip_fillers(words, begin + aside[0])
    if begin == len(words):
        return None
    begin = past_asking_back(words, begin, replying.sentences)
    kind: AnswerKind | None = None
    at = first = begin
    end = begin
    while at < len(words):
        match = _REPLIES.at(words, at)
        if match is None:
            break
        length, said = match
        # "no, only the cough" limits a no; "yeah, no" is a no and "no, yeah" a yes: the last word counts.
        if said is AnswerKind.OTHER and kind is not None:
            break
        if said is AnswerKind.ONLY and kind is not None:
            break
        if kind is AnswerKind.NO and said is AnswerKind.YES and _limits_to_a_time(words, at):
            kind, end = said, at + length  # "no, only when I climb stairs": then it is there
            break
        # "no i do have a cough" and "no some days": what follows a clear no is a statement of its own.
        if kind is AnswerKind.NO and said is AnswerKind.YES and words[at].norm not in _CLEAR_YES:
            break
        if kind is AnswerKind.YES and said is AnswerKind.NO and words[at].norm != "no":
            break
        # "i have not | thrown up", "i do | some walking": an auxiliary answers only where its sentence ends.
        last = words[at + length - 1].norm
        if last in _TAKING_OBJECTS and not _ends_answer(words, at + length):
            break
        open_ended = last in _OPEN_ENDED or (last in _OF_THEM and words[at].norm in _ONESELF)
        if open_ended and not closes(words, at + length):
            break
        kind, end = said, at + length
        if said is AnswerKind.OTHER:
            break
        at = skip_fillers(words, end)
    if kind is None:
        late = late_reply(words, begin, replying.sentences)
        if late is not None:
            kind, first, end = late
    if kind is None or kind is AnswerKind.OTHER:
        span = Span(replying.turn.index, words[0].start, words[-1].end)
        return Answer(AnswerKind.OTHER, span, position, begin, begin)
    if kind is AnswerKind.NO and end < len(words) and _negates_a_phrase(words, first, end):
        # "no fever": the no belongs to what it stands before; it is still a no to the question.
        span = Span(replying.turn.index, words[first].start, words[end - 1].end)
        return Answer(kind, span, position, first, first, limited=True)
    return Answer(kind, Span(replying.turn.index, words[first].start, words[end - 1].end), position, end, first)


def _ends_answer(words: Sequence[Word], at: int) -> bool:
    """ "Not that I've noticed", or "not that I've noticed no" where nobody writes the comma."""
    if at >= len(words) or words[at].norm in BREAKS or words[at].norm in SPOKEN_TO:
        return True
    return PLAIN_REPLIES.get(words[at].norm) is not None and closes(words, at + 1)


def _limits_to_a_time(words: Sequence[Word], at: int) -> bool:
    following = words[at + 1].norm if at + 1 < len(words) else ""
    return words[at].norm in ("only", "just", "mostly") and following in ("when", "if", "at")


def same_speaker(one: Utterance, other: Utterance) -> bool:
    """Whether two turns have the same speaker, by party, else by label, else by role."""
    a, b = one.turn, other.turn
    if a.party is not None and b.party is not None:
        return a.party == b.party
    if a.speaker is not None and b.speaker is not None:
        return a.speaker == b.speaker
    return a.role == b.role


def _negates_a_phrase(words: Sequence[Word], first: int, end: int) -> bool:
    return end - first == 1 and words[end].norm not in BREAKS and words[end].norm not in SPOKEN_TO
