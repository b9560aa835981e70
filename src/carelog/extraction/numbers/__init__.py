"""Numbers in words and digits, as people say readings, doses and amounts.

Read: digits ("98.6", "1,000", "1½", "2 thousand"); English cardinals ("a hundred and one point two", "fifteen
hundred", "one and a half"); the short form of readings and prices ("one thirty five" is 135, "one oh two" is
102); Hindi in Latin or Devanagari letters ("paanch sau", "dhai", "saadhe teen", "sava sau",
"९८.६").

Not read, because they are no definite number: vague words (a couple, a few, several), ordinals, clock times
("7:30"), digits inside names ("B12"), and runs of digits such as phone numbers.
"""

from carelog.extraction.numbers.grammar import find_numbers, find_sizes, may_hold_numbers
from carelog.extraction.numbers.number import Form, Number

__all__ = ["Form", "Number", "find_numbers", "find_sizes", "may_hold_numbers"]
