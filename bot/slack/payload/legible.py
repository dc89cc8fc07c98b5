"""All that can be read in a message, as plain text: its text, blocks, attachments and the names of its files."""

import re
from collections.abc import Iterator
from itertools import islice

from bot.slack.payload.reading import Fields, part

_MARKUP = re.compile(r"<(?P<body>[^<>]*)>")
_LITERAL = ("text", "plain_text", "raw_text", "raw_number")
_STYLES = (("code", "`"), ("bold", "*"))  # both hold names with spaces together
_MESSAGE_KEYS = ("text", "blocks", "attachments", "files")
_DEEPEST, _MOST_PIECES, _LONGEST = 20, 5_000, 60_000
_UNSOUND = re.compile("[\x00\ud800-\udfff]")


def legible(message: Fields) -> str:
    """One piece a line, and more than the longest message is cut; addresses stand beside the words that link there."""
    pieces = (piece for key in _MESSAGE_KEYS for piece in _pieces(message.get(key), _DEEPEST, is_mrkdwn=True))
    return _UNSOUND.sub("", "".join(islice(pieces, _MOST_PIECES)))[:_LONGEST]


def unmarked(text: str) -> str:
    """Mrkdwn without Slack's marks: links as address and label, dates as their fallback, no people and channels."""
    plain = _MARKUP.sub(lambda found: _spoken(found["body"]), text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _spoken(body: str) -> str:
    target, _, label = body.partition("|")
    if body.startswith("!date"):
        return f" {label} "
    if body[:1] in ("@", "#", "!"):
        return " "
    return f" {target} {label} " if label and label != target else f" {target} "


def _pieces(value: object, depth: int, *, is_mrkdwn: bool = False) -> Iterator[str]:
    """Whatever texts are in there; texts of attachments are mrkdwn, of which elements they say so themselves."""
    if isinstance(value, str):
        yield f"{unmarked(value) if is_mrkdwn else value}\n"
    elif isinstance(value, list) and depth:
        for each in value:
            yield from _pieces(each, depth - 1, is_mrkdwn=is_mrkdwn)
    elif isinstance(value, dict) and depth:
        yield from _element(value, depth)


def _element(fields: Fields, depth: int) -> Iterator[str]:
    kind, text = fields.get("type"), fields.get("text")
    if kind == "mrkdwn" and isinstance(text, str):
        yield f"{unmarked(text)}\n"
    elif kind in _LITERAL and isinstance(text, str):
        yield _styled(text, part(fields.get("style"))) if kind == "text" else f"{text}\n"
    elif kind == "link":
        yield f" {fields.get('url')} {text if isinstance(text, str) else ''} "
    else:
        yield from _inside(fields, depth)
        yield "\n"


def _styled(text: str, style: Fields) -> str:
    mark = next((mark for name, mark in _STYLES if style.get(name)), "")
    return f"{mark}{text}{mark}"


_READ = (
    "text", "title", "title_link", "pretext", "fallback", "from_url", "alt_text", "name", "value", "url", "fields",
    "elements", "element", "blocks", "message_blocks", "message", "rows", "accessory", "footer", "image_url",
)  # fmt: skip
"""The keys under which something can be read; a button's value often is the name that it is about."""


def _inside(fields: Fields, depth: int) -> Iterator[str]:
    for key in _READ:
        yield from _pieces(fields.get(key), depth - 1, is_mrkdwn=True)
