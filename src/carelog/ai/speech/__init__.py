"""Speech to text, by whoever the settings name."""

from carelog.ai.speech.transcript import Audio, Format, Transcript, Wanted
from carelog.ai.speech.transcription import LARGEST, transcribe

__all__ = ["LARGEST", "Audio", "Format", "Transcript", "Wanted", "transcribe"]
