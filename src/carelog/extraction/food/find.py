"""From a dialogue to the foods that were eaten."""

from collections.abc import Iterator, Sequence

from carelog.extraction import claims
from carelog.extraction.exchange import AnswerKind, read_answer, same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.food.items import Item, Mention, find_items, with_amount
from carelog.extraction.food.nutrition import nutrition_of
from carelog.extraction.food.statements import MEALS, VERBS, Statement, answer, left_out, meal_of, statements
from carelog.extraction.numbers import find_numbers
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.food import Food, Meal

_QUOTE_REACH = 16  # words between the verb and a food of which one quote still reads well
_ASKING_VERBS = VERBS | word_set("food meal meals nashta khana khaana")
_ASKING_PAST = word_set(
    """
    did have had has today yesterday far morning kya क्या khaya khayi piya last night noon afternoon evening
    """
)
_ASKING_OTHERWISE = word_set(
    """
    should could would can like allergic allergies allergy avoid if want prefer able usually often ever trouble
    problem
    """
)
_ONLY = word_set("just only bas sirf except")
_DRINKS_WITH = word_set("tea coffee chai milk cereal oatmeal porridge")
_ADDED = word_set("milk sugar cream honey lemon ginger butter")


def find_food(dialogue: Sequence[Utterance]) -> list[Finding]:
    """Every food and drink the subject is said to have had, in order.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "For breakfast I had two boiled eggs and a cup of tea. I skipped lunch, no rice."
    >>> [finding.payload.headline() for finding in find_food(read([Turn(0, said, "/t")]))]
    ['boiled egg, two (breakfast)', 'tea, a cup (breakfast)']
    """
    found: list[Finding] = []
    for i, utterance in enumerate(dialogue):
        if claims.speaks_for_subject(utterance) and (named := find_items(utterance)):
            found.extend(_find(utterance, named, dialogue[i - 1] if i else None))
    return found


def _find(utterance: Utterance, named: Sequence[Mention], before: Utterance | None) -> Iterator[Finding]:
    asserted = statements(utterance, named)
    asked = _asked(before, utterance) if before and not same_speaker(before, utterance) else None
    if asked is not None:
        first, meal, _ = asked
        asserted = [answer(utterance.words, first, named, meal), *asserted]
    if not asserted:
        return
    numbers = find_numbers(utterance)
    taken = 0
    for k, statement in enumerate(asserted):
        foods = [
            food
            for food in named
            if max(statement.first, taken) <= food.first < statement.end
            and not left_out(utterance.words, statement.first, food.first)
        ]
        told = nutrition_of(utterance.words, statement, numbers) if len(foods) == 1 else {}
        for food in foods:
            if _added(utterance.words, food.first, statement.first):
                continue
            item = with_amount(utterance, food, numbers)
            taken = item.end
            meal = meal_of(utterance.words, statement, food)
            answers = asked is not None and (k == 0 or meal is None)
            meal = meal or (asked[1] if asked else None)
            said = {"name": item.name, "amount": item.amount, "quantity": item.quantity, "meal": meal, **told}
            question = (asked[2],) if asked and answers else ()
            yield Finding("food", Food.model_validate(said), (_span(utterance, statement, item), *question))


def _asked(before: Utterance, utterance: Utterance) -> tuple[int, Meal | None, Span] | None:
    """(first word of the answer, the meal asked about, the question) where the turn before asked what was eaten."""
    for question in claims.asked_in(before):
        norms = [word.norm for word in before.words[question.first : question.end]]
        meals = [MEALS[norm] for norm in norms if norm in MEALS]
        if not (meals or _ASKING_VERBS.intersection(norms)) or _ASKING_OTHERWISE.intersection(norms) - {"like"}:
            continue
        if not meals and not _ASKING_PAST.intersection(norms):
            continue
        said = read_answer(utterance, utterance.turn.index)
        if said is None:
            return None
        only = _nothing_but(utterance.words, said.rest) if said.kind is AnswerKind.NO else None
        if said.kind is AnswerKind.NO and only is None:
            return None
        span = before.span(question.first, question.end)
        first = said.rest if said.kind is AnswerKind.YES else only or 0
        return min(first, len(utterance.words)), meals[-1] if meals else None, span
    return None


def _nothing_but(words: Sequence[Word], rest: int) -> int | None:
    """Where what was eaten after all begins: "nothing yet, just | coffee"."""
    return next((k + 1 for k in range(rest, min(len(words), rest + 4)) if words[k].norm in _ONLY), None)


def _added(words: Sequence[Word], food: int, first: int) -> bool:
    """Milk in tea is no drink of its own."""
    before = [word.norm for word in words[max(first, food - 3) : food]]
    return words[food].norm in _ADDED and len(before) > 1 and before[-1] == "with" and before[-2] in _DRINKS_WITH


def _span(utterance: Utterance, statement: Statement, item: Item) -> Span:
    near = item.begin - statement.trigger <= _QUOTE_REACH
    first = min(statement.trigger, item.begin) if near else item.begin
    return utterance.span(first, item.end)
