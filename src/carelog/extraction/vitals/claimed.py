"""Whether a reading was measured on the subject, and lately."""

from collections.abc import Sequence

from carelog.extraction import claims
from carelog.extraction.exchange import QuestionForm, questions
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.readings import Reading
from carelog.extraction.vitals.topics import LIMITS
from carelog.extraction.wordsets import word_set

_USUAL = word_set(
    """
    usually normally typically sometimes average averages averaging usual range ranges ranging want keep let's bring
    aim hope hoping i'd we'd patients people anyone someone
    """
)
_HEALTHY = word_set("normal ideal healthy")
_NOT_TODAYS = _HEALTHY | word_set("last previous prior old")
_BEYOND = word_set("above higher more less below lower under over greater upar zyada kam neeche ऊपर ज्यादा ज़्यादा कम नीचे")
_PAST_TENSE = word_set("was were had came went")
_TURNING = word_set("was it used and but i had")


def is_claimed(utterance: Utterance, reading: Reading) -> bool:
    """The reading was measured on the subject, and lately: no goal, no if, no other person, no distant past."""
    words, first, end = utterance.words, reading.first, reading.end
    name = min(reading.quoted[0], first)
    start = claims.clause_start(words, name, reach=7)
    before = [word.norm for word in words[start:first]]
    if name < first and "want it" in " ".join(before[: name - start]):
        # "... which is where we want it. Your heart rate is 67": the goal was another's.
        start, before = name, before[name - start :]
    after = [word.norm for word in words[end : end + 4]]
    if claims.of_another(utterance, name) or claims.hypothetical(words, start, first):
        return False
    if "when" in before[: name - start][-2:] and not _PAST_TENSE.intersection(before):
        return False  # "I take insulin when my sugar is 200"
    if claims.long_past(words, start, _told_until(words, end)) or not _USUAL.isdisjoint(before):
        return False
    if not LIMITS.isdisjoint(before[-4:]) or (before and before[-1] in {"over", "not"}):
        return False
    if name > start and words[name - 1].norm in _NOT_TODAYS:
        return False
    if "to be" in " ".join(before[name - start :]) or "considered" in after[:3]:
        return False
    if _norm_follows(before) or _norm_follows(after):
        return False
    if len(after) > 1 and after[0] in {"or", "and", "se", "से"} and after[1] in _BEYOND:
        return False
    return not any(
        question.form is QuestionForm.POLAR and question.first <= first < question.end
        for question in questions(utterance)
    )


def _told_until(words: Sequence[Word], end: int) -> int:
    """Where what is said after a reading turns to another: "68 kg now, was 72 last year"."""
    for k in range(end, min(len(words) - 1, end + 6)):
        if words[k].norm == "," and words[k + 1].norm in _TURNING:
            return k
    return end + 6


def _norm_follows(norms: Sequence[str]) -> bool:
    """ "Normal is 120/80", "120/80 is normal" or "is the goal": what should be, not what was."""
    for k, norm in enumerate(norms):
        if norm in _HEALTHY and k + 1 < len(norms) and norms[k + 1] in {"is", "would", "range", "being"}:
            return True
    rest = [norm for norm in norms if norm not in {"the", "our", "your", "my", "considered", "a"}]
    return len(rest) > 1 and rest[0] in {"is", "being"} and rest[1] in _HEALTHY | {"goal", "target"}
