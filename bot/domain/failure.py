"""Failure kinds: failed requests whose error messages are the same once their particulars are taken out."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.request import LipsyncRequest
from bot.domain.triage import NO_TRIAGE, UNTOUCHED, Care, Triage

NO_REASON = "no reason given"
_LONGEST_MESSAGE = 2_000
_LONGEST_NAME = 160

_WORD = re.compile(r"\S+")
_CLOSING = "\"'”’)]}>.,;:!?…"  # what a sentence puts behind a URL
_USER = re.compile(r"(?<=//)[^/?#]*@")
_ODD_USER = re.compile(r"(?<=//)[^/?#@:]*:(?!\d+[/?#])")  # secret keys hold slashes that nobody escaped
_QUERY = re.compile(r"(?!^)[?#]|[?#&][^&=]+=")  # behind a space, a query goes on with the next name
_LIKE_A_URL = re.compile(r"[=&/.:\\]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]+")
_PARTICULARS = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"']+", "<url>"),
        (r"\"[^\"]*\"|“[^”]*”|`[^`]*`|(?<!\w)'[^']*'(?!\w)", "<text>"),
        (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<id>"),
        (r"\b\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?)?", "<time>"),
        (r"\b\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?\b", "<time>"),
        (r"(?<![\w/])(?:[a-z]:\\|~?/)[^\s,;:]+", "<path>"),
        (r"\b[\w.-]+(?:/[\w.-]+)+", "<path>"),
        (r"\b[\w-]+\.[a-z][a-z0-9]{1,4}\b", "<path>"),
        (r"\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{8,}\b", "<id>"),
        (r"[-+]?\d+(?:[.,]\d+)*", "<n>"),
        (r"\s+", " "),
    )
)


def without_queries(text: str) -> str:
    """The text without what may be secret in its URLs, of whatever scheme or none: queries, fragments, passwords."""
    return _WORD.sub(lambda found: _without_query(found.group()), text)


def _without_query(word: str) -> str:
    """One word; a question mark in a sentence stays."""
    body = word.rstrip(_CLOSING)
    closing = word[len(body) :]
    body = _USER.sub("", body)
    if odd := _ODD_USER.search(body, 0, max(body.rfind("@"), 0)):
        return f"{body[: odd.start()]}…{closing}"
    query = _QUERY.search(body)
    return body[: query.start()] + closing if query and _LIKE_A_URL.search(body) else body + closing


def shown(message: str | None, longest: int = _LONGEST_NAME) -> str:
    """The message on one line, as a person may see it: no queries of URLs, no control characters, cut."""
    text = without_queries(message or "")[:_LONGEST_MESSAGE]
    text = " ".join(_UNPRINTABLE.sub(" ", text).split())
    if not text:
        return NO_REASON
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def kind_of(message: str | None) -> str:
    """The key of the kind (16 hex digits), equal for messages that differ only in their particulars."""
    text = (message or "")[:_LONGEST_MESSAGE]
    for pattern, name in _PARTICULARS:
        text = pattern.sub(name, text)
    return hashlib.sha256(text.strip().casefold().encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class FailureKind:
    """One kind of failure in one reference: `name` is its first example, `ids` its requests, oldest first.

    `cleared` of them are not open any more, and `care` is what people have done about it.
    """

    key: str
    name: str
    ids: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    cleared: int = 0
    care: Care = UNTOUCHED

    @property
    def count(self) -> int:
        """How many requests failed this way."""
        return len(self.ids)

    @property
    def open(self) -> int:
        """How many of them nobody has marked handled, and nothing has made good."""
        return self.count - self.cleared


def kinds(requests: Iterable[LipsyncRequest], triage: Triage = NO_TRIAGE) -> tuple[FailureKind, ...]:
    """The failure kinds among these requests, the largest first; ties by first time."""
    by_key: dict[str, list[LipsyncRequest]] = {}
    for request in sorted((r for r in requests if r.status == "failed"), key=lambda r: (r.ended_at, r.id)):
        by_key.setdefault(kind_of(request.error_message), []).append(request)
    found = (
        FailureKind(
            key=key,
            name=shown(alike[0].error_message),
            ids=tuple(r.id for r in alike),
            first_at=alike[0].ended_at,
            last_at=alike[-1].ended_at,
            cleared=sum(1 for r in alike if r.id in triage.cleared),
            care=triage.care(key),
        )
        for key, alike in by_key.items()
    )
    return tuple(sorted(found, key=lambda kind: (-kind.count, kind.first_at, kind.key)))
