"""The entry types. A new type is one new file in this folder; everything else follows from the registry."""
