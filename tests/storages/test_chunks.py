"""Pieces of a conversation for an embedding model."""

from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations import Turn
from carelog.storages.chunks import chunks

TEXTS = st.lists(st.text(max_size=300), max_size=30)
SPEAKERS = st.one_of(st.none(), st.text(min_size=1, max_size=40))


@given(TEXTS, SPEAKERS, st.integers(min_value=1, max_value=200))
def test_no_piece_is_too_long_or_empty_and_nothing_that_was_said_is_lost(
    texts: list[str], speaker: str | None, most: int
) -> None:
    said = [Turn(i, text, f"/dialog/{i}/body", speaker=speaker) for i, text in enumerate(texts)]
    pieces = chunks(said, most)
    assert all(0 < len(piece) <= most for piece in pieces)
    whole = [f"{speaker}: {text}" if speaker else text for text in texts]
    assert "".join("".join(pieces).split()) == "".join("".join(whole).split())


def test_turns_that_fit_stay_whole() -> None:
    said = [Turn(i, f"turn {i} of several", f"/dialog/{i}/body") for i in range(50)]
    lines = [line for piece in chunks(said, 100) for line in piece.split("\n")]
    assert lines == [turn.text for turn in said]
