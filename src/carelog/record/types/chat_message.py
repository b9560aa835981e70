"""Chat: what the subject wrote or said to the assistant, and what it answered."""

from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Language, Moment, Text

Words = Annotated[str, Field(min_length=1, max_length=16000)]


@entry_type("chat_message", prefix="chat", fhir="Communication", path="chat-messages")
class ChatMessage(Payload):
    """One exchange: the subject's message, the assistant's reply, or both."""

    filters: ClassVar = ("channel", "thread", "intent", "locale")

    message: Words | None = Field(default=None, description="The subject's words")
    reply: Words | None = Field(default=None, description="The assistant's words")
    channel: Text | None = Field(default=None, description="Where it took place", examples=["whatsapp"])
    locale: Language | None = Field(default=None, description="The language, as BCP 47")
    thread: Text | None = Field(default=None, description="The chat that it belongs to")
    intent: Text | None = Field(default=None, description="What the assistant took it for")
    sent_at: Moment | None = Field(default=None, description="When the message was sent")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.message is None and self.reply is None:
            raise ValueError("a chat message has a message, a reply or both")
        return self

    def happens_at(self) -> datetime | None:
        return self.sent_at

    def headline(self) -> str:
        told = self.message or self.reply or ""
        line = " ".join(told.split())
        return line if len(line) <= 120 else line[:117].rstrip() + "..."
