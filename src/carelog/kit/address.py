"""Where an HTTP server is, as an option says it."""

from ipaddress import ip_address
from typing import Final

import httpx

_LOCAL_NAMES: Final = (
    *(".localhost", ".local", ".internal", ".intranet", ".private", ".corp", ".home", ".lan", ".home.arpa"),
    ".svc",  # of Kubernetes, whose whole names end in .local
)


def http_address(text: str) -> tuple[httpx.URL, tuple[str, str] | None]:
    """The URL, and the name and password that stood in it: apart, since URLs are what HTTP libraries log.

    Raises ValueError, which does not repeat the text, for anything but http:// and https://.

    >>> http_address("https://ann:pass@search.example.org:9200/base")
    (URL('https://search.example.org:9200/base'), ('ann', 'pass'))
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError("is not a URL") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("must begin with https:// or http://")
    if not url.userinfo:
        return url, None
    return url.copy_with(username=None, password=None), (url.username, url.password)


def may_be_remote(host: str) -> bool:
    """Whether a host may be beyond the own machine and private networks: an address that is routed everywhere, or a
    name that public DNS may know. Names without a dot are known locally, as are those of RFC 6761, RFC 6762 (appendix
    G), RFC 8375 and those that ICANN set apart for this.

    >>> [may_be_remote(host) for host in ("127.0.0.1", "[fd00::1]", "10.0.3.4", "ocr", "hooks.lan", "localhost")]
    [False, False, False, False, False, False]
    >>> [may_be_remote(host) for host in ("hooks.example.org", "8.8.8.8", "[2606:4700::1]")]
    [True, True, True]
    """
    name = host.strip("[]").rstrip(".").lower()
    try:
        address = ip_address(name)
    except ValueError:
        return "." in name and not name.endswith(_LOCAL_NAMES)
    return not (address.is_private or address.is_loopback or address.is_link_local)
