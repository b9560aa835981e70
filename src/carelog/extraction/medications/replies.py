"""Replies that say more of a medicine than a yes or no: that it is not theirs, that they will not have it, that doses
were missed."""

from collections.abc import Mapping, Sequence

from carelog.conversations.turns import Role
from carelog.extraction.exchange import same_speaker
from carelog.extraction.medications.denials import is_denied
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.medications.said import Said
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.wordsets import word_set

_FILLING = word_set("no nope well , . uh um oh")
_WHOSE_REACH = 4
_DENYING = phrase_set(
    "i didn't | i did n't | i haven't | i have n't | never | i never did | i never have | tomorrow | next week | "
    "not until tomorrow | i don't | i do n't"
)
_OVER = phrase_set("not any more | not anymore | no longer | not now | no , not any more | no , not anymore")
_AFFIRMING = phrase_set("i am | i do | but i am | but i do | i still am | i still do | i am taking it")
_ENDS = frozenset(".!,")
_DISOWNING = phrase_set(
    """
    never heard of it | never heard of that | never taken it | never took it | never taken that | never took that |
    i've never taken | i never took | i've never heard of | i never heard of | not mine | that's not mine |
    that isn't mine | that's not me | i don't take that | i do n't take that | i've never been on | i was never on
    """
)
_DECLINING = phrase_set(
    """
    i don't want | i do n't want | i'd rather not | i would rather not | no thank you | no thanks |
    i'm allergic to that | i'm allergic to it |
    i won't take | i wo n't take | i can't take | i ca n't take | i'm not taking | it made me sick
    """
)
_GIVING_WAY = phrase_set(
    """
    then we won't | then we wo n't | we won't | we wo n't | that's fine | fair enough | then no | no problem |
    leave it | i won't | i wo n't | understood | then let's try | let's try | we'll skip | that's okay | that's ok
    """
)
_DECLINING_REACH = 6
_MISSED_REACH = 4  # Turns in which "any missed?" is still of the medicine that was named.
_MISSED = word_set("missed miss missing skipped skip forgotten forgot forget")
_OF_DOSES = _MISSED | word_set(
    "have you had been did do you've and so any ever at all of it them those that doses dose pills tablets ones a "
    "there this last week month lately recently or been , ?"
)
_NONE_MISSED = word_set("no nope none never not nah nahi na nothing")
_SOME_MISSED = word_set("yes yeah yep one two three four five once twice a couple few maybe just only some sometimes")
_LONGEST_QUESTION = 8  # words of "any missed?"


class Replies:
    """Reads what is replied to the medicines that a dialogue names."""

    def __init__(self, readings: Sequence[Reading], mentions: Mapping[int, Sequence[Mention]]) -> None:
        self._readings = readings
        self._mentions = mentions
        self._dialogue = [reading.utterance for reading in readings]

    def is_disowned(self, turn: int, mention: Mention) -> bool:
        """ "(You take lisinopril, right?) That's my husband's", "(I see it on your list.) Never heard of it"."""
        reply = self._reply_to(turn, mention)
        if reply is None:
            return False
        words = self._dialogue[reply].words
        start = next((i for i, word in enumerate(words) if word.norm not in _FILLING), len(words))
        whose = [word.norm for word in words[start : start + _WHOSE_REACH]]
        theirs = whose[:2] == ["that's", "my"] and any(norm.endswith("'s") for norm in whose[2:])
        return theirs or (start < len(words) and _DISOWNING.at(words, start) is not None)

    def denies(self, turn: int, mention: Mention) -> bool:
        """ "(When did you stop it?) I didn't.", "(how often do you forget?) Never.", "(did you start?) Tomorrow." """
        reply = self._reply_to(turn, mention)
        if reply is None or not self._dialogue[reply].words:
            return False
        words = self._dialogue[reply].words
        match = _DENYING.at(words, 0)
        return match is not None and (match[0] == len(words) or words[match[0]].norm in _ENDS)

    def affirms(self, turn: int, mention: Mention) -> bool:
        """ "(Why aren't you taking it?) I am." """
        reply = self._reply_to(turn, mention)
        words = self._dialogue[reply].words if reply is not None else ()
        return bool(words) and _AFFIRMING.at(words, 0) is not None

    def is_over(self, turn: int, mention: Mention) -> bool:
        """ "(Last visit you were on metformin.) Not any more." """
        reply = self._reply_to(turn, mention)
        return (
            reply is not None
            and bool(self._dialogue[reply].words)
            and _OVER.at(self._dialogue[reply].words, 0) is not None
        )

    def is_declined(self, turn: int, mention: Mention) -> bool:
        """ "(I'm prescribing prednisone.) I don't want steroids." "OK, then we won't." """
        reply = self._reply_to(turn, mention)
        if reply is None or reply + 1 >= len(self._dialogue):
            return False
        agreed = self._dialogue[reply + 1]
        if not same_speaker(self._dialogue[turn], agreed):
            return False
        refused = any(first <= _DECLINING_REACH for first, _, _ in _DECLINING.within(self._dialogue[reply].words))
        return refused and any(first <= _DECLINING_REACH for first, _, _ in _GIVING_WAY.within(agreed.words))

    def _reply_to(self, turn: int, mention: Mention) -> int | None:
        """The turn in which the subject answers to the last medicine that who treats them names in a turn."""
        reply = turn + 1
        if reply >= len(self._dialogue) or mention is not self._mentions[turn][-1]:
            return None
        told_to = self._dialogue[turn].turn.role in (Role.CLINICIAN, Role.AGENT)
        by_taker = self._dialogue[reply].turn.role in (Role.PATIENT, Role.CARER)
        return reply if told_to and by_taker else None

    def missed_of(self, turn: int, mention: Mention) -> Said | None:
        """ "(You're on fifty of sertraline?) Missed any?" "Two.": doses of what was named last."""
        if mention is not self._mentions[turn][-1]:
            return None
        for asking in range(turn, min(turn + _MISSED_REACH, len(self._readings) - 1)):
            if asking > turn and self._mentions.get(asking):
                return None
            words = self._dialogue[asking].words
            begin, end = self._dialogue[asking].sentences[-1] if words else (0, 0)
            asked = [word.norm for word in words[begin:end]]
            if not asked or asked[-1] != "?" or begin < (mention.end if asking == turn else 0):
                continue
            if self._dialogue[asking].turn.role not in (Role.CLINICIAN, Role.AGENT):
                continue
            if len(asked) > _LONGEST_QUESTION or _MISSED.isdisjoint(asked) or not _OF_DOSES.issuperset(asked):
                continue
            return self.says_missed(asking + 1)
        return None

    def says_missed(self, turn: int) -> Said | None:
        """ "Two, when we went away", "the evening one, I miss it once a week"; not "nope, not one"."""
        reading = self._readings[turn]
        words = reading.words
        if reading.utterance.turn.role not in (Role.PATIENT, Role.CARER) or not words or self._mentions.get(turn):
            return None
        first, end = reading.utterance.sentences[0]
        if words[0].norm in _NONE_MISSED:
            return None
        told = next((c for c in reading.cues if c.meaning == "missed" and not is_denied(words, first, c)), None)
        if told is None and words[0].norm not in _SOME_MISSED:
            return None
        return Said("missed", (reading.utterance.span(first, max(end, told.end if told else 0)),))
