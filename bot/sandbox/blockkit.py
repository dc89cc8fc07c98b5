"""Whether Slack would take a message or a view: the one validator that tests and the sandbox share."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.sandbox.blockkit_blocks import BLOCKS, Surface
from bot.sandbox.blockkit_elements import plain
from bot.sandbox.blockkit_rules import (
    Check,
    anything,
    boolean,
    counted,
    listing,
    string,
    thing,
    typed,
    word,
)

TEXT_IN_POST, TEXT_IN_UPDATE = 40_000, 4_000
_MOST_BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
_MOST_OF_A_TYPE: Mapping[tuple[str, ...], int] = {
    ("table", "data_table"): 1,
    ("data_visualization",): 2,
    ("plan",): 1,
}
_MOST_MARKDOWN, _MOST_DATA_TABLE = 12_000, 10_000
_METADATA = thing({"event_type": string(255), "event_payload": anything}, {"entities": anything})


def message_problems(message: Mapping[str, object], *, update: bool = False) -> list[str]:
    """Why Slack would refuse or cut a message (`text`, `blocks`, `metadata`); empty when it takes it as it is.

    Each line names the place as a JSON pointer, and the rule. An update's text may be shorter only.
    """
    most = TEXT_IN_UPDATE if update else TEXT_IN_POST
    problems = list(string(most)(message.get("text"), "/text"))
    if "blocks" in message:
        problems += block_problems(message["blocks"])
    if "metadata" in message:
        problems += metadata_problems(message["metadata"])
    return problems


def view_problems(view: Mapping[str, object]) -> list[str]:
    """Why Slack would refuse a modal or a home tab; empty when it takes it."""
    problems = list(typed(_VIEWS)(view, ""))
    surface: Surface = "home" if view.get("type") == "home" else "modal"
    return problems + block_problems(view.get("blocks"), surface)


def metadata_problems(metadata: object) -> list[str]:
    """Why Slack would refuse a message's metadata; `{}` removes it."""
    if metadata == {}:
        return []
    problems = list(_METADATA(metadata, "/metadata"))
    payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
    if payload is not None and not isinstance(payload, Mapping):
        problems.append("/metadata/event_payload: must be an object")
    return problems


def block_problems(blocks: object, surface: Surface = "message") -> list[str]:
    """Why Slack would refuse a list of blocks on a surface."""
    problems = list(listing(anything, _MOST_BLOCKS[surface], 0)(blocks, "/blocks"))
    if not isinstance(blocks, list):
        return problems
    for index, block in enumerate(blocks):
        problems += _one_block(block, f"/blocks/{index}", surface)
    known = [block for block in blocks if isinstance(block, Mapping)]
    for rule in _WHOLE_RULES:
        problems += rule(known)
    return problems


def _one_block(block: object, at: str, surface: Surface) -> Iterator[str]:
    yield from typed({name: each.check for name, each in BLOCKS.items()})(block, at)
    if not isinstance(block, Mapping):
        return
    known = BLOCKS.get(str(block.get("type")))
    if known and surface not in known.surfaces:
        yield f"{at}/type: {block['type']!r} is not allowed in a {surface}"
    if known:
        yield from _BLOCK_RULES.get(str(block["type"]), _no_more)(block, at)
        yield from _repeated_action_ids(block, at)


# --- rules that look at several fields of one block ---


def _no_more(block: Mapping[str, object], at: str) -> Iterator[str]:  # noqa: ARG001 - the shape of every rule
    yield from ()


def _repeated_action_ids(block: Mapping[str, object], at: str) -> Iterator[str]:
    found = Counter(str(each["action_id"]) for each in mappings(block) if "action_id" in each)
    yield from (f"{at}: action_id {name!r} is used {n} times, must be unique" for name, n in found.items() if n > 1)


def _header_without_rich_text(block: Mapping[str, object], at: str) -> Iterator[str]:
    rows = _rows(block)
    for column, cell in enumerate(rows[0] if rows else []):
        if isinstance(cell, Mapping) and cell.get("type") == "rich_text":
            yield f"{at}/rows/0/{column}: rich_text is not allowed in the header row"
    if len({len(row) for row in rows}) > 1:
        yield f"{at}/rows: every row must have the same number of cells"
    size = sum(len(str(cell.get("text", cell.get("value", "")))) for cell in _cells(rows))
    if size > _MOST_DATA_TABLE:
        yield f"{at}/rows: {counted(size)} characters in all cells, at most {counted(_MOST_DATA_TABLE)}"


def _rows(block: Mapping[str, object]) -> list[list[object]]:
    rows = block.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _cells(rows: Sequence[Sequence[object]]) -> Iterator[Mapping[str, object]]:
    yield from (each for row in rows for cell in row for each in mappings(cell))


def _divider_or_collapsible(block: Mapping[str, object], at: str) -> Iterator[str]:
    if block.get("is_collapsible") and block.get("has_header_divider"):
        yield f"{at}/has_header_divider: not together with is_collapsible"


_BLOCK_RULES: Mapping[str, Callable[[Mapping[str, object], str], Iterator[str]]] = {
    "data_table": _header_without_rich_text,
    "container": _divider_or_collapsible,
}


# --- rules that look at all blocks ---


def _repeated_block_ids(blocks: Sequence[Mapping[str, object]]) -> Iterator[str]:
    found = Counter(str(block["block_id"]) for block in blocks if "block_id" in block)
    yield from (f"/blocks: block_id {name!r} is used {n} times, must be unique" for name, n in found.items() if n > 1)


def _too_many_of_a_type(blocks: Sequence[Mapping[str, object]]) -> Iterator[str]:
    found = Counter(str(each.get("type")) for each in mappings(list(blocks)))
    for kinds, most in _MOST_OF_A_TYPE.items():
        count = sum(found[kind] for kind in kinds)
        if count > most:
            yield f"/blocks: {count} blocks of type {' or '.join(kinds)}, at most {most}"


def _markdown_in_all(blocks: Sequence[Mapping[str, object]]) -> Iterator[str]:
    size = sum(len(str(each.get("text"))) for each in mappings(list(blocks)) if each.get("type") == "markdown")
    if size > _MOST_MARKDOWN:
        yield f"/blocks: {counted(size)} characters in all markdown blocks, at most {counted(_MOST_MARKDOWN)}"


_WHOLE_RULES = (_repeated_block_ids, _too_many_of_a_type, _markdown_in_all)


# --- views ---

_VIEW: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_VIEWS: dict[str, Check] = {
    "modal": thing(
        {"type": word("modal"), "title": plain(24), "blocks": anything},
        {
            **_VIEW,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": thing({"type": word("home"), "blocks": anything}, _VIEW),
}


# --- rules of this house ---


def foreign_text_problems(message: Mapping[str, object]) -> list[str]:
    """Where a message could ping or link by accident, or would be silent to a screen reader.

    Every mrkdwn text must be `verbatim`, and the top-level text must say something.
    """
    problems = [] if str(message.get("text") or "").strip() else ["/text: is empty, so nobody is told anything"]
    return problems + [
        f"{at}/verbatim: must be true, so that foreign text cannot ping or link"
        for at, each in _pointed(message.get("blocks"), "/blocks")
        if each.get("type") == "mrkdwn" and each.get("verbatim") is not True
    ]


def mappings(value: object) -> Iterator[Mapping[str, object]]:
    """Every JSON object inside a JSON value, itself included."""
    yield from (each for _, each in _pointed(value, ""))


def _pointed(value: object, at: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    if isinstance(value, Mapping):
        yield at, value
        for name, each in value.items():
            yield from _pointed(each, f"{at}/{name}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _pointed(each, f"{at}/{index}")
