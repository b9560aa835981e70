"""Where an HTTP server is, as an option says it."""

import httpx


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
