"""The answer to "where are the outputs?": the first hundred links."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from urllib.parse import urlsplit

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.answer_wording import freshness, has_no_totals, is_partial
from bot.domain.request import LipsyncRequest
from bot.domain.words import At, Foreign, Words, clean, counted, joined, number, words
from bot.slack.views.blocks import LONGEST_ID, context, elements, paragraph, rich_text
from bot.slack.views.escape import literal, sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.status import bare

_MOST_LINKS = 100
_MOST_CHARACTERS = 40_000
_LINKS_PER_BLOCK = 25
_LONGEST_URL = 3_000
_LONGEST_SHOWN_URL = 300


def message(answer: StatusAnswer | RequestAnswer) -> Message:
    """As many links as fit, at most a hundred, the oldest request first; says how many of how many."""
    if isinstance(answer, RequestAnswer):
        read = words("read ", At(answer.read_at, "ago"))
        return _message(answer.request.id, (answer.request,), (read,), _how_many)
    if has_no_totals(answer):
        return bare(answer)
    progress = answer.progress
    are_known = bool(answer.requests) or not progress.completed
    say = _how_many if are_known else _not_known
    say = _how_many_so_far if is_partial(answer) and are_known else say
    return _message(progress.reference_id, answer.requests, freshness(answer), say)


def _message(
    name: str, requests: Sequence[LipsyncRequest], notes: Sequence[Words], say: Callable[[str, int, int], Words]
) -> Message:
    linked = sorted((r for r in requests if r.output_url), key=lambda r: (r.created_at, r.id))
    shown = list(_that_fit(linked))
    said = say(name, len(shown), len(linked))
    text = sentence(words(said, "; ", joined(notes, "; "), "."))
    return Message(text, (rich_text(paragraph([said])), *_lists(shown), context(*notes)))


def _not_known(name: str, _shown: int, _linked: int) -> Words:
    return words("Not known yet: links of ", Foreign(name))


def _how_many_so_far(name: str, shown: int, linked: int) -> Words:
    return words(_how_many(name, shown, linked), ", seen so far")


def _how_many(name: str, shown: int, linked: int) -> Words:
    if not linked:
        return words("No output links under ", Foreign(name))
    if shown == linked:
        return words(f"{counted(linked, 'output link')} of ", Foreign(name))
    why = "" if shown == _MOST_LINKS else " (more do not fit into a message)"
    return words("Output links of ", Foreign(name), f": the first {number(shown)} of {number(linked)}{why}")


def _that_fit(linked: Iterable[LipsyncRequest]) -> Iterable[LipsyncRequest]:
    left = _MOST_CHARACTERS
    for request in islice(linked, _MOST_LINKS):
        left -= LONGEST_ID + len(request.output_url or "")
        if left < 0:
            return
        yield request


def _lists(shown: Sequence[LipsyncRequest]) -> list[Block]:
    starts = range(0, len(shown), _LINKS_PER_BLOCK)
    return [rich_text(_list(shown[start : start + _LINKS_PER_BLOCK])) for start in starts]


def _list(shown: Sequence[LipsyncRequest]) -> Block:
    lines = [{"type": "rich_text_section", "elements": link(r.id, r.output_url or "")} for r in shown]
    return {"type": "rich_text_list", "style": "bullet", "elements": lines}


def link(name: str, url: str) -> list[Block]:
    """A link named after the request; an address that is no web address is shown as text."""
    if is_web_address(url):
        return [{"type": "link", "url": url, "text": literal(clean(name, LONGEST_ID))}]
    return elements(words(Foreign(name, LONGEST_ID), ": ", Foreign(url, _LONGEST_SHOWN_URL)))


def is_web_address(url: str) -> bool:
    """Whether an address may become a link: http or https, with a host, and nothing odd in it."""
    if len(url) > _LONGEST_URL or not all("!" <= character <= "~" for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not set(url) & set('<>|"`\\')
    except ValueError:
        return False
