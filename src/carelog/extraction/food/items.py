"""The foods that a turn names, each with its amount as said."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction.measured import in_short
from carelog.extraction.numbers import Number
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vocabularies.foods import load_foods
from carelog.extraction.wordsets import word_set
from carelog.record.payload import Quantity


class Mention(NamedTuple):
    """Words `first` up to `end` name a food."""

    first: int
    end: int
    name: str


class Item(NamedTuple):
    """Words `first` up to `end` name a food; with its amount it begins at `begin`."""

    begin: int
    first: int
    end: int
    name: str
    amount: str | None
    quantity: Quantity | None


_KINDS = word_set(
    """
    boiled fried grilled baked roasted steamed scrambled poached stuffed plain mixed leftover sweet sour hard soft
    whole wheat multigrain greek skimmed skim low fat sugar free decaf unsweetened black green red white brown raw
    cooked toasted spicy homemade frozen tandoori chicken cheese
    """
)
_LOOKS = word_set("hot cold warm fresh small large big medium nice tiny little good whole full regular same delicious")
_CONTAINERS = word_set(
    """
    bowl bowls cup cups glass glasses plate plates slice slices piece pieces bottle bottles can cans spoon spoons
    spoonful spoonfuls tablespoon tablespoons teaspoon teaspoons tbsp tsp handful handfuls serving servings portion
    portions packet packets pack packs bite bites scoop scoops katori katoris gilas mug mugs pint pints bar bars g
    gm gms gram grams kg kilo ml oz ounce ounces litre litres liter liters bunch chammach bit lot lots couple
    plateful bowlful mls milliliters millilitres ग्राम लीटर कप गिलास कटोरी प्लेट
    sips sip quarter stack bag bags box boxes peg pegs shot shots helping
    helpings half
    """
)
# An ounce may be one of weight or one of volume, and a spoon, a cup or a bowl has no one size.
_SIZES: dict[str, tuple[str, float]] = {
    word: size
    for words, size in {
        "g gm gms gram grams ग्राम": ("g", 1.0),
        "kg kilo kilos": ("g", 1000.0),
        "ml mls milliliters millilitres": ("mL", 1.0),
        "litre litres liter liters l लीटर": ("mL", 1000.0),
    }.items()
    for word in words.split()
}
_LONGEST_NAME, _LONGEST_AMOUNT = 120, 60  # characters
_DETERMINERS = word_set("a an some few couple another half several ek thoda thodi thode kuch little")
_ARTICLES = frozenset({"a", "an"})
_FOLLOWERS = word_set(
    """
    a about after afterwards again ago all along also although and another around as at aur baje because before but
    by combo cooked cut dinner during each earlier early eaten either etc even every everyday fifteen first five for
    four from had half he her hi bhi i i'm in including instead into is it it's its just ka kal ke kha khai khaya
    khayi khaye khana ki ko last late lately later le leftover li like liya liye lunch made main maine maybe mein
    minus mostly my night no not now of off on once one only or our out over pee per pi piya plate plus roz se she
    since slice slices so some still supper that the then these they this though three to today together tonight too
    topped twice two usually was we well were when where which while who with without yesterday you breakfast
    morning evening afternoon noon bowl cup glass piece pieces servings snack snacks के को में और खाया खाई पी ली
    daily salad n nd
    """
)
# Words that end a compound: "aloo paratha", "chicken soup". Other neighbours are a list ("dal chawal").
_HEADS = word_set(
    """
    sandwich sandwiches salad salads soup soups curry pie pies cake cakes juice juices wrap wraps burger burgers
    pizza pizzas pasta omelette omelet omelettes toast toasts stew noodles roll rolls shake smoothie smoothies tea
    bread paratha parathas dosa dosas biryani sabzi sabji kebab kebabs chips cookie cookies muffin muffins yogurt
    milk butter taco tacos burrito burritos pickle pudding pakora pakoras raita halwa kheer steak wings casserole
    chutney porridge pancakes
    """
)


def find_items(utterance: Utterance) -> list[Mention]:
    """Every food the turn names."""
    foods, words = load_foods(), utterance.words
    if foods.first_words.isdisjoint(utterance.norms):
        return []
    found: list[Mention] = []
    for i in [k for k, word in enumerate(words) if word.norm in foods.first_words]:
        if found and i < found[-1].end:
            continue
        match = foods.phrases.at(words, i)
        if match is None:
            continue
        end = i + match[0]
        if end < len(words) and not _may_follow(words[end].norm):
            continue
        if found and found[-1].end == i and words[end - 1].norm in _HEADS and _touching(utterance, i):
            first = found.pop().first
            found.append(Mention(first, end, f"{utterance.quote(first, i).lower()} {match[1]}"))
        else:
            found.append(Mention(i, end, match[1]))
    return found


def _may_follow(norm: str) -> bool:
    """A food may stand before such a word. Before any other it is no food: "egg allergy", "apple watch"."""
    return norm in _FOLLOWERS or norm in load_foods().first_words or not norm[0].isalpha()


def _touching(utterance: Utterance, i: int) -> bool:
    return utterance.text[utterance.words[i - 1].end : utterance.words[i].start] in {" ", "-"}


def with_amount(utterance: Utterance, food: Mention, numbers: Sequence[Number]) -> Item:
    """The food with the kind ("boiled") and amount ("two", "a bowl of") that stand before it."""
    words, (first, end, name) = utterance.words, food
    start = first
    while start and words[start - 1].norm in _KINDS:
        start -= 1
    if start < first:
        name = f"{utterance.quote(start, first).lower()} {name}"
    k = start
    while k and words[k - 1].norm in _LOOKS:
        k -= 1
    begin, stop = _amount(words, k, numbers)
    amount = in_short(utterance.quote(begin, stop).lower(), _LONGEST_AMOUNT) if begin < stop else None
    name = in_short(name, _LONGEST_NAME) or food.name
    if amount is None:
        return Item(min(begin, start), start, end, name, None, None)
    return Item(min(begin, start), start, end, name, amount, _weighed(words, begin, stop, numbers))


def _weighed(words: Sequence[Word], begin: int, stop: int, numbers: Sequence[Number]) -> Quantity | None:
    """ "150 grams", "half a litre": an amount that has one size."""
    number = next((number for number in numbers if number.first == begin), None)
    unit = _SIZES.get(words[stop - 1].norm) if stop > begin else None
    if number is None or unit is None or any(word.norm not in {"a", "an"} for word in words[number.end : stop - 1]):
        return None
    return Quantity(value=round(number.value * unit[1], 1), unit=unit[0]) if number.value else None


def _amount(words: Sequence[Word], k: int, numbers: Sequence[Number]) -> tuple[int, int]:
    """(first, end) of the words of amount that end at word `k`; empty where none is said."""
    stop = k
    norm = words[k - 1].norm if k else ""
    if norm == "of" and k > 1 and words[k - 2].norm in _CONTAINERS:
        k -= 2
        stop -= 1
    elif norm in _CONTAINERS and norm not in {"can", "half"}:
        k -= 1
    measured = k < stop
    while k and measured and words[k - 1].norm in _LOOKS:
        k -= 1
    for number in numbers:
        if number.end == k:
            return number.first, stop
    begin = k
    while begin and words[begin - 1].norm in _DETERMINERS and k - begin < 3:
        begin -= 1
    if stop - begin == 1 and words[begin].norm in _ARTICLES:
        return begin, begin
    if begin == k:
        return (k, stop) if measured else (stop, stop)
    return begin, stop
