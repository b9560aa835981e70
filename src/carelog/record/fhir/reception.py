"""Resources of other systems as they come in: which of them are read, what each says, and by what name it is known
again."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import unquote

from carelog.kit import jsontext
from carelog.kit.errors import CarelogError, InvalidInput
from carelog.record.fhir.admission import is_unsettled, why_not_read, with_medication
from carelog.record.fhir.elements import Json, Resource, an_object, codings, objects, referred, uuid_in
from carelog.record.fhir.forms import misshapen
from carelog.record.fhir.mappings import mapping_of, mappings
from carelog.record.fhir.resources import Said, entry_type_of, is_conversation, said_by
from carelog.record.registry import entry_types

Verdict = Literal["created", "updated", "unchanged", "unsupported", "refused", "stale"]

# Elements that change without anything that is said: when it was stored, and the narrative of it.
_OUTSIDE: Final = frozenset({"meta", "text"})
_SUBJECTS: Final = ("subject", "patient")
_MISSHAPEN: Final = "an element has not the form that FHIR R4 gives it"
_MOST_NAMED: Final = 20
# A Patient's has a digest of what has no revision behind that of the profile: https://hl7.org/fhir/R4/http.html#versioning
_ETAG: Final = re.compile(r'W/"(\d{1,9})(-[0-9a-f]{12})?"')
_SOUGHT: Final = re.compile(r"identifier=([^|&]+)\|([^&]+)")
_CODED: Final = ("code", "vaccineCode", "medicationCodeableConcept")
_OBSERVED: Final = ("effectiveDateTime", "effectivePeriod", "effectiveInstant")


class Linked(NamedTuple):
    """The element that refers to other entries, and the kind of these."""

    element: str
    kind: str


LINKED: Final = {
    "DiagnosticReport": Linked("result", "Observation"),
    "MedicationAdministration": Linked("request", "MedicationRequest"),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """`places` are FHIRPaths into the resource."""

    severity: Literal["error", "warning", "information"]
    code: str
    text: str
    places: tuple[str, ...] = ()


@dataclass(slots=True)
class Incoming:
    """One resource, and what is to become of it.

    `known_as` is every reference by which others may mean it; `key` and `digest` are its name and its contents;
    `target` is the id here that it is sent to, at the version that was `seen`. What is `once` is kept only if it is not
    known yet.
    """

    resource: Resource
    kind: str
    known_as: tuple[str, ...]
    key: str
    digest: str
    target: str | None = None
    seen: int | None = None
    once: bool = False
    said: Said | None = None
    withdrawn: bool = False
    verdict: Verdict | None = None
    location: str | None = None
    issues: list[Issue] = field(default_factory=list)

    def refuse(self, code: str, text: str, *places: str) -> None:
        self.verdict = "unsupported" if code == "not-supported" else "refused"
        self.issues.append(Issue("error", code, text, places))

    def must_be(self, etag: object) -> None:
        """The version that it is to change, as `If-Match` names it."""
        match = _ETAG.fullmatch(etag) if isinstance(etag, str) else None
        if match:
            self.seen = int(match[1])
        elif etag not in (None, "*"):
            self.refuse("invalid", 'If-Match is an ETag that was given out, such as W/"3"')

    def unless_there_is(self, sought: object) -> None:
        """What is looked for before it is kept, as `If-None-Exist` names it: an identifier that it has itself."""
        if sought is None:
            return
        match = _SOUGHT.fullmatch(unquote(sought)) if isinstance(sought, str) else None
        if match and (match[1], match[2]) in _identifiers(self.resource):
            self.once = True
        else:
            self.refuse(
                "invalid", "If-None-Exist looks for an identifier of the resource, such as identifier=system|value"
            )

    def leave(self, text: str) -> None:
        """It cannot be kept, which is no reason to refuse what came with it."""
        self.verdict = "unsupported"
        self.issues.append(Issue("error", "business-rule", text))

    @property
    def subject(self) -> str | None:
        """Whom it is about, by the reference that it makes."""
        if self.kind == "Patient":
            return self.known_as[0] if self.known_as else None
        about = [self.resource.get(name) for name in _SUBJECTS]
        actors = [p.get("actor") for p in objects(self.resource.get("participant"))]
        named = [text for given in [*about, *actors] if (text := referred(given))]
        patients = [text for text in named if text.startswith("urn:") or "Patient/" in text]
        return patients[0] if patients else None

    @property
    def links(self) -> list[str]:
        """The resources that it refers to, and that its entry is to name."""
        return list(_linked(self.resource, self.kind))


def receive(
    resource: Any,
    *,
    full_url: str | None = None,
    method: str = "POST",
    url: str = "",
    medications: Mapping[str, Json] = MappingProxyType({}),
) -> Incoming:
    """A resource as it came: read as far as it can be, or refused for a reason. `medications` are those that came with
    it, by their references."""
    given: Resource = an_object(resource)
    kind = given.get("resourceType")
    kind = kind if isinstance(kind, str) else ""
    digest = _digest(given)
    item = Incoming(given, kind, tuple(_names(given, kind, full_url)), _key(given, kind, full_url, digest), digest)
    if method not in ("POST", "PUT"):
        item.refuse("not-supported", f"{_shown(method)} is not done here: only POST and PUT are")
        item.verdict = "refused"  # unlike a kind that is not kept: a transaction is not done without it
    elif not kind:
        item.refuse("invalid", "an entry without a resource")
    elif is_conversation(given):
        item.refuse("not-supported", "a conversation comes in as a vCon, not as what it looks like in FHIR")
    elif kind not in taken_kinds() and not _is_own(given, kind):
        item.refuse("not-supported", f"{_shown(kind)} is not kept here")
    elif method == "PUT":
        item.target = url.partition("?")[0].rpartition("/")[2] or str(given.get("id", ""))
    if item.verdict is None and not _is_own(given, kind):
        if why := why_not_read(given):
            item.refuse("not-supported", why)
        item.resource = with_medication(given, medications)
    if item.verdict is None and not _is_withdrawn(item.resource):
        for place in misshapen(item.resource, _read_elements(kind)):
            item.refuse("structure", f"{_MISSHAPEN}: {place}", place)
    if item.verdict is None:
        _read(item)
    return item


@cache
def _read_elements(kind: str) -> frozenset[str]:
    """The elements that are read of that kind, whatever its type."""
    types = [mapping for mapping in mappings().values() if mapping.resource == kind]
    return frozenset(name for m in types for name in (*m.reads, m.subject, m.when, *m.moments))


def taken_kinds() -> frozenset[str]:
    """The kinds of resources that are read, whoever made them."""
    return frozenset(m.resource for m in mappings().values() if m.reads_others)


def _read(item: Incoming) -> None:
    item.withdrawn = _is_withdrawn(item.resource)
    if item.withdrawn or item.links:
        return  # read when it is known what the links are here
    read_now(item, item.resource)


def read_now(item: Incoming, resource: Resource) -> None:
    """Read what it says, or refuse it."""
    try:
        item.said = said_by(resource)
    except CarelogError as error:
        item.refuse("invalid", error.message)
        item.issues += [
            Issue("error", "value", f"{p['place']} {p['problem']}") for p in error.details.get("problems", ())
        ]
        return
    except (TypeError, ValueError, AttributeError, KeyError, IndexError, OverflowError):
        item.refuse("structure", _MISSHAPEN)
        return
    if is_unsettled(resource) and not (_is_own(resource, item.kind) or hasattr(item.said.payload, "status")):
        item.refuse("not-supported", "it is not final, by its status")
        return
    if item.said.unread:
        left = ", ".join(item.said.unread[:_MOST_NAMED])
        if (more := len(item.said.unread) - _MOST_NAMED) > 0:
            left += f" and {more} more"
        places = tuple(f"{item.kind}.{place}" for place in item.said.unread)
        item.issues.append(Issue("information", "informational", f"kept without these elements: {left}", places))


def linked(item: Incoming, entries: Mapping[str, str]) -> Resource:
    """The resource with its links as they are here; those that lead nowhere are left out, which is told. What Carelog
    wrote itself has them so already."""
    element, kind = LINKED[item.kind]
    own = _is_own(item.resource, item.kind)
    given = item.resource.get(element)
    found: list[Json] = []
    for one in objects(given if isinstance(given, list) else [given]):
        target = referred(one)
        if target is not None and target in entries:
            found.append({**one, "reference": f"{kind}/{entries[target]}"})
        elif own:
            found.append(one)
    if len(found) < len(item.links):
        item.issues.append(Issue("warning", "not-found", f"{element} refers to what was not kept"))
    rest = {name: value for name, value in item.resource.items() if name != element}
    return rest | ({element: found if isinstance(given, list) else found[0]} if found else {})


def entry_named(item: Incoming) -> str | None:
    """The id of the entry that a resource of Carelog's own names."""
    id_ = item.resource.get("id")
    return id_ if _is_own(item.resource, item.kind) and isinstance(id_, str) else None


def _is_own(resource: Resource, kind: str) -> bool:
    """Whether Carelog made it, of an entry of some record."""
    own = entry_type_of(resource)
    return own is not None and mapping_of(own).resource == kind and not entry_types()[own].shared


def items_of(bundle: Json) -> list[Incoming]:
    """What a Bundle holds. Raises InvalidInput for what is no transaction and no batch."""
    if bundle.get("resourceType") != "Bundle":
        raise InvalidInput("what is posted here is a Bundle")
    if bundle.get("type") not in ("transaction", "batch"):
        raise InvalidInput("a Bundle that is posted is a transaction or a batch")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise InvalidInput("the entries of a Bundle are a list")
    items = []
    medications = _medications(entries)
    for given in map(an_object, entries):
        request = an_object(given.get("request"))
        url = given.get("fullUrl")
        item = receive(
            given.get("resource"),
            full_url=url if isinstance(url, str) else None,
            method=str(request.get("method", "POST")),
            url=str(request.get("url", "")),
            medications=medications,
        )
        if item.verdict is None:
            item.must_be(request.get("ifMatch"))
            item.unless_there_is(request.get("ifNoneExist"))
        items.append(item)
    return items


def _medications(entries: Sequence[Any]) -> dict[str, Json]:
    """The Medications of a Bundle, by every reference by which others of it may mean them."""
    found: dict[str, Json] = {}
    for given in map(an_object, entries):
        resource, url = an_object(given.get("resource")), given.get("fullUrl")
        if resource.get("resourceType") == "Medication":
            found |= dict.fromkeys(_names(resource, "Medication", url if isinstance(url, str) else None), resource)
    return found


def _linked(resource: Resource, kind: str) -> Iterator[str]:
    given = resource.get(LINKED[kind].element) if kind in LINKED else None
    for one in given if isinstance(given, list) else [given]:
        target = referred(one)
        if target is not None:
            yield target


def _names(resource: Resource, kind: str, full_url: str | None) -> Iterable[str]:
    if full_url:
        yield full_url
    id_ = resource.get("id")
    if isinstance(id_, str) and id_:
        yield f"{kind}/{id_}"


def _key(resource: Resource, kind: str, full_url: str | None, digest: str) -> str:
    """By its business identifier, else by its address, else by its id where it came from; what has none of them is
    known by its contents. A `urn:uuid` is made up for one Bundle, unless it is the id too."""
    observed = kind == "Observation"
    for system, value in _identifiers(resource):
        # A laboratory gives all results of a panel the number of its order.
        return _hash(kind, system, value, *([_code(resource)] if observed else []))
    if full_url and full_url.startswith(("http://", "https://")):
        return _hash(kind, full_url)
    id_ = resource.get("id")
    if id_ and not uuid_in(str(id_)):
        # Such as "1", which every system has.
        when = [_text(resource.get(name)) for name in _OBSERVED] if observed else []
        return _hash(kind, str(id_), _code(resource), *when)
    return _hash(kind, str(id_)) if id_ else _hash(kind, "", digest)


def _identifiers(resource: Resource) -> list[tuple[str, str]]:
    given = resource.get("identifier")
    named = objects(given if isinstance(given, list) else [given])
    return [(str(one["system"]), str(one["value"])) for one in named if one.get("system") and one.get("value")]


def _code(resource: Resource) -> str:
    """What it is of: the first of its codes, or else its words."""
    for concept in map(resource.get, _CODED):
        for coding in codings(concept):
            return f"{coding.get('system', '')}|{coding['code']}"
        if text := an_object(concept).get("text"):
            return str(text)
    return ""


def _text(value: Any) -> str:
    return jsontext.canonical(value).decode()


def _digest(resource: Resource) -> str:
    told = {name: value for name, value in resource.items() if name not in _OUTSIDE}
    return hashlib.sha256(jsontext.canonical(told)).hexdigest()


def _hash(*parts: str) -> str:
    return hashlib.sha256(jsontext.canonical(list(parts))).hexdigest()


def _is_withdrawn(resource: Resource) -> bool:
    verification = codings(resource.get("verificationStatus"))
    return resource.get("status") == "entered-in-error" or any(c["code"] == "entered-in-error" for c in verification)


def _shown(name: str) -> str:
    """A name that was sent, as far as it can be one."""
    return name if name.isascii() and name.isalpha() and len(name) <= 40 else "this"
