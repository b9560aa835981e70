"""Extraction: turns in, grounded findings out."""
