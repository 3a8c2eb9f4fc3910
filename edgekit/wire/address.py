r"""Which addresses may be called, and which of them are the same server.

One parser reads an address, here and below in requests and urllib3: of ``http://a\@b/`` two parsers name two hosts, and
the key would be meant for the one and go to the other. What is called is the address as it was read, not as written.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from edgekit import display
from edgekit.errors import UsageError

_PORTS = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")
_USER = re.compile(r"[^/?#]*//[^/?#]*@")
_HOST = re.compile(r"[a-z0-9_][a-z0-9._-]*|\[[0-9a-f:.]+\]")  # lower case and IDNA, as parse_url leaves it


class Address(NamedTuple):
    """An address that may be called; those with the same `origin` (scheme, host, port) are one server."""

    url: str
    origin: tuple[str, str, int]

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        return _is_loopback(self.origin[1])


def base(url: str, allow_http: bool) -> Address:
    """Read the base address of a server: host and path, nothing else.

    Raises
    ------
    UsageError
        It is no web address, holds more than host and path, or plain http would carry the key over a network.
    """
    parts = _parsed(url.strip() if isinstance(url, str) else "")
    if _USER.match(url) or parts.query is not None or parts.fragment is not None:
        raise UsageError(
            "The Studio's address must hold no user name, password, query or fragment: only host and path."
        )
    address = _checked(parts, allow_http)
    return address._replace(url=address.url.rstrip("/"))


def redirected(here: str, location: str, allow_http: bool) -> Address:
    """Read where a redirect leads.

    Raises
    ------
    UsageError
        It is no web address, or one that programs read in different ways, or plain http over a network.
    """
    if _CONTROL.search(location) or _USER.match(location):
        raise UsageError("The address holds a user name, a backslash or a control character.")
    try:
        target = urljoin(here, location)
    except ValueError:
        target = location
    return _checked(_parsed(target)._replace(fragment=None), allow_http)


def _parsed(url: str) -> Url:
    try:
        parts = parse_url(url)
        if parts.scheme in _PORTS and parts.host and not _CONTROL.search(url):
            return parts
    except LocationParseError:
        pass
    raise UsageError(
        f"{display.quoted(url)} is no web address. Expected something like https://studio.edgeimpulse.com/v1."
    )


def _checked(parts: Url, allow_http: bool) -> Address:
    scheme, host = str(parts.scheme), str(parts.host)
    if scheme == "http" and not allow_http and not _is_loopback(host):
        raise UsageError(
            f"Plain http to {display.quoted(host)} would send the API key readable over the network. Use https://, "
            f"or name the risk: Studio(allow_http=True)."
        )
    if not _HOST.fullmatch(host):
        raise UsageError(f"{display.quoted(host)} is no name of a host. Check the address.")
    return Address(parts.url, (scheme, host, parts.port if parts.port is not None else _PORTS[scheme]))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
