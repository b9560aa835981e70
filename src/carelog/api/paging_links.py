"""`Link` headers: where the first page of a list is, and the next one (RFC 8288)."""

from urllib.parse import urlencode

from fastapi import Request

from carelog.kit.paging import Cursor


def link_header(request: Request, following: Cursor | None) -> tuple[str, str]:
    """The targets are relative, since the name by which the caller reaches this server is theirs to know."""
    given = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    links = [_link(request, given, "first")]
    if following:
        links.append(_link(request, [*given, ("cursor", str(following))], "next"))
    return "Link", ", ".join(links)


def _link(request: Request, query: list[tuple[str, str]], relation: str) -> str:
    target = request.url.path + (f"?{urlencode(query)}" if query else "")
    return f'<{target}>; rel="{relation}"'
