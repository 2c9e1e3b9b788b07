"""Which addresses a provider may have: http(s), named by the operator, never link-local (where clouds keep their secrets)."""

import asyncio
import ipaddress
from urllib.parse import urlsplit


class RefusedAddress(ValueError):
    """The address may not be called; the message says why and holds no secret."""


def check_url(base_url: str) -> None:
    """RefusedAddress when the address is of a wrong form or names a forbidden host outright."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise RefusedAddress("it is not an address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise RefusedAddress("it must start with https:// or http:// and name a host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise RefusedAddress("it may hold no password, query or fragment")
    check_ip(host)


def check_ip(host: str) -> None:
    """RefusedAddress when `host` is an IP address nobody should call; a name passes."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        raise RefusedAddress("it is a link-local, multicast or unspecified address")


async def check_resolved(base_url: str) -> None:
    """RefusedAddress when the name leads to a forbidden address; OSError when it leads nowhere."""
    parts = urlsplit(base_url)
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443)
    for *_, address in found:
        check_ip(str(address[0]))
