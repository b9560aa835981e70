"""What takes a cue back or leaves it open: "don't take", "never miss", "if you take", "but I don't"."""

import re
from collections.abc import Sequence
from itertools import pairwise

from carelog.extraction.medications.cues import Cue, stands_last
from carelog.extraction.medications.said import Said
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_NEGATIONS = word_set(
    """
    not n't never no nor without avoid avoiding don't doesn't didn't won't haven't hasn't can't cannot isn't
    wasn't ain't aren't shouldn't wouldn't couldn't weren't mustn't nahi nahin mat neither नहीं मत
    """
)
_HINDI_NOT = word_set("nahi nahin नहीं")
_RULED_OUT = word_set("no without avoid avoiding not never")
_NOT_NEEDED = word_set("need want think recommend require give believe")
_NOT_MISSED = word_set("not n't never don't doesn't didn't haven't hasn't won't without nahi nahin नहीं")
_NEARLY = word_set("almost nearly")
_ELSE = word_set("otherwise else")  # "With my tea, because otherwise I forget it."
_MARKS = frozenset(",.;:?!।")
_CONDITIONS = word_set("if agar अगर")
_DETERMINERS = word_set("the your this that his her")
_CONDITION_REACH = 3
_TURNS_OUT = word_set("stays stay remains remain gets goes worse worsens over above rises fails comes climbs drops")
_SHOULD = word_set(
    "should can could shall may lena leni lun loon lu lenge sakta sakti sakte chahiye लेना लेनी लूं लूँ सकता सकती चाहिए"
)
_OFFERERS = word_set("we they doctor he she")
_OFFER_REACH = 12
_SUBJECTS = word_set("you your he she there it the that any")
_TAKEN = word_set("take taken taking")
_TOOK = word_set("took used had was put gave got")
_NOT_BEGUN = phrase_set(
    """
    n't started | haven't started | not started | not yet started | n't begun | haven't begun | n't opened |
    haven't opened | never opened | never started | did n't start | didn't start | n't taken it yet |
    haven't taken it yet | n't taken any yet | haven't taken any yet | n't picked it up | haven't picked it up
    """
)
_UNDOING = (
    "but i don't", "but i haven't", "but he doesn't", "but she doesn't", "but i do not", "but never use it",
    "but never take it", "but i never use it", "but i never take it", "but i don't use it", "but i don't take it",
    "but don't use it", "but don't take it",
)  # fmt: skip
_NO = word_set("no nope nahi nahin नहीं")
_NO_ALONE = word_set("no nahi नहीं don't doesn't didn't haven't hasn't n't not")
_UNDONE_REACH = 8
_UNREAL_REACH = 4
_TO_COME_VERBS = word_set("start starting starts begin beginning stop stopping stops")
_TO_COME = phrase_set(
    "next week | next month | next monday | next tuesday | next wednesday | next thursday | next friday | tomorrow | "
    "in two weeks | next year | next saturday | next sunday"
)
_TO_COME_REACH = 6
_AWAITED = word_set("waiting due supposed meant going")
_THOUGHT_OF = word_set("might may planning could nobody")
_DONE_SO = phrase_set("and i did | so i did | and did | and he did | and she did")
_BUT = phrase_set("but i still | but i didn't | but i did n't | but i haven't | but i have n't | but i kept")
_LEFT_UNDONE = phrase_set("but i haven't | but i have n't | but i didn't | but i did n't | but never did")
_EXCEPTED_REACH = 8
_BEFORE_EXCEPTED = word_set("the my for that evening morning")
_ALL = word_set("all everything them")
_NOT_SO = phrase_set(
    """
    nobody told me to | no one told me to | meant to take | don't let me forget | do n't let me forget |
    forgot whether i took | can't remember if i took | ca n't remember if i took | not sure if i took |
    don't know if i took | do n't know if i took | says i can take | says i could take | says i may take |
    if i had
    """
)
_NOT_SO_REACH = 7
_WOULD = phrase_set("i'd take | i would take | i'd use | i would use | i'd stop | i would stop | i 'd take | i 'd stop")
_OVER_UNTIL = phrase_set(
    "until last week | until last month | until last year | until recently | till last week | till last month | "
    "till recently | up to last week | up until last week | up until recently | until yesterday"
)
_DONE_FOR_NOW = phrase_set("for the day | for today | for tonight")
_LONG_AGO = phrase_set(
    """
    when i was | years ago | as a child | as a kid | as a teenager | back in | in college | in high school |
    a long time ago | many years back | long back | in my twenties | in my thirties | in the past | last year |
    a year ago | last time i had | the last time i had | in my last pregnancy | in my first pregnancy |
    during my pregnancy | during my last pregnancy | in my teens | as a teen | as a young man | as a young woman
    """
)
_THEN = phrase_set(
    "when i had | when i broke | when i got | when i hurt | when i fell | when he had | when she had | when he broke | "
    "when she broke | in the hospital | in the er | after the surgery | after my surgery | after the accident"
)
_UNTIL = word_set("until till")
_HAD_BEEN = word_set("been was")
_STILL_NOW = word_set("now today i my")
_FORMER_YEAR = re.compile(r"(?:19|20)\d\d")
_ONCE_NOT = word_set("a per daily weekly every each in")


def is_refused(words: Sequence[Word], begin: int, cue: Cue | None, first: int) -> bool:
    """A negation before the cue ("don't take"), or right before the name ("no aspirin")."""
    if cue is not None and words[cue.first].norm == "no":
        return False  # "No more ibuprofen" stops it.
    if any(words[i].norm in _RULED_OUT and not _stands_alone(words, i) for i in range(max(begin, first - 2), first)):
        return cue is None or cue.end <= first
    unread = words[max(begin, cue.end if cue and cue.end <= first else begin, first - 7) : first]
    if any(a.norm in _NEGATIONS and b.norm in _NOT_NEEDED for a, b in pairwise(unread)):
        return cue is None or cue.end <= first  # "I don't think you need a diuretic."
    if cue is None or cue.meaning == "missed" or words[cue.first].norm == "tolerating":
        return False  # "You're not tolerating the metoprolol": it is taken.
    if any(word.norm in _HINDI_NOT for word in words[cue.end : cue.end + 2]):
        return True
    near = range(max(begin, cue.first - 3), cue.first)
    return any(words[i].norm in _NEGATIONS and not _is_proposed(words, i) and not _stands_alone(words, i) for i in near)


def _is_proposed(words: Sequence[Word], i: int) -> bool:
    """ "Why not take two", "why don't you take"; not "why aren't you taking it"."""
    return _norm(words, i - 1) == "why" and words[i].norm not in ("aren't", "isn't", "haven't", "didn't")


def is_excepted(words: Sequence[Word], begin: int, first: int) -> bool:
    """ "All but the aspirin", "all of them except the statin", where the name or its strength begins at `first`."""
    before = [word.norm for word in words[max(begin, first - _EXCEPTED_REACH) : first]]
    while before and before[-1] in _BEFORE_EXCEPTED:
        before.pop()
    return before[-1:] in (["but"], ["except"]) and bool(_ALL & set(before[:-1]))


def is_untaken(words: Sequence[Word], sentence: tuple[int, int], first: int, end: int) -> Said | None:
    """ "I'd take metformin if I had it", "nobody told me to take it": of no status, since nothing is so; "until last
    week I took it": stopped. None where nothing of the kind is said of the name at words `first` to `end`."""
    begin, stop = sentence
    if any(_NOT_SO.at(words, i) for i in range(max(begin, first - _NOT_SO_REACH), first)):
        return Said(None)
    would = any(_WOULD.at(words, i) for i in range(max(begin, first - _CONDITION_REACH), first))
    if would and any(words[i].norm == "if" for i in range(end, stop)):
        return Said("taking" if words[first - 1].norm in _TO_COME_VERBS else None)
    if _OVER_UNTIL.at(words, begin) and "now" not in [word.norm for word in words[first:stop]]:
        return Said("stopped")
    only = [word.norm for word in words[max(begin, first - 2) : first]]
    if only[:1] == ["only"] and only[-1] in _TOOK and _norm(words, end) in ("for", "in", "while"):
        return Said("stopped")
    finished = any(word.norm in ("finished", "done") for word in words[max(begin, first - 3) : first])
    done = finished and end < len(words) and _DONE_FOR_NOW.at(words, end) is not None
    return Said("taking") if done else None  # "I finished my metformin for the day."


def is_denied(words: Sequence[Word], begin: int, cue: Cue) -> bool:
    """ "I never miss it", "miss nahi ki"."""
    if any(word.norm in _NOT_MISSED for word in words[cue.end : cue.end + 2] if stands_last(words, cue)):
        return True
    for i in range(cue.first - 1, max(begin, cue.first - 4) - 1, -1):
        if words[i].norm in _MARKS:
            return False
        if words[i].norm in _NOT_MISSED or words[i].norm in _ELSE or words[i].norm in _NEARLY:
            return True
    return False


def is_conditional(words: Sequence[Word], begin: int, cue: Cue | None) -> bool:
    """ "If you miss it": nothing that is so."""
    if cue is None:
        return False
    before = [word.norm for word in words[max(begin, cue.first - _OFFER_REACH) : cue.first]]
    near = before[-_CONDITION_REACH:]
    clause = [word.norm for word in words[begin : cue.first]]
    if cue.meaning == "stopped" and clause[:1] == ["if"] and _SUBJECTS & set(clause[1:3]) and "," in clause:
        return True  # "If your stomach hurts badly, stop it and call us."
    if cue.meaning in ("started", "changed") and clause[:1] == ["if"] and _TURNS_OUT & set(clause):
        return True  # "If your sugar stays over 200 we'll add glipizide"; not "if you agree, we'll start".
    if "can" in near and _OFFERERS & set(near) and _CONDITIONS & set(before):
        return True  # "If you feel sick, we can give you ..."; "if it is strep I'll prescribe" is a plan.
    return bool(_CONDITIONS & set(near)) and not _MARKS & set(near)


def is_asked_under_condition(words: Sequence[Word], begin: int, first: int, end: int) -> bool:
    """ "Agar bukhar aaye to Dolo 650 lena hai na?": what one would have to take; not "if my head hurts I take Dolo"."""
    supposed = any(word.norm in _CONDITIONS for word in words[begin:first])
    return supposed and any(word.norm in _SHOULD for word in words[begin:end])


def is_supposed(words: Sequence[Word], first: int) -> bool:
    """ "If ibuprofen 400 doesn't help, call us": what an instruction only supposes."""
    before = first - 1 if first and words[first - 1].norm not in _DETERMINERS else first - 2
    return before >= 0 and words[before].norm in _CONDITIONS


def is_none_taken(words: Sequence[Word], cue: Cue) -> bool:
    """ "I haven't taken any Advil": nothing that should have been."""
    return cue.meaning == "missed" and words[cue.end - 1].norm in _TAKEN and _norm(words, cue.end) == "any"


def is_long_ago(words: Sequence[Word], sentence: tuple[int, int], cue: Cue) -> bool:
    """ "When I was pregnant I took labetalol"."""
    told = words[cue.first].norm in _TOOK
    had_on = words[cue.first].norm == "had" and words[cue.end - 1].norm == "on"
    if had_on and any(_FORMER_YEAR.fullmatch(words[i].norm) for i in range(*sentence)):
        return True  # "In 2021 they had me on it."
    if words[cue.first].norm == "took":
        once = next((i for i in range(cue.end, sentence[1]) if words[i].norm == "once"), None)
        if once is not None and once + 1 < len(words) and words[once + 1].norm not in _ONCE_NOT:
            return True  # "I took it once after a root canal."
    until = next((i for i in range(cue.end, sentence[1] - 1) if words[i].norm in _UNTIL), None)
    if until is not None and words[cue.first].norm in _HAD_BEEN and words[until + 1].norm not in _STILL_NOW:
        return True  # "I'd been on it until the liver tests."
    return told and any(_LONG_AGO.at(words, i) for i in range(*sentence))


def is_given_then(words: Sequence[Word], sentence: tuple[int, int], cue: Cue) -> bool:
    """ "When I broke my arm they gave me Percocet": whether it is still taken nobody says."""
    return words[cue.first].norm == "gave" and _THEN.stands_in(words, *sentence)


def is_not_begun(words: Sequence[Word], first: int, stop: int) -> bool:
    """ "(They gave me amoxicillin) but I haven't started it." """
    return any(_NOT_BEGUN.at(words, i) for i in range(first, stop))


def is_answered_no(words: Sequence[Word], end: int) -> bool:
    """ "(Ibuprofen, yes.) Aspirin no.", where the name ends at word `end`."""
    apart = _norm(words, end) == ","  # "The ramipril, no, they took me off it" goes on.
    at = end + apart
    return _norm(words, at) in _NO and (at + 1 >= len(words) or _norm(words, at + 1) in _MARKS - {"," if apart else ""})


def is_left_undone(words: Sequence[Word], cue: Cue) -> bool:
    """ "(I should start it again) but I haven't"."""
    return any(_LEFT_UNDONE.at(words, i) for i in range(cue.end, min(len(words), cue.end + _UNDONE_REACH)))


def is_unreal(words: Sequence[Word], begin: int, cue: Cue) -> Said | None:
    """ "I might stop it", "I'm waiting to start Ozempic", "I was told to stop but I still take it": no change yet, and
    what is so where one was to begin."""
    before = [word.norm for word in words[max(begin, cue.first - _UNREAL_REACH) : cue.first]]
    if _DONE_SO.stands_in(words, cue.end, len(words)):
        return None  # "I was supposed to stop it, and I did."
    if before[-2:] == ["plan", "to"]:
        return Said(None)
    told_but = "told" in before and any(_BUT.at(words, i) for i in range(cue.end, len(words)))
    if not _AWAITED.isdisjoint(before) and before[-1:] == ["to"]:
        undone = any(_LEFT_UNDONE.at(words, i) for i in range(cue.end, len(words)))
        return Said(None) if undone or "going" in before or "meant" in before else Said("ordered")
    if words[cue.first].norm in _TO_COME_VERBS and _TO_COME.stands_in(
        words, cue.end, min(len(words), cue.end + _TO_COME_REACH)
    ):
        return Said("ordered")  # "I start Keytruda next Tuesday", "they're stopping my Humira next month"
    return Said(None) if not _THOUGHT_OF.isdisjoint(before) or told_but else None


def is_undone(words: Sequence[Word], first: int, stop: int) -> bool:
    """ "(I should take Lasix) but I don't." """
    said = " ".join(word.norm for word in words[first:stop]).replace(" n't", "n't").rstrip(" .!")
    return said.endswith(_UNDOING)


def _stands_alone(words: Sequence[Word], i: int) -> bool:
    """The no of "no, I stopped it", the don't of "no you don't, you stopped it"."""
    return words[i].norm in _NO_ALONE and _norm(words, i + 1) in _MARKS


def _norm(words: Sequence[Word], i: int) -> str:
    return words[i].norm if 0 <= i < len(words) else ""
