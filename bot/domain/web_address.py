"""Which addresses that others wrote may become links."""

import re
from urllib.parse import urlsplit

_LONGEST_URL = 3_000
_BEGIN = "http"
_ODD = re.compile(r"[^!-~]|[<>|\"`\\]")


def is_web_address(url: str) -> bool:
    """Whether an address may become a link: http or https, with a host, and nothing odd in it."""
    if url[: len(_BEGIN)].lower() != _BEGIN or len(url) > _LONGEST_URL or _ODD.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
