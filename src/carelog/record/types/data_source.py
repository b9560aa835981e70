"""Data sources: devices, apps and record systems that the subject's data come from."""

from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import Moment, Notes, Text, joined, shown

Kind = Literal["wearable", "scale", "cgm", "blood_pressure_monitor", "app", "ehr", "lab", "other"]


@entry_type("data_source", prefix="data_source", fhir="Device", path="data-sources")
class DataSource(Payload):
    """One source. `connected` says whether data come from it at present."""

    filters: ClassVar = ("kind", "connected")
    sameness: ClassVar = Sameness({"name": 2.0, "kind": 1.0}, threshold=1.0)

    name: Text = Field(description="What it is called", examples=["Kitchen scale"])
    kind: Kind | None = Field(default=None, description="What it is")
    manufacturer: Text | None = Field(default=None, description="Who makes it")
    model: Text | None = Field(default=None, description="Which model it is")
    connected: bool | None = Field(default=None, description="Whether data come from it at present")
    last_sync: Moment | None = Field(default=None, description="When data last came from it")
    notes: Notes | None = Field(default=None, description="Anything else to know of it")

    def headline(self) -> str:
        told = {True: "connected", False: "not connected", None: None}[self.connected]
        synced = f"last sync {shown(self.last_sync)}" if self.last_sync else None
        return joined(self.name, self.kind and self.kind.replace("_", " "), told, synced)
