"""Windows over long transcripts, and short transcripts together."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Turn
from carelog.extraction.llm.windows import lines_of, packed, windowed
from carelog.extraction.utterances import read

SIZES = st.lists(st.integers(1, 30), max_size=40)


@given(SIZES, st.integers(1, 60), st.integers(0, 20))
def test_windows_cover_everything_in_order_and_none_is_too_large(sizes: list[int], longest: int, overlap: int) -> None:
    ranges = windowed(sizes, longest, overlap=overlap)
    assert {i for first, end in ranges for i in range(first, end)} == set(range(len(sizes)))
    for first, end in ranges:
        assert sum(sizes[first:end]) <= longest or end - first == 1
    for (first, end), (again, later) in itertools.pairwise(ranges):
        assert first < again <= end < later
        assert sum(sizes[again:end]) <= overlap


@given(st.lists(st.integers(1, 9), min_size=2, max_size=40))
def test_windows_overlap_where_they_can(sizes: list[int]) -> None:
    for (_, end), (again, _) in zip(ranges := windowed(sizes, 40, overlap=10), ranges[1:], strict=False):
        assert again < end


@given(st.lists(st.tuples(st.integers(), st.integers(1, 20)), max_size=30), st.integers(1, 40), st.integers(1, 5))
def test_what_is_packed_together_fits(items: list[tuple[int, int]], longest: int, most: int) -> None:
    groups = packed(items, longest, most)
    assert [item for group in groups for item in group] == [item for item, _ in items]
    sizes = iter(size for _, size in items)
    for group in groups:
        together = [next(sizes) for _ in group]
        assert len(group) <= most
        assert sum(together) <= longest or len(group) == 1


@given(
    st.lists(
        st.lists(st.sampled_from(["no", "fever.", "twenty", "a\nb", "बुखार।"]), min_size=1, max_size=60), max_size=4
    )
)
def test_every_word_of_every_turn_is_on_some_line(turns: list[list[str]]) -> None:
    texts = [" ".join(words) for words in turns]
    lines = lines_of(read([Turn(n, text, f"/{n}") for n, text in enumerate(texts)]), 40)
    assert all(len(line.text) <= 40 and "\n" not in line.text for line in lines)
    for number, text in enumerate(texts):
        told = [line.text for line in lines if line.turn == number]
        assert set(text.split()) <= {word for line in told for word in line.split()}
