"""The record in FHIR R4 (4.0.1, https://hl7.org/fhir/R4): entries as resources and resources as entries."""

from dataclasses import dataclass

from carelog.record.fhir.exporting import Exports
from carelog.record.fhir.importing import Importer
from carelog.record.fhir.reading import FhirReader


@dataclass(frozen=True, slots=True)
class Fhir:
    """What the FHIR door works with."""

    reader: FhirReader
    importer: Importer
    exports: Exports


__all__ = ["Exports", "Fhir", "FhirReader", "Importer"]
