"""The conditions of a dialogue."""

from collections.abc import Sequence
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.conditions.asked import disowns, granted, is_listed, is_taken_back
from carelog.extraction.conditions.claims import Claim, Mention, Page, claim_of
from carelog.extraction.conditions.cues import Cue, Meaning
from carelog.extraction.conditions.details import course, onset, severity_before, was_long_ago
from carelog.extraction.conditions.merging import Fact, merge
from carelog.extraction.exchange import Question
from carelog.extraction.finding import Finding, Span
from carelog.extraction.professionals import professional_before
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set
from carelog.record.types.condition import Status

_DATED: Final = frozenset({Meaning.HAS, Meaning.HAD, Meaning.DIAGNOSED, Meaning.HISTORY})
_EPISODES: Final = word_set("episode episodes attack attacks flare flares bout bouts exacerbation exacerbations")
_REASONS: Final = word_set("because since as cause cos given")
_YEAR: Final = 4
_NEAR: Final = 30


def find_conditions(dialogue: Sequence[Utterance]) -> list[Finding]:
    """Every condition that somebody claims of the subject, one finding for each.

    >>> from carelog.conversations.turns import Role, Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "I have high blood pressure, and my mother has diabetes."
    >>> [found] = find_conditions(read([Turn(0, said, "/t", role=Role.PATIENT)]))
    >>> found.payload.headline()
    'hypertension (I10): active, confirmed'
    """
    pages = ((turn, Page(utterance)) for turn, utterance in enumerate(dialogue))
    facts = (_fact(dialogue, turn, page, mention) for turn, page in pages for mention in page.mentions)
    return merge(fact for fact in facts if fact is not None)


def _fact(dialogue: Sequence[Utterance], turn: int, page: Page, mention: Mention) -> Fact | None:
    claim = claim_of(page, mention)
    spans: tuple[Span, ...] = ()
    asks = claim is not None or page.utterance.turn.role not in (Role.PATIENT, Role.CARER)
    question = page.question_of(mention) if asks else None
    if question is not None and claim is not None and _is_told_as_reason(page, question, claim):
        question = None
    if question is not None:
        answered = granted(dialogue, turn, page, mention, question, claim)
        if answered is None:
            return None
        claim, spans = answered
    elif (claim is not None and page.is_checked and is_taken_back(dialogue, turn)) or (
        claim is not None and _is_disowned(dialogue, turn, page, mention)
    ):
        return None
    if claim is None:
        if not is_listed(dialogue, turn, page, mention):
            return None
        claim = Claim(Cue(mention.first, mention.first, Meaning.HAS), "confirmed")
    return _detailed(page, mention, claim, spans)


def _is_disowned(dialogue: Sequence[Utterance], turn: int, page: Page, mention: Mention) -> bool:
    """ "I have here that you're diabetic." "That's wrong." """
    if turn + 1 >= len(dialogue) or page.utterance.turn.role in (Role.PATIENT, Role.CARER):
        return False
    last = page.sentence_of(mention)[1] == len(page.utterance.words)
    return last and disowns(dialogue[turn + 1], mention)


def _is_told_as_reason(page: Page, question: Question, claim: Claim) -> bool:
    """ "Am I allowed that, because I do have high blood pressure?", "... with my diabetes?": it is told, not asked."""
    if page.utterance.turn.role not in (Role.PATIENT, Role.CARER):
        return False
    before = page.utterance.words[question.first : claim.cue.first]
    return claim.cue.meaning is Meaning.OWNED or any(word.norm in _REASONS for word in before)


def _detailed(page: Page, mention: Mention, claim: Claim, spans: tuple[Span, ...]) -> Fact:
    utterance, words = page.utterance, page.utterance.words
    sentence = page.sentence_of(mention)
    stop = page.next_name(mention)
    cue = claim.cue
    since = None
    if claim.certainty == "confirmed" and cue.meaning in _DATED:
        since = onset(utterance, sentence, cue.first, (mention.first, mention.end), stop)
    first, end = min(cue.first, mention.first), mention.end
    if since is not None:
        first, end = min(first, since[1]), max(end, since[2])
    begin, until = quoted(words, sentence, mention.first, mention.end)
    begin, until = min(begin, first), max(until, min(end, sentence[1]))
    own = utterance.span(begin, until)
    return Fact(
        condition=mention.named.condition,
        spans=(own, *spans),
        certainty=claim.certainty,
        status=_status(page, mention, claim, since[0] if since else None),
        severity=severity_before(words, sentence[0], mention.first),
        onset=since[0] if since else None,
        diagnosed_by=professional_before(utterance, sentence[0], cue.first)
        if cue.meaning in (Meaning.DIAGNOSED, Meaning.SUSPECTED)
        else None,
    )


def _status(page: Page, mention: Mention, claim: Claim, since: str | None) -> Status | None:
    if claim.certainty == "refuted":
        return None
    condition, meaning = mention.named.condition, claim.cue.meaning
    words, sentence = page.utterance.words, page.sentence_of(mention)
    if said := course(words, sentence, mention.first, mention.end, page.next_name(mention)):
        return said
    said_by = {word.norm for word in words[claim.cue.first : claim.cue.end]}
    again = any(
        word.norm in _EPISODES
        for word in (*words[claim.cue.end : mention.first], *words[mention.end : mention.end + 1])
    )
    had = meaning is Meaning.HAD and not (condition.lasting and again)  # Who had an attack of gout has gout.
    sentence = max(sentence[0], mention.first - _NEAR), min(sentence[1], mention.end + _NEAR)
    long_ago = was_long_ago(words, mention.end, sentence[1]) or (
        had and was_long_ago(words, sentence[0], mention.first)
    )
    over = "used" in said_by or (had and (since is not None or long_ago))
    history = meaning is Meaning.HISTORY and "history" in said_by
    if condition.lasting:
        once = history or (meaning is Meaning.HAS and "had" in said_by)
        if over or (once and long_ago and since is None) or (condition.past_code and (had or history)):
            return "resolved"
        return None if had else "active"
    if had or history or (since is not None and len(since) == _YEAR):
        return "resolved"
    unsure = meaning is Meaning.OWNED or ("had" in said_by and since is None)  # "I've had two bouts of it"
    return None if unsure else "active"
