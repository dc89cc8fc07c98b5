"""Our words as Slack's mrkdwn, with everything foreign in them harmless.

Used for the top-level text and for lines without foreign text; blocks with foreign text are rich text, which Slack
takes literally.
"""

import re
from datetime import datetime
from typing import assert_never

from bot.domain.words import At, Code, Foreign, Person, Piece, Place, Strong, TimeStyle, Words, clean, utc

LONGEST_TEXT = 2_900  # leaves room for the note that marks a possible repeat
TOKENS: dict[TimeStyle, str] = {"time": "{time}", "day": "{date_short_pretty} at {time}", "ago": "{ago}"}
_LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_INSIDE_A_WORD = r"(?<=[A-Za-z0-9])(?P<sign>[*_~`])(?P=sign)*+(?=[A-Za-z0-9])"
_SIGNS = re.compile(rf"(?P<harmless>{_INSIDE_A_WORD})|[*_~`]++")
_ADDRESS = re.compile(r"<(?=[!@#])")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_PERSON = re.compile(r"[UW][A-Z0-9]+")
_WORD_JOINER = "\u2060"


def sentence(words: Words) -> str:
    """The top-level text: begins with a capital, ends before Slack would cut it, in posts and edits alike."""
    text = ""
    for piece in words.pieces:
        more = _in_mrkdwn(piece)
        if len(text) + len(more) >= LONGEST_TEXT:
            return f"{text}…"
        text += more
    return _capital(words, text)


def capitalised(words: Words) -> str:
    """Mrkdwn that begins with a capital, unless it begins with what others wrote."""
    return _capital(words, mrkdwn(words))


def _capital(words: Words, text: str) -> str:
    return text[:1].upper() + text[1:] if words and isinstance(words.pieces[0], str) else text


def mrkdwn(words: Words) -> str:
    """Mrkdwn in which only our own words format, link or mention."""
    return "".join(_in_mrkdwn(piece) for piece in words.pieces)


def _in_mrkdwn(piece: Piece) -> str:
    match piece:
        case str():
            return escaped(piece)
        case Foreign():
            return without_formatting(escaped(clean(piece.text, piece.longest)))
        case Strong():
            return f"*{escaped(piece.text)}*"
        case Code():
            return f"`{escaped(piece.text)}`"
        case At():
            return date_token(piece.moment, piece.style)
        case Place():
            return place(piece)
        case Person():
            return f"<@{piece.id}>" if is_person(piece.id) else without_formatting(escaped(clean(piece.id)))
        case _:
            assert_never(piece)


def place(piece: Place) -> str:
    """A channel as a link to it, a DM as what it is."""
    if is_channel(piece.id):
        return f"<#{piece.id}>"
    return f"the DM with <@{piece.id}>" if is_person(piece.id) else "a DM"


def is_channel(place_id: str) -> bool:
    """Whether an id is a channel's."""
    return _CHANNEL.fullmatch(place_id) is not None


def is_person(place_id: str) -> bool:
    """Whether an id is a person's, which as a place means their DM with the bot."""
    return _PERSON.fullmatch(place_id) is not None


def date_token(moment: datetime, style: TimeStyle) -> str:
    """A moment that each reader sees in their own time zone."""
    return f"<!date^{int(moment.timestamp())}^{TOKENS[style]}|{utc(moment, style)}>"


def escaped(text: str) -> str:
    """Text in which nothing is a mention, a link or a special word of Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def without_formatting(text: str) -> str:
    """Text in which no sign can begin or end bold, italics, strike or code: such signs get a lookalike.

    Signs of one kind inside a word, as in `order_12345`, format nothing and stay; next to another kind they may.
    """
    return _SIGNS.sub(lambda found: found["harmless"] or found.group().translate(_LOOKALIKES), text)


def literal(text: str) -> str:
    """Text for rich text, where it is shown as it is; an address is also broken for whoever copies it elsewhere."""
    return _ADDRESS.sub(f"<{_WORD_JOINER}", text)
