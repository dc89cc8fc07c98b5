"""A person's Home tab: what waits for them, and all that they watch."""

from collections import Counter
from collections.abc import Iterable

from bot.domain.home import HomeFacts, Mine, MutedHere, MyKind
from bot.domain.home_wording import (
    due_line,
    given,
    kind_line,
    more,
    more_watches,
    mute_line,
    read,
    state_line,
    watch_lines,
    welcome,
    where,
)
from bot.domain.watch import Watch
from bot.domain.words import NOTHING, Words, clean, joined, number, words
from bot.slack.actions import (
    HOME_ASK,
    HOME_FAILURES,
    HOME_HANDLED,
    HOME_KIND_FAILURES,
    HOME_LINKS,
    HOME_MORE,
    HOME_STATUS,
    HOME_UNMUTE,
    HOME_WATCH,
)
from bot.slack.views import mute
from bot.slack.views.access import state
from bot.slack.views.blocks import LONGEST_VALUE, bullets, context, is_sound, paragraph, rich_text
from bot.slack.views.card import how_told, mentioned
from bot.slack.views.message import Block
from bot.slack.views.view import View

CHANGE, MUTE, UNMUTE, STOP = "change", "mute", "unmute", "stop"
"""What can be chosen behind `HOME_MORE`."""
_LONGEST_LABEL = 75
_DIVIDER: Block = {"type": "divider"}


def view(facts: HomeFacts, command: str) -> View:
    """What needs somebody first; never more than ninety-five blocks. The metadata is the person's DM with the bot."""
    parts = (*_top(facts, command), *_kinds(facts), *_watches(facts, command), *_deadlines(facts), *_mutes(facts))
    return View(_told_apart(parts), kind="home", metadata=facts.place)


def _top(facts: HomeFacts, command: str) -> tuple[Block, ...]:
    lines = [words(f"{number(part)}. ", line) for part, line in enumerate(welcome(command), 1)]
    hello = (_header("Welcome"), rich_text(paragraph(lines))) if facts.is_empty else ()
    first = {**_button(HOME_WATCH, "Watch…", "new"), "style": "primary"}
    return (*hello, _actions(first, _button(HOME_ASK, "Status…", "ask")), context(state_line(facts.state)))


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


# --- failures ---


def _kinds(facts: HomeFacts) -> tuple[Block, ...]:
    if not facts.kinds:
        return ()
    rows = [block for kind in facts.kinds for block in _kind(kind, facts.person)]
    hidden = more(facts.kind_count - len(facts.kinds), "kind of failure", "kinds of failure")
    return (_header(f"Failures you look at · {number(facts.kind_count)}"), *rows, *_rest(hidden))


def _kind(kind: MyKind, person: str) -> tuple[Block, ...]:
    told = rich_text(paragraph([kind_line(kind), given(kind, person)]))
    named = f" of {kind.reference_id}"
    offered = (
        *_carried(HOME_HANDLED, "Mark handled", f"{kind.reference_id}\n{kind.key}\n{kind.count}", f": {kind.name}"),
        *_carried(HOME_KIND_FAILURES, "Failures", kind.reference_id, named),
    )
    return (told, _actions(*offered)) if offered else (told,)


# --- watches ---


def _watches(facts: HomeFacts, command: str) -> tuple[Block, ...]:
    if not facts.count:
        return ()
    rows: list[Block] = []
    for one in facts.watches:
        rows += [_DIVIDER] if rows and len(facts.watches) <= _AIRY else []
        rows += [*_watch(one, facts.place)]
    return (_header(f"What you watch · {number(facts.count)}"), *rows, *_rest(more_watches(facts, command)))


_AIRY = 10  # so many watches have room for a line between them, within Slack's hundred blocks


def _watch(one: Mine, direct: str) -> tuple[Block, ...]:
    told = words(where(one, direct), f" ({how_told(one.watch)})", *mentioned(one.watch, ", names ").pieces)
    able = state(one.trouble) if one.trouble is not None else NOTHING
    silent = mute.note(one.muted_until, quiet=one.quiet)
    small = joined([told, able, silent, read(one)], " · ")
    return rich_text(paragraph(watch_lines(one))), context(small), _actions(*_of_watch(one))


def _of_watch(one: Mine) -> tuple[Block, ...]:
    watch, named = one.watch, f" of {one.watch.reference_id}"
    status = _button(HOME_STATUS, "All references" if watch.is_glob else "Status", watch.id, named)
    lists = (
        ()
        if watch.is_glob
        else (
            _button(HOME_FAILURES, "Failures", watch.id, named),
            _button(HOME_LINKS, "Links", watch.id, named),
        )
    )
    return (status, *lists, _more(watch, is_muted=one.muted_until is not None and not one.quiet))


def _more(watch: Watch, *, is_muted: bool) -> Block:
    silence = (UNMUTE, "Unmute") if is_muted else (MUTE, "Mute 1 h")
    offered = ((CHANGE, "Change…"), silence, (STOP, "Stop watching"))
    options = [{"text": _plain(label), "value": f"{what} {watch.id}"} for what, label in offered]
    return {"type": "overflow", "action_id": HOME_MORE, "options": options}


# --- what else ---


def _deadlines(facts: HomeFacts) -> tuple[Block, ...]:
    if not facts.deadlines:
        return ()
    hidden = more(facts.deadline_count - len(facts.deadlines), "deadline")
    lines = rich_text(bullets(map(due_line, facts.deadlines)))
    return (_header(f"Next deadlines · {number(facts.deadline_count)}"), lines, *_rest(hidden))


def _mutes(facts: HomeFacts) -> tuple[Block, ...]:
    if not facts.mutes:
        return ()
    rows = [block for each in facts.mutes for block in _muted(each, facts.place)]
    hidden = more(facts.mute_count - len(facts.mutes), "mute")
    return (_header(f"Muted · {number(facts.mute_count)}"), *rows, *_rest(hidden))


def _muted(muted: MutedHere, direct: str) -> tuple[Block, ...]:
    told = rich_text(paragraph([mute_line(muted, direct)]))
    if muted.quiet:  # it comes and goes by the clock
        return (told,)
    return told, _actions(_button(HOME_UNMUTE, "Unmute", muted.id, f" {muted.subject or 'everything'}"))


# --- parts ---


def _rest(line: Words) -> tuple[Block, ...]:
    return (context(line),) if line else ()


def _actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def _carried(action: str, label: str, value: str, named: str) -> tuple[Block, ...]:
    """A button whose value comes from others; none when Slack would not carry it."""
    return (_button(action, label, value, named),) if 0 < len(value) <= LONGEST_VALUE and is_sound(value) else ()


def _button(action: str, label: str, value: str, named: str = "") -> Block:
    """A button; `named` tells who only listens which of those with this label it is."""
    button: Block = {"type": "button", "action_id": action, "text": _plain(label), "value": value}
    return {**button, "accessibility_label": clean(f"{label}{named}", _LONGEST_LABEL)} if named else button


def _told_apart(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same reference may be watched in several places: its buttons are numbered for whoever only listens."""
    heard: Counter[object] = Counter()
    return tuple(
        {**block, "elements": [_numbered(each, heard) for each in found]} if (found := _buttons_of(block)) else block
        for block in blocks
    )


def _buttons_of(block: Block) -> list[Block]:
    elements = block.get("elements") if block["type"] == "actions" else None
    return elements if isinstance(elements, list) else []


def _numbered(button: Block, heard: Counter[object]) -> Block:
    label = button.get("accessibility_label")
    heard[label] += 1
    if label is None or heard[label] == 1:
        return button
    mark = f" ({heard[label]})"
    return {**button, "accessibility_label": f"{str(label)[: _LONGEST_LABEL - len(mark)]}{mark}"}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
