"""The answer to "where are the outputs?": the links themselves, or where the file with them is."""

from collections.abc import Sequence

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.request import LipsyncRequest
from bot.domain.sheet import SheetAnswer, with_links
from bot.domain.sheet_wording import notes, what_became_of_it, what_is_in_it, what_lacks
from bot.domain.web_address import is_web_address
from bot.domain.words import NOTHING, At, Foreign, Person, Words, clean, joined, number, words
from bot.slack.actions import LINKS_EXPORT, LINKS_NEW, LINKS_SHARE
from bot.slack.views.blocks import LONGEST_ID, buttons, context, elements, paragraph, rich_text
from bot.slack.views.escape import literal, sentence
from bot.slack.views.export import unread
from bot.slack.views.message import Block, Message

_LINKS_PER_BLOCK = 25
_LONGEST_SHOWN_URL = 300
_BUTTONS = ((LINKS_NEW, "Only new"), (LINKS_EXPORT, "Export"))
_SHARE = (LINKS_SHARE, "Share")


def message(answer: StatusAnswer | RequestAnswer | SheetAnswer, command: str, *, shareable: bool = False) -> Message:
    """As many links as fit, at most a hundred, the oldest request first; or what became of the file that has them all.

    `command` is the slash command. It is `shareable` where everybody may see links.
    """
    if isinstance(answer, StatusAnswer):
        return unread(answer, "links")
    plain = _plain(answer, command)
    share = (_SHARE,) if shareable else ()
    if isinstance(answer, SheetAnswer):
        under = (*_BUTTONS, *(share if answer.shown else ()))
        return Message(plain.text, (*plain.blocks, *buttons(answer.gathered.reference_id, *under)))
    if share and answer.request.output_url:
        return Message(plain.text, (*plain.blocks, *buttons(answer.request.id, *share)))
    return plain


def shared(answer: RequestAnswer | SheetAnswer, by: str, command: str) -> Message:
    """The same for everybody in the channel, without buttons; `by` is the user id of who shared it."""
    plain = _plain(answer, command)
    return Message(plain.text, (*plain.blocks, context(words("Shared by ", Person(by)))))


def _plain(answer: RequestAnswer | SheetAnswer, command: str) -> Message:
    if isinstance(answer, RequestAnswer):
        return _of_request(answer)
    said, small = words(what_is_in_it(answer), _how_many_here(answer)), notes(answer)
    file = what_became_of_it(answer, answer.handed, command) if answer.handed else NOTHING
    text = joined((words(joined((said, *small), "; "), "."), what_lacks(answer), file), " ")
    body = rich_text(paragraph([words(said, "."), what_lacks(answer, strong=True), file]))
    return Message(sentence(text), (body, *_lists(answer.shown), context(*small)))


def _of_request(answer: RequestAnswer) -> Message:
    name, found = Foreign(answer.request.id, strong=True), with_links([answer.request])
    said, read = (
        words(name, ": its output link" if found else ": no output link"),
        words("read ", At(answer.read_at, "ago")),
    )
    return Message(
        sentence(words(said, "; ", read, ".")), (rich_text(paragraph([said])), *_lists(found), context(read))
    )


def _how_many_here(answer: SheetAnswer) -> Words:
    """Which of the links stand in the message, when not all do."""
    shown = len(answer.shown)
    return words(f", the first {number(shown)} are here") if 0 < shown < len(answer.rows) else NOTHING


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
