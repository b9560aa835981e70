"""Telephone numbers as people give them, and as the world dials them."""

import re
from functools import lru_cache
from typing import Final

from carelog.kit.zones import is_zone

# Zones that have another name by now (https://data.iana.org/time-zones/tzdb/backward), as the library has them.
_RENAMED: Final = {
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
}
_WRITTEN: Final = re.compile(r"\(?\+?\(?\d[\d\s().\-/\u2010-\u2015]*")


def in_e164(phone: str, region: str | None = None) -> str | None:
    """The number in E.164 (ITU-T), or None where it is not valid or its country is not known.

    `region` (ISO 3166-1, two letters) is where a number without a country code is dialled.

    >>> in_e164("+91-98765 43210"), in_e164("098765 43210", "IN"), in_e164("98765 43210")
    ('+919876543210', '+919876543210', None)
    """
    import phonenumbers  # slow to import, and most commands never need it

    if not _WRITTEN.fullmatch(phone):
        return None
    try:
        number = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=4096)
def zone_of(phone: str) -> str | None:
    """The time zone in which a number in E.164 is at home; None where its digits leave several.

    >>> zone_of("+919876543210"), zone_of("+12025550123"), zone_of("+61412345678")
    ('Asia/Kolkata', 'America/New_York', None)
    """
    import phonenumbers
    from phonenumbers import timezone

    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return None
    if len(zones) != 1:
        return None
    name = _RENAMED.get(zones[0], zones[0])
    return name if is_zone(name) and name != timezone.UNKNOWN_TIMEZONE else None


def digits(phone: str) -> str:
    """The digits of a number, in whichever script they are written.

    >>> digits("(०98765) 43210")
    '09876543210'
    """
    return "".join(str(int(c)) for c in phone if c.isdecimal())


def is_dialable(phone: str, region: str | None = None) -> bool:
    """A valid number, or one that cannot be judged and has the ten to fifteen digits of a whole one.

    >>> is_dialable("98765 43210"), is_dialable("+4531123456"), is_dialable("call me")
    (True, True, False)
    """
    if not _WRITTEN.fullmatch(phone):
        return False
    return 10 <= len(digits(phone)) <= 15 or in_e164(phone, region) is not None
