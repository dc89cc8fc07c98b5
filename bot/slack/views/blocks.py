"""The blocks of messages, built from words and within Slack's limits."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from bot.domain.words import At, Code, Foreign, Person, Piece, Place, Strong, Words, clean, counted, joined, utc
from bot.slack.views.escape import TOKENS, capitalised, is_channel, is_person, literal
from bot.slack.views.message import Block

LONGEST_VALUE = 2_000
LONGEST_ID = 60
_LONGEST_LABEL = 75


def rich_text(*parts: Block) -> Block:
    """A block of paragraphs, lists and code, in which all text is literal."""
    return {"type": "rich_text", "elements": list(parts)}


def paragraph(lines: Iterable[Words]) -> Block:
    """Lines below one another."""
    return {"type": "rich_text_section", "elements": elements(joined(lines, "\n"))}


def bullets(lines: Iterable[Words]) -> Block:
    """A list with a bullet for each line; at least one."""
    sections = [{"type": "rich_text_section", "elements": elements(line)} for line in lines]
    return {"type": "rich_text_list", "style": "bullet", "elements": sections}


def code(ids: Sequence[str], most: int) -> tuple[Block, ...]:
    """Ids one below the other as a block of code, and how many more there are; nothing where all are hidden."""
    if not any(ids):
        return ()
    shown = "\n".join(literal(clean(each, LONGEST_ID)) for each in ids[:most])
    block: Block = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": shown}]}
    more = len(ids) - most
    return (block, paragraph([Words((f"and {counted(more, 'more id')}",))])) if more > 0 else (block,)


def preformatted(lines: Iterable[str]) -> Block:
    """Lines in letters of one width, taken literally."""
    block: Block = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "\n".join(lines)}]}
    return rich_text(block)


def context(*lines: Words) -> Block:
    """Small print, at most ten lines."""
    texts = [{"type": "mrkdwn", "text": capitalised(line), "verbatim": True} for line in lines]
    return {"type": "context", "elements": texts}


def buttons(value: str, *named: tuple[str, str], about: str = "") -> tuple[Block, ...]:
    """Buttons by action id and label, all with the same value; none when Slack would not carry the value.

    Where others have the same labels, `about` tells whoever hears them read aloud which is which.
    """
    if not 0 < len(value) <= LONGEST_VALUE or not is_sound(value):
        return ()
    every: list[Block] = [
        {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": label}, "value": value}
        for action, label in named
    ]
    if about:
        for button, (_, label) in zip(every, named, strict=True):
            button["accessibility_label"] = literal(clean(f"{label}: {about}", _LONGEST_LABEL))[:_LONGEST_LABEL]
    return ({"type": "actions", "elements": every},)


def row(*each: tuple[str, str, str]) -> tuple[Block, ...]:
    """Buttons by value, action id and label, side by side; those whose value Slack would not carry are left out."""
    parts = [buttons(value, (action, label)) for value, action, label in each]
    every = [element for part in parts for block in part for element in _elements_of(block)]
    return ({"type": "actions", "elements": every},) if every else ()


def _elements_of(block: Block) -> list[object]:
    found = block["elements"]
    return found if isinstance(found, list) else []


def is_sound(value: str) -> bool:
    """Whether a text can be sent: no half characters."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


# --- words as elements of rich text ---


def elements(words: Words) -> list[Block]:
    """Words as elements of rich text; neighbours that look alike become one element."""
    result: list[Block] = []
    for piece in words.pieces:
        for element in _elements(piece):
            last = result[-1] if result else {}
            if element["type"] == last.get("type") == "text" and element.get("style") == last.get("style"):
                result[-1] = {**last, "text": f"{last['text']}{element['text']}"}
            else:
                result.append(element)
    return result


def _elements(piece: Piece) -> list[Block]:
    match piece:
        case str():
            return [_text(piece)] if piece else []
        case Foreign():
            return [_text(literal(clean(piece.text, piece.longest)), "bold" if piece.strong else None)]
        case Strong():
            return [_text(piece.text, "bold")]
        case Code():
            return [_text(literal(piece.text), "code")]
        case At():
            return [_date(piece)]
        case Place():
            return _place(piece)
        case Person():
            return [_person(piece.id)]
        case _:
            assert_never(piece)


def _text(text: str, style: str | None = None) -> Block:
    element: Block = {"type": "text", "text": text}
    return {**element, "style": {style: True}} if style else element


def _date(at: At) -> Block:
    return {
        "type": "date",
        "timestamp": int(at.moment.timestamp()),
        "format": TOKENS[at.style],
        "fallback": utc(at.moment, at.style),
    }


def _place(place: Place) -> list[Block]:
    if is_channel(place.id):
        return [{"type": "channel", "channel_id": place.id}]
    return [_text("the DM with "), _person(place.id)] if is_person(place.id) else [_text("a DM")]


def _person(user_id: str) -> Block:
    if is_person(user_id):
        return {"type": "user", "user_id": user_id}
    return _text(literal(clean(user_id)))
