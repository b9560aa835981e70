"""`summarize`: a short summary in the speakers' own words, kept as an analysis of the vCon."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from carelog.conversations import Conversation, Role, Turn
from carelog.extraction.local import extract
from carelog.extraction.utterances import Utterance, read
from carelog.pipeline import AddAnalysis, Link, LinkOptions, Outcome, Work
from carelog.record.entries import NewEntry

_LONGEST = 240


class SummarizeOptions(LinkOptions):
    """`sentences` is how many the summary has at the most."""

    sentences: int = Field(default=6, ge=1, le=30)


class SummarizeLink(Link[SummarizeOptions]):
    """Picks the sentences that carry the most entries. It says nothing that was not said."""

    options_model = SummarizeOptions

    async def run(self, work: Work) -> Outcome:
        entries = work.entries
        if not entries:
            entries = (await asyncio.to_thread(extract, work.conversation)).entries
        lines = summary(work.conversation, entries, self.options.sentences)
        if not lines:
            return Outcome()
        dialogs = sorted({turn.dialog for turn in work.conversation.turns if turn.dialog is not None})
        analysis = {
            "type": "summary",
            **({"dialog": dialogs} if dialogs else {}),
            "vendor": "carelog",
            "product": "summarize/extractive-1",
            "mediatype": "text/plain",
            "encoding": "none",
            "body": "\n".join(lines),
        }
        return Outcome(changes=(AddAnalysis(analysis),))


def summary(conversation: Conversation, entries: Sequence[NewEntry], most: int) -> list[str]:
    """The most telling sentences in the order in which they were said, each after its speaker.

    A sentence tells more the more entries rest on it; where none rests on any, the subject's longest ones stand in.
    """
    dialogue = read(conversation.turns)
    weight: Counter[tuple[int, int]] = Counter()
    for entry in entries:
        for evidence in entry.evidence:
            utterance = dialogue[evidence.turn]
            at = evidence.start - utterance.turn.offset
            weight[evidence.turn, _sentence_at(utterance, at)] += 1
    if not weight:
        for utterance in dialogue:
            if utterance.turn.role in (Role.PATIENT, Role.CARER, Role.UNKNOWN):
                for number, (first, end) in enumerate(utterance.sentences):
                    weight[utterance.turn.index, number] = end - first
        most = min(most, 2)
    picked = sorted(place for place, _ in weight.most_common(most))
    return [_line(dialogue[turn], sentence) for turn, sentence in picked]


def _sentence_at(utterance: Utterance, offset: int) -> int:
    for number, (_, end) in enumerate(utterance.sentences):
        if offset < utterance.words[end - 1].end:
            return number
    return max(0, len(utterance.sentences) - 1)


def _line(utterance: Utterance, sentence: int) -> str:
    first, end = utterance.sentences[sentence]
    said = " ".join(utterance.quote(first, end).split())
    if len(said) > _LONGEST:
        said = said[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
    return f"{_speaker(utterance.turn)}: {said}"


def _speaker(turn: Turn) -> str:
    return turn.speaker or (turn.role.value.capitalize() if turn.role is not Role.UNKNOWN else "Speaker")
