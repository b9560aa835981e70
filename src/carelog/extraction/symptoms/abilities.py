"""What somebody is asked to be able to do: "can you hold it?", "is she keeping fluids down?".

A no is the symptom, and a yes its denial.
"""

from typing import Final

from carelog.extraction.exchange import AnswerKind, Question, read_answer
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.utterances import PhraseTable
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity

_WANTED: Final[PhraseTable[str]] = phrase_table(
    {
        "urinary urgency": """
            hold it | hold your urine | hold your water | hold your bladder | make it in time | make it to the
            bathroom |
            make it to the toilet | make it to the loo | get there in time
            """,
        "urinary retention": """
            emptying all the way | empty all the way | emptying your bladder | empty your bladder | emptying
            completely |
            empty completely | emptying fully | emptying properly | emptied your bladder | empty it all |
            bladder empties | bladder is emptying | get it all out
            """,
        "difficulty urinating": """
            able to pass urine | able to pass water | can you pass urine | can you pass water | pass urine freely |
            pass urine all right | pass urine okay | passing urine okay | passing urine all right |
            passing urine freely | passing urine normally | passing urine well | peeing okay | peeing all right |
            peeing fine | pee okay | pee normally | urinating okay | urinating normally
            """,
        "vomiting": """
            keep food down | keep anything down | keep fluids down | keep water down | keep liquids down | keep it
            down |
            keep things down | keeping food down | keeping anything down | keeping fluids down | keeping water down |
            keeping liquids down | keeping it down | keeping things down | keep her milk down | keep his milk down
            """,
        "loss of interest": """
            enjoying things | enjoy things | enjoying your | enjoying life | enjoy your | enjoy the things |
            enjoying the things | enjoying anything | enjoy anything
            """,
        "loss of taste": "taste your food | taste food | taste anything | taste things | taste your coffee",
        "loss of smell": "smell anything | smell things | smell your food | smell your coffee",
        "difficulty sleeping": "sleep through | sleeping through | sleep through the night",
        "difficulty opening mouth": "open your mouth | open his mouth | open her mouth | open wide",
        "daytime sleepiness": "stay awake | keep your eyes open",
    }
)
FIRST_WORDS: Final = word_set(
    """
    able can hold make get emptying empty emptied bladder pass passing peeing pee urinating keep keeping enjoying enjoy
    taste smell sleep sleeping open stay
    """
)
_SEEKING: Final = word_set("can could able are is do does did feel has have")
_TROUBLE: Final = word_set("trouble problem problems difficulty hard struggle struggling issue issues")


def wanted(reading: Reading, begin: int, question: Question) -> tuple[int, int, str] | None:
    """The words of the question that ask for an ability, and the symptom that its lack is."""
    words = reading.words
    norms = {word.norm for word in words[begin : question.end]}
    if norms & _TROUBLE or norms.isdisjoint(_SEEKING):
        return None
    return next(_WANTED.within(words, begin, question.end), None)


def able(reply: Reading) -> tuple[Polarity, int, int] | None:
    """Whether the reply says that there is the symptom, and the words that say so."""
    answer = read_answer(reply.utterance, 0)
    if answer is None or answer.limited or answer.kind not in (AnswerKind.YES, AnswerKind.NO):
        return None
    end = max(answer.rest, answer.first + 1)
    return ("present" if answer.kind is AnswerKind.NO else "absent"), answer.first, end
