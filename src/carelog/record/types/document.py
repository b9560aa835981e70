"""Documents: reports, prescriptions, images. The entry tells of the file; the file itself is kept elsewhere."""

from typing import Annotated, ClassVar

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import Day, Language, Notes, Text, joined


@entry_type("document", prefix="document", fhir="DocumentReference", path="documents")
class Document(Payload):
    """One document."""

    filters: ClassVar = ("kind", "hospital", "date", "mediatype")
    sameness: ClassVar = Sameness({"sha256": 1.0}, threshold=1.0)

    title: Text = Field(description="What it is called", examples=["Blood test, March"])
    kind: Annotated[str, Field(min_length=2, max_length=100)] | None = Field(
        default=None, description="What kind of document it is", examples=["Prescription", "MRI scan", "Lab report"]
    )
    date: Day | None = Field(default=None, description="The day that stands on it")
    hospital: Annotated[str, Field(min_length=2, max_length=255)] | None = Field(
        default=None, description="The hospital or laboratory that issued it"
    )
    doctor: Text | None = Field(default=None, description="Who signed it")
    language: Language | None = Field(default=None, description="The language it is written in, as BCP 47")
    file_name: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        default=None, description="The name that the file came with"
    )
    mediatype: str | None = Field(
        default=None,
        max_length=100,
        pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]*$",
        description="The file's media type",
        examples=["application/pdf"],
    )
    size_bytes: int | None = Field(default=None, ge=0, le=2**40, description="The file's size in bytes")
    pages: int | None = Field(default=None, gt=0, le=100000, description="How many pages it has")
    sha256: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file, in lower-case hexadecimal"
    )
    notes: Notes | None = Field(default=None, description="Anything else to know of it")

    def headline(self) -> str:
        return joined(self.title, self.kind, self.date and self.date.isoformat(), self.hospital)
