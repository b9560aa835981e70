"""An optional forwarder: what records say goes on to a LocusGraph server, too."""

from carelog.record.locusgraph.definition import LocusGraphDefinition
from carelog.record.locusgraph.forwarder import Forwarder

__all__ = ["Forwarder", "LocusGraphDefinition"]
