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
_OVER = phrase_set(
    "not any more | not anymore | no longer | not now | not since | no , not any more | no , not anymore"
)
_AFFIRMING = phrase_set("i am | i do | but i am | but i do | i still am | i still do | i am taking it")
_ENDS = frozenset(".!,")
_DISOWNING = phrase_set(
    """
    never heard of it | never heard of that | never taken it | never took it | never taken that | never took that |
    i've never taken | i never took | i've never heard of | i never heard of | not mine | that's not mine |
    that isn't mine | that's not me | i don't take that | i do n't take that | i've never been on | i was never on
    """
)
_NOES = word_set("no nope nahi")
_AFTER_NO = word_set(", . ! doctor sir ma'am maam no ji")
_LAST_WORDS = 6
_ASKING_ON = word_set("? any anything other others else how what when why do does did is are have has")
_MORE = word_set("else other others more")
_ONLY = word_set("just only")
_FLAT = phrase_set(
    """
    i don't | i do n't | i never | i'm not | i am not | nothing | none | not me | that's wrong | that isn't |
    that's not | that was my | that's my | it's my | my husband | my wife | my mother | my father | my son |
    my daughter | i haven't | i have n't
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
_WISHING = phrase_set(
    "i'd like to | i would like to | i want to | we'd like to | i'd recommend | i recommend | i'd suggest | "
    "i suggest | i was thinking | i'm thinking | how about | what about | let's | we should | i think we should"
)
_REFUSING = phrase_set(
    "no thanks | no thank you | no , thanks | no , thank you | i'd rather not | i would rather not | i don't want | "
    "i do n't want | no , i don't want | no way | i won't take | i'm not taking | i refuse | nahi chahiye | "
    "no , not that"
)
_FIRST_WORD = 2
_INSISTING = word_set("but really need must important anyway please have still worth think consider try")
_WITHDRAWING = phrase_set(
    "let's not | let us not | let 's not | we won't | we wo n't | i won't | i wo n't | not going to | hold off on | "
    "forget the | forget about the | not the | no need for | leave out the | skip the | scratch the"
)
_ALLERGIC = phrase_set("i'm allergic to | i am allergic to | he's allergic to | she's allergic to | i react to")
_WITHDRAWN_TURNS = 4
_TELLING = phrase_set(
    "you take | you're on | you are on | you're taking | you are taking | on your list | i have you on"
)
_TOLD_REACH = 6
_WITHDRAWN_REACH = 5
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

    def is_flatly_denied(self, turn: int, mention: Mention) -> bool:
        """ "(You're on Lasix.) No.", "No, I don't take that", "(you take Zoloft and Xanax.) No, just Zoloft"; not
        "no, 20", "no, only at night"."""
        told, reply = self._dialogue[turn], turn + 1
        if told.turn.role not in (Role.CLINICIAN, Role.AGENT) or reply >= len(self._dialogue):
            return False
        there = self._readings[reply]
        words = there.words
        by_taker = there.utterance.turn.role in (Role.PATIENT, Role.CARER)
        rest = {word.norm for word in told.words[mention.end :]}
        last = len(told.words) - mention.end <= _LAST_WORDS and rest.isdisjoint(_ASKING_ON)
        last = last and told.sentence_at(mention.first)[1] == len(told.words)
        if not by_taker or not last or not words or words[0].norm not in _NOES:
            return False
        if there.doses or there.frequencies or not _MORE.isdisjoint(there.utterance.norms):
            return False  # "No, 20", "no, nothing else"
        at = next((i for i in range(1, len(words)) if words[i].norm not in _AFTER_NO), len(words))
        if at == len(words):
            return True
        named = [other.drug.ingredient or other.drug.name for other in self._mentions.get(reply, ())]
        if words[at].norm in _ONLY and named:
            return (mention.drug.ingredient or mention.drug.name) not in named
        return at > 1 and _FLAT.at(words, at) is not None

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
        """ "(Last visit you were on metformin.) Not any more.", "No, not since May." """
        reply = self._reply_to(turn, mention)
        if reply is None:
            return False
        words = self._dialogue[reply].words
        said = next((i for i, word in enumerate(words) if word.norm not in _NOES | _AFTER_NO), len(words))
        return bool(words) and (
            _OVER.at(words, 0) is not None or (said < len(words) and _OVER.at(words, said) is not None)
        )

    def is_declined(self, turn: int, mention: Mention) -> bool:
        """ "(I'm prescribing prednisone.) I don't want steroids." "OK, then we won't." """
        reply = self._reply_to(turn, mention)
        if reply is None or reply + 1 >= len(self._dialogue):
            return False
        agreed = self._dialogue[reply + 1]
        if not same_speaker(self._dialogue[turn], agreed):
            return False
        if self._is_for_another(reply, mention):
            return True
        refused = any(first <= _DECLINING_REACH for first, _, _ in _DECLINING.within(self._dialogue[reply].words))
        return refused and any(first <= _DECLINING_REACH for first, _, _ in _GIVING_WAY.within(agreed.words))

    def _is_for_another(self, reply: int, mention: Mention) -> bool:
        """ "(I'm sending in amoxicillin.) I'm allergic to penicillin." "Then doxycycline." """
        allergic = any(first <= _DECLINING_REACH for first, _, _ in _ALLERGIC.within(self._dialogue[reply].words))
        agreed = self._dialogue[reply + 1].words
        giving_way = not {"then", "instead"}.isdisjoint(word.norm for word in agreed[:_DECLINING_REACH])
        others = [other.drug.name for other in self._mentions.get(reply + 1, ())]
        return allergic and giving_way and bool(others) and mention.drug.name not in others

    def is_withdrawn(self, turn: int, mention: Mention) -> bool:
        """ "I'll prescribe tramadol. Actually, let's not do tramadol.", "I'd like to start it." "No thanks." """
        medicine = mention.drug.ingredient or mention.drug.name
        for later in range(turn, min(turn + _WITHDRAWN_TURNS, len(self._dialogue))):
            if not same_speaker(self._dialogue[turn], self._dialogue[later]):
                continue
            words = self._dialogue[later].words
            for other in self._mentions.get(later, ()):
                anew = (later, other.first) > (turn, mention.first)
                if anew and (other.drug.ingredient or other.drug.name) == medicine:
                    first = max(0, other.first - _WITHDRAWN_REACH)
                    if _WITHDRAWING.stands_in(words, first, other.first):
                        return True
        return self._is_wish_declined(turn, mention)

    def is_named_instead(self, turn: int, mention: Mention) -> bool:
        """ "(You take amlodipine.) No, atenolol." """
        if turn == 0 or mention.first > _FIRST_WORD + 2:
            return False
        told, said = self._dialogue[turn - 1], self._dialogue[turn]
        if told.turn.role not in (Role.CLINICIAN, Role.AGENT) or said.words[0].norm not in ("no", "nope", "nahi"):
            return False
        between = {word.norm for word in said.words[1 : mention.first]}
        closing = said.words[mention.end].norm if mention.end < len(said.words) else "."
        telling = _TELLING.stands_in(told.words, max(0, len(told.words) - _TOLD_REACH), len(told.words))
        return between <= {",", "."} and closing in _ENDS and telling

    def _is_wish_declined(self, turn: int, mention: Mention) -> bool:
        reply = self._reply_to(turn, mention)
        if reply is None:
            return False
        utterance = self._dialogue[turn]
        begin = utterance.sentence_at(mention.first)[0]
        wish = _WISHING.stands_in(utterance.words, begin, mention.first)
        refused = any(first <= _FIRST_WORD for first, _, _ in _REFUSING.within(self._dialogue[reply].words))
        last = reply + 1 >= len(self._dialogue)
        insists = not last and bool(_INSISTING & {word.norm for word in self._dialogue[reply + 1].words})
        return wish and refused and not insists

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
