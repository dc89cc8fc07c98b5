"""The answer to "who watches what?"."""

from bot.domain.answer import Scope, WatchesAnswer, WatchLine
from bot.domain.sharing import IN_A_LIST
from bot.domain.watch import Watch
from bot.domain.wording import bar, counts
from bot.domain.words import NOTHING, At, Code, Foreign, Person, Place, Words, clean, counted, number, words
from bot.slack.actions import WATCH_CHANGE, WATCH_MINE_CHANGE, WATCHES_NEXT, WATCHES_PREVIOUS
from bot.slack.views import mute
from bot.slack.views.access import state
from bot.slack.views.blocks import bullets, buttons, context, paragraph, rich_text, row
from bot.slack.views.card import how_told, mentioned
from bot.slack.views.escape import literal, sentence
from bot.slack.views.message import Block, Message

_ON_A_PAGE = 30
_CELLS = 8
_LONGEST_REFERENCE = 80
_AT_LEAST_ONCE = " · told at least once: its history cannot be read, so after a lost answer a message may come twice"
_MOST_CHANGED = 3  # of a few watches each has its button: more would be a wall of them
_LONGEST_ON_A_BUTTON = 60
_TITLES = {Scope.HERE: "Watches here", Scope.MINE: "Your watches", Scope.ALL: "All watches"}


def message(answer: WatchesAnswer, command: str, page: int = 1) -> Message:
    """A page of thirty watches in a list, or the last one where there are fewer pages; always a few blocks only."""
    title = _TITLES[answer.scope]
    if not answer.lines:
        nothing = words(f"{title}: none", _hidden(answer), ".")
        how = words("Begin with ", Code(f"{command} watch"), " and a reference.")
        return Message(sentence(words(nothing, " ", how)), (rich_text(paragraph([nothing])), context(how)))
    page = min(page, -(-len(answer.lines) // _ON_A_PAGE))
    first = (page - 1) * _ON_A_PAGE
    shown = answer.lines[first : first + _ON_A_PAGE]
    which = f" · {number(first + 1)} to {number(first + len(shown))}" if len(shown) < len(answer.lines) else ""
    blocks = (
        rich_text(paragraph([words(f"{title}: {number(len(answer.lines))}{which}")])),
        rich_text(bullets(_line(line) for line in shown)),
        *_turn(answer.scope, page, len(answer.lines) - first - len(shown)),
        *_left_out(answer),
        *_changes(answer),
    )
    return Message(sentence(_sentence(title, answer, which)), blocks)


def _turn(scope: Scope, page: int, after: int) -> tuple[Block, ...]:
    """Buttons to the pages before and after this one."""
    previous = ((f"{scope} {page - 1}", WATCHES_PREVIOUS, f"Previous {_ON_A_PAGE}"),) if page > 1 else ()
    following = ((f"{scope} {page + 1}", WATCHES_NEXT, f"Next {min(after, _ON_A_PAGE)}"),) if after else ()
    return row(*previous, *following)


def _changes(answer: WatchesAnswer) -> tuple[Block, ...]:
    """A button for each of a few watches that opens the form with it: those of this place, and the person's own."""
    if len(answer.lines) > _MOST_CHANGED:
        return ()
    watches = [line.watch for line in answer.lines if line.watch.asked_in or answer.scope is Scope.HERE]
    return tuple(block for watch in watches for block in _change(watch))


def _change(watch: Watch) -> tuple[Block, ...]:
    action = WATCH_MINE_CHANGE if watch.asked_in else WATCH_CHANGE
    return buttons(watch.reference_id, (action, f"Change {literal(clean(watch.reference_id, _LONGEST_ON_A_BUTTON))}…"))


def _hidden(answer: WatchesAnswer) -> str:
    """How many watches are left out where they were asked for."""
    return f", and {number(answer.hidden)} that this channel is not about" if answer.hidden else ""


def _left_out(answer: WatchesAnswer) -> tuple[Block, ...]:
    if not answer.hidden:
        return ()
    many = counted(answer.hidden, "more watch is", "more watches are")
    return (context(words(f"{many} left out: this channel is not about what is watched there.")),)


def _sentence(title: str, answer: WatchesAnswer, which: str) -> Words:
    unable = sum(1 for line in answer.lines if line.trouble is not None)
    trouble = f", {number(unable)} of them cannot post" if unable else ""
    twice = sum(1 for line in answer.lines if line.no_history is not None)
    trouble += f", {number(twice)} of them told at least once" if twice else ""
    oldest = min((line.read_at for line in answer.lines if line.read_at), default=None)
    read = words("; oldest reading ", At(oldest, "ago")) if oldest else words("; not read yet")
    many = counted(len(answer.lines), "watch", "watches")
    return words(f"{title}: {many}{which}{trouble}{_hidden(answer)}", read, ".")


def _line(line: WatchLine) -> Words:
    watch = line.watch
    many = f"{counted(line.references, 'reference')} · " if watch.is_glob else ""
    name = words(Foreign(watch.reference_id, _LONGEST_REFERENCE, strong=True), f" · {many}", *_progress(line).pieces)
    told = words(how_told(watch), *mentioned(watch, " · names ").pieces)
    about = words(told, " · ", Place(watch.place, watch.place_name), " · ", Person(watch.author))
    since = words(" · since ", At(watch.created_at, "day"), " · ", _state(line))
    if watch.deadline is not None:
        since += words(" · deadline ", At(watch.deadline, "day"))
    since += words(f" · {IN_A_LIST[line.counts_only]}") if line.counts_only is not None else NOTHING
    since += words(_AT_LEAST_ONCE) if line.no_history is not None else NOTHING
    return words(name, " · ", about, since)


def _state(line: WatchLine) -> Words:
    """What keeps it from posting; muted ones say until when."""
    muted = mute.note(line.muted_until, quiet=line.quiet)
    if not muted:
        return state(line.trouble)
    return muted if line.trouble is None else words(state(line.trouble), ", ", muted)


def _progress(line: WatchLine) -> Words:
    if line.read_at is None:
        return words("reading …")
    if not line.progress.total:
        return words("no requests yet")
    return words(f"{bar(line.progress, _CELLS)} {line.progress.percent}% · ", counts(line.progress, before_total=" "))
