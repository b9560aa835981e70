"""Addresses as settings give them: of proxies, of this server, of the pages that may ask it."""

import re
from ipaddress import ip_network
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+")


def _are_networks(proxies: list[str]) -> list[str]:
    for proxy in proxies:
        try:
            ip_network(proxy)
        except ValueError:
            raise ValueError("a proxy is an IP address or a network, such as 10.0.0.0/8") from None
    return proxies


def _is_origin(address: str) -> str:
    if not _ORIGIN.fullmatch(address):
        raise ValueError("an address is written https://host or https://host:port, without a path")
    return address


def _are_origins(origins: list[str]) -> list[str]:
    if not all(origin == "*" or _ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError("an origin is written https://host or https://host:port, without a path; * is any")
    return origins


Networks: TypeAlias = Annotated[list[str], AfterValidator(_are_networks)]
Origin: TypeAlias = Annotated[str, AfterValidator(_is_origin)]
Origins: TypeAlias = Annotated[list[str], AfterValidator(_are_origins)]
