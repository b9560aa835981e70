"""Food: what the subject said to have eaten or drunk, one finding a food.

A food counts only where eating it is asserted ("I had", "for lunch dal and rice", an answer to "what did you eat?"),
never as advice, a liking, an allergy, an if or a thing not eaten. Habits ("I have a beer now and then") are no meal,
unless a meal is named ("I usually have oats for breakfast").
"""

from carelog.extraction.food.find import find_food

__all__ = ["find_food"]
