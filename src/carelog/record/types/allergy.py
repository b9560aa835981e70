"""Allergies and intolerances."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import Codes, Notes, PartialDate, Text, joined

Category = Literal["medication", "food", "environment", "biologic"]
Criticality = Literal["low", "high"]
Severity = Literal["mild", "moderate", "severe"]
Status = Literal["active", "inactive", "resolved"]
Certainty = Literal["suspected", "confirmed", "refuted"]


@entry_type("allergy", prefix="allergy", fhir="AllergyIntolerance", path="allergies")
class Allergy(Payload):
    """One substance that the subject does not bear.

    `severity` is that of a reaction that happened, `criticality` the harm that another could do; neither is worked
    out from the other. Category and criticality are those of FHIR R4
    (https://hl7.org/fhir/R4/allergyintolerance.html).
    """

    filters: ClassVar = ("category", "status", "certainty", "criticality", "severity", "kind")
    sameness: ClassVar = Sameness({"substance": 1.0}, threshold=1.0)

    substance: Text = Field(description="What the subject reacts to", examples=["penicillin"])
    codes: Codes | None = Field(default=None, description="Codes of the substance: RxNorm, SNOMED CT")
    kind: Literal["allergy", "intolerance"] | None = Field(default=None, description="By the immune system or not")
    category: Category | None = Field(default=None, description="What kind of substance it is")
    reactions: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="What happens", examples=[["hives", "swelling"]]
    )
    severity: Severity | None = Field(default=None, description="How bad the reaction was")
    criticality: Criticality | None = Field(default=None, description="How much harm another reaction could do")
    status: Status | None = Field(default=None, description="Whether the subject still reacts")
    certainty: Certainty | None = Field(
        default=None, description="How far it is settled; `refuted`: the subject does not have it, and never had"
    )
    onset: PartialDate | None = Field(default=None, description="Since when: YYYY, YYYY-MM or a day")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    def headline(self) -> str:
        line = f"{self.kind or 'allergy'}: {self.substance}"
        told = joined(*(self.reactions or ()), self.severity, self.criticality and f"{self.criticality} criticality")
        line = f"{line} ({told})" if told else line
        settled = self.certainty if self.certainty in {"suspected", "refuted"} else None
        return joined(line, self.status if self.status in {"inactive", "resolved"} else None, settled)
