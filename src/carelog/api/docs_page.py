"""`/docs`: the API description as a page. All that it loads comes from here: a clinic's host may be offline."""

import base64
import hashlib
from importlib.resources import files
from typing import Final

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

_ASSETS = "docs/assets"
# The validator badge would send the description to another site.
_START: Final = (
    "SwaggerUIBundle({url: 'openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null, "
    "defaultModelsExpandDepth: 0})"
)
_PAGE: Final = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carelog API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{_ASSETS}/swagger-ui.css">
<div id="api"></div>
<script src="{_ASSETS}/swagger-ui-bundle.js"></script>
<script>{_START}</script>
</html>
"""
_START_HASH: Final = base64.b64encode(hashlib.sha256(_START.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; script-src 'self' 'sha256-{_START_HASH}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def install_docs(app: FastAPI) -> None:
    """Serve the page, to which `/` leads, and Swagger UI (https://github.com/swagger-api/swagger-ui) from the package
    that brings it."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})

    # Relative, as all links of the page: it may be served below another path, and by a name that a request made up.
    @app.get("/", include_in_schema=False)
    async def front() -> Response:
        return Response(status_code=307, headers={"Location": "docs"})

    @app.get("/docs/", include_in_schema=False)
    async def docs_too() -> Response:
        return Response(status_code=307, headers={"Location": "../docs"})

    app.mount(f"/{_ASSETS}", StaticFiles(directory=str(files("fastapi_offline") / "static")), name="docs-assets")
