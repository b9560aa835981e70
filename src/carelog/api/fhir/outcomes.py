"""Every refusal below /fhir as an OperationOutcome, wherever it was made."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carelog.api.fhir.answers import FHIR_JSON, outcome_of
from carelog.kit import jsontext

_PREFIX: Final = "/fhir"
_JSON: Final = frozenset({FHIR_JSON, "application/json", "application/*", "*/*"})


class Outcomes:
    """Puts the envelope of an error into FHIR's form. In FHIR, what cannot be read is a bad request (400), and what was
    retracted is gone (410)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == _PREFIX or path.startswith(f"{_PREFIX}/")):
            await self._app(scope, receive, send)
            return
        wanted = _wanted(scope, path)
        if wanted is None:
            await _refuse_format(send)
            return
        refusal: Message | None = None
        body = b""

        async def translated(message: Message) -> None:
            nonlocal refusal, body
            if message["type"] == "http.response.start" and _is_envelope(message):
                refusal = message
                return
            if refusal is None:
                await send(_as_wanted(message, wanted))
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await _send_outcome(refusal, body, wanted, send)

        await self._app(scope, receive, translated)


def _is_envelope(start: Message) -> bool:
    kind = MutableHeaders(scope=start).get("content-type", "")
    return start["status"] >= 400 and kind == "application/json"


def _wanted(scope: Scope, path: str) -> str | None:
    """The media type of the answer, among the kinds of JSON; None when the caller accepts none of them. `_format`
    overrides Accept, and is reported if it is wrong."""
    headers = Headers(scope=scope)
    accepted = [part for line in headers.getlist("accept") for part in line.lower().split(",") if part.strip()]
    asked = QueryParams(scope.get("query_string", b"")).get("_format")
    if asked is not None:
        return "application/json" if asked == "application/json" else FHIR_JSON
    # Files of exports are NDJSON, and what tells of them is no resource.
    if not accepted or path.startswith(f"{_PREFIX}/exports/"):
        return FHIR_JSON
    named = [part.partition(";")[0].strip() for part in accepted if not _is_refused(part)]
    plain = "application/json" in named and FHIR_JSON not in named
    takes = any(name in _JSON or name.endswith("ndjson") for name in named)
    return ("application/json" if plain else FHIR_JSON) if takes else None


def _is_refused(part: str) -> bool:
    """Whether it has the weight 0 (RFC 9110 section 12.4.2)."""
    weights = [p.strip() for p in part.split(";")[1:]]
    return any(weight in ("q=0", "q=0.0", "q=0.00", "q=0.000") for weight in weights)


def _as_wanted(message: Message, wanted: str) -> Message:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        if headers.get("content-type") == FHIR_JSON:
            headers["content-type"] = wanted
    return message


async def _refuse_format(send: Send) -> None:
    refused = outcome_of("not_acceptable", "resources are given as JSON alone", {}, 406)
    written = jsontext.dump(refused).encode()
    headers = [(b"content-type", FHIR_JSON.encode()), (b"content-length", str(len(written)).encode())]
    await send({"type": "http.response.start", "status": 406, "headers": headers})
    await send({"type": "http.response.body", "body": written})


async def _send_outcome(start: Message, body: bytes, wanted: str, send: Send) -> None:
    error = jsontext.parse(body)["error"]
    status = 410 if error["code"] == "gone" else 400 if error["code"] == "invalid_input" else start["status"]
    written = jsontext.dump(outcome_of(error["code"], error["message"], error["details"], status)).encode()
    start = {**start, "status": status, "headers": [*start["headers"]]}
    headers = MutableHeaders(scope=start)
    headers["content-type"] = wanted
    headers["content-length"] = str(len(written))
    await send(start)
    await send({"type": "http.response.body", "body": written})
