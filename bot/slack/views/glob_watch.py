"""M2 of a glob: its watch was made or changed; and what `unwatch` does to a reference that only a glob covers."""

from bot.domain.answer import ExceptedAnswer, GlobWatchAnswer
from bot.domain.overview_wording import as_typed, every_reference, is_plain, meant, overview_sentence
from bot.domain.watch import Watch
from bot.domain.words import NOTHING, Code, Foreign, Words, joined, listed, words
from bot.slack.views import counts_only
from bot.slack.views.blocks import context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message
from bot.slack.views.undo import undo_button
from bot.slack.views.watch import (
    MORE_OF_THE_SAME,
    WHEN_MUCH_MORE,
    change_and_undo,
    for_me,
    named,
    not_able_to_post,
    placed,
    silent,
    troubles,
    watches_now,
)

_ALWAYS = "when one is finished, and when more of it arrives after that"


def message(answer: GlobWatchAnswer, command: str, *, elsewhere: bool = False) -> Message:
    """What is posted here of every reference that matches, now or later, what is not, and how to stop it.

    `elsewhere`: it is about another channel than that of whoever reads this.
    """
    title, stands = _title(answer, elsewhere=elsewhere), words(overview_sentence(answer.overview), ".")
    trouble = joined([silent(answer.silence), not_able_to_post(answer.trouble, command, elsewhere=elsewhere)], " ")
    near = meant(answer.nearest, f"{command} watch")
    pattern = answer.watch.reference_id
    named_ = as_typed(pattern) if is_plain(pattern) else "<pattern>"
    typed = Code(f"{command} unwatch {named_}{for_me(answer.watch)}")
    leave = Code(f"{command} unwatch <ref> except")
    where = ", typed in our DM." if answer.watch.asked_in else ", typed there." if elsewhere else "."
    stop = words("Stop it with ", typed, "; leave one reference out with ", leave, where)
    less, only = _less_than_asked(answer.watch), counts_only.note(answer.counts_only)
    lines = (title, less, _posted(answer), _not_posted(answer), only, stands, near, trouble)
    text = joined([words(title, "."), less, only, stands, near, trouble], " ")
    ways = change_and_undo(answer.watch, answer.undo)
    return Message(sentence(text), (rich_text(paragraph(lines)), context(stop), *ways))


def excepted(answer: ExceptedAnswer) -> Message:
    """That a reference is silent here now, or that no glob covered it."""
    name = Foreign(answer.reference_id, strong=True)
    if not answer.globs:
        no = " It is not watched here any more." if answer.stopped else " Nothing was changed."
        said = words("No pattern that is watched here covers ", name, ".", no)
    else:
        patterns = listed([words(Foreign(pattern)) for pattern in answer.globs])
        said = words("Nothing more is posted here about ", name, ": it is left out of ", patterns, ".")
    return Message(sentence(said), (rich_text(paragraph([said])), *undo_button(answer.undo)))


def _title(answer: GlobWatchAnswer, *, elsewhere: bool) -> Words:
    watch = answer.watch
    events = "only failures" if watch.only_failures else watch.events.value
    return words(
        watches_now(watch, is_new=answer.is_new, elsewhere=elsewhere),
        *every_reference(watch.reference_id).pieces,
        f" ({events})",
    )


def _posted(answer: GlobWatchAnswer) -> Words:
    watch = answer.watch
    card = "I will post: one card for all of them, now and to come"
    if watch.only_failures:
        each = f"each new kind of failure of each reference once, and again {WHEN_MUCH_MORE}"
        return joined([words(f"{card}; {each}."), placed(watch), named(watch)], " ")
    clips = "finished clips, those of one look together; " if watch.events.tell_completions else ""
    each = f"of each reference each new kind of failure once, and again {WHEN_MUCH_MORE}"
    return joined([words(f"{card}; {each}; {troubles(watch)}{clips}{_ALWAYS}."), placed(watch), named(watch)], " ")


def _less_than_asked(watch: Watch) -> Words:
    """What was asked for and is not told of the whole account; nothing when all is."""
    if not (watch.only_failures and watch.events.tell_completions):
        return NOTHING
    return words(
        f"You asked for {watch.events.value}, but of the whole account I post failures only:",
        " watch a narrower pattern to be told of finished clips.",
    )


def _not_posted(answer: GlobWatchAnswer) -> Words:
    watch = answer.watch
    if watch.only_failures:
        more = ", the finish of a batch (a narrower pattern tells it)"
    else:
        more = "" if watch.events.tell_completions else ", single finished clips"
    return words(f"I will not post: what happened before{more}, or {MORE_OF_THE_SAME}.")
