"""The messages of `test`, which nobody can take for real ones, and what is told to the one who asked for them."""

from bot.domain.people_answer import TrialAnswer
from bot.domain.words import Foreign, Strong, Words, counted, joined, listed, words
from bot.slack.views.access import mend, reason
from bot.slack.views.blocks import bullets, paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message

NAMES = {
    "card": "the card of a watch, which is edited in place",
    "failure": "a new kind of failure",
    "ping": "a kind of failure that has become much more frequent",
    "assigned": "failures that somebody was asked to look at",
    "clips": "finished clips",
    "finished": "a finished batch",
    "short": "a batch that settled with fewer requests than expected",
    "risk": "a deadline that is at risk",
    "reopened": "a batch that goes on after it had finished",
    "stuck": "requests that are stuck",
    "missing": "a submission that stopped before all had come",
    "stalled": "an account in which nothing moves",
    "catch_up": "what happened while nothing could be read, or while a place was muted or quiet",
    "digest": "the digest of a day",
    "access": "trouble with access, which goes to the person who made the watch",
    "stale": "data that is old, since nothing can be read",
    "back": "data that is up to date again",
}


def marked(kind: str, shown: Message) -> Message:
    """The message as an example: said to be one before anything else, and without buttons."""
    mark = words(Strong("TEST"), f" · an example of {NAMES[kind]}. Nothing happened.")
    rest = [block for block in shown.blocks if block["type"] != "actions"]
    return Message(f"TEST, nothing happened: {shown.text}", (rich_text(paragraph([mark])), *rest))


def message(answer: TrialAnswer, command: str) -> Message:
    """What is posted, and what is missing with how to mend it."""
    said, missing = _said(answer, command), _missing(answer)
    if answer.unable is None and not missing and not answer.under_way:
        missing = [words("Nothing is missing: the app has its permissions, and I can read the history here.")]
    text = joined([said, *missing], " ")
    listed_ = (bullets(missing),) if missing else ()
    return Message(sentence(text), (rich_text(paragraph([said]), *listed_),))


def _said(answer: TrialAnswer, command: str) -> Words:
    if answer.unable is not None:
        why = words("I cannot post here: ", reason(answer.unable), ". Nothing was posted.")
        return joined([why, mend(answer.unable, command, "here", "test again")], " ")
    if answer.under_way:
        return words("A test is under way here already: its messages come first. Nothing more was posted.")
    return words(f"Posting {counted(answer.messages, 'message')} here, one a second, each marked TEST.")


def _missing(answer: TrialAnswer) -> list[Words]:
    lines = []
    if answer.lacking:
        scopes = listed([words(Foreign(scope, strong=True)) for scope in answer.lacking])
        lines.append(words("The app lacks ", scopes, ": whoever runs me has to install it anew from its manifest."))
    if answer.history is not None:
        lines.append(words("I cannot read the history here (", Foreign(answer.history, 60), _AT_LEAST_ONCE))
    if answer.unchecked is not None:
        lines.append(words("Slack could not be asked for all of it (", Foreign(answer.unchecked, 60), "): try again."))
    return lines


_AT_LEAST_ONCE = "): when Slack's answer to a post is lost, I cannot look whether it is there, so it may come twice."
