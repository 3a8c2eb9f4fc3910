"""Which addresses may be called, and which of them are the same server."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from edgekit.errors import UsageError


def checked_url(url: str, allow_http: bool, whole: bool = True) -> tuple[str, str]:
    try:
        parts = urlsplit(url.strip())
    except (ValueError, AttributeError):
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is no web address. Expected something like https://studio.edgeimpulse.com/v1.")
    if whole and (parts.username or parts.password or parts.query or parts.fragment):
        raise UsageError(
            "The Studio's address must hold no user name, password, query or fragment: only host and path."
        )
    if parts.scheme == "http" and not allow_http and not is_loopback(parts.hostname):
        raise UsageError(
            f"Plain http to {parts.hostname} would send the API key readable over the network. Use https://, "
            f"or name the risk: Studio(allow_http=True)."
        )
    return url.strip().rstrip("/") if whole else url, parts.hostname


def origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
