"""M2: a watch was made, changed or stopped."""

import re

from bot.domain.answer import StatusAnswer, StoppedAnswer, WatchAnswer
from bot.domain.answer_wording import freshness, has_no_totals, is_current, is_partial, nothing_known
from bot.domain.deadline_wording import echo, in_its_zone
from bot.domain.mute import Silence
from bot.domain.overview_wording import as_typed, is_plain, meant
from bot.domain.progress import Settled
from bot.domain.watch import Placement, Watch
from bot.domain.wording import counts, seen_so_far
from bot.domain.words import NOTHING, At, Code, Foreign, Person, Place, Words, counted, joined, listed, number, words
from bot.slack.actions import GLOB_EXCEPT, UNDO, WATCH_CHANGE, WATCH_MINE_CHANGE
from bot.slack.views import counts_only, mute
from bot.slack.views.access import mend, reason
from bot.slack.views.blocks import buttons, context, paragraph, rich_text, row
from bot.slack.views.card import here
from bot.slack.views.escape import is_channel, sentence
from bot.slack.views.message import Block, Message
from bot.slack.views.undo import undo_button

_TYPED_AS_IT_IS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")
WHEN_MUCH_MORE = "at ×10, at ×100 and when many fail"
MORE_OF_THE_SAME = "every further failure of a kind (its message is edited instead)"
_ALWAYS = "when it is finished, when fewer arrived than expected, and when more arrive after that"


def message(answer: WatchAnswer, command: str, *, elsewhere: bool = False) -> Message:
    """What is posted here, what is not, how the batch stands, and how to stop it.

    `elsewhere`: it is about another channel than that of whoever reads this.
    """
    title = _title(answer, elsewhere=elsewhere)
    stands = _stands(answer.status)
    trouble = joined([silent(answer.silence), not_able_to_post(answer.trouble, command, elsewhere=elsewhere)], " ")
    stop = words(
        "Stop it with ", *_how_to_stop(answer.watch, command).pieces, _spoken(answer.watch, elsewhere=elsewhere)
    )
    near = meant(answer.status.nearest, f"{command} watch")
    due = _due(answer)
    only = counts_only.note(answer.counts_only)
    told = (title, due, _posted(answer.watch), _not_posted(answer.watch), only)
    lines = (*told, stands, near, _already(answer.status), trouble)
    text = joined([words(title, "."), due, only, stands, near, trouble], " ")
    ways = change_and_undo(answer.watch, answer.undo)
    return Message(sentence(text), (rich_text(paragraph(lines)), context(stop), *ways))


def _spoken(watch: Watch, *, elsewhere: bool) -> str:
    """The end of how to stop it: its own watch a person stops anywhere."""
    return " there." if elsewhere and not watch.asked_in else "."


def change_and_undo(watch: Watch, undo: str | None) -> tuple[Block, ...]:
    """Buttons of a confirmation: one opens the form filled with the watch as it is."""
    change = WATCH_MINE_CHANGE if watch.asked_in else WATCH_CHANGE
    return row((undo or "", UNDO, "Undo"), (watch.reference_id, change, "Change…"))


def stopped(answer: StoppedAnswer, command: str, *, personal: bool = False, elsewhere: bool = False) -> Message:
    """That it is over, or that there was nothing to stop; and which globs go on.

    `personal` when it was about a watch in the person's DM, wherever that was said; `elsewhere` when it is read in no
    channel.
    """
    name, there = Foreign(answer.reference_id, strong=True), "there" if elsewhere else "here"
    if answer.globs:
        return _still_covered(answer, command, personal=personal)
    if answer.watch is None:
        place = "Our DM" if personal else "That channel" if elsewhere else "This place"
        said = words(f"{place} does not watch ", name, "; nothing was changed.")
    else:
        where = "in our DM" if personal else there
        said = words("Stopped watching ", name, f". Nothing more is posted about it {where}.")
    return Message(sentence(said), (rich_text(paragraph([said])), *undo_button(answer.undo)))


def _still_covered(answer: StoppedAnswer, command: str, *, personal: bool) -> Message:
    """With a button to leave it out, where that is the place that was meant."""
    name, where = Foreign(answer.reference_id, strong=True), "in our DM" if personal else "here"
    patterns = listed([words(Foreign(pattern, strong=True)) for pattern in answer.globs])
    if answer.watch is None:
        said = words(name, f" has no watch of its own {where}: it is covered by ", patterns, ". Nothing was changed.")
    else:
        said = words("Stopped watching ", name, f" by its name, but it is still covered {where} by ", patterns, ".")
    name_typed = as_typed(answer.reference_id) if is_plain(answer.reference_id) else "<ref>"
    typed = Code(f"{command} unwatch {name_typed} except")
    how = words(f"To hear nothing of it {where}, type ", typed, " there." if personal else ".")
    text = sentence(words(said, " ", how))
    left_out = () if personal else buttons(answer.reference_id, (GLOB_EXCEPT, "Except this reference"))
    return Message(text, (rich_text(paragraph([said])), context(how), *left_out, *undo_button(answer.undo)))


def _how_to_stop(watch: Watch, command: str) -> Words:
    if _TYPED_AS_IT_IS.fullmatch(watch.reference_id):
        return words(Code(f"{command} unwatch {watch.reference_id}{for_me(watch)}"))
    more = words(" and ", Code(for_me(watch).strip())) if for_me(watch) else NOTHING
    return words(Code(f"{command} unwatch"), " and the reference", *more.pieces)


def for_me(watch: Watch) -> str:
    """What has to be typed behind a reference so that the person's own watch is meant, not that of the place."""
    return " me" if watch.asked_in else ""


def spot(watch: Watch) -> str:
    """Where messages come, for the person who began the watch, maybe in another place."""
    return "our DM" if watch.asked_in else here(watch)


def _title(answer: WatchAnswer, *, elsewhere: bool) -> Words:
    watch = answer.watch
    expected = f", {number(watch.expected)} expected" if watch.expected is not None else ""
    begins = watches_now(watch, is_new=answer.is_new, elsewhere=elsewhere)
    return words(begins, Foreign(watch.reference_id, strong=True), f" ({watch.events.value}{expected})")


def watches_now(watch: Watch, *, is_new: bool, elsewhere: bool) -> Words:
    """Such as "This channel now watches "."""
    verb = " now watches " if is_new else " watches "
    if elsewhere and is_channel(watch.place):
        return words(Place(watch.place, watch.place_name), verb)
    where = "our DM" if elsewhere else spot(watch)
    return words(f"{where[:1].upper()}{where[1:]}{verb}")


def _due(answer: WatchAnswer) -> Words:
    """The deadline: as it was understood when it was typed just now, else the one that the watch has."""
    watch = answer.watch
    if watch.deadline is None:
        return NOTHING
    if answer.due is not None:
        return echo(answer.due)
    where = in_its_zone(watch.deadline, watch.deadline_zone)
    return words(f"Deadline {where}; on your clock that is ", At(watch.deadline, "day"), ".")


def _danger(watch: Watch) -> str:
    is_told = watch.deadline is not None and watch.events.tell_troubles
    return "when the deadline is in danger, on track again or missed; " if is_told else ""


def _posted(watch: Watch) -> Words:
    clips = "finished clips, those of one look together; " if watch.events.tell_completions else ""
    each = f"each new kind of failure once, and again {WHEN_MUCH_MORE}"
    more = f"{troubles(watch)}{_danger(watch)}{clips}"
    said = words(f"I will post: a card that I keep up to date; {each}; {more}{_ALWAYS}.")
    return joined([said, placed(watch), named(watch)], " ")


def troubles(watch: Watch) -> str:
    """What is told that only time shows, as a part of a list; empty when it is not told."""
    return "what is stuck, or stops before all have come; " if watch.events.tell_troubles else ""


def placed(watch: Watch) -> Words:
    """Where messages go, when that is not the usual place."""
    match watch.placement:
        case Placement.THREAD:
            return words("All of it goes into the card's thread.")
        case Placement.BROADCAST:
            return words("All of it goes into the card's thread, and the channel shows it too.")
        case Placement.FLAT:
            return words("Nothing goes into threads.")
        case _:
            return NOTHING


def named(watch: Watch) -> Words:
    """Whom messages name."""
    if not watch.mention:
        return NOTHING
    people = listed([words(Person(each)) for each in watch.mention])
    return words("Each message about it names ", people, ", but for the card.")


def _not_posted(watch: Watch) -> Words:
    clips = "" if watch.events.tell_completions else ", single finished clips"
    return words(f"I will not post: what happened before{clips}, or {MORE_OF_THE_SAME}.")


def _stands(status: StatusAnswer) -> Words:
    if has_no_totals(status):
        return words(nothing_known(status), ".")
    notes = joined(freshness(status), "; ")
    if is_partial(status):
        return words("Seen so far: ", seen_so_far(status.progress, ", "), "; ", notes, ".")
    totals = counts(status.progress, between=", ", before_total=" ")
    return words("So far: ", totals, "; ", notes, ".")


def _already(status: StatusAnswer) -> Words:
    parts: list[Words | str] = []
    kinds = status.progress.kinds
    if status.progress.failed:
        failures = counted(status.progress.failed, "failure")
        where = "seen so far" if is_partial(status) else "which the card shows"
        parts.append(f"It already has {failures} of {counted(len(kinds), 'kind')}, {where}.")
    if isinstance(status.settlement, Settled) and is_current(status):
        parts.append("It is finished already, so that is not posted.")
    return joined(parts, " ")


def silent(silence: Silence | None) -> Words:
    """That nothing is posted for a while, and what becomes of it; nothing when it is."""
    if silence is None:
        return NOTHING
    told = mute.note(silence.until, quiet=silence.quiet)
    return words("It is ", *told.pieces, ": what happens meanwhile is told in one message then.")


def not_able_to_post(trouble: str | None, command: str, *, elsewhere: bool = False) -> Words:
    """Why nothing can be posted here, and what to do; nothing when it can."""
    if trouble is None:
        return NOTHING
    where = "there" if elsewhere else "here"
    return words(f"I cannot post {where} yet: ", reason(trouble), ". ", mend(trouble, command, where))
