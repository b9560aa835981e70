"""Answers in FHIR: resources, Bundles, and OperationOutcomes for what is refused."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from carelog.kit import jsontext
from carelog.record.fhir.elements import Json, Resource, moment_of

FHIR_JSON: Final = "application/fhir+json"

# https://hl7.org/fhir/R4/valueset-issue-type.html, by the codes of Carelog's errors; and else by the status.
_ISSUES: Final = {
    "body_too_large": "too-long",
    "come_again": "throttled",
    "conflict": "conflict",
    "forbidden": "forbidden",
    "gone": "deleted",
    "invalid_input": "invalid",
    "method_not_allowed": "not-supported",
    "not_acceptable": "not-supported",
    "not_found": "not-found",
    "precondition.failed": "conflict",
    "unauthenticated": "login",
    "unavailable": "transient",
    "unsupported_media_type": "not-supported",
}


def base_of(request: Request) -> str:
    """Where FHIR is served, as the caller named it."""
    return f"{str(request.base_url).rstrip('/')}/fhir"


def preferences(request: Request) -> list[str]:
    """What `Prefer` asks for (RFC 7240)."""
    given = ",".join(request.headers.getlist("prefer"))
    return [one.strip() for one in given.lower().replace(";", ",").split(",")]


def answer(resource: Resource, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(jsontext.dump(resource), status_code=status, headers=headers, media_type=FHIR_JSON)


def resource_answer(resource: Resource, status: int = 200, location: str | None = None) -> Response:
    """A resource with its version as its ETag."""
    meta = resource.get("meta", {})
    headers = {"ETag": f'W/"{meta["versionId"]}"'} if "versionId" in meta else {}
    if (written := moment_of(meta.get("lastUpdated"))) is not None:
        headers["Last-Modified"] = format_datetime(written.astimezone(UTC), usegmt=True)
    return answer(resource, status, headers | ({"Location": location} if location else {}))


def issue(severity: str, code: str, text: str, *expressions: str) -> Json:
    found: Json = {"severity": severity, "code": code, "details": {"text": text}}
    return found | ({"expression": list(expressions)} if expressions else {})


def outcome(issues: Sequence[Json]) -> Resource:
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def outcome_of(code: str, message: str, details: Mapping[str, Any], status: int = 400) -> Resource:
    """An error of Carelog's as an OperationOutcome: an issue for each problem, without anything of what was sent."""
    kind = _ISSUES.get(code, "exception" if status >= 500 else "processing")
    problems = details.get("problems") or ()
    issues = [issue("error", kind, f"{p.get('place', '')} {p.get('problem', '')}".strip()) for p in problems]
    return outcome(issues or [issue("error", kind, message)])


def searchset(
    request: Request,
    resources: Iterable[Resource],
    *,
    parameters: Sequence[tuple[str, str]],
    next_page: str | None,
    total: int | None = None,
) -> Response:
    """A Bundle of what was found, with the address of the page behind it, and where it is known, of how many in all."""
    base = base_of(request)
    here = f"{str(request.base_url).rstrip('/')}{request.url.path.removesuffix('/_search')}"

    def address(given: Sequence[tuple[str, str]]) -> str:
        return f"{here}?{urlencode(given)}" if given else here

    links = [{"relation": "self", "url": address(parameters)}]
    if next_page is not None:
        asked = [(name, value) for name, value in parameters if name != "_page"]
        links.append({"relation": "next", "url": address([*asked, ("_page", next_page)])})
    entries = [
        {
            "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    counted = {} if total is None else {"total": total}
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", **counted, "link": links}
    return answer(bundle | ({"entry": entries} if entries else {}))
