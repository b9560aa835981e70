"""Long talk: an hour in one turn, thousands of turns, text without a mark. It is read whole, quotes stand, nothing
that was cut apart is told twice or missed."""

from collections.abc import Sequence

import pytest
from evaluation.cases import STARTED, Case
from evaluation.judging import conversation_of
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.content import text_at
from carelog.conversations.turns import Turn
from carelog.extraction.finding import Span
from carelog.extraction.local import extract
from carelog.extraction.pieces import LONGEST, in_pieces
from carelog.extraction.urgency import Level, assess
from carelog.record.entries import NewEntry

CHAT = "We went over to my brother's place and looked at the new fence that he built there. "


def read(*turns: tuple[str, str]) -> Sequence[NewEntry]:
    """The entries of a talk, each of whose quotes stands where it says."""
    case = Case("", "", "", turns, (), (), frozenset(), None, STARTED, None, None)
    conversation = conversation_of(case)
    grounded = extract(conversation)
    assert grounded.dropped == 0
    for entry in grounded.entries:
        for e in entry.evidence:
            assert text_at(conversation.document, e.pointer)[e.start : e.end] == e.quote
            assert conversation.turns[e.turn].pointer == e.pointer
    return grounded.entries


def test_a_visit_in_one_turn_is_read_to_its_end() -> None:
    visit = (
        f"I have a bad cough. {CHAT * 400}I take lisinopril 20 mg every day. {CHAT * 400}"
        f"My blood pressure was 142 over 88 this morning. {CHAT * 400}And I am allergic to penicillin."
    )
    assert len(visit) > 25 * LONGEST
    entries = read(("P", visit))
    assert [entry.type for entry in entries] == ["symptom", "medication", "vitals", "allergy"]
    assert [visit[e.start : e.end] == e.quote for entry in entries for e in entry.evidence] == [True] * 4


def test_a_sign_of_danger_at_the_end_of_a_long_turn_is_seen() -> None:
    turns = (("P", f"{CHAT * 300}I want to kill myself."),)
    conversation = conversation_of(Case("", "", "", turns, (), (), frozenset(), None, STARTED, None, None))
    assessment = assess(conversation, extract(conversation).entries, zone="UTC")
    assert assessment.level is Level.URGENT
    quotes = [e.quote for flag in assessment.flags for e in flag.evidence]
    assert quotes
    assert all("kill myself" in quote for quote in quotes)


@pytest.mark.parametrize(
    "said",
    [
        "cough, fever, rash, ",
        "i have headache and nausea ",
        "no cough no fever ",
        "take metformin 500 mg twice a day and lisinopril ",
        "bp 120 over 80 sugar 140 ",
        "potassium was 4 and my a1c 7 ",
        "chest pain suicidal short of breath ",
        "i ate rice and dal and ",
        "मुझे बुखार है ",
        "did you have what is when are how ",
        "no ",
        "1",
        "1/2/",
        ", ",
        "...",
        "a-",
        "“",
        "\n",
    ],
)
def test_twelve_thousand_characters_of_the_same_are_read(said: str) -> None:
    told = {(entry.type, entry.payload.headline()) for entry in read(("P", said * (12_000 // len(said))))}
    assert len(told) < 10  # the same is told again and again, and nothing grows out of the seams


def test_thousands_of_turns_about_one_medicine_are_one_medicine() -> None:
    turns = [("D", "What are you taking?"), ("P", "I take metformin 500 mg twice a day.")] * 1_000
    [entry] = read(*turns)
    assert entry.payload.headline() == "metformin 500 mg twice a day: taking"


def test_thousands_of_answers_that_deny_are_one_denial() -> None:
    entries = read(*[("D", "Any fever?"), ("P", "No.")] * 1_000)
    assert [(entry.type, entry.payload.headline()) for entry in entries] == [("symptom", "fever: absent")]


def test_a_short_turn_is_left_as_it_came() -> None:
    turns = [Turn(0, "a" * LONGEST, "/t"), Turn(1, "", "/t"), Turn(2, "I have a cough.", "/t")]
    pieces = in_pieces(turns)
    assert [id(turn) for turn in pieces.turns] == [id(turn) for turn in turns]


def test_a_denial_is_not_cut_from_what_it_denies() -> None:
    denied = "so i told him no fever or chills and no cough or rash but " * 200
    assert {entry.payload.polarity for entry in read(("P", denied)) if entry.type == "symptom"} == {"absent"}  # type: ignore[attr-defined]


sizes = st.integers(0, 3 * LONGEST)


@given(
    texts=st.lists(
        st.builds(
            lambda words, size: (words * (size // max(1, len(words)) + 1))[:size],
            st.text(st.sampled_from("aé。 .?!\n😣मbut i "), max_size=30),
            sizes,
        ),
        max_size=3,
    )
)
def test_pieces_are_the_turns_and_spans_lead_back(texts: list[str]) -> None:
    turns = [Turn(i, text, f"/dialog/{i}/body", offset=3, party=i) for i, text in enumerate(texts)]
    pieces = in_pieces(turns)
    whole = [""] * len(turns)
    for i, piece in enumerate(pieces.turns):
        assert piece.index == i
        assert len(piece.text) <= LONGEST
        span = pieces.put_back(Span(i, 0, len(piece.text)))
        turn = turns[span.turn]
        assert turn.text[span.start : span.end] == piece.text
        assert (piece.pointer, piece.party, piece.offset) == (turn.pointer, turn.party, turn.offset + span.start)
        whole[span.turn] += piece.text
    assert whole == texts
