"""Allergies and intolerances, as far as somebody says that the subject has one, or has none.

cues       the words that speak of an allergy: "allergic to", "my ... allergy", "couldn't tolerate"
reactions  what happened: hives, swelling, an upset stomach
asked      questions for allergies, and what is answered
find       all of it together
merging    one finding for each substance

Decisions that a reader may ask about:

* Who denies an allergy says that there never was one: "are you allergic to sulfa?" "No" is an entry that is refuted.
  "No known drug allergies" is one for "any medication", "I'm not allergic to anything" one for "anything": that it was
  asked and denied is worth knowing before a prescription, and a record without allergies does not say it.
* `kind` is as it was said: an allergy where somebody calls it one, an intolerance where somebody does or where it
  could not be taken for an upset stomach and the like. Hives after a medicine are a reaction of neither kind.
* What a medicine does to somebody who goes on taking it ("metformin gives me gas") is no intolerance.
* Certainty is open unless it was in doubt ("I might be allergic") or denied: that somebody says so confirms nothing.
"""

from carelog.extraction.allergies.find import find_allergies

__all__ = ["find_allergies"]
