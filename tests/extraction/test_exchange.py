"""Questions and the answers to them, with and without punctuation."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.exchange import (
    AnswerKind,
    QuestionForm,
    answer_to,
    answer_within,
    open_questions,
    questions,
)
from carelog.extraction.utterances import Utterance, read


def dialogue(*lines: str) -> list[Utterance]:
    """Lines of two speakers, the letter before the colon says who."""
    return read(
        Turn(index=i, text=line[3:], pointer=f"/dialog/{i}/body", party="AB".index(line[0]))
        for i, line in enumerate(lines)
    )


def asked(text: str) -> list[str]:
    [utterance] = dialogue(f"A: {text}")
    return [utterance.quote(q.first, q.end) for q in questions(utterance)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Have you had any fever?", ["Have you had any fever?"]),
        ("have you had any fever", ["have you had any fever"]),
        ("okay and any cough or chills", ["any cough or chills"]),
        ("Are you taking it? Do you sleep well?", ["Are you taking it?", "Do you sleep well?"]),
        ("do you smoke okay i will note that", ["do you smoke"]),
        ("how long has it been", ["how long has it been"]),
        ("kya aapko bukhar hai", ["kya aapko bukhar hai"]),
        ("bukhar hai kya", ["bukhar hai kya"]),
        ("So no fever?", ["no fever?"]),
        ("You take it daily, right?", ["You take it daily, right?"]),
        ("You haven't had a fever, have you?", ["You haven't had a fever, have you?"]),
        ("Cough, fever, anything?", ["Cough, fever, anything?"]),
        ("You had a cough, anything else?", ["anything else?"]),
        ("ever since then it has been fine", []),
        ("We will check it next week, okay?", []),
        ("I have the results here.", []),
        ("You are doing well.", []),
        ("that is what I have seen", []),
    ],
)
def test_the_questions_of_a_turn(text: str, expected: list[str]) -> None:
    assert asked(text) == expected


def test_the_form_of_a_question() -> None:
    forms = [
        questions(turn)[0].form
        for turn in dialogue("A: do you smoke?", "A: how much do you smoke?", "A: you never smoked, right?")
    ]
    assert forms == [QuestionForm.POLAR, QuestionForm.OPEN, QuestionForm.STATED]


def test_an_answer_is_about_the_last_questions_only() -> None:
    def opened(text: str) -> list[str]:
        [turn] = dialogue(f"A: {text}")
        return [turn.quote(q.first, q.end) for q in open_questions(turn)]

    assert opened("Any fever? Any chills?") == ["Any fever?", "Any chills?"]
    assert opened("Any fever? How is your sleep?") == ["How is your sleep?"]
    assert opened("Any fever? Let me look at your chart first.") == []
    assert opened("Any fever? Okay.") == ["Any fever?"]


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        ("No.", AnswerKind.NO, "No"),
        ("uh, no", AnswerKind.NO, "no"),
        ("nope", AnswerKind.NO, "nope"),
        ("Not that I've noticed.", AnswerKind.NO, "Not that I've noticed"),
        ("I don't think so", AnswerKind.NO, "I don't think so"),
        ("i do n't think so", AnswerKind.NO, "i do n't think so"),
        ("not really, I feel fine", AnswerKind.NO, "not really"),
        ("yeah, no", AnswerKind.NO, "yeah, no"),
        ("my gosh no", AnswerKind.NO, "no"),
        ("on my body no not really", AnswerKind.NO, "no"),
        ("nahi", AnswerKind.NO, "nahi"),
        ("नहीं", AnswerKind.NO, "नहीं"),
        ("yes", AnswerKind.YES, "yes"),
        ("Mm-hmm", AnswerKind.YES, "Mm-hmm"),
        ("well, sometimes", AnswerKind.YES, "sometimes"),
        ("yeah a little bit", AnswerKind.YES, "yeah a little bit"),
        ("I do", AnswerKind.YES, "I do"),
        ("haan ji", AnswerKind.YES, "haan ji"),
        ("just the first one", AnswerKind.ONLY, "just the"),
        ("My sister can't see a thing. Me, no.", AnswerKind.NO, "Me, no"),
        ("That's the wife you hear. I haven't got one.", AnswerKind.NO, "I haven't got one"),
        ("It leaves a groove by noon. So I'd say yes.", AnswerKind.YES, "So I'd say yes"),
        ("Which one is that, the back? No. It's fine.", AnswerKind.NO, "No"),
        ("If I get up too fast, yes, the room goes", AnswerKind.YES, "yes"),
        ("Hands no, feet yes.", AnswerKind.YES, "yes"),
        ("I have not seen.", AnswerKind.NO, "I have not seen"),
        ("I have not seen my sister since May.", AnswerKind.OTHER, "I have not seen my sister since May."),
        ("They say it is going round.", AnswerKind.OTHER, "They say it is going round."),
    ],
)
def test_the_kind_of_an_answer_and_its_words(reply: str, kind: AnswerKind, words: str) -> None:
    turns = dialogue("A: do you have it?", f"B: {reply}")
    answer = answer_to(turns, 0)
    assert answer is not None
    assert answer.kind is kind
    assert turns[1].text[answer.span.start : answer.span.end] == words


@pytest.mark.parametrize(
    "reply",
    ["I had my lunch late", "I don't know", "I haven't taken it yet", "it is on the table", "no problem", "pata nahi"],
)
def test_a_reply_that_is_neither_yes_nor_no(reply: str) -> None:
    answer = answer_to(dialogue("A: do you have it?", f"B: {reply}"), 0)
    assert answer is not None
    assert answer.kind is AnswerKind.OTHER


def test_a_no_that_belongs_to_its_phrase_is_marked() -> None:
    limited = answer_to(dialogue("A: any fever or cough?", "B: no fever"), 0)
    plain = answer_to(dialogue("A: any fever or cough?", "B: no, no fever"), 0)
    assert limited is not None and plain is not None
    assert (limited.kind, limited.limited) == (AnswerKind.NO, True)
    assert (plain.kind, plain.limited) == (AnswerKind.NO, False)


def test_what_is_no_answer() -> None:
    assert answer_to(dialogue("A: any fever?", "B: okay"), 0) is None
    assert answer_to(dialogue("A: any fever?", "A: no rush", "B: no"), 0) is None
    assert answer_to(dialogue("A: I will look at that now.", "B: yes"), 0) is None
    assert answer_to(dialogue("A: any fever?"), 0) is None


def test_any_change_of_speaker_will_do() -> None:
    by_label = read(
        Turn(index=i, text=text, pointer=f"/dialog/{i}/body", speaker=who)
        for i, (who, text) in enumerate([("one", "any fever?"), ("two", "no")])
    )
    unknown = read(Turn(index=i, text=text, pointer=f"/dialog/{i}/body") for i, text in enumerate(["any fever?", "no"]))
    by_role = read(
        Turn(index=i, text=text, pointer=f"/dialog/{i}/body", role=role)
        for i, (role, text) in enumerate([(Role.AGENT, "any fever?"), (Role.UNKNOWN, "no")])
    )
    assert answer_to(by_label, 0) is not None
    assert answer_to(by_role, 0) is not None
    assert answer_to(unknown, 0) is None


def test_an_answer_in_the_asking_turn() -> None:
    [turn] = dialogue("A: Fever? No. Cough? Yes.")
    kinds = [answer_within(turn, question, 0) for question in questions(turn)]
    assert [answer.kind for answer in kinds if answer] == [AnswerKind.NO, AnswerKind.YES]
    [merged] = dialogue("A: any chest pain or anything like that no no")
    [question] = questions(merged)
    answer = answer_within(merged, question, 0)
    assert answer is not None and answer.kind is AnswerKind.NO


_WORDS = st.sampled_from(
    [*"?.,", "do", "you", "any", "fever", "no", "yes", "i", "n't", "okay", "how", "not", "just", "right", "kya"]
)


@given(st.lists(st.lists(_WORDS, max_size=12), min_size=1, max_size=4))
def test_whatever_is_said_spans_stay_inside_their_turn(spoken: list[list[str]]) -> None:
    turns = dialogue(*(f"{'AB'[i % 2]}: {' '.join(words)}" for i, words in enumerate(spoken)))
    for i, turn in enumerate(turns):
        found = questions(turn)
        assert all(0 <= q.first < q.end <= len(turn.words) for q in found)
        assert all(a.end <= b.first for a, b in pairwise(found))
        answer = answer_to(turns, i)
        if answer is not None:
            assert turns[answer.reply].text[answer.span.start : answer.span.end].strip()
            assert answer.span.turn == turns[answer.reply].turn.index
