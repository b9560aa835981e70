"""Whatever is said, and whenever, the finder of symptoms gives findings that stand in the text, and never fails."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.symptoms import find_symptoms
from carelog.extraction.utterances import read
from carelog.extraction.wordsets import word_set

_SAID = st.sampled_from(
    sorted(
        word_set(
            """
    no not n't without denies any have had is are the my your i you it and or but , . ? since for when after how bad
    where long fever cough pain hurts knee left right chest swollen dizzy blood in stool urine black numb cramps burning
    yes yeah nope just only first second one the-other gone better worse seven out of ten 10 / three days ago monday
    yesterday started lost pounds put on kilos feels like heart racing every morning twice a week helps rest bukhar nahi
    hai dard mein pet से दर्द है नहीं started.last 31 february 9999 review systems: exam 'cause … \u0130 \U0001f912
            """
        )
    )
)
_FIRST, _LAST = (datetime.fromisoformat(day) for day in ("0001-01-02", "9999-12-30"))
_TURN = st.one_of(st.lists(_SAID, min_size=1, max_size=30).map(" ".join), st.text(min_size=1, max_size=60))


@given(
    said=st.lists(st.tuples(st.sampled_from(list(Role)), _TURN), min_size=1, max_size=8),
    started=st.datetimes(min_value=_FIRST, max_value=_LAST, timezones=st.just(UTC)),
)
def test_any_words_at_any_time_are_read(said: list[tuple[Role, str]], started: datetime) -> None:
    turns = [Turn(index=i, text=text, pointer=f"/{i}", dialog=i, role=role) for i, (role, text) in enumerate(said)]
    for finding in find_symptoms(read(turns, started_at=started)):
        assert finding.spans
        for span in finding.spans:
            assert turns[span.turn].text[span.start : span.end].strip()
