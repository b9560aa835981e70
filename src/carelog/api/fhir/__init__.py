"""`/fhir`: the record in FHIR R4."""

from carelog.api.fhir import exports, resources
from carelog.api.fhir.outcomes import Outcomes

# The exports first: `/{kind}` would take their addresses for kinds of resources.
ROUTERS = (exports.router, resources.router)

__all__ = ["ROUTERS", "Outcomes"]
