"""Whom to call in an emergency."""

from typing import ClassVar, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from carelog.record.payload import Payload
from carelog.record.phones import digits, in_e164, is_dialable
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import Notes, Text


@entry_type("emergency_contact", prefix="emergency_contact", fhir="RelatedPerson", path="emergency-contacts")
class EmergencyContact(Payload):
    """One person. A record keeps at least one once it has one, and at most one of them is primary."""

    filters: ClassVar = ("is_primary", "relationship")
    sameness: ClassVar = Sameness({"dialled": 3.0, "name": 2.0}, threshold=0.85)

    name: Text = Field(description="The person's name")
    relationship: Text | None = Field(default=None, description="What they are to the subject", examples=["daughter"])
    phone: str = Field(
        min_length=3,
        max_length=40,
        description="The number as it was given: valid with its country code or in "
        "`region`, or else of ten digits at least",
        examples=["+91 98765 43210"],
    )
    region: str | None = Field(
        default=None,
        pattern=r"^[A-Z]{2}$",
        description="The country (ISO 3166-1) that a number without a country code is dialled in",
        examples=["IN"],
    )
    e164: str | None = Field(
        default=None,
        max_length=16,
        validate_default=True,
        json_schema_extra={"readOnly": True},
        description="The number as the world dials it (ITU-T E.164) where its country is known, worked out: what is "
        "sent here is not read",
    )
    email: str | None = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", description="E-mail address")
    is_primary: bool = Field(default=False, description="Called first; at most one contact is")
    notes: Notes | None = Field(default=None, description="When to call, which language they speak, ...")

    @model_validator(mode="after")
    def _can_be_called(self) -> Self:
        if not is_dialable(self.phone, self.region):
            raise ValueError("phone is neither a valid number nor of ten to fifteen digits")
        return self

    @field_validator("e164", mode="before")
    @classmethod
    def _as_the_world_dials_it(cls, _sent: object, info: ValidationInfo) -> str | None:
        phone = info.data.get("phone")
        return in_e164(phone, info.data.get("region")) if phone else None

    @property
    def dialled(self) -> str:
        """The number to compare by: in E.164, or its digits where the country is not known."""
        return self.e164 or digits(self.phone)

    def headline(self) -> str:
        line = f"{self.name} ({self.relationship})" if self.relationship else self.name
        return f"{line}, primary" if self.is_primary else line
