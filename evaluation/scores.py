"""How well an engine reads: figures over visits, and over our own cases."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carelog.conversations.content import text_at
from carelog.record.entries import NewEntry
from carelog.record.types.medication import Medication
from carelog.record.types.symptom import Symptom
from evaluation.cases import Case
from evaluation.engines import Read
from evaluation.judging import Verdict
from evaluation.notes import Strength, concept_of, mentions, same_strength, strengths_of, symptoms_of
from evaluation.visits import Visit


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    def __str__(self) -> str:
        return f"{self.part / self.whole:.3f}" if self.whole else "-"


@dataclass(frozen=True, slots=True)
class VisitScores:
    """What the notes have and was found: symptoms, also with their polarity, and (drug, strength) pairs. What was found
    and the notes have: symptoms (`mentioned`) and pairs. `quotes` stand where they say."""

    visits: int
    symptoms: Share
    polarity: Share
    mentioned: Share
    strengths: Share
    strengths_right: Share
    quotes: Share
    per_second: float
    memory_mb: float | None


def score_visits(visits: Sequence[Visit], read: Read) -> VisitScores:
    """Symptoms are measured on the visits whose note has a review of systems."""
    counts: Counter[str] = Counter()
    for visit in visits:
        counts.update(_of_one(visit, read.entries.get(visit.id, ())))
    return VisitScores(
        visits=len(visits),
        symptoms=Share(counts["found"], counts["noted"]),
        polarity=Share(counts["with polarity"], counts["noted"]),
        mentioned=Share(counts["mentioned"], counts["said"]),
        strengths=Share(counts["strengths found"], counts["strengths noted"]),
        strengths_right=Share(counts["strengths right"], counts["strengths said"]),
        quotes=Share(counts["standing"], counts["quotes"]),
        per_second=len(visits) / read.seconds,
        memory_mb=read.memory_mb,
    )


def _of_one(visit: Visit, entries: Sequence[Mapping[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    document = visit.vcon()
    for quote in (quote for entry in entries for quote in entry["evidence"]):
        counts["quotes"] += 1
        counts["standing"] += _stands(document, quote)
    noted = symptoms_of(visit.note)
    if noted:
        said = {concept_of(e["payload"]["name"]): e["payload"]["polarity"] for e in entries if e["type"] == "symptom"}
        counts["noted"] = len(noted)
        counts["found"] = sum(name in said for name in noted)
        counts["with polarity"] = sum(said.get(name) == polarity for name, polarity in noted.items())
        counts["said"] = len(said)
        counts["mentioned"] = sum(mentions(visit.note, name) for name in said)
    strengths, found = strengths_of(visit.note), set(_strengths(entries))
    counts["strengths noted"], counts["strengths said"] = len(strengths), len(found)
    counts["strengths found"] = sum(any(same_strength(n, f) for f in found) for n in strengths)
    counts["strengths right"] = sum(any(same_strength(n, f) for n in strengths) for f in found)
    return counts


def _stands(document: Mapping[str, Any], quote: Mapping[str, Any]) -> bool:
    said = text_at(document, quote["pointer"])[quote["start"] : quote["end"]]
    return bool(said.strip()) and said == quote["quote"]


def _strengths(entries: Iterable[Mapping[str, Any]]) -> Iterator[Strength]:
    for entry in entries:
        if entry["type"] == "medication":
            given = entry["payload"].get("dose") or entry["payload"].get("strength")
            if given:
                yield Strength(entry["payload"]["name"], given["value"])


@dataclass(frozen=True, slots=True)
class TalkScores:
    """Of whole talks, by names that mean the same: the symptoms that were expected and found, also with their polarity,
    and of those found the ones that were expected; the same of (drug, strength) pairs."""

    talks: int
    symptoms: Share
    polarity: Share
    symptoms_right: Share
    strengths: Share
    strengths_right: Share


def score_talks(read: Sequence[tuple[Case, Sequence[NewEntry]]]) -> TalkScores:
    """Of each case, and the entries that were read in its conversation."""
    counts: Counter[str] = Counter()
    for case, entries in read:
        counts.update(_of_talk(case, entries))
    return TalkScores(
        talks=len(read),
        symptoms=Share(counts["found"], counts["expected"]),
        polarity=Share(counts["with polarity"], counts["expected"]),
        symptoms_right=Share(counts["found"], counts["said"]),
        strengths=Share(counts["strengths found"], counts["strengths expected"]),
        strengths_right=Share(counts["strengths right"], counts["strengths said"]),
    )


def _of_talk(case: Case, entries: Sequence[NewEntry]) -> Counter[str]:
    wanted = {concept_of(e.fields["name"]): e.fields.get("polarity") for e in case.entries if e.type == "symptom"}
    said = {concept_of(p.name): p.polarity for p in (e.payload for e in entries) if isinstance(p, Symptom)}
    strengths = {
        Strength(e.fields["name"], e.fields["dose"]["value"])
        for e in case.entries
        if e.type == "medication" and e.fields.get("dose")
    }
    # By either name: a brand has its ingredient beside it.
    found = {
        tuple(Strength(name, float(p.dose.value)) for name in (p.name, p.ingredient) if name)
        for p in (e.payload for e in entries)
        if isinstance(p, Medication) and p.dose
    }
    return Counter(
        {
            "expected": len(wanted),
            "found": len(wanted.keys() & said.keys()),
            "with polarity": sum(said.get(name) == polarity for name, polarity in wanted.items()),
            "said": len(said),
            "strengths expected": len(strengths),
            "strengths found": sum(any(same_strength(s, name) for f in found for name in f) for s in strengths),
            "strengths said": len(found),
            "strengths right": sum(any(same_strength(s, name) for s in strengths for name in f) for f in found),
        }
    )


@dataclass(frozen=True, slots=True)
class CaseScores:
    """Cases of a phenomenon that came out wholly right, and of each entry type how many of those expected were found
    (recall) and of those found were right (precision)."""

    phenomena: Mapping[str, Share]
    recall: Mapping[str, Share]
    precision: Mapping[str, Share]

    @property
    def passed(self) -> Share:
        shares = self.phenomena.values()
        return Share(sum(s.part for s in shares), sum(s.whole for s in shares))


def score_cases(judged: Iterable[tuple[Case, Verdict]]) -> CaseScores:
    """The phenomenon of a case is the file that it stands in."""
    passed: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    right: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for case, verdict in judged:
        cases[case.file] += 1
        passed[case.file] += verdict.passed
        right.update(verdict.right)
        expected.update(verdict.expected)
        found.update(verdict.found)
    return CaseScores(
        phenomena={name: Share(passed[name], cases[name]) for name in sorted(cases)},
        recall={name: Share(right[name], expected[name]) for name in sorted(expected)},
        precision={name: Share(right[name], found[name]) for name in sorted(found)},
    )
