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


def submissions(count: int, *, rounds: int = 7) -> list[Submission]:
    """That many, each of its own patient."""
    return [_submission(number, rounds) for number in range(count)]


def _submission(number: int, rounds: int) -> Submission:
    said = [turn for _ in range(rounds) for asked in _ASKED for turn in asked]
    dialog = [
        {
            "type": "text",
            "start": "2026-01-05T09:00:00-05:00",
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
        "parties": [{"name": "Desk", "role": "agent"}, {"tel": f"+1202555{number:06}", "role": "patient"}],
        "dialog": dialog,
    }
    return Submission(Conversation.of(document), channel="calls", external_id=f"bench-{number}")
