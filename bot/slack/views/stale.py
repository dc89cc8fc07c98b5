"""M11: what is watched here cannot be read, told once to each place, and once that it can again."""

from datetime import timedelta

from bot.domain.announcement import BackFacts, StaleFacts
from bot.domain.words import At, Code, Foreign, Strong, Words, counted, listed, words
from bot.slack.views.blocks import context, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message

_LONGEST_REASON = 200
_LONGEST_NAME = 60
_SAME_DAY = timedelta(hours=12)


def away(facts: StaleFacts, command: str) -> Message:
    """Since when and why nothing could be read, what may have moved on meanwhile, and what is done about it."""
    since = words("Nothing could be read from Chamelaion since ", At(facts.since, "day"))
    why = words(since, ": ", Foreign(facts.why, _LONGEST_REASON))
    title = words(Strong("The data is old"), " · read ", At(facts.since, "ago"))
    what = words(
        f"{counted(facts.open, 'request')} of {counted(facts.batches, 'batch', 'batches')} watched here may have"
        " moved on since: ",
        _names(facts),
    )
    todo = _todo(facts, command)
    text = sentence(words("The data is old. ", why, ". ", what, ". ", todo))
    return Message(text, (rich_text(paragraph([title, words(why, "."), words(what, ".")])), context(todo)))


def back(facts: BackFacts) -> Message:
    """From when to when; what happened meanwhile is on the cards."""
    until = At(facts.until, "time" if facts.until - facts.since < _SAME_DAY else "day")
    title = words(Strong("The data is up to date again"))
    gap = words("Nothing could be read from Chamelaion between ", At(facts.since, "day"), " and ", until, ".")
    news = "Nothing happened meanwhile that I would have told here; the cards show how all stands."
    if facts.muted:
        news = "What happened meanwhile is told here when it is not muted any more; the cards show how all stands."
    text = sentence(words("The data is up to date again. ", gap, " ", news))
    return Message(text, (rich_text(paragraph([title, gap, words(news)])),))


def _names(facts: StaleFacts) -> Words:
    names: list[Words | str] = [words(Foreign(name, _LONGEST_NAME)) for name in facts.references]
    more = facts.batches - len(names)
    return listed([*names, counted(more, "other")] if more > 0 else names)


def _todo(facts: StaleFacts, command: str) -> Words:
    kept = words("All watches are kept; I go on trying, and say here when the data is up to date again.")
    if not facts.key_refused:
        return words(kept, " ", Code(f"{command} about"), " shows how it stands.")
    return words(
        "Whoever runs the bot has to give it a key that works (",
        Code("lipsync-bot doctor"),
        " tells how). ",
        kept,
    )
