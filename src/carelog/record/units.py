"""Units: UCUM (https://ucum.org), as the record keeps them, and as people write them."""

from collections.abc import Mapping
from typing import Any, Final

_SPOKEN: Final[Mapping[str, str]] = {
    "mm[Hg]": "mmHg",
    "/min": "per minute",
    "Cel": "°C",
    "kg/m2": "kg/m²",
    "[degF]": "°F",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL",
    "m[IU]/L": "mIU/L",
    "[IU]/L": "IU/L",
    "ug/L": "µg/L",
    "{step}": "of 5",
}
_WRITTEN: Final[Mapping[str, str]] = {
    "mmHg": "mm[Hg]",
    "mm Hg": "mm[Hg]",
    "bpm": "/min",
    "per minute": "/min",
    "°C": "Cel",
    "°F": "[degF]",
    "kg/m²": "kg/m2",
    "mg/dl": "mg/dL",
}


def spoken(unit: str) -> str:
    """
    >>> spoken("mm[Hg]"), spoken("kg")
    ('mmHg', 'kg')
    """
    return _SPOKEN.get(unit, unit)


def with_ucum(payload: Any) -> Any:
    """A payload whose quantities have the units of UCUM, also where people's own were written.

    >>> with_ucum({"kind": "temperature", "value": {"value": 37.2, "unit": "°C"}})
    {'kind': 'temperature', 'value': {'value': 37.2, 'unit': 'Cel'}}
    """
    if not isinstance(payload, Mapping):
        return payload
    return {name: _quantity(member) for name, member in payload.items()}


def _quantity(member: Any) -> Any:
    if not (isinstance(member, Mapping) and isinstance(member.get("unit"), str)):
        return member
    return {**member, "unit": _WRITTEN.get(member["unit"], member["unit"])}
