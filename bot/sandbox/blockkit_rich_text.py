"""The structure of rich text and of table cells, as tables of rules."""

from bot.sandbox.blockkit_rules import Check, anything, boolean, listing, number, string, thing, typed, word

_STYLE = thing(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    ),
)


def _inline(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return thing({"type": anything, **required}, {"style": _STYLE, **(optional or {})})


_ID = string(255)
INLINE: dict[str, Check] = {
    "text": _inline({"text": string(12_000)}),
    "link": _inline({"url": string(3000)}, {"text": string(12_000), "unsafe": boolean}),
    "emoji": _inline({"name": string(255)}, {"unicode": string(255), "skin_tone": number(1, 6)}),
    "user": _inline({"user_id": _ID}),
    "usergroup": _inline({"usergroup_id": _ID}),
    "channel": _inline({"channel_id": _ID}),
    "broadcast": _inline({"range": word("here", "channel", "everyone")}),
    "color": _inline({"value": string(7)}),
    "date": _inline(
        {"timestamp": number(0), "format": string(1000)},
        {"url": string(3000), "fallback": string(1000)},
    ),
}
_INLINES = listing(typed(INLINE), least=0)
_BORDER: dict[str, Check] = {"border": number(0, 1)}
_SECTION = thing({"type": anything, "elements": _INLINES})
PARTS: dict[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": thing(
        {"type": anything, "elements": listing(typed(INLINE, "text", "link"), least=0)},
        {**_BORDER, "language": string(255)},
    ),
    "rich_text_quote": thing({"type": anything, "elements": _INLINES}, _BORDER),
    "rich_text_list": thing(
        {
            "type": anything,
            "elements": listing(typed({"rich_text_section": _SECTION})),
            "style": word("bullet", "ordered"),
        },
        {**_BORDER, "indent": number(0, 8), "offset": number(0)},
    ),
}
BLOCK_ID: dict[str, Check] = {"block_id": string(255)}
RICH_TEXT = thing({"type": anything, "elements": listing(typed(PARTS))}, BLOCK_ID)

CELLS: dict[str, Check] = {
    "raw_text": thing({"type": anything, "text": string(12_000)}),
    "raw_number": thing({"type": anything, "value": number(whole=False)}, {"text": string(12_000)}),
    "rich_text": RICH_TEXT,
}
