"""What a clinician finds on examining someone, and what a clinician dictates of a review of systems.

A symptom that is seen is there ("you do have some swelling"). One that is not found was not denied by anyone: "lungs
are clear, no wheezing" says nothing of what the subject feels. A review of systems tells what was asked and answered.
"""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

TENDERNESS: Final = "tenderness"
"""What hurts when the examiner presses there."""

_EXAMINING = phrase_set(
    """
    exam | examination | let me feel | have a feel | let me look | let me have a look | let me take a look |
    let's have a look | let's have a little look | let me listen | have a listen | feel your | follow my finger |
    swallow for me | examine you | examining | i appreciate | do appreciate | don't appreciate |
    do n't appreciate | not appreciate | i see | i do see | don't see | do n't see | i hear | i do hear |
    don't hear | do n't hear | i feel | palpation | palpate | palpable | auscultation | listening to |
    listen to your | lungs are | lungs sound | heart sounds | heart is regular | murmur | bilaterally |
    range of motion | vital signs | vitals | looking at your | look at your | range | reflexes |
    lateral | medial | distal | positive for | negative for | there's no | there is no | there is some |
    abdomen is | abdomen soft | abdomen's soft | belly is soft | belly soft | belly's soft | tummy's soft |
    tummy is soft | neck is supple | neck supple | neck's supple | lungs clear | lungs have | heart is |
    heart regular | heart's regular | breath sounds | gait is | gait's | cervix | uterus | bimanual | speculum |
    prostate | testes | adnexal | rectal shows | pupils | fundi | discs are | symmetric | supple | monofilament |
    lachman | mcmurray | mcmurray's | valgus | pulses | no murmur | no murmurs | nontender | non tender |
    nondistended | conjunctivae | sclera | effusion | eardrum | hepatosplenomegaly | organomegaly | clubbing |
    cyanosis | retractions | rebound | guarding | capillary refill | there's some | i can see | i notice |
    ct | ct scan | mri | x-ray | xray | x ray | ultrasound | mammogram | colonoscopy |
    i do notice | when i touch | when i press | when i push | when i tap
    """
)
_TOLD = word_set(
    """
    said say saying told tell mentioned mention reported report deny denied denies endorse endorsed endorsing
    complain complained complaining described describe noticed experiencing experienced feeling felt
    """
)
_REACH = 60  # Words back from a mention that may tell of an examination or a review.
_PRESSED = 14  # words
_PRESSING = word_set("press pressed pressing push pushed pushing palpate tap tapped squeeze squeezed poke touch")
_DOING = _PRESSING | word_set("bend straighten lift raise squeeze move turn twist resist")
_THAT = word_set("that this it")
_NEXT = 2  # words
_OWN_HANDS = word_set("i i'm 'm just")
_HANDS = word_set("i you i'm you're 'm 're just to")
_REVIEW = phrase_set("review of systems | ros")
_SYSTEMS = word_set(
    """
    constitutional general heent eyes ent cardiovascular cardiac cv respiratory pulmonary gastrointestinal gi
    genitourinary gu musculoskeletal msk skin integumentary neurologic neurological neuro psychiatric psych endocrine
    hematologic lymphatic allergic subjective
    """
)
_EXAMINED = word_set("exam examination objective vitals")


def is_finding(words: Sequence[Word], sentences: Sequence[tuple[int, int]], first: int) -> bool:
    """Whether the mention at word `first` is told as found on examination, there or shortly before.

    "Your lungs are clear, no wheezing" is; "you said that you were wheezing" is not.
    """
    here = next(n for n, sentence in enumerate(sentences) if sentence[0] <= first < sentence[1])
    if is_review(words, sentences[here], first):
        return False
    if any(words[i].norm in _TOLD for i in range(sentences[here][0], first)):
        return False
    begin = max(0, first - _REACH)
    return any(_EXAMINING.at(words, i) is not None for i in range(begin, first))


def is_pressed(words: Sequence[Word], around: tuple[int, int], first: int) -> bool:
    """Whether what hurts at word `first` hurts because somebody presses there: "does it hurt when I press here?"."""
    nearby = range(max(around[0], first - _PRESSED), min(around[1], first + _PRESSED))
    return any(words[i].norm in _PRESSING and words[i - 1].norm in _HANDS for i in nearby if i > around[0])


def is_pressed_by_examiner(words: Sequence[Word], around: tuple[int, int], first: int) -> bool:
    """ "When I press": an examination. "When you press" is asked at a distance, too."""
    nearby = range(max(around[0], first - _PRESSED), min(around[1], first + _PRESSED))
    return any(words[i].norm in _PRESSING and words[i - 1].norm in _OWN_HANDS for i in nearby if i > around[0])


def is_tested(words: Sequence[Word], first: int) -> bool:
    """ "I'm going to push down, don't let me. Does that hurt?": of what is being done, wherever that is."""
    told = [word.norm for word in words[max(0, first - _PRESSED) : first]]
    return any(norm in _DOING for norm in told) and not _THAT.isdisjoint(told[-_NEXT:])


def is_review(words: Sequence[Word], sentence: tuple[int, int], first: int) -> bool:
    """Whether the mention at word `first` of a sentence is dictated as part of a review of systems.

    "Review of systems: negative for fever", "Respiratory: cough, no wheezing".
    """
    for i in range(first - 1, max(0, first - _REACH) - 1, -1):
        norm = words[i].norm
        if norm in _EXAMINED:
            return False
        headed = i + 1 < first and words[i + 1].norm == ":"
        if norm in _SYSTEMS and headed:
            return True
        review = _REVIEW.at(words, i)
        if review is not None and (i >= sentence[0] or words[i + review[0]].norm == ":"):
            return True
    return False
