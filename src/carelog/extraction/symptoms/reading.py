"""A turn read once: its mentions of symptoms, its questions and its clauses."""

from collections.abc import Sequence
from dataclasses import dataclass

from carelog.extraction.clauses import clauses
from carelog.extraction.exchange import Question, questions
from carelog.extraction.finding import Span
from carelog.extraction.negation import Clause, is_negative
from carelog.extraction.quoting import quoted
from carelog.extraction.symptoms.lexicon import Lexicon
from carelog.extraction.symptoms.mentions import Mention, mentions
from carelog.extraction.utterances import Utterance, Word


@dataclass(frozen=True, slots=True)
class Reading:
    """`position` is the turn's place in the dialogue; `named` holds the indices of the words of all mentions.

    Turns without a mention have no clauses and questions here: nobody asks for them.
    """

    position: int
    utterance: Utterance
    mentions: tuple[Mention, ...]
    questions: tuple[Question, ...]
    clauses: tuple[Clause, ...]
    named: frozenset[int]

    @property
    def words(self) -> Sequence[Word]:
        return self.utterance.words

    def clause_of(self, mention: Mention) -> Clause:
        return next(c for c in self.clauses if c[0] <= mention.first < c[1])

    def sentence_of(self, mention: Mention) -> tuple[int, int]:
        return next(s for s in self.utterance.sentences if s[0] <= mention.first < s[1])

    def ends_clause(self, mention: Mention, clause: Clause) -> bool:
        """Whether no other symptom is named after this one in the clause."""
        return not any(mention.first < other.first < clause[1] for other in self.mentions)

    def span(self, first: int, end: int) -> Span:
        return Span(self.utterance.turn.index, self.words[first].start, self.words[end - 1].end)

    def quote(self, first: int, end: int) -> Span:
        """The words from `first` up to `end`, with those around them that make them understood."""
        sentence = next(s for s in self.utterance.sentences if s[0] <= first < s[1])
        start, stop = quoted(self.words, sentence, first, end)
        return self.span(start, max(stop, end))


def read_turn(utterance: Utterance, position: int, lexicon: Lexicon) -> Reading:
    words = utterance.words
    named = () if lexicon.first_words.isdisjoint(utterance.norms) else tuple(mentions(words, lexicon))
    if not named:
        return Reading(position, utterance, (), (), (), frozenset())
    # In "my knee doesn't hurt" the negation stands inside the mention and still denies it.
    indices = frozenset(
        i
        for mention in named
        for i in range(mention.first, mention.end)
        if mention.complaint is None or not is_negative(words[i])
    )
    asked = tuple(questions(utterance))
    return Reading(position, utterance, named, asked, tuple(clauses(utterance, asked)), indices)
