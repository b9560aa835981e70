"""What stands under a label that makes it no complaint: what to return for, what is monitored, what a medicine is for,
the family's illnesses, how somebody reacts to a medicine."""

import re
from typing import Final

from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set

_CUES: Final = word_set(
    """
    precautions warning warnings indication indications indicated history fh fhx risks risk intolerances intolerance
    resolved inactive allergies allergy
    plan goals differential ddx monitor watch prn sos needed counselled counseled educated
    """
)
_LABELS: Final = "|".join(
    (
        r"family (?:medical )?(?:history|hx)|fhx?|(?:strict |er )?(?:return )?precautions?",
        r"(?:black ?box )?warnings?|indications?|indicated for|risks?(?: discussed)?|intolerances?|allerg(?:y|ies)",
        r"(?:resolved|inactive)(?: problems?| issues?| symptoms?)?",
        r"differential(?: diagnosis)?|ddx|side effects?",
    )
)
_LABEL: Final = re.compile(
    rf"(?:^(?:\w{{1,20}}:[ \t])?|(?<=[.;\n]))[ \t]*"
    rf"(?P<label>(?:{_LABELS})\b[^:.\n]{{0,24}}?(?::|\bincl\.?|\bincluding\b))"
    r"(?P<heads>[ \t]*\n)?",
    re.IGNORECASE,
)
_PLAN: Final = re.compile(
    r"(?:^|\b(?:plan|to|will|and|please|we'll|should):?\s+)"
    r"(?:monitor|watch|counsel+ed|educated)(?: \w+){0,2} (?:for|on|about) ",
    re.IGNORECASE,
)
_AS_NEEDED: Final = re.compile(
    r"\b(?:prn|sos|as needed)(?: for)?[ \t]+(?:\w+[ \t]?[/,][ \t]?|\w+ or ){0,3}$", re.IGNORECASE
)
_ENDS: Final = re.compile(r"[.;\n](?!\s?(?:bleeding|incl))")
_BLOCK_ENDS: Final = re.compile(r"\n[ \t]*\n|\n[^\n:]{1,40}:")
_NEAR: Final = 60  # characters
_FAR: Final = 400  # characters


def is_labelled(reading: Reading, mention: Mention) -> bool:
    """ "Return precautions: chest pain, fever", "ondansetron prn nausea/vomiting", "Family history:\\nMigraine"."""
    if reading.utterance.norms.isdisjoint(_CUES):
        return False
    text, first = reading.utterance.text, reading.words[mention.first].start
    before = text[max(0, first - _NEAR) : first]
    if _AS_NEEDED.search(before):
        return True
    sentence = text[max(0, first - _FAR) : first]
    listed = _ENDS.split(sentence)[-1]
    if _PLAN.search(listed.lstrip()):
        return True
    labels = list(_LABEL.finditer(text, max(0, first - _FAR), first))
    if not labels:
        return False
    label = labels[-1]
    between = text[label.end("label") : first]
    return _BLOCK_ENDS.search(between) is None if label["heads"] else _ENDS.search(between) is None
