"""`smtp`: e-mail, handed to a mail server over TLS (RFC 5321, 3207, 8314)."""

import ssl
from contextlib import suppress
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Literal, Self

import aiosmtplib
from aiosmtplib import SMTP
from pydantic import Field, SecretStr, model_validator

from carelog.delivery.delivery import Channel, Delivery
from carelog.delivery.sender import Sender, SenderError, SenderOptions

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


class SmtpOptions(SenderOptions):
    """`sent_from` is the address that messages come from. `ca_file` holds the certificates to trust, where the mail
    server's is signed by none of the known authorities."""

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    username: str | None = None
    password: SecretStr | None = None
    password_env: str | None = None
    sent_from: str
    timeout_seconds: float = Field(default=20.0, gt=0, le=300)

    @model_validator(mode="after")
    def _nothing_secret_in_the_clear(self) -> Self:
        if self.tls == "none" and self.username is not None:
            raise ValueError("a password is sent over TLS only: leave username out, or set tls")
        return self


class SmtpSender(Sender[SmtpOptions]):
    """One connection for a batch. The Message-ID is the same in every try."""

    options_model = SmtpOptions

    def __init__(self, options: SmtpOptions, channel: Channel) -> None:
        super().__init__(options, channel)
        try:
            self._from = Address(addr_spec=options.sent_from)
        except (ValueError, IndexError, MessageError):
            raise self.misconfigured("sent_from", "is not an e-mail address") from None
        self._password = self.needed("password") if options.username is not None else None
        self._tls = None if options.tls == "none" else self._trusted(options.ca_file)
        self._connection: SMTP | None = None

    async def send(self, delivery: Delivery, now: datetime) -> None:
        try:
            message = self._message(delivery, now)
        except (ValueError, IndexError, MessageError):
            raise self.refused("cannot write to this address") from None
        self._connection = connection = self._connection or await self._connected()
        try:
            await self._hand_over(connection, message, delivery.recipient)
        except SenderError:
            # After an answer of 421 the server closes it.
            if not connection.is_connected:
                self._connection = None
            raise
        except BaseException:
            # Broken off in the middle of a message, the connection is good for no other.
            connection.close()
            self._connection = None
            raise

    async def rest(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(aiosmtplib.SMTPException, OSError):
                await connection.quit()
            connection.close()

    async def close(self) -> None:
        await self.rest()

    async def _connected(self) -> SMTP:
        """Raises SenderDown."""
        connection = SMTP(
            hostname=self.options.host,
            port=self.options.port or _PORTS[self.options.tls],
            username=self.options.username,
            password=self._password,
            use_tls=self.options.tls == "tls",
            start_tls=self.options.tls == "starttls",
            tls_context=self._tls,
            timeout=self.options.timeout_seconds,
        )
        try:
            await connection.connect()
        except aiosmtplib.SMTPResponseException as error:
            raise self.down(f"does not let us in: the mail server answered {error.code}") from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise self.down(f"cannot be reached ({type(error).__name__})") from None
        return connection

    async def _hand_over(self, connection: SMTP, message: EmailMessage, recipient: str) -> None:
        """Raises SenderError of one kind or another, and closes a connection whose state is open then."""
        try:
            await connection.send_message(message, sender=self._from.addr_spec, recipients=[recipient])
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise self._answered(error.recipients[0].code) from None
        except aiosmtplib.SMTPSenderRefused as error:
            raise self.down(f"may not send from its address: the mail server answered {error.code}") from None
        except aiosmtplib.SMTPResponseException as error:
            raise self._answered(error.code) from None
        except aiosmtplib.SMTPNotSupported:
            raise self.refused("cannot write to this address: the mail server knows ASCII only") from None
        except TimeoutError:
            connection.close()
            raise self.failed(f"did not answer within {self.options.timeout_seconds:g} s") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            raise self.down(f"broke off ({type(error).__name__})") from None

    def _answered(self, code: int) -> SenderError:
        """RFC 5321, 4.2.1: 4yz may be tried again, 5yz may not; with 421 the server closes."""
        told = f"was answered {code} by the mail server"
        if code == 421:
            return self.down(told)
        return self.refused(told) if code >= 500 else self.failed(told)

    def _message(self, delivery: Delivery, now: datetime) -> EmailMessage:
        """Raises ValueError and its like for an address that is none."""
        text = delivery.text or ""
        message = EmailMessage()
        message["From"] = self._from
        message["To"] = Address(addr_spec=delivery.recipient)
        message["Subject"] = delivery.title or "Carelog"
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{delivery.id}@{self._from.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine is to answer
        message.set_content(text)
        return message

    def _trusted(self, ca_file: Path | None) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=ca_file)
        except OSError:  # ssl.SSLError among them
            raise self.misconfigured("ca_file", "holds no certificates that can be read") from None
