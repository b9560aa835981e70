"""Delivery: messages that go out, each with its fate. What is to be sent is written down first, and sent from there."""

from carelog.delivery.delivery import CHANNELS, Channel, Delivery, DeliveryState, Message, masked
from carelog.delivery.sender import Sender, SenderDown, SenderError, SenderOptions, SenderRefused, make_sender

__all__ = [
    "CHANNELS",
    "Channel",
    "Delivery",
    "DeliveryState",
    "Message",
    "Sender",
    "SenderDown",
    "SenderError",
    "SenderOptions",
    "SenderRefused",
    "make_sender",
    "masked",
]
