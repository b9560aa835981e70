"""Where the conserver's AI links call: the endpoint that the keys in their options, or the environment, stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from carelog.ai.endpoint import Speaks
from carelog.conserver.rules import Option, secrets

OPTIONS: Final[Mapping[str, Option]] = {
    **{name: Option(name) for name in ("LITELLM_PROXY_URL", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_VERSION")},
    **secrets(**{name: name for name in ("OPENAI_API_KEY", "LITELLM_MASTER_KEY", "AZURE_OPENAI_API_KEY")}),
    **secrets(**{name: name for name in ("API_KEY", "DEEPGRAM_KEY")}),
}
"""Options that say where to call and with which key; they are the same in every AI link of the conserver."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """An endpoint and the protocol that it speaks. Its key is given in the options, or in that variable."""

    url: str
    key: str | None
    variable: str
    speaks: Speaks = Speaks.OPENAI


_OPENAI: Final = Vendor("https://api.openai.com/v1", None, "OPENAI_API_KEY")
_DEEPGRAM: Final = Vendor("https://api.deepgram.com", None, "DEEPGRAM_KEY", Speaks.DEEPGRAM)
_GROQ: Final = Vendor("https://api.groq.com/openai/v1", None, "GROQ_API_KEY")


def take_vendor(options: dict[str, Any], vendor: str) -> Vendor:
    """The endpoint, whose options are taken out of `options`. Raises ValueError for a vendor whose own protocol is
    not spoken here.

    >>> options = {"OPENAI_API_KEY": "sk-made-up", "prompt": "Sum it up."}
    >>> take_vendor(options, "openai").url, options
    ('https://api.openai.com/v1', {'prompt': 'Sum it up.'})
    """
    given = {name: str(value) for name in OPTIONS if (value := options.pop(name, None))}
    if "LITELLM_PROXY_URL" in given:
        return Vendor(given["LITELLM_PROXY_URL"].rstrip("/"), given.get("LITELLM_MASTER_KEY"), "LITELLM_MASTER_KEY")
    if "AZURE_OPENAI_ENDPOINT" in given:
        url = f"{given['AZURE_OPENAI_ENDPOINT'].rstrip('/')}/openai/v1"
        return Vendor(url, given.get("AZURE_OPENAI_API_KEY"), "AZURE_OPENAI_API_KEY")
    if vendor == "openai":
        return Vendor(_OPENAI.url, given.get("OPENAI_API_KEY"), _OPENAI.variable)
    if vendor == "groq":
        return Vendor(_GROQ.url, given.get("API_KEY"), _GROQ.variable)
    if vendor == "deepgram":
        return replace(_DEEPGRAM, key=given.get("DEEPGRAM_KEY"))
    raise ValueError(f"the protocol of {vendor} is not spoken here")
