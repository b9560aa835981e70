"""Where contents of vCons are moved to: a store of files that is reached over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.kit.http import retry_after
from carelog.links.contents import content_hash
from carelog.pipeline import LinkError, PermanentLinkError

_PASSING: Final = frozenset({408, 409, 423, 425, 429, 507})


class MediaStore(Protocol):
    async def keep(self, item: Mapping[str, Any], data: bytes, conversation: UUID, index: int) -> str:
        """Have the body of a dialog or attachment kept, and return its https URL. Repeating is harmless.

        Raises LinkError, and PermanentLinkError where another try would not help.
        """


@dataclass(frozen=True, slots=True)
class PutMedia:
    """Puts each file below a URL, under a name that is its hash."""

    client: httpx.AsyncClient
    url: str

    async def keep(self, item: Mapping[str, Any], data: bytes, conversation: UUID, index: int) -> str:
        target = f"{self.url.rstrip('/')}/{conversation}/{content_hash(data)}"
        await _sent(self.client, "PUT", target, data, str(item.get("mediatype") or "application/octet-stream"))
        return target


@dataclass(frozen=True, slots=True)
class PostedMedia:
    """Posts each body as JSON, as the conserver's `diet` does, with its encoding and hash besides. The receiver
    answers with the `url` under which it serves the decoded file."""

    client: httpx.AsyncClient
    url: str

    async def keep(self, item: Mapping[str, Any], data: bytes, conversation: UUID, index: int) -> str:
        told = {
            "content": item["body"],
            "encoding": item.get("encoding"),
            "mediatype": item.get("mediatype"),
            "content_hash": content_hash(data),
            "vcon_uuid": str(conversation),
            "dialog_id": str(item.get("id") or index),
        }
        response = await _sent(self.client, "POST", self.url, jsontext.dump(told).encode(), "application/json")
        try:
            answer = jsontext.parse(response.content)
        except InvalidInput:
            answer = None
        url = answer.get("url") if isinstance(answer, dict) else None
        if not isinstance(url, str) or urlsplit(url).scheme != "https":
            raise PermanentLinkError("the media store answered without an https url")
        return url


async def _sent(client: httpx.AsyncClient, method: str, url: str, content: bytes, mediatype: str) -> httpx.Response:
    try:
        response = await client.request(method, url, content=content, headers={"content-type": mediatype})
    except httpx.TimeoutException:
        raise LinkError("the media store did not answer in time") from None
    except httpx.HTTPError as error:
        raise LinkError(f"the media store cannot be reached ({type(error).__name__})") from None
    if response.is_success:
        return response
    status = response.status_code
    if status in _PASSING or status >= 500:
        pause = retry_after(response.headers.get("retry-after"))
        raise LinkError(f"the media store answered {status}", retry_after=pause)
    raise PermanentLinkError(f"the media store answered {status}")
