"""Every refusal below /fhir as an OperationOutcome, wherever it was made."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carelog.api.fhir.answers import FHIR_JSON, outcome_of
from carelog.kit import jsontext

_PREFIX: Final = "/fhir"


class Outcomes:
    """Puts the envelope of an error into the form that FHIR has for it. What cannot be read is, to FHIR, a bad request
    (400); what was retracted is gone (410)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == _PREFIX or path.startswith(f"{_PREFIX}/")):
            await self._app(scope, receive, send)
            return
        refusal: Message | None = None
        body = b""

        async def translated(message: Message) -> None:
            nonlocal refusal, body
            if message["type"] == "http.response.start" and _is_envelope(message):
                refusal = message
                return
            if refusal is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await _send_outcome(refusal, body, send)

        await self._app(scope, receive, translated)


def _is_envelope(start: Message) -> bool:
    kind = MutableHeaders(scope=start).get("content-type", "")
    return start["status"] >= 400 and kind == "application/json"


async def _send_outcome(start: Message, body: bytes, send: Send) -> None:
    error = jsontext.parse(body)["error"]
    status = 410 if error["code"] == "gone" else 400 if error["code"] == "invalid_input" else start["status"]
    written = jsontext.dump(outcome_of(error["code"], error["message"], error["details"], status)).encode()
    start = {**start, "status": status, "headers": [*start["headers"]]}
    headers = MutableHeaders(scope=start)
    headers["content-type"] = FHIR_JSON
    headers["content-length"] = str(len(written))
    await send(start)
    await send({"type": "http.response.body", "body": written})
