"""Symptoms: found in the words of a dialogue, with what was said to deny them."""

from carelog.extraction.symptoms.find import find_symptoms

__all__ = ["find_symptoms"]
