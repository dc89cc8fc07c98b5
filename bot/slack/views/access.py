"""M11: the bot may not post to a place; told once to the author of its watches, or of its digest."""

from bot.domain.announcement import AccessFacts
from bot.domain.words import NOTHING, Code, Foreign, Place, Words, counted, listed, words
from bot.slack.views.blocks import context, paragraph, rich_text
from bot.slack.views.escape import is_channel, sentence
from bot.slack.views.message import Message

_NOT_INVITED = ("not_in_channel", "channel_not_found")
_DELETED = "channel_deleted"
_MISSING_SCOPE = "missing_scope"  # with the scope behind it, when Slack told
_MOST_REFERENCES = 10


def message(facts: AccessFacts, command: str) -> Message:
    """Where it fails, why, what was kept and what to do."""
    where = _where(facts)
    fails = words("I cannot post to ", *where.pieces, ": ", reason(facts.why), ".")
    todo = mend(facts.why, command)
    kept = words("All watches are kept", _references(facts.references), ".")
    if not facts.references:
        kept = words("The digest that you asked for there comes at its next time after that.")
    text = sentence(words(fails, " ", todo, " ", kept))
    told = rich_text(paragraph([fails, todo, kept]))
    if facts.why == _DELETED:
        return Message(text, (told,))
    return Message(text, (told, context(words("I try again every 5 minutes, and at the next command there."))))


def state(trouble: str | None) -> Words:
    """The state of a watch in one word or two, by what keeps it from posting."""
    if trouble is None:
        return words("active")
    if trouble in _NOT_INVITED:
        return words("waiting for an invitation")
    if trouble == _DELETED:
        return words("channel deleted")
    return words("archived") if trouble == "is_archived" else words("cannot post: ", _word(trouble))


def mend(why: str, command: str, where: str = "there", then: str = "it starts by itself") -> Words:
    """What a person can do about it; `then` is what comes after an invitation."""
    if why in _NOT_INVITED:
        bot = command.removeprefix("/")
        return words("Type ", Code(f"/invite @{bot}"), f" {where}, and {then}.")
    if why == "is_archived":
        return words("Unarchive it, or watch from another channel.")
    if why == _DELETED:
        return words("Watch from another channel.")
    if why.startswith(_MISSING_SCOPE):
        manifest, doctor = Code("lipsync-bot manifest"), Code("lipsync-bot doctor")
        return words(
            "Whoever runs the bot has to put what ", manifest, " prints into the Slack app and install it again; ",
            doctor, " tells what is missing.",
        )  # fmt: skip
    return words("An administrator of the workspace may have to allow it.")


def reason(why: str) -> Words:
    """Why the bot cannot post, without a full stop."""
    if why in _NOT_INVITED:
        return words("I was not invited")
    if why == _DELETED:
        return words("it was deleted")
    if why.startswith(_MISSING_SCOPE):
        scope = why.removeprefix(_MISSING_SCOPE).strip()
        named = words(" (scope ", _word(scope), ")") if scope else NOTHING
        return words("the app lacks a permission for it", named)
    return words("it is archived") if why == "is_archived" else words("Slack answered ", _word(why))


def _word(why: str) -> Foreign:
    return Foreign(why, 60)


def _where(facts: AccessFacts) -> Words:
    if is_channel(facts.trouble_place) or not facts.place_name:
        return words(Place(facts.trouble_place, facts.place_name))
    return words(Foreign(facts.place_name))


def _references(references: tuple[str, ...]) -> Words:
    if not references:
        return NOTHING
    names: list[Words | str] = [words(Foreign(each, 60)) for each in references[:_MOST_REFERENCES]]
    more = len(references) - _MOST_REFERENCES
    return words(": ", listed([*names, counted(more, "other")] if more > 0 else names))
