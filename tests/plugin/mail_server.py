"""A mail server that keeps what it is given, over TLS where it is asked to, and answers as a test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "carelog", "made up for tests"


@dataclass
class Mailbox:
    """`answers` says what is answered to letters to some addresses, once each, instead of taking them."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.answers:
            return self.answers.pop(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


def _let_in(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@asynccontextmanager
async def mail_server(
    tls: Literal["starttls", "tls", "none"] = "none", context: ssl.SSLContext | None = None
) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()
    options: dict[str, Any] = {"hostname": "mail.test"}
    if tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True, "authenticator": _let_in, "auth_required": True}
    listening = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, **options), "127.0.0.1", 0, ssl=context if tls == "tls" else None
    )
    async with listening:
        mailbox.port = listening.sockets[0].getsockname()[1]
        yield mailbox
