"""The subject as a Patient, and those to call in an emergency as RelatedPersons."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from carelog.kit import jsontext
from carelog.record.fhir.elements import (
    SUBJECT,
    TERMINOLOGY,
    Json,
    Resource,
    an_object,
    coding,
    concept,
    instant,
    is_true,
    objects,
    told_as,
    without_nothing,
    words_of,
)
from carelog.record.fhir.mapping import Mapping, homes
from carelog.record.subjects import Identifier, Subject
from carelog.record.types.emergency_contact import EmergencyContact
from carelog.record.types.profile import Profile

LANGUAGES: Final = "urn:ietf:bcp:47"
_CONTACT: Final = coding(f"{TERMINOLOGY}v2-0131", "C", "Emergency Contact")
_SEXES: Final = {sex: sex for sex in ("female", "male", "other")}
_SYSTEMS: Final = {"tel": "phone", "mailto": "email"}

_LONGEST: Final = 320

FHIR_IDENTIFIER: Final = "fhir"
"""The kind of identifier that a subject has of another system: `<system>|<value>`."""


def _write_profile(profile: Profile) -> Resource:
    language = profile.language and [{"language": concept(coding(LANGUAGES, profile.language)), "preferred": True}]
    return without_nothing(
        gender=profile.sex,
        birthDate=profile.birth_date,
        communication=language,
    )


def _read_profile(resource: Resource) -> Json:
    born = resource.get("birthDate")
    name_of(resource)
    is_true(resource, "active")
    languages = [an_object(c.get("language")) for c in objects(resource.get("communication"))]
    codes = [c.get("code") for language in languages for c in objects(language.get("coding"))]
    return without_nothing(
        sex=told_as(resource, "gender", _SEXES),
        birth_date=born,
        language=next((code for code in codes if code), None),
    )


@dataclass(frozen=True, slots=True)
class Person:
    """A subject with the identifiers they are known by, and when their profile was last written."""

    subject: Subject
    identifiers: Sequence[Identifier] = ()
    profile_at: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """When what a Patient says last changed."""
        given = (self.subject.recorded_at, self.subject.updated_at, self.profile_at)
        return max(moment for moment in given if moment)


def patient_of(person: Person, profile: Resource | None = None) -> Resource:
    """A subject as a Patient, with what the resource of their profile says. Names and identifiers have no revisions:
    the version is that of the profile with a digest of all that is said."""
    subject = person.subject
    known = profile or {"resourceType": "Patient", "meta": {"versionId": "0"}}
    foreign = [i.value.partition("|") for i in person.identifiers if i.system == FHIR_IDENTIFIER]
    reached = [(_SYSTEMS[i.system], i.value) for i in person.identifiers if i.system in _SYSTEMS]
    patient: Resource = {
        **known,
        "id": str(subject.id),
        "identifier": [
            {"system": SUBJECT, "value": str(subject.id)},
            *(without_nothing(system=system or None, value=value) for system, _, value in foreign),
        ],
        "active": True,
        **({"name": [{"text": subject.name}]} if subject.name else {}),
        **({"telecom": [{"system": system, "value": value} for system, value in reached]} if reached else {}),
    }
    version = f"{known['meta']['versionId']}-{_digest(patient)}"
    return patient | {"meta": known["meta"] | {"versionId": version, "lastUpdated": instant(person.changed_at)}}


def _digest(patient: Resource) -> str:
    told = {name: value for name, value in patient.items() if name != "meta"}
    return hashlib.sha256(jsontext.canonical(told)).hexdigest()[:12]


def identifiers_in(patient: Resource) -> list[Identifier]:
    """The identifiers of a Patient that name their system, as a subject has them."""
    pairs = [(i.get("system"), i.get("value")) for i in objects(patient.get("identifier"))]
    return [
        Identifier(FHIR_IDENTIFIER, f"{system}|{value}")
        for system, value in pairs
        if isinstance(system, str) and isinstance(value, str) and value and system != SUBJECT
        if len(system) + len(value) < _LONGEST
    ]


def subject_named_in(patient: Resource) -> UUID | None:
    """The subject that a Patient of Carelog's own names."""
    for identifier in objects(patient.get("identifier")):
        if identifier.get("system") == SUBJECT:
            try:
                return UUID(str(identifier.get("value")))
            except ValueError:
                return None
    return None


def name_of(patient: Resource) -> str | None:
    """A Patient's official or usual name in one line."""
    names = objects(patient.get("name"))
    ranked = sorted(names, key=lambda name: ("official", "usual", None).index(_use(name)))
    for name in ranked:
        given = name.get("given")
        parts = [*(given if isinstance(given, list) else []), name.get("family")]
        text = name.get("text") or " ".join(part for part in parts if isinstance(part, str))
        if isinstance(text, str) and text.strip():
            return text.strip()[:200]
    return None


def _use(name: Json) -> str | None:
    use = name.get("use")
    return use if use in ("official", "usual") else None


def _write_contact(contact: EmergencyContact) -> Resource:
    phone = without_nothing(system="phone", value=contact.phone, rank=1 if contact.is_primary else None)
    return without_nothing(
        active=True,
        relationship=[concept(_CONTACT, text=contact.relationship)],
        name=[{"text": contact.name}],
        telecom=[phone, *([{"system": "email", "value": contact.email}] if contact.email else [])],
    )


def _read_contact(resource: Resource) -> Json:
    reached = {t.get("system"): t for t in reversed(objects(resource.get("telecom")))}
    relationships = objects(resource.get("relationship"))
    text = next((r["text"] for r in relationships if r.get("text")), None)
    words = [words_of(r) for r in relationships]
    return without_nothing(
        name=name_of(resource),
        relationship=text or next((w for w in words if w and w != _CONTACT["display"]), None),
        phone=an_object(reached.get("phone")).get("value"),
        email=an_object(reached.get("email")).get("value"),
        is_primary=an_object(reached.get("phone")).get("rank") == 1,
    )


def _may_be_called(resource: Resource) -> bool:
    return any(t.get("system") == "phone" for t in objects(resource.get("telecom")))


def _inactive(resource: Resource) -> Resource:
    return {**resource, "active": False}


MAPPINGS: Final = (
    Mapping(
        "profile",
        "Patient",
        _write_profile,
        _read_profile,
        homes("sex", "birth_date", "language"),
        subject="",
        when="",
        withdrawn=_inactive,
        takes=lambda _: True,
        reads=frozenset({"gender", "birthDate", "communication", "name", "active"}),
    ),
    Mapping(
        "emergency_contact",
        "RelatedPerson",
        _write_contact,
        _read_contact,
        homes("name", "relationship", "phone", "email"),
        subject="patient",
        when="",
        moments=("period",),
        withdrawn=_inactive,
        takes=_may_be_called,
        reads=frozenset({"active", "relationship", "name", "telecom"}),
    ),
)
