"""How `/fhir` is described to programs that read OpenAPI: resources are what FHIR R4 says they are, and only their
outlines stand here; `/fhir/metadata` tells the rest in FHIR's own words."""

from typing import Annotated, Any, Final, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from carelog.api.fhir.answers import FHIR_JSON
from carelog.api.fhir.parameters import MOST, described_parameters
from carelog.kit import jsontext
from carelog.record.fhir.kinds import kinds


class FhirResponse(JSONResponse):
    """A resource, or an OperationOutcome."""

    media_type = FHIR_JSON

    def render(self, content: Any) -> bytes:
        return jsontext.dump(content).encode()


class FhirResource(BaseModel):
    """A resource of FHIR R4: its kind, and the elements that https://hl7.org/fhir/R4 gives that kind."""

    model_config = ConfigDict(extra="allow")

    resourceType: str


class FhirBundle(FhirResource):
    """Several resources: https://hl7.org/fhir/R4/bundle.html"""

    resourceType: Literal["Bundle"]
    type: Literal["searchset", "history", "document", "transaction-response", "batch-response"]


class FhirOutcome(FhirResource):
    """What is wrong, each with its place: https://hl7.org/fhir/R4/operationoutcome.html"""

    resourceType: Literal["OperationOutcome"]
    issue: list[dict[str, Any]] = Field(min_length=1)


class BulkManifest(BaseModel):
    """The files of a bulk export: https://hl7.org/fhir/uv/bulkdata/export.html"""

    transactionTime: str
    request: str
    requiresAccessToken: bool
    output: list[dict[str, Any]]
    error: list[dict[str, Any]]


KindName = Annotated[str, Path(description="A kind of resource", json_schema_extra={"enum": list(kinds())})]
ResourceId = Annotated[str, Path(alias="id", description="The id of a resource")]
PatientId = Annotated[str, Path(alias="subject_id", description="The id of a Patient: of the subject of a record")]
ExportId = Annotated[str, Path(alias="export_id", description="The id of an export")]

_REFUSALS: Final = {
    400: "The request is not valid; each issue names a place",
    401: "No API key and no access token, or not a valid one",
    403: "Not allowed to whoever asks",
    404: "It is not there, or not for whoever asks",
    405: "This address does not take this method",
    406: "What is asked for is not JSON",
    409: "It contradicts what is stored",
    410: "It was retracted",
    412: "It has changed since it was read",
    413: "The body is too large",
    415: "The body is not FHIR in JSON",
    422: "What was sent cannot be kept; each issue says why",
    429: "Too much waits already; try again after `Retry-After` seconds",
    500: "It failed here",
    503: "It cannot be done now; try again after `Retry-After` seconds",
}
_ALWAYS: Final = (400, 401, 403, 404, 406, 413, 422, 503)


def answers(model: type[BaseModel], *statuses: int, refusals: tuple[int, ...] = ()) -> dict[int | str, dict[str, Any]]:
    """What an operation answers with: such a resource, 200 unless other statuses are named, or an OperationOutcome."""
    said: dict[int | str, dict[str, Any]] = {status: _told(model, "As asked") for status in statuses or (200,)}
    return said | refused(*refusals)


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How every operation may refuse, and one in these ways too."""
    return {status: _told(FhirOutcome, _REFUSALS[status]) for status in sorted({*_ALWAYS, *statuses})}


def _told(model: type[BaseModel], description: str) -> dict[str, Any]:
    """In FHIR's own kind of JSON, or in plain JSON where that is asked for."""
    plain = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    return {"model": model, "description": description, "content": {"application/json": plain}}


def takes(schema: dict[str, Any]) -> dict[str, Any]:
    """The description of a body that is a resource."""
    content = {FHIR_JSON: {"schema": schema}, "application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


RESOURCE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {"resourceType": {"type": "string"}, "id": {"type": "string"}},
}
BUNDLE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["resourceType", "type"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"enum": ["transaction", "batch"]},
        "entry": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "fullUrl": {"type": "string"},
                    "resource": RESOURCE,
                    "request": {
                        "type": "object",
                        "properties": {"method": {"enum": ["POST", "PUT"]}, "url": {"type": "string"}},
                    },
                },
            },
        },
    },
}


FORM_TYPE: Final = "application/x-www-form-urlencoded"
FORM: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {FORM_TYPE: {"schema": {"type": "object"}}}}
}


def query(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", **schema}}


def header(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }


FORMAT: Final = query("_format", "JSON is what there is", enum=["json", "application/json", "application/fhir+json"])
COUNT: Final = query(
    "_count",
    f"How many resources a page has, {MOST} at the most; a search with 0 tells only how many there are",
    type="integer",
    minimum=0,
)
PAGE: Final = query("_page", "Where a page begins: as `link` `next` says")
SINCE: Final = query("_since", "What was written since then", examples=["2026-01-05T09:00:00Z"])
TYPES: Final = query("_type", "Kinds of resources, with commas", examples=["Observation,Condition"])
IF_MATCH: Final = header("If-Match", 'The version that was seen, such as W/"3": 412 when there is a newer one')

IF_NONE_EXIST: Final = header(
    "If-None-Exist", "`identifier=system|value`, one that the resource has: it is kept unless it is here already"
)
PREFER_RETURN: Final = header(
    "Prefer", "`return=OperationOutcome`: what was not kept, in place of the resource; `return=minimal`: no body"
)


def parameters(*described: dict[str, Any]) -> dict[str, Any]:
    """Parameters for a description, and `_format`, which every operation has."""
    return {"parameters": [*described, FORMAT]}


def search_parameters() -> dict[str, Any]:
    """Those of all kinds, each with the kinds that have it."""
    found = [
        query(
            name,
            f"A {type_} search{'' if served is None else ', of ' + ', '.join(served)}",
        )
        for name, (type_, served) in described_parameters().items()
    ]
    return parameters(*found, COUNT, PAGE)
