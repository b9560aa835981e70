"""`Link` headers: where the first page of a list is, and the next one (RFC 8288)."""

from urllib.parse import quote, urlencode

from fastapi import Request

from carelog.kit.paging import Cursor


def link_header(request: Request, following: Cursor | None) -> tuple[str, str]:
    """The targets are relative, since only the caller knows by which name it reaches this server."""
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    path = quote(request.scope["path"])
    links = [_link(path, given, "first")]
    if following:
        links.append(_link(path, [*given, ("cursor", str(following))], "next"))
    return "Link", ", ".join(links)


def _link(path: str, query: list[tuple[str, str]], relation: str) -> str:
    target = f"{path}?{urlencode(query)}" if query else path
    return f'<{target}>; rel="{relation}"'
