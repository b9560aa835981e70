"""Where a turn asserts that something was eaten or drunk, and of which meal."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction import claims
from carelog.extraction.food.items import Mention
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.food import Meal


class Statement(NamedTuple):
    """What words `first` up to `end` name was eaten; the statement itself begins at `trigger`."""

    trigger: int
    first: int
    end: int
    meal: Meal | None


MEALS: dict[str, Meal] = {
    "breakfast": "breakfast", "nashta": "breakfast", "nashte": "breakfast", "naashta": "breakfast",
    "नाश्ता": "breakfast", "नाश्ते": "breakfast", "lunch": "lunch", "lunchtime": "lunch", "dopahar": "lunch",
    "दोपहर": "lunch", "dinner": "dinner", "supper": "dinner", "dinnertime": "dinner", "snack": "snack",
    "snacks": "snack", "snacked": "snack",
}  # fmt: skip

_ATE = word_set("ate eaten drank drunk gobbled devoured munched finished nibbled sipped consumed")
_HAD = word_set("had took taken grabbed")
_BEING = word_set("eating drinking having")
_PRESENT = word_set("eat have drink take")
_FORWARD = _ATE | _HAD | _BEING | _PRESENT
_BACKWARD = word_set("khaya khayi khaye khayee khai khaayi khaaya piya pee pi peeya liya खाया खाई खाए खायी पिया पी")
_TOOK_HINDI = word_set("li liya liye ली लिया लिए")
_TOOK = word_set("took taken take grabbed")
_TOOK_REACH = 3
_DIET = word_set("eating food diet")
_IS = word_set("is was are 's")
_ELSEWHERE = word_set("off her him them me away out to from")  # "took her off milk", "had them make rice"
VERBS = _FORWARD | _BACKWARD

_OTHERS_HINDI = word_set("usne unhone unhonne pati patni bete beti husband wife papa mummy आपने उसने")
_NIGHTS = word_set("raat रात")
_HINDI_TIMES = word_set("raat shaam subah रात शाम सुबह")
_AT_HINDI = word_set("ko mein me को में")
_OF = word_set("ke ka mein के का में")
_NOTHING_BUT = word_set("bas sirf बस सिर्फ")
_EATING = word_set("khana khaana khane khaane खाना खाने")
_STOPS = word_set(
    """
    . ? ! ; । but because so that i he she they we you my was were is felt feel feeling before until if when while
    should would could want can't don't didn't i'm it's that's who where after cause
    """
)
_LEAVING_OUT = word_set("no without not minus except instead nor bina skipped skip")
_FRAME_LINKS = word_set(
    """
    was is were : , - = today yesterday just only usually mostly we i had included consisted of mein me main में ke
    khane time it's been normally always like um uh ate had again mai aaj kal raat ko
    """
)
_BEFORE_NO_FRAME = word_set("no skip skipped skipping without before after since have having missed until miss")
_NOTE_REACH = 10
_MARKS = frozenset(".?!;।…\n")
_NOTING = word_set("a an some just had one two three four half bowl cup plate glass of big small the my only")
_PARTS = word_set("morning afternoon evening night")
_LATER = word_set("then morning afternoon evening night later")
_LAST_FOOD_REACH = 5


def meal_at(words: Sequence[Word], k: int) -> Meal | None:
    """The meal that word `k` names: "lunch", "raat ke khane mein"."""
    if words[k].norm in _NIGHTS and k + 2 < len(words) and words[k + 1].norm in _OF and words[k + 2].norm in _EATING:
        return "dinner"
    return MEALS.get(words[k].norm)


def statements(utterance: Utterance, named: Sequence[Mention]) -> list[Statement]:
    """Every stretch of the turn whose foods (`named`) were eaten, in order."""
    words = utterance.words
    starts = {first for first, _, _ in named}
    found: list[Statement] = []
    for i, word in enumerate(words):
        statement: Statement | None = None
        if word.norm in _FORWARD and _is_eating(utterance, i):
            statement = _forward(words, i, i + 1, starts, named)
        elif word.norm in _BACKWARD or (word.norm in _TOOK_HINDI and any(end == i for _, end, _ in named)):
            statement = _backward(utterance, i, found[-1].end if found else 0)
        elif (listed := _after_how_one_eats(words, i)) is not None:
            statement = _framed_from(words, i, listed, starts, named, None)
        elif word.norm in _NOTHING_BUT and _of_eating(words, i):
            statement = _framed_from(words, i, i + 1, starts, named, None)
        elif word.norm in MEALS and not (found and i < found[-1].end):
            statement = _framed(words, i, starts, named)
        if statement:
            found.append(statement)
    return found


def answer(words: Sequence[Word], first: int, named: Sequence[Mention], meal: Meal | None) -> Statement:
    """What a turn that answers from word `first` says to have been eaten."""
    starts = {start for start, _, _ in named}
    return Statement(first, first, _reach(words, first, starts, named), meal)


def meal_of(words: Sequence[Word], statement: Statement, food: Mention) -> Meal | None:
    """The meal of one food: "rice for lunch and soup for dinner", "for lunch rice and for dinner soup"."""
    for k in range(food.end, min(statement.end + 3, len(words))):
        if words[k].norm in MEALS and (preposition := _preposition(words, k)) is not None:
            if words[preposition - 1].norm not in {",", "and", "then", "."}:
                return MEALS[words[k].norm]
            break
        if words[k].norm in _LATER:
            break  # "Eggs this morning, then a sandwich at lunch"
    if _is_at_another_time(words, statement.trigger, food.first):
        return None
    return _last_meal(words, statement.trigger, food.first) or statement.meal


def _is_at_another_time(words: Sequence[Word], first: int, end: int) -> bool:
    """ "Lunch two rotis, evening tea with a biscuit": the tea is no lunch."""
    for k in range(end - 1, first, -1):
        if words[k].norm in MEALS:
            return False
        if words[k].norm in _PARTS:
            return words[k - 1].norm in _MARKS | {",", "and", "then"}
    return False


def _preposition(words: Sequence[Word], meal: int) -> int | None:
    for k in range(meal - 1, max(-1, meal - 4), -1):
        if words[k].norm in {"for", "at", "as", "in"}:
            return k
        if words[k].norm not in {"my", "a", "the", "late", "early", "our"}:
            break
    return None


def _last_meal(words: Sequence[Word], first: int, end: int) -> Meal | None:
    for k in range(end - 1, first - 1, -1):
        meal = meal_at(words, k)
        if meal is not None and (k == 0 or words[k - 1].norm not in {"after", "before", "since"}):
            return meal
        if words[k].norm in _HINDI_TIMES and k + 1 < end and words[k + 1].norm in _AT_HINDI:
            return None  # "Dopahar mein dal, raat ko khichdi"
    return None


def _after_how_one_eats(words: Sequence[Word], i: int) -> int | None:
    """Where the foods begin in "Eating is okay, two idlis and coffee"."""
    if words[i].norm not in _DIET or i + 2 >= len(words) or words[i + 1].norm not in _IS:
        return None
    return next((k + 1 for k in range(i + 2, min(len(words), i + 6)) if words[k].norm in {",", ":"}), None)


def _is_managed(words: Sequence[Word], verb: int) -> bool:
    """ "I managed to take some noodles"."""
    return [word.norm for word in words[max(0, verb - 2) : verb]] == ["managed", "to"]


def _is_eating(utterance: Utterance, verb: int) -> bool:
    words, norm = utterance.words, utterance.words[verb].norm
    if _is_managed(words, verb):
        return claims.own_act(utterance, verb - 2, bare=True)
    if norm in _BEING and not claims.progressive(words, verb):
        return False
    bare = norm not in _PRESENT and norm != "taken"
    after_meal = verb > 0 and words[verb - 1].norm in MEALS
    return claims.own_act(utterance, verb, bare=bare, opened=after_meal)


def _forward(
    words: Sequence[Word], trigger: int, first: int, starts: set[int], named: Sequence[Mention]
) -> Statement | None:
    end = _reach(words, first, starts, named)
    foods = [food for food in named if first <= food.first < end]
    if not foods:
        return None
    between = {word.norm for word in words[first : foods[0].first]}
    if (
        between & (_ELSEWHERE - {"out"} if words[trigger].norm in _ATE else _ELSEWHERE)
        or ("for" in between and not between & MEALS.keys())
        or (words[trigger].norm in _TOOK and (len(between) > _TOOK_REACH or "with" in between))
    ):
        return None
    statement = Statement(trigger, first, end, _meal_before(words, trigger))
    habit = words[trigger].norm in _PRESENT and not _is_managed(words, trigger)
    if habit and not any(meal_of(words, statement, food) for food in foods):
        return None
    return statement


def _meal_before(words: Sequence[Word], i: int) -> Meal | None:
    return _last_meal(words, claims.clause_start(words, i, reach=14), i)


def _reach(words: Sequence[Word], first: int, starts: set[int], named: Sequence[Mention]) -> int:
    """Where the list of foods that begins at `first` ends."""
    ends = {start: end for start, end, _ in named}
    k = last = first
    unheard = 0
    while k < len(words) and k - last - unheard <= _LAST_FOOD_REACH:
        unheard = unheard + 1 if words[k].norm == "," else 0 if k in starts else unheard
        if k in starts:
            k = last = ends[k]
        elif (words[k].norm in _STOPS and not (words[k].norm == "my" and k == first)) or words[k].norm in _FORWARD:
            break
        else:
            k += 1
    return min(k, len(words)) if last > first else first


def left_out(words: Sequence[Word], first: int, food: int) -> bool:
    """ "No", "without" or "instead of" stands right before the food at word `food`."""
    return any(word.norm in _LEAVING_OUT for word in words[max(first, food - 3) : food])


def _backward(utterance: Utterance, verb: int, floor: int) -> Statement | None:
    """Hindi puts the verb last: "subah do roti khayi". A carer tells of the subject as of another."""
    words = utterance.words
    start = max(floor, claims.clause_start(words, verb, reach=14))
    around = {word.norm for word in words[start : verb + 2]}
    others = frozenset() if utterance.turn.role is Role.CARER else _OTHERS_HINDI
    if around & (claims.DENYING | others | {"agar", "jab"}):
        return None
    return Statement(start, start, verb + 1, _meal_before(words, verb))


def _framed(words: Sequence[Word], meal: int, starts: set[int], named: Sequence[Mention]) -> Statement | None:
    """ "Breakfast was two eggs", "for lunch dal and rice", "dinner: soup", "soup for dinner"."""
    if meal and words[meal - 1].norm in _BEFORE_NO_FRAME:
        return None
    if meal > 1 and words[meal - 1].norm == "for" and (noted := _noted(words, meal, starts, named)):
        return noted
    return _framed_from(words, meal, meal + 1, starts, named, MEALS[words[meal].norm])


def _noted(words: Sequence[Word], meal: int, starts: set[int], named: Sequence[Mention]) -> Statement | None:
    """ "Smoothie for breakfast with banana and spinach", as a note of its own."""
    first = claims.clause_start(words, meal, reach=_NOTE_REACH)
    if (first and words[first - 1].norm not in _MARKS) or not any(food.end == meal - 1 for food in named):
        return None
    if not all(
        word.norm in _NOTING or word.norm[0].isdecimal() for word in words[first : min(s for s in starts if s >= first)]
    ):
        return None
    return Statement(first, first, _reach(words, first, starts, named), MEALS[words[meal].norm])


def _of_eating(words: Sequence[Word], i: int) -> bool:
    """ "Khana kuch khaas nahi, bas thodi si khichdi": the sentence is about food, and only this was eaten."""
    before = {word.norm for word in words[claims.clause_start(words, i, reach=8) : i]}
    return bool(before & _EATING) and not before & (_OTHERS_HINDI | claims.SUPPOSING)


def _framed_from(
    words: Sequence[Word], trigger: int, k: int, starts: set[int], named: Sequence[Mention], meal: Meal | None
) -> Statement | None:
    """The foods that follow word `k` through words of being."""
    while k < len(words) and words[k].norm in _FRAME_LINKS and k not in starts:
        k += 1
    first = k
    while k < len(words) and k not in starts and k - first < 4:
        if words[k].norm in _STOPS or words[k].norm in claims.DENYING or words[k].norm in claims.SUPPOSING:
            return None
        if words[k].norm in _FORWARD:
            return None
        k += 1
    if k not in starts:
        return None
    return Statement(trigger, first, _reach(words, first, starts, named), meal)
