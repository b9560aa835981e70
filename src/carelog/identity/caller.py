"""Where a request comes from: the network that limits are counted by."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Caller:
    """`address` is None where there is none, as with a Unix socket; `device` is what the client calls itself."""

    address: str | None = None
    device: str | None = None

    @property
    def network(self) -> str:
        """The address, or for IPv6 the 64 bits that one household or office has: the rest can be had at will.

        >>> Caller("2001:db8:1:2:aaaa::1").network, Caller("::ffff:198.51.100.7").network
        ('2001:db8:1:2::/64', '198.51.100.7')
        >>> Caller(None).network, Caller("unknown").network
        ('', '')
        """
        try:
            address = ip_address((self.address or "").partition("%")[0])
        except ValueError:
            return ""
        if isinstance(address, IPv6Address):
            mapped = address.ipv4_mapped
            return str(mapped) if mapped else str(ip_network((address, 64), strict=False))
        return str(address)
