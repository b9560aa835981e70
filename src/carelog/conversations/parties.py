"""The parties of a conversation: a typed view, and their identifiers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote

from carelog.conversations.roles import by_elimination, role_of_party
from carelog.conversations.turns import Role

Kind: TypeAlias = Literal["tel", "mailto", "sip", "name", "uuid", "did"]

_KINDS: tuple[Kind, ...] = ("tel", "mailto", "sip", "name", "uuid", "did")
# Of North America and India, where what is dialled before a number (1, 0) is no digit that one begins with: they are in
# E.164 as they stand, and need not be looked through for it.
_AS_E164 = re.compile(r"\+(?:1[2-9]|91[6-9])[0-9]{9}")
_SEPARATORS = re.compile(r"[\s().\-\u2010-\u2015/]+")


@dataclass(frozen=True, slots=True)
class Party:
    """One party. `role` is what it says of itself, or what is left by elimination among the parties."""

    index: int
    name: str | None
    tel: str | None
    mailto: str | None
    uuid: str | None
    type: str | None
    role: Role


class Identifier(NamedTuple):
    """Something a party can be found by, in its normal form."""

    party: int
    kind: Kind
    value: str


def parties_of(document: Mapping[str, Any]) -> tuple[Party, ...]:
    """The parties of a vCon in their order."""
    parties = document.get("parties") or []
    roles = by_elimination({i: role_of_party(party) for i, party in enumerate(parties)})
    return tuple(
        Party(
            index=i,
            name=party.get("name"),
            tel=party.get("tel"),
            mailto=party.get("mailto"),
            uuid=party.get("uuid"),
            type=party.get("type"),
            role=roles[i],
        )
        for i, party in enumerate(parties)
    )


def identifiers_of(document: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """What each party can be found by, normalised by `normal`, without repetition."""
    found = (
        Identifier(i, kind, value)
        for i, party in enumerate(document["parties"])
        for kind in _KINDS
        if isinstance(given := party.get(kind), str) and (value := normal(kind, given))
    )
    return tuple(dict.fromkeys(found))


def normal(kind: Kind, value: str) -> str:
    """An identifier in the form it is compared by; empty when nothing of it is left.

    Use it on what is searched for as well as on what is stored.

    >>> normal("tel", "tel:+91 (0)22-2444 9000"), normal("tel", "98200 12345")
    ('+912224449000', '9820012345')
    >>> normal("mailto", "mailto:Meera@Example.org?subject=Hi"), normal("name", "  Meera   RAO ")
    ('meera@example.org', 'meera rao')
    """
    match kind:
        case "tel":
            return _telephone(value)
        case "mailto":
            address = _without_scheme(value, "mailto").split("?")[0]
            return unquote(address).strip().strip("<>").casefold()
        case "sip":
            address = _without_scheme(_without_scheme(value, "sips"), "sip")
            return address.split(";")[0].split("?")[0].casefold()
        case "name":
            return " ".join(value.split()).casefold()
        case "uuid":
            return value.strip().casefold()
        case "did":
            return value.strip()


@lru_cache(maxsize=4096)  # a clinic's number is in all its conversations, and a patient's in all of theirs
def _telephone(value: str) -> str:
    number = unquote(_without_scheme(value, "tel")).split(";")[0].strip()
    if number.startswith("+") and not _AS_E164.fullmatch(number):
        import phonenumbers  # slow to import, and most commands never need it

        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            pass
        else:
            return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return _SEPARATORS.sub("", number)


def _without_scheme(value: str, scheme: str) -> str:
    value = value.strip()
    return value[len(scheme) + 1 :] if value[: len(scheme) + 1].lower() == f"{scheme}:" else value
