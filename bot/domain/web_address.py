"""Which addresses that others wrote may become links."""

from urllib.parse import urlsplit

_LONGEST_URL = 3_000


def is_web_address(url: str) -> bool:
    """Whether an address may become a link: http or https, with a host, and nothing odd in it."""
    if len(url) > _LONGEST_URL or not all("!" <= character <= "~" for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not set(url) & set('<>|"`\\')
    except ValueError:
        return False
