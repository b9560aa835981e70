"""Whose clock a conversation's words are read by."""


def clock_of(subject_zone: str | None, offset: str | None) -> str:
    """The zone in which a conversation was held: that of the subject where it has a name, since somebody set it and it
    knows of summer time; else the offset in which the conversation is written.

    >>> clock_of("Asia/Kolkata", "UTC"), clock_of("UTC", "+05:30"), clock_of("+05:30", None), clock_of(None, None)
    ('Asia/Kolkata', '+05:30', '+05:30', 'UTC')
    """
    named = subject_zone is not None and "/" in subject_zone
    return (subject_zone if named else offset) or subject_zone or "UTC"
