"""A conversation in pieces that an embedding model can take."""

from collections.abc import Iterator, Sequence

from carelog.conversations import Turn


def chunks(turns: Sequence[Turn], most_characters: int) -> list[str]:
    """What was said, each turn a line that names its speaker, in pieces of no more than that many characters.

    A turn is cut only where it is longer than a piece, at a space where there is one.

    >>> said = [Turn(0, "Any pain?", "/dialog/0/body", speaker="Nurse"), Turn(1, "No.", "/dialog/1/body")]
    >>> chunks(said, 100)
    ['Nurse: Any pain?\\nNo.']
    >>> chunks(said, 12)
    ['Nurse: Any', 'pain?\\nNo.']
    """
    pieces: list[str] = []
    for line in (part for turn in turns for part in _lines(turn, most_characters)):
        if pieces and len(pieces[-1]) + 1 + len(line) <= most_characters:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return pieces


def _lines(turn: Turn, most_characters: int) -> Iterator[str]:
    rest = (f"{turn.speaker}: {turn.text}" if turn.speaker else turn.text).strip()
    while len(rest) > most_characters:
        space = rest.rfind(" ", 1, most_characters + 1)
        cut = space if space > 0 else most_characters
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest
