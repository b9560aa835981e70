"""Readings that a person has to judge before they are believed."""
