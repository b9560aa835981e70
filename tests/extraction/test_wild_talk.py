"""Talk as it comes: shorthand, two scripts, machine text, no marks at all. It is read without a fault, quotes stand."""

import re
from datetime import UTC, datetime

from evaluation.cases import SPEAKERS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carelog.conversations import Conversation
from carelog.conversations.content import text_at
from carelog.extraction.local import extract
from carelog.extraction.urgency import assess

MEDICAL = """
any chest pain|I have had a cough for|no fever or|the pain is worse when|just the|since last|I take metformin
stopped the lisinopril|my bp was|over|sugar one forty two|temperature of|I weigh|allergic to|diabetes and|slept
had two eggs for breakfast|drank|walked|feeling low|see you on|at half past|my mother has|your A1c was|can't breathe
years ago|increase it to|twice a day|mg|mcg|mmol|kg|%|degrees|glasses of water|hours|minutes|days|is that right?
did you notice any|sorry, I mean|no wait|out of 10|mujhe bukhar hai|sir dard|do din se|subah shaam|dawai kha li|nahi
haan|kal raat ko|chakkar aa raha hai|मुझे बुखार है|पेट में दर्द|दो दिन से|नहीं|गोली खाई|५०० mg|शुगर १४० थी
"""
NUMBERS = """
0 1 7 12 98.6 140 140/90 1,000,000 1.2.3.4 12:99 25:61 -5 1e9 0.00001 00 007 1850 2201 19999 99999999999999999999
½ ² ① Ⅷ ٣٤ ५०० 31/02/2026 2026-13-45 0000-00-00 3/4/5/6 30th 2nd twenty ninety hundred thousand million half dozen
"""
ODD = """
😣 👨\u200d👩\u200d👧 🏻 … ?!?! — “ ’ '' - • # @ & ° µ <b>cough</b> &nbsp; {"pain": } */ %s %(x)s \\n $1 https://x.example/?a=1
مرحبا صداع שלום 頭が痛い İ ß ﬁ ŉ e\u0301 um uh hmm uhh-huh pt c/o SOB x3d thx u r gr8 2moro b4 w/o lol
"""
SPACES = [
    "",
    "\u200b",
    "\u200d",
    "\u200f",
    "\u202e",
    "\ufeff",
    "\x01",
    "\u2028",
    "\r\n",
    "\n\n",
    "\t",
    "\u00a0",
    "na" * 200,
    "9" * 120,
]
FORMS = [
    "{}",
    "[05/01/26, 09:12:44] Ana: {}",
    "05/01/2026, 9:12 am - Ana: {}\n05/01/2026, 9:13 am - Desk: ok",
    '{{"role": "user", "content": "{}"}}',
    "<p>{}</p>",
    "```\n{}\n```",
]

fragment = st.one_of(
    st.sampled_from(re.split(r"[|\n]", MEDICAL.strip())),
    st.sampled_from(NUMBERS.split()),
    st.sampled_from(ODD.split()),
    st.sampled_from(SPACES),
    st.text(max_size=6),
)


def bare(text: str) -> str:
    """As a recogniser of speech writes it."""
    return re.sub(r"[^\w\s]", "", text).lower()


turn = st.builds(
    lambda parts, glue, form, shape: form.format(shape(glue.join(parts))),
    st.lists(fragment, max_size=10),
    st.sampled_from([" ", " ", " ", ", ", "", "\n"]),
    st.sampled_from([*FORMS[:1] * 5, *FORMS]),
    st.sampled_from([str, str, str.upper, bare]),
)
said = st.lists(st.tuples(st.sampled_from(sorted(SPEAKERS)), turn), min_size=1, max_size=4)
moment = st.one_of(
    st.just(datetime(2026, 1, 5, 9, tzinfo=UTC)),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]),
)
zone = st.sampled_from(
    [None, "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Apia", "Africa/Monrovia"]
)


def conversation_of(turns: list[tuple[str, str]], started: datetime) -> Conversation:
    voices = list(dict.fromkeys(speaker for speaker, _ in turns))
    return Conversation.of(
        {
            "vcon": "0.4.0",
            "uuid": "01960000-0000-7000-8000-000000000000",
            "created_at": "2026-01-05T09:00:00Z",
            "parties": [{"role": role} if (role := SPEAKERS[voice]) else {} for voice in voices],
            "dialog": [
                {
                    "type": "text",
                    "start": started.isoformat(),
                    "parties": [voices.index(speaker)],
                    "mediatype": "text/plain",
                    "encoding": "none",
                    "body": words,
                }
                for speaker, words in turns
            ],
        }
    )


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(turns=said, started=moment, subjects_zone=zone)
def test_any_talk_at_any_time_is_read_and_quoted(
    turns: list[tuple[str, str]], started: datetime, subjects_zone: str | None
) -> None:
    conversation = conversation_of(turns, started)
    read = extract(conversation, zone=subjects_zone)
    urgency = assess(conversation, read.entries, zone=subjects_zone or conversation.zone or "UTC")
    assert read.dropped == 0
    quotes = [e for entry in read.entries for e in entry.evidence]
    quotes += [e for review in read.reviews for reading in review.readings for e in reading.evidence]
    quotes += [e for flag in urgency.flags for e in flag.evidence]
    for quote in quotes:
        assert quote.quote.strip()
        assert text_at(conversation.document, quote.pointer)[quote.start : quote.end] == quote.quote
    for entry in read.entries:
        assert entry.evidence
        assert entry.payload.headline()
        assert type(entry.payload).model_validate_json(entry.payload.model_dump_json()) == entry.payload


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(turns=said)
def test_the_same_talk_is_read_the_same_again(turns: list[tuple[str, str]]) -> None:
    started = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert extract(conversation_of(turns, started)) == extract(conversation_of(turns, started))
