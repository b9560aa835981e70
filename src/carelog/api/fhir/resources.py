"""`/fhir`: reading, searching and writing resources."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from carelog.api.entry_writing import note_headers
from carelog.api.fhir.access import Reads, Writes
from carelog.api.fhir.answers import (
    FHIR_JSON,
    answer,
    base_of,
    issue,
    outcome,
    preferences,
    resource_answer,
    searchset,
)
from carelog.api.fhir.capability import capability_statement
from carelog.api.fhir.describing import (
    BUNDLE,
    COUNT,
    FORM,
    FORM_TYPE,
    IF_MATCH,
    IF_NONE_EXIST,
    PAGE,
    PREFER_RETURN,
    RESOURCE,
    SINCE,
    TYPES,
    FhirBundle,
    FhirResource,
    FhirResponse,
    KindName,
    PatientId,
    ResourceId,
    answers,
    header,
    parameters,
    search_parameters,
    takes,
)
from carelog.api.fhir.parameters import asked_of, named, paging_of, spans_of, without_strangers
from carelog.api.preconditions import is_at_hand
from carelog.api.services import Services, ServicesOf
from carelog.identity import Principal
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput, NotFound, UnsupportedMediaType
from carelog.kit.ids import new_id
from carelog.record.fhir.elements import Json, Resource
from carelog.record.fhir.importing import RefusedWhole
from carelog.record.fhir.kinds import Kind, kinds
from carelog.record.fhir.reception import Incoming, Issue, items_of, receive
from carelog.record.fhir.summary import SECTIONS, summary_of

router = APIRouter(prefix="/fhir", tags=["fhir"], default_response_class=FhirResponse)

_TYPES: Final = frozenset({FHIR_JSON, "application/json"})
_STATUS: Final = {"created": 201, "updated": 200, "unchanged": 200, "unsupported": 422, "refused": 422, "stale": 412}
_OF_VERSION: Final = ("etag", "last-modified", "location")
_MOST_FIELDS: Final = 200
_NUL: Final = b"\\u0000"


@router.get("/metadata", summary="What is served here, as a CapabilityStatement", responses=answers(FhirResource))
async def fhir_metadata(request: Request) -> Response:
    return answer(capability_statement(base_of(request)))


@router.post(
    "",
    summary="Import a Bundle: a transaction or a batch",
    responses=answers(FhirBundle, refusals=(409, 412, 415)),
    openapi_extra=takes(BUNDLE) | parameters(),
)
@router.post("/", include_in_schema=False)
async def import_fhir_bundle(request: Request, services: ServicesOf, who: Writes) -> Response:
    """A Bundle: a transaction, which is done as a whole or not at all, or a batch. Kinds of resources that are not kept
    here are told of, one by one."""
    paging_of(request.query_params)
    body = await _body(request)
    # Reading takes long enough for other requests to wait for it.
    items = await asyncio.to_thread(items_of, body)
    whole = body["type"] == "transaction"
    try:
        await services.fhir.importer.take(who, items, whole=whole)
    except RefusedWhole:
        issues = [
            issue(one.severity, one.code, one.text, *_in_bundle(number, one))
            for number, item in enumerate(items)
            if item.verdict == "refused"
            for one in item.issues
        ]
        return answer(outcome(issues), 422)
    return answer(
        {
            "resourceType": "Bundle",
            "type": f"{body['type']}-response",
            "entry": [{"response": _told(item)} for item in items],
        }
    )


@router.get(
    "/Patient/{subject_id}/$everything",
    summary="All that there is of a patient, in pages",
    responses=answers(FhirBundle),
    openapi_extra=parameters(TYPES, SINCE, COUNT, PAGE),
)
async def read_fhir_everything(request: Request, services: ServicesOf, who: Reads, id_: PatientId) -> Response:
    given = request.query_params
    paging = paging_of(given, ("_type", "_since"))
    wanted = named(given.getlist("_type"))
    since = spans_of(given, "_since")
    found = await services.fhir.reader.everything(
        who,
        _id(id_),
        count=max(paging.count, 1),
        place=paging.place,
        wanted=frozenset(wanted) if wanted else None,
        updated=tuple(span.onwards() for span in since),
    )
    next_page = str(found.next) if found.next else None
    return searchset(request, found.resources, parameters=given.multi_items(), next_page=next_page)


@router.get(
    "/Patient/{subject_id}/$summary",
    summary="The International Patient Summary",
    responses=answers(FhirBundle),
    openapi_extra=parameters(),
)
async def read_fhir_summary(request: Request, services: ServicesOf, who: Reads, id_: PatientId) -> Response:
    paging_of(request.query_params)
    subject_id, reader = _id(id_), services.fhir.reader
    patient = await reader.patient(who, subject_id)
    chosen = [(section, await reader.latest(who, subject_id, section)) for section in SECTIONS]
    now = services.clock.now()
    return answer(summary_of(patient, chosen, id_=new_id(), now=now, base=base_of(request)))


@router.get(
    "/{kind}",
    summary="Search",
    responses=answers(FhirBundle),
    openapi_extra=search_parameters(),
)
async def search_fhir(request: Request, services: ServicesOf, who: Reads, kind: KindName) -> Response:
    return await _found(request, services, who, _kind(kind), request.query_params)


@router.post(
    "/{kind}/_search",
    summary="Search, by a form: what is looked for then stands in no address",
    responses=answers(FhirBundle, refusals=(415,)),
    openapi_extra=search_parameters() | FORM,
)
async def search_fhir_by_form(request: Request, services: ServicesOf, who: Reads, kind: KindName) -> Response:
    if _media_type(request) != FORM_TYPE:
        raise UnsupportedMediaType("the body must be a form", details={"accepted": [FORM_TYPE]})
    try:
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise InvalidInput("the body is not a form") from None
    given = QueryParams([*request.query_params.multi_items(), *form])
    return await _found(request, services, who, _kind(kind), given)


async def _found(request: Request, services: Services, who: Principal, kind: Kind, given: QueryParams) -> Response:
    if "handling=lenient" in preferences(request):
        given = without_strangers(kind, given)
    asked = asked_of(kind, given)
    if not asked.count:  # https://hl7.org/fhir/R4/search.html#count: only how many there are

        async def wanted() -> bool:
            return not await request.is_disconnected()

        total = await services.fhir.reader.total(who, asked.search, wanted)
        return searchset(request, (), parameters=asked.given, next_page=None, total=total)
    found = await services.fhir.reader.search(who, asked.search, count=asked.count, place=asked.place)
    next_page = str(found.next) if found.next else None
    return searchset(request, found.resources, parameters=asked.given, next_page=next_page)


@router.post(
    "/{kind}",
    summary="Keep a resource",
    status_code=201,
    responses=answers(FhirResource, 200, 201, refusals=(409, 412, 415)),
    openapi_extra=takes(RESOURCE) | parameters(IF_NONE_EXIST, PREFER_RETURN),
)
async def create_fhir(request: Request, services: ServicesOf, who: Writes, kind: KindName) -> Response:
    paging_of(request.query_params)
    item = receive(await _resource(request, _kind(kind)))
    if item.verdict is None:
        item.unless_there_is(request.headers.get("if-none-exist"))
    return await _write(request, services, who, item)


@router.get(
    "/{kind}/{id}",
    summary="Read a resource",
    responses=answers(FhirResource, refusals=(410,)) | {304: {"description": "It is as you have it"}},
    openapi_extra=parameters(header("If-None-Match", "The version that you have: 304 when it is still that")),
)
async def read_fhir(request: Request, services: ServicesOf, who: Reads, kind: KindName, id_: ResourceId) -> Response:
    paging_of(request.query_params)
    found = resource_answer(await services.fhir.reader.read(who, _kind(kind), id_))
    if is_at_hand(request.headers.get("if-none-match"), found.headers.get("etag", "").removeprefix("W/")):
        return Response(status_code=304, headers={"ETag": found.headers["etag"]})
    return found


@router.put(
    "/{kind}/{id}",
    summary="Change a resource",
    responses=answers(FhirResource, refusals=(409, 412, 415)),
    openapi_extra=takes(RESOURCE) | parameters(IF_MATCH, PREFER_RETURN),
)
async def update_fhir(request: Request, services: ServicesOf, who: Writes, kind: KindName, id_: ResourceId) -> Response:
    paging_of(request.query_params)
    resource = await _resource(request, _kind(kind))
    if resource.get("id") not in (None, id_):
        raise InvalidInput("the id of the resource is not the one in the address")
    item = receive(resource, method="PUT", url=f"{kind}/{id_}")
    if item.verdict is None:
        item.must_be(request.headers.get("if-match"))
    return await _write(request, services, who, item)


@router.get(
    "/{kind}/{id}/_history",
    summary="Every version of a resource, the newest first",
    responses=answers(FhirBundle),
    openapi_extra=parameters(),
)
async def read_fhir_history(
    request: Request, services: ServicesOf, who: Reads, kind: KindName, id_: ResourceId
) -> Response:
    paging_of(request.query_params)
    versions = await services.fhir.reader.versions(who, _kind(kind), id_)
    base = base_of(request)
    entries = [
        {
            "fullUrl": f"{base}/{kind}/{id_}",
            "resource": version,
            "request": {"method": "POST" if version["meta"]["versionId"] == "1" else "PUT", "url": kind},
            "response": {"status": "200", "etag": f'W/"{version["meta"]["versionId"]}"'},
        }
        for version in versions
    ]
    return answer({"resourceType": "Bundle", "type": "history", "total": len(entries), "entry": entries})


@router.get(
    "/{kind}/{id}/_history/{version}",
    summary="One version of a resource",
    responses=answers(FhirResource),
    openapi_extra=parameters(),
)
async def read_fhir_version(
    request: Request, services: ServicesOf, who: Reads, kind: KindName, id_: ResourceId, version: str
) -> Response:
    paging_of(request.query_params)
    versions = await services.fhir.reader.versions(who, _kind(kind), id_)
    for found in versions:
        if found["meta"]["versionId"] == version:
            return resource_answer(found)
    raise NotFound("there is no such version")


async def _write(request: Request, services: Services, who: Principal, item: Incoming) -> Response:
    with suppress(RefusedWhole):  # the item says why
        await services.fhir.importer.take(who, [item], whole=True)
    if item.verdict in ("refused", "unsupported") or item.location is None:
        codes = {one.code for one in item.issues}
        status = 404 if "not-found" in codes else 403 if "forbidden" in codes else 422
        return answer(_outcome(item), status)
    kind, id_ = item.location.split("/")[:2]
    reader = services.fhir.reader
    versions = await reader.versions(who, _kind(kind), id_)
    written = resource_answer(versions[0], _STATUS[item.verdict or "refused"], f"{base_of(request)}/{item.location}")
    headers = {name: written.headers[name] for name in _OF_VERSION if name in written.headers}
    headers |= note_headers([one.text.encode("ascii", "replace").decode() for one in item.issues])
    wanted = preferences(request)
    if "return=operationoutcome" in wanted:
        return answer(_outcome(item), written.status_code, headers)
    if "return=minimal" in wanted:
        return Response(status_code=written.status_code, headers=headers)
    written.headers.update(headers)
    return written


def _outcome(item: Incoming) -> Resource:
    """What is to be told of one resource; that there is nothing, where there is not."""
    told = [issue(one.severity, one.code, one.text, *one.places) for one in item.issues]
    return outcome(told or [issue("information", "informational", "all of it was read")])


def _in_bundle(number: int, one: Issue) -> list[str]:
    here = f"Bundle.entry[{number}]"
    return [f"{here}.resource.{place.partition('.')[2]}" for place in one.places] or [here]


def _told(item: Incoming) -> Json:
    """What became of an entry of a Bundle."""
    status = _STATUS[item.verdict or "refused"]
    told: Json = {"status": f"{status} {HTTPStatus(status).phrase}"}
    if item.location:
        told["location"] = item.location
        version = item.location.rpartition("/_history/")[2]
        if version.isdecimal():
            told["etag"] = f'W/"{version}"'
    if item.issues:
        told["outcome"] = _outcome(item)
    return told


async def _body(request: Request) -> Json:
    """The body, as an object. Raises UnsupportedMediaType and InvalidInput."""
    if _media_type(request) not in _TYPES:
        raise UnsupportedMediaType("the body must be FHIR in JSON", details={"accepted": sorted(_TYPES)})
    raw = await request.body()
    body = jsontext.parse(raw)
    if not isinstance(body, dict):
        raise InvalidInput("the body is not a resource")
    if _NUL in raw:
        raise InvalidInput("the body holds the character U+0000, which FHIR does not allow")
    return body


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _resource(request: Request, kind: Kind) -> Resource:
    resource = await _body(request)
    if resource.get("resourceType") != kind.name:
        raise InvalidInput("the resource is not of the kind that the address names")
    return resource


def _kind(name: str) -> Kind:
    found = kinds().get(name)
    if found is None:
        raise NotFound("there are no such resources here")
    return found


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("there is no such resource") from None
