"""Made-up conversations of about 10 KB, as a clinic's voice agent would bring them."""

from carelog.conversations import Conversation
from carelog.kit.ids import new_id
from carelog.pipeline.submission import Submission

_ASKED = (
    ("Any chest pain or shortness of breath since we last spoke?", "No, nothing like that."),
    ("And how have your sugars been in the mornings?", "My sugar was one forty two yesterday, a bit lower today."),
    ("Are you still taking the metformin?", "Yes, I take metformin 500 mg twice a day with food."),
    ("How did you sleep?", "I slept about six hours, and woke up once for a glass of water."),
    ("Have you been walking?", "I walked for thirty minutes in the park, and my knee hurts a little."),
)
_ROUNDS = 7


def submissions(count: int, *, first: int = 0) -> list[Submission]:
    """That many, each of its own patient; the patients are numbered from `first` on."""
    return [Submission(conversation(number), channel="calls") for number in range(first, first + count)]


def documents(count: int, *, rounds: int = _ROUNDS) -> list[str]:
    """The same as JSON, or shorter ones."""
    return [conversation(number, rounds=rounds).json for number in range(count)]


def phone(number: int) -> str:
    """The phone number of the patient of that conversation."""
    return f"+12025{number:06}"


def conversation(number: int, *, rounds: int = _ROUNDS) -> Conversation:
    said = [turn for _ in range(rounds) for asked in _ASKED for turn in asked]
    dialog = [
        {
            "type": "text",
            "start": f"2026-01-05T09:{n // 60:02}:{n % 60:02}-05:00",
            "parties": n % 2,
            "mediatype": "text/plain",
            "encoding": "none",
            "body": text,
        }
        for n, text in enumerate(said)
    ]
    document = {
        "uuid": str(new_id()),
        "created_at": "2026-01-05T14:10:00Z",
        "subject": "Morning check",
        "parties": [{"name": "Desk", "role": "agent"}, {"tel": phone(number), "role": "patient"}],
        "dialog": dialog,
    }
    return Conversation.of(document)
