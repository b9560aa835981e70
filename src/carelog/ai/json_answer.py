"""The JSON object in a model's answer."""

import re
from typing import Any

from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

_FENCED = re.compile(r"```[A-Za-z]*\n(.*)```", re.DOTALL)


def object_in(text: str) -> dict[str, Any] | None:
    """The object that an answer is, also between the fences that many models put around it; None when it is none.

    >>> object_in('```json\\n{"applies": true}\\n```')
    {'applies': True}
    >>> object_in("I would say that it applies.") is None
    True
    """
    fenced = _FENCED.fullmatch(text.strip())
    try:
        value = jsontext.parse(fenced[1] if fenced else text)
    except InvalidInput:
        return None
    return value if isinstance(value, dict) else None
