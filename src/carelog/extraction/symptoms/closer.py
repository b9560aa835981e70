"""One complaint under two names: the closer one is kept ("it hurts" beside "knee pain", "bowel changes" beside
"constipation")."""

from collections.abc import Mapping, Sequence
from typing import Final

from carelog.extraction.symptoms.examination import TENDERNESS
from carelog.extraction.symptoms.statements import Statement, Weight

_CLOSER: Final = {
    "bowel changes": frozenset({"constipation", "diarrhea"}),
    "stomach upset": frozenset({"nausea", "vomiting", "abdominal pain", "diarrhea", "heartburn"}),
    "urinary symptoms": frozenset({"painful urination", "frequent urination", "urinary urgency", "blood in urine"}),
    "difficulty walking": frozenset({"limping"}),
    "bruising": frozenset({"ecchymosis"}),
    "fluid retention": frozenset({"leg swelling", "ankle swelling", "foot swelling"}),
    "burning sensation": frozenset({"painful urination", "heartburn"}),
}
_VAGUE: Final = "feeling unwell"
_FLUSHED: Final = frozenset({"redness", "warmth"})
PAINFUL: Final = frozenset({"sore throat", "painful urination", "difficulty swallowing", "heartburn"})
"""Complaints that are pains, under names that do not say so: "my throat is raw, it hurts"."""


def told_closer(by_name: Mapping[str, Sequence[Statement]]) -> frozenset[str]:
    """The names among those that were told for which another one says the same more closely."""
    present = {name for name, said in by_name.items() if any(s.polarity == "present" for s in said)}
    absent = {name for name, said in by_name.items() if any(s.polarity == "absent" for s in said)}
    vaguer = {
        name
        for name, closer in _CLOSER.items()
        if (name not in present or present & closer) and (name not in absent or absent & closer)
    }
    if _VAGUE in present and present != {_VAGUE}:
        vaguer.add(_VAGUE)
    return frozenset(vaguer & by_name.keys()) | _bare(by_name, present) | _of_one_place(by_name)


def _bare(by_name: Mapping[str, Sequence[Statement]], present: set[str]) -> frozenset[str]:
    """Complaints without a place, where they were told of a place as well."""
    placed = {
        name.rpartition(" ")[2]
        for name, said in by_name.items()
        if " " in name and (name in present or not said[0].mention.bare)
    }
    if any(name.endswith("ache") or name in PAINFUL for name in present):
        placed.add("pain")  # "My headache is bad. It's really throbbing."
    if "pain" in placed:
        placed.add("cramps")  # "Any chest pain?" - "Slight cramps."
    return frozenset(name for name, said in by_name.items() if name in placed and said[0].mention.bare)


def _of_one_place(by_name: Mapping[str, Sequence[Statement]]) -> frozenset[str]:
    """Flushed cheeks are red and hot; a place that hurts anyway may well hurt when it is pressed."""
    parts: dict[str, set[str]] = {}
    for said in by_name.values():
        for s in said:
            if s.polarity == "present" and s.mention.part and s.mention.complaint:
                parts.setdefault(s.mention.complaint, set()).add(s.mention.part)
    flushed, painful = parts.get("flushing", set()), parts.get("pain", set())
    return frozenset(
        name
        for name, said in by_name.items()
        if (name in _FLUSHED and all(s.mention.part in flushed for s in said))
        or (name == TENDERNESS and all(s.weight is Weight.ANSWER and s.mention.part in painful for s in said))
    )
