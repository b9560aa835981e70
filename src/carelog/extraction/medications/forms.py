"""What a medicine comes as, and the way it is given."""

from collections.abc import Sequence
from typing import TypedDict

from carelog.extraction.utterances import PhraseTable, Word
from carelog.record.types.medication import Route

# Said -> (form, route). A form gives a route only where the words leave no other.
_FORMS: tuple[tuple[str | None, Route | None, str], ...] = (
    ("tablet", None, "tablet|tablets|tab|tabs|pill|pills|caplet|caplets|goli|goliyan|गोली"),
    ("capsule", None, "capsule|capsules|softgel|softgels|gel caps"),
    ("inhaler", "inhaled", "inhaler|inhalers|puff|puffs|puffer|inhalation"),
    ("nebulizer", "inhaled", "nebulizer|nebuliser|nebulized|nebulizer treatment|nebulizer treatments"),
    ("cream", "topical", "cream|creams"),
    ("ointment", "topical", "ointment|ointments"),
    ("gel", "topical", "gel"),
    ("lotion", "topical", "lotion"),
    ("shampoo", "topical", "shampoo"),
    ("patch", "transdermal", "patch|patches"),
    ("drops", None, "drops|drop"),
    ("drops", "ophthalmic", "eye drops|eyedrops|eye drop"),
    ("drops", "otic", "ear drops"),
    ("ointment", "ophthalmic", "eye ointment"),
    ("spray", None, "spray"),
    ("spray", "nasal", "nasal spray|nose spray|nasal sprays"),
    ("injection", None, "injection|injections|shot|shots|jab|injectable"),
    ("pen", None, "pen|pens"),
    ("syrup", "oral", "syrup"),
    ("suspension", None, "suspension"),
    ("liquid", None, "liquid"),
    ("powder", None, "powder"),
    ("suppository", None, "suppository|suppositories"),
    ("mouthwash", None, "mouthwash|swish and swallow|swish and spit"),
    ("gummy", "oral", "gummies|gummy"),
    ("lozenge", "oral", "lozenge|lozenges"),
    (None, "oral", "by mouth|orally|po|p.o."),
    (None, "sublingual", "under the tongue|under your tongue|under my tongue|sublingual|sublingually"),
    (None, "subcutaneous", "under the skin|subcutaneous|subcutaneously|subq|sub q"),
    (None, "intravenous", "iv|intravenous|intravenously|i.v.|through the iv|infusion"),
    (None, "intramuscular", "intramuscular|intramuscularly|im injection|in the muscle"),
    (None, "topical", "topical|topically|on the skin|on your skin|to the skin"),
    (None, "rectal", "rectal|rectally"),
    (None, "vaginal", "vaginal|vaginally"),
    (None, "nasal", "in each nostril|in the nose|up the nose"),
    (
        *(None, "ophthalmic"),
        "in each eye|in both eyes|in the eye|in your eyes|in the eyes|in my eyes|in my eye|in his eyes|in her eyes|"
        "aankh mein|aankhon mein|aankh me|in the right eye|in the left eye|in my right eye|in my left eye",
    ),
    (
        *(None, "otic"),
        "in each ear|in both ears|in the ear|in your ears|in your ear|in my ear|in his ear|in her ear|in the ears|"
        "kaan mein|kaan me|in the right ear|in the left ear",
    ),
    (None, "nasal", "in each nostril|nostril|nostrils"),
    (None, "oral", "swallow|munh se"),
)
FORMS: PhraseTable[tuple[str | None, Route | None]] = PhraseTable(
    [(phrase, (form, route)) for form, route, phrases in _FORMS for phrase in phrases.split("|")]
)
_BEFORE = 3  # Words before a name, and after a strength, in which its form or route is said.
_AFTER = 8


class FormAndRoute(TypedDict):
    form: str | None
    route: Route | None


def _names_another(words: Sequence[Word], i: int) -> bool:
    """ "(The Laxido,) and the eye drops": a form of something else."""
    return words[i].norm == "and" and i + 1 < len(words) and words[i + 1].norm in ("the", "my", "some", "his", "her")


def form_and_route(words: Sequence[Word], first: int, end: int, stop: int) -> FormAndRoute:
    """What the words around a medicine (`first` to `end`) say of its form and route, up to word `stop`.

    >>> from carelog.extraction.utterances import words_of
    >>> form_and_route(words_of("one tablet of aspirin 81 mg by mouth"), 3, 6, 8)
    {'form': 'tablet', 'route': 'oral'}
    """
    form: str | None = None
    route: Route | None = None
    i = max(0, first - _BEFORE)
    while i < min(end + _AFTER, stop, len(words)):
        if i >= end and (words[i].norm in ".?!" or _names_another(words, i)):
            break
        match = FORMS.at(words, i)
        if match is None:
            i += 1
            continue
        length, (said_form, said_route) = match
        form, route = form or said_form, route or said_route
        i += length
    return {"form": form, "route": route}
