"""What names a person does not go out, and comes back where it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.ai.redaction import Redaction, RedactionFailed, UnknownPlaceholder

NAMES = ["Ana Reyes", "Dr. Jo Okafor"]
NUMBERS = ["+12025550100", "ana@example.org"]


def redacted(*texts: str) -> list[str]:
    return Redaction(NAMES, NUMBERS).redact(texts)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Hi, this is Ana Reyes.", "Hi, this is [NAME_1]."),
        ("hello ana, or REYES", "hello [NAME_1], or [NAME_2]"),
        ("Dr Okafor and Dr. Patel", "Dr [NAME_1] and Dr. [NAME_2]"),
        ("My name is Sam Hill", "My name is [NAME_1]"),
        ("ok dr. hill, my name is sam and so on", "ok dr. [NAME_1], my name is [NAME_2] and so on"),
        ("Doctor Hill said so, the doctor said so", "Doctor [NAME_1] said so, the doctor said so"),
        ("Call +1 (202) 555-0100 now", "Call [PHONE_1] now"),
        ("on 202 555 0100", "on [PHONE_1]"),
        ("555-0142, please", "[PHONE_1], please"),
        ("two oh two five five five oh one double zero", "[PHONE_1]"),
        ("write to sam.hill@mail.example.com", "write to [EMAIL_1]"),
        ("MRN: 00124-A7", "MRN: [ID_1]"),
        ("my member number is XK12345", "my member number is [ID_1]"),
        ("it is 123-45-6789", "it is [ID_1]"),
        ("1234 5678 9012", "[ID_1]"),
        ("born on March 4, 1962", "born on [BIRTH_1]"),
        ("DOB 04/03/1962", "DOB [BIRTH_1]"),
        ("I was born the fourth of March nineteen sixty two", "I was born the [BIRTH_1]"),
        ("04/03/62 is my date of birth", "[BIRTH_1] is my date of birth"),
    ],
)
def test_what_names_a_person_is_taken_out(text: str, sent: str) -> None:
    redaction = Redaction(NAMES, NUMBERS)
    assert redaction.redact([text]) == [sent]
    assert redaction.restore(sent).casefold() == text.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "My pressure was 135/80, then 98.6 99.1 100.2.",
        "I take 500 mg twice a day, 1-0-1, since March 4.",
        "The patient record says 120/80.",
        "I walked 10,000 steps on 2026-01-05.",
        "Anastasia is a flower.",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert redacted(text) == [text]


def test_an_answer_to_the_question_for_a_date_of_birth_is_taken_out() -> None:
    assert redacted("And your date of birth?", "March fourth, 1962.")[1] == "[BIRTH_1]."


def test_what_overlaps_is_taken_out_as_one() -> None:
    assert redacted("policy number 2025550100 202 555 0100 9.") == ["policy number [PHONE_1] 9."]
    assert redacted("MRN 20255-50100-2025550100") == ["MRN [ID_1]"]


def test_a_placeholder_may_come_back_in_other_letters() -> None:
    redaction = Redaction(NAMES)
    redaction.redact(["Ana"])
    assert redaction.restore("[name_1]") == "Ana"


def test_the_same_words_have_the_same_placeholder_throughout() -> None:
    assert redacted("Ana?", "ANA here", "Reyes, Ana") == ["[NAME_1]?", "[NAME_1] here", "[NAME_2], [NAME_1]"]


@pytest.mark.parametrize("text", ["I said [NAME_1].", "[ phone 2 ]", "[id_7]"])
def test_words_that_look_like_a_placeholder_are_not_sent(text: str) -> None:
    with pytest.raises(RedactionFailed):
        redacted(text)


@pytest.mark.parametrize("text", ["Reach 2 0 2 5 5 5 0 1 0 0", "202.555.0 100"])
def test_what_is_left_of_a_known_number_is_not_sent(text: str) -> None:
    try:
        [sent] = redacted(text)
    except RedactionFailed as error:
        assert "202" not in error.message
    else:
        assert "PHONE" in sent


def test_what_breaks_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    redaction = Redaction(NAMES)
    with pytest.raises(RedactionFailed, match="TypeError"):
        redaction.redact([None])  # type: ignore[list-item]


def test_a_placeholder_that_was_never_given_out_is_refused() -> None:
    redaction = Redaction(NAMES)
    redaction.redact(["Ana"])
    with pytest.raises(UnknownPlaceholder):
        redaction.restore("[NAME_7] has a headache")


PIECES = ["Ana", "ana", "Reyes", "reyes", "Okafor", "fever", "38.5", "[", "]", "NAME_1", "born", "1962", "\n"]
TALK = st.lists(st.sampled_from([*PIECES, "ana@example.org", "2025550100"]), max_size=12).map(" ".join)


@given(st.lists(TALK, max_size=4))
def test_no_name_and_no_number_goes_out_and_all_comes_back(texts: list[str]) -> None:
    redaction = Redaction(NAMES, NUMBERS)
    try:
        sent = redaction.redact(texts)
    except RedactionFailed:
        return
    for text, went in zip(texts, sent, strict=True):
        words = went.casefold().replace("[", " ").replace("]", " ").split()
        assert not {"ana", "reyes", "okafor", "ana@example.org", "2025550100"} & set(words)
        # However it is spaced and written, a name has one placeholder, and comes back as it was first.
        assert redaction.restore(went).casefold().split() == text.casefold().split()
