"""Links in messages, of which an app is told whose domains they are."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from bot.sandbox.slack_entities import Channel, Fields, Message

UNFURL_DOMAINS = ("chamelaion.com",)
"""Those in the app's manifest; what lies below them counts too."""
_LINK = re.compile(r"https?://[^\s<>|]+")
_SIGNS = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def shared_links(message: Message, domains: Collection[str]) -> dict[str, str]:
    """Every link in a message that is of one of the domains, with that domain."""
    found: dict[str, str] = {}
    for url in map(_unescaped, _LINK.findall(message.text)):
        host = _host(url)
        for domain in domains:
            if host == domain or host.endswith(f".{domain}"):
                found.setdefault(url, domain)
    return found


def shared_fields(message: Message, channel: Channel, links: dict[str, str], *, is_member: bool) -> Fields:
    """What `link_shared` tells of a message that was posted."""
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    return {
        "channel": channel.id,
        "is_bot_user_member": is_member,
        "user": message.user,
        "message_ts": message.ts,
        "unfurl_id": f"{channel.id}.{message.ts}.links",
        "source": "conversations_history",
        "links": [{"domain": domain, "url": url} for url, domain in links.items()],
        "event_ts": message.ts,
        **thread,
    }


def _unescaped(url: str) -> str:
    for escaped, sign in _SIGNS:
        url = url.replace(escaped, sign)
    return url


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
