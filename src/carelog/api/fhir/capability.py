"""`/fhir/metadata`: what is served, told by the registry."""

from typing import Any, Final

from carelog import __version__
from carelog.record.fhir.elements import Resource
from carelog.record.fhir.kinds import Kind, kinds
from carelog.record.fhir.reception import taken_kinds

# The day on which this statement was last changed by hand.
_DATE: Final = "2026-11-23"
_DEFINITIONS: Final = "http://hl7.org/fhir"


def capability_statement(base: str) -> Resource:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DATE,
        "publisher": "Carelog",
        "kind": "instance",
        "software": {"name": "Carelog", "version": __version__},
        "implementation": {"description": "A personal health record; every entry quotes its source", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "instantiates": ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "An API key or an access token, as Authorization: Bearer"},
                "resource": [_resource(kind) for kind in kinds().values()],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": [
                    {"name": "export", "definition": f"{_DEFINITIONS}/uv/bulkdata/OperationDefinition/export"},
                ],
            }
        ],
    }


def _resource(kind: Kind) -> dict[str, Any]:
    reads = ["read", "vread", "history-instance", "search-type"]
    writes = ["create", "update"] if kind.name in taken_kinds() else []
    described: dict[str, Any] = {
        "type": kind.name,
        "interaction": [{"code": code} for code in [*reads, *writes]],
        "versioning": "versioned",
        **({"conditionalCreate": True} if writes else {}),
        "searchParam": [{"name": name, "type": type_} for name, type_ in sorted(kind.parameters.items())],
    }
    if kind.name == "Patient":
        described["operation"] = [
            {"name": "everything", "definition": f"{_DEFINITIONS}/OperationDefinition/Patient-everything"},
            {"name": "summary", "definition": f"{_DEFINITIONS}/uv/ips/OperationDefinition/summary"},
            {"name": "export", "definition": f"{_DEFINITIONS}/uv/bulkdata/OperationDefinition/patient-export"},
        ]
    return described
