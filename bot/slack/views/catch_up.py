"""M8: what happened while nothing could be read, or while a place was muted or quiet, as one message for each place."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.announcement import CatchUpFacts, Meanwhile
from bot.domain.deadline_wording import RISK
from bot.domain.failure import FailureKind
from bot.domain.risk_facts import Level
from bot.domain.wording import bar, counts, finished_sentence, first_and_latest, kind_line, short_sentence
from bot.domain.words import NOTHING, At, Code, Foreign, Strong, Words, counted, joined, listed, number, words
from bot.slack.actions import CATCH_UP_FAILURES
from bot.slack.views.blocks import bullets, buttons, code, context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message

_MOST_IN_FULL = 8
_MOST_IN_A_LINE = 30
_MOST_IN_THE_SENTENCE = 3
_MOST_KINDS = 12
_MOST_IDS = 60  # of all kinds together
_MOST_IDS_OF_A_KIND = 20
_MOST_KINDS_IN_THE_SENTENCE = 3
_SAME_DAY = timedelta(hours=12)
_WHILE = {
    "away": "while I could not look",
    "muted": "while this was muted",
    "quiet": "while it was quiet here",
}
_INSTEAD = " · told in one message instead of one by one"


def message(facts: CatchUpFacts, command: str) -> Message:
    """The gap, then what failed in new ways with ids, then the other references in a line each.

    A reference that is alone is shown in full as well.
    """
    alone = len(facts.references) == 1
    in_full = [one for one in facts.references if one.kinds or alone][:_MOST_IN_FULL]
    in_a_line = facts.references[len(in_full) :]
    blocks = [_head(facts), *_in_full(in_full)]
    if in_a_line:
        blocks.append(_in_lines(in_a_line))
    blocks.append(context(*_small_print(facts, command)))
    return Message(sentence(_sentence(facts)), (*blocks, *_buttons(facts)))


def _head(facts: CatchUpFacts) -> Block:
    title = words(Strong("Catch-up" if facts.why == "away" else "Summary"), " · what happened ", _gap(facts))
    return rich_text(paragraph([title, _totals(facts)] if len(facts.references) > 1 else [title]))


def _gap(facts: CatchUpFacts) -> Words:
    """Why nothing could be read is not knowable: the bot, the API or what lies between may have been away."""
    until = At(facts.until, "time" if facts.until - facts.since < _SAME_DAY else "day")
    return words(f"{_WHILE[facts.why]}, from ", At(facts.since, "day"), " to ", until)


def _totals(facts: CatchUpFacts, between: str = " · ") -> Words:
    """Such as "3 batches · 1 finished, 1 reopened · 24 clips finished, 9 failed"."""
    all_of = facts.references
    ends = (
        (sum(one.ending == "finished" for one in all_of), "finished"),
        (sum(one.ending == "short" for one in all_of), "settled short"),
        (sum(one.ending is None and one.arrived > 0 for one in all_of), "reopened"),
    )
    ended = joined([f"{number(n)} {what}" for n, what in ends if n], ", ")
    clips = _clips(sum(one.completed for one in all_of), sum(one.failed for one in all_of))
    batches = counted(len(all_of), "batch", "batches")
    return joined([batches, ended, clips], between)


def _clips(completed: int, failed: int) -> str:
    """Such as "20 clips finished, 6 failed"."""
    if not completed:
        return f"{counted(failed, 'clip')} failed" if failed else ""
    return f"{counted(completed, 'clip')} finished" + (f", {number(failed)} failed" if failed else "")


# --- one reference ---


def _in_full(references: Sequence[Meanwhile]) -> list[Block]:
    kinds = sum(len(one.kinds) for one in references)
    ids = min(_MOST_IDS // max(min(kinds, _MOST_KINDS), 1), _MOST_IDS_OF_A_KIND)
    blocks, left = [], _MOST_KINDS
    for one in references:
        blocks.append(_reference(one, one.kinds[:left], ids))
        left = max(left - len(one.kinds), 0)
    return blocks


def _reference(one: Meanwhile, kinds: Sequence[FailureKind], ids: int) -> Block:
    title = words(Foreign(one.progress.reference_id, strong=True), " · ", _headline(one))
    clips = _clips(one.completed, one.failed)
    meanwhile = words(f"Meanwhile {clips}") if clips else NOTHING
    stuck = words(_stuck(one)) if one.stuck else NOTHING
    lines = [title, words(bar(one.progress)), counts(one.progress), meanwhile, stuck, _kinds_title(one)]
    parts = [paragraph(line for line in lines if line)]
    for kind in kinds:
        name = words(Foreign(kind.name, 160, strong=True), f" ×{number(kind.count)}")
        parts += (paragraph([name, first_and_latest(kind.first_at, kind.last_at)]), *code(kind.ids, ids))
    if more := len(one.kinds) - len(kinds):
        parts.append(paragraph([words(f"and {counted(more, 'more new kind')}")]))
    return rich_text(*parts)


def _headline(one: Meanwhile) -> Words:
    reopened = f"reopened with {counted(one.arrived, 'new request')}" if one.arrived else ""
    if one.ending is None:
        return words(reopened or f"{one.progress.percent}% finished", _due(one))
    if one.ending == "finished":
        return words(f"{reopened}, then " if reopened else "", finished_sentence(one.progress), _due(one))
    return words(f"{reopened}, then " if reopened else "", short_sentence(one.progress))


def _due(one: Meanwhile) -> str:
    """What was last to be told of its deadline; of what has ended only that it was missed."""
    is_told = one.risk is Level.MISSED or (one.risk is not None and one.ending is None)
    return f", {RISK[one.risk]}" if one.risk is not None and is_told else ""


def _stuck(one: Meanwhile) -> str:
    """Such as "2 are stuck"; empty when none is."""
    return f"{number(one.stuck)} {'is' if one.stuck == 1 else 'are'} stuck" if one.stuck else ""


def _kinds_title(one: Meanwhile) -> Words:
    return words(f"New failures, {counted(len(one.kinds), 'kind')}") if one.kinds else NOTHING


def _in_lines(references: Sequence[Meanwhile]) -> Block:
    shown = [_line(one) for one in references[:_MOST_IN_A_LINE]]
    more = len(references) - len(shown)
    if more > 0:
        shown.append(words(f"and {counted(more, 'more batch', 'more batches')}"))
    return rich_text(bullets(shown))


def _line(one: Meanwhile) -> Words:
    kinds = f"{counted(len(one.kinds), 'new kind')} of failure" if one.kinds else ""
    name = words(Foreign(one.progress.reference_id, strong=True))
    totals = NOTHING if one.ending == "short" else counts(one.progress, before_total=" ")  # which it says already
    return joined([name, _headline(one), totals, _stuck(one), kinds], " · ")


# --- the rest ---


def _small_print(facts: CatchUpFacts, command: str) -> tuple[Words, ...]:
    read = words("Read " if facts.why == "away" else "As of ", At(facts.until, "ago"), _INSTEAD)
    if len(facts.references) == 1:
        return (read,)
    if not any(any(kind.ids) for one in facts.references for kind in one.kinds):
        return read, words(Code(f"{command} watches"), " shows every batch")
    failures = words(Code(f"{command} failures"), " with a reference shows more ids")
    return read, words(failures, " · ", Code(f"{command} watches"), " shows every batch")


def _buttons(facts: CatchUpFacts) -> tuple[Block, ...]:
    one = facts.references[0]
    if len(facts.references) > 1 or not one.progress.failed:
        return ()
    return buttons(one.progress.reference_id, (CATCH_UP_FAILURES, "Failures"))


def _sentence(facts: CatchUpFacts) -> Words:
    told: list[Words | str] = [_in_sentence(one) for one in facts.references[:_MOST_IN_THE_SENTENCE]]
    more = len(facts.references) - len(told)
    if more > 0:
        told.append(f"and {counted(more, 'more batch', 'more batches')}")
    totals = _totals(facts, ", ") if len(facts.references) > 1 else NOTHING
    return words(_gap(facts), ": ", joined([totals, *told], "; "), ".")


def _in_sentence(one: Meanwhile) -> Words:
    """Such as "batch finished with 6 failures open: 34 done, 6 failed of 40, new: no face detected ×5"."""
    names = [kind_line(kind) for kind in one.kinds[:_MOST_KINDS_IN_THE_SENTENCE]]
    more = len(one.kinds) - len(names)
    kinds = listed([*names, counted(more, "more kind")] if more > 0 else names)
    new = words(", new: ", kinds) if kinds else NOTHING
    totals = counts(one.progress, between=", ", before_total=" ")
    stuck = f", {_stuck(one)}" if one.stuck else ""
    return words(Foreign(one.progress.reference_id), f" {_state(one)}: ", totals, stuck, new)


def _state(one: Meanwhile) -> str:
    """The headline as the rest of a sentence that begins with the batch."""
    if one.ending == "finished":
        return f"{finished_sentence(one.progress)}{_due(one)}"
    if one.ending == "short":
        return f"settled short{_due(one)}"
    if one.arrived:
        return f"reopened with {counted(one.arrived, 'new request')}{_due(one)}"
    return f"is {one.progress.percent}% finished{_due(one)}"
