"""In which of its three forms a vCon is (draft-ietf-vcon-vcon-core-03, "Differentiation of ... forms")."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

Form: TypeAlias = Literal["unsigned", "signed", "encrypted"]


def form_of(document: Mapping[str, Any]) -> Form:
    """What is no vCon at all counts as unsigned, to be refused for what it lacks.

    >>> form_of({"payload": "e30", "signatures": []})
    'signed'
    >>> form_of({"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "parties": []})
    'unsigned'
    """
    if "parties" in document:
        return "unsigned"
    if "payload" in document and ("signatures" in document or "signature" in document):
        return "signed"
    if "ciphertext" in document and ("recipients" in document or "protected" in document):
        return "encrypted"
    return "unsigned"


def is_sealed(document: Mapping[str, Any]) -> bool:
    """Whether it is a vCon in the signed or the encrypted form."""
    return form_of(document) != "unsigned"
