"""The record: entry types, evidence and the append-only store of entries."""
