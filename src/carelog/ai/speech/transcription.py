"""A transcript of a recording, in the protocol that its endpoint speaks."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from carelog.ai.calls import Calls
from carelog.ai.endpoint import Speaks
from carelog.ai.speech import deepgram, openai, sarvam
from carelog.ai.speech.transcript import Audio, Transcript, Wanted

_Recogniser: TypeAlias = Callable[[Calls, str, Audio, Wanted], Awaitable[Transcript]]

_RECOGNISERS: Final[Mapping[Speaks, _Recogniser]] = MappingProxyType(
    {Speaks.OPENAI: openai.transcribe, Speaks.DEEPGRAM: deepgram.transcribe, Speaks.SARVAM: sarvam.transcribe}
)

LARGEST: Final[Mapping[Speaks, int]] = MappingProxyType(
    {Speaks.OPENAI: openai.LARGEST, Speaks.DEEPGRAM: deepgram.LARGEST, Speaks.SARVAM: sarvam.LARGEST}
)
"""How many bytes of a recording are sent at the most, where nothing else is configured."""


async def transcribe(calls: Calls, model: str, audio: Audio, wanted: Wanted) -> Transcript:
    """What was said. Raises EndpointFailure and EndpointRefusal, as `Calls.post` does."""
    return await _RECOGNISERS[calls.endpoint.speaks](calls, model, audio, wanted)
