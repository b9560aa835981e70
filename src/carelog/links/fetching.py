"""Files that a vCon points at: fetched over https from public addresses, and checked against their hash."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

import httpx

from carelog.kit.http import retry_after
from carelog.kit.tls import trusted
from carelog.links.contents import content_hash
from carelog.pipeline import LinkError, PermanentLinkError

_MOST_REDIRECTS: Final = 3
_PASSING: Final = frozenset({404, 408, 409, 425, 429})  # recordings are often announced before they are there
_HASHES: Final = ("sha512", "sha384", "sha256")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class Fetcher:
    """Fetches files of at most `max_bytes` each, every one within `timeout_seconds`.

    A vCon comes from outside, and so does what it points at: without `private`, only public addresses are asked,
    also after a redirect, so that nobody can have us read what is inside our own network.
    """

    def __init__(self, *, max_bytes: int, timeout_seconds: float, private: bool = False) -> None:
        self._max_bytes = max_bytes
        self._timeout_seconds = timeout_seconds
        self._private = private

    async def fetch(self, url: str, hashes: str | Sequence[str] | None, place: str) -> bytes:
        """The file at `url`, whose `hashes` are its content_hash. `place` is where the vCon names it, for messages:
        the URL may be a secret.

        Raises LinkError, and PermanentLinkError where another try would not help.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                data = await self._follow(httpx.URL(url), place)
        except TimeoutError:
            raise LinkError(f"{place} did not answer within {self._timeout_seconds:g} s") from None
        except httpx.HTTPError as error:
            raise LinkError(f"{place} cannot be reached ({type(error).__name__})") from None
        except httpx.InvalidURL:
            raise PermanentLinkError(f"{place} leads nowhere") from None
        if not await asyncio.to_thread(matches, data, hashes):
            raise PermanentLinkError(f"{place} leads to something else than its content_hash says")
        return data

    async def _follow(self, url: httpx.URL, place: str) -> bytes:
        # A transport of its own goes without proxies, which would look names up for themselves.
        transport = httpx.AsyncHTTPTransport(verify=trusted())
        async with httpx.AsyncClient(transport=transport, timeout=None) as client:  # noqa: S113  see `fetch`
            for _ in range(_MOST_REDIRECTS + 1):
                async with client.stream(
                    "GET",
                    url.copy_with(host=await self._address(url, place)),
                    headers={"host": url.netloc.decode(), "accept-encoding": "identity"},
                    extensions={"sni_hostname": url.raw_host.decode()},
                ) as response:
                    if not response.has_redirect_location:
                        return await self._read(response, place)
                    url = url.join(response.headers["location"])
        raise PermanentLinkError(f"{place} redirects too often")

    async def _address(self, url: httpx.URL, place: str) -> str:
        """The address to connect to: looked up once, so that it cannot become another after it was checked."""
        if url.scheme != "https" or not url.host:
            raise PermanentLinkError(f"{place} leads to where files are not fetched over https")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise LinkError(f"{place} names a host that cannot be found") from None
        addresses = [str(where[0]) for *_, where in found]
        if not addresses or not (self._private or all(map(is_public, addresses))):
            raise PermanentLinkError(f"{place} leads to an address that is not public")
        return addresses[0]

    async def _read(self, response: httpx.Response, place: str) -> bytes:
        status = response.status_code
        if not response.is_success:
            if status in _PASSING or status >= 500:
                pause = retry_after(response.headers.get("retry-after"))
                raise LinkError(f"{place} answered {status}", retry_after=pause)
            raise PermanentLinkError(f"{place} answered {status}")
        # Whatever sends packed what was asked for plain may have packed a thousand times as much as it sends.
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise PermanentLinkError(f"{place} leads to what is sent in another encoding than was asked for")
        data = bytearray()
        async for piece in response.aiter_raw():
            data += piece
            if len(data) > self._max_bytes:
                raise PermanentLinkError(f"{place} leads to more than {self._max_bytes} bytes")
        return bytes(data)


def is_public(address: str) -> bool:
    """Whether an address is one of the internet's, also where an IPv6 address carries one of IPv4.

    >>> [is_public(a) for a in ("192.0.43.8", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(ip.packed[-4:])))
        carried = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if carried is not None:
            return is_public(str(carried))
    return ip.is_global and not ip.is_multicast


def matches(data: bytes, hashes: str | Sequence[str] | None) -> bool:
    """Whether one of the hashes, each as 'sha512-<base64url>', is that of the data; those of unknown kinds do not
    count, so that a file without a hash that can be checked does not match.

    >>> matches(b"hello", "sha256-LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ")
    True
    """
    given = [hashes] if isinstance(hashes, str) else hashes or []
    known = [token for token in given if token.partition("-")[0] in _HASHES]
    return bool(known) and all(content_hash(data, token.partition("-")[0]) == token.rstrip("=") for token in known)
