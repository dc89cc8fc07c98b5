"""The sentences about what our memory has under a reference or a pattern."""

from bot.domain.glob import is_everything
from bot.domain.match import Match, Matching
from bot.domain.overview import Standing
from bot.domain.watch import Placement, Watch
from bot.domain.words import NOTHING, At, Foreign, Words, counted, joined, listed, number, words

_LONGEST = 60


def match_line(match: Match) -> Words:
    """What is known under what was typed, whether it is watched there already, and what that means."""
    return joined([_known(match), _watched(match.watch)], " ")


def _known(match: Match) -> Words:
    if match.matching is not None:
        return _pattern(match.matching, match.nearest)
    if match.standing is not None:
        return _batch(match.typed, match.standing)
    name = Foreign(match.typed, _LONGEST)
    return words("Nothing was ever seen under ", name, ". ", _meant(match.nearest), "It is watched once it comes.")


def _pattern(found: Matching, nearest: tuple[str, ...]) -> Words:
    name, part = Foreign(found.pattern, _LONGEST), _part_known(found)
    if not found.references:
        none = words(name, ": no reference that I know matches", part, ". ", _meant(nearest))
        return words(none, "Those that come are watched.")
    many = "1 reference matches" if found.references == 1 else f"{number(found.references)} references match"
    of_them = "" if found.references == 1 else f", {_some(found.open)} of them"
    open_ = f"{of_them} with open requests" if of_them else _alone(found.open)
    told = " Of the whole account, only new kinds of failures are told." if is_everything(found.pattern) else ""
    return words(name, f": {many}{open_}; new ones are watched too", part, ".", told)


def _some(value: int) -> str:
    return number(value) if value else "none"


def _alone(has_open: int) -> str:
    return ", with open requests" if has_open else ", without open requests"


def _part_known(found: Matching) -> str:
    if found.filled is None or found.filled >= 1:
        return ""
    return f" ({int(100 * found.filled)}% of the account's list read so far)"


def _batch(typed: str, standing: Standing) -> Words:
    progress = standing.progress
    name = words(Foreign(progress.reference_id, _LONGEST))
    if typed != progress.reference_id:
        name = words("That is a request of ", name, ", whose batch is watched")
    if standing.is_unread:
        totals = f": {counted(progress.total, 'request')} seen, not read as a whole yet"
        return words(name, totals, ".")
    if not progress.total:
        return words(name, ": nothing is listed any more.")
    totals = f": {counted(progress.total, 'request')}, {progress.percent}% finished, {number(progress.failed)} failed"
    read = words("; read ", At(standing.read_at, "ago")) if standing.read_at is not None else NOTHING
    return words(name, totals, read, ".")


def _meant(nearest: tuple[str, ...]) -> Words:
    if not nearest:
        return NOTHING
    *most, last = [words(Foreign(name, _LONGEST)) for name in nearest]
    either = words(joined(most, ", "), " or ", last) if most else listed([last])
    return words("Did you mean ", either, "? ")


def _watched(watch: Watch | None) -> Words:
    if watch is None:
        return NOTHING
    placed = "" if watch.placement is Placement.DEFAULT else f", in {watch.placement}"
    told = "only new kinds of failures" if watch.only_failures else watch.events.value
    return words(f"It is watched there already ({told}{placed}): what you leave as it is here stays so.")
