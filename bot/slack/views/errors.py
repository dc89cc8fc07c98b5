"""M12: what happened, what was kept, what to do."""

from bot.domain.words import Code, Foreign, Person, Words, clean, duration, listed, words
from bot.errors import (
    BadCommandError,
    BadRequestError,
    ChamelaionError,
    KeyRefusedError,
    NoScreenError,
    NoSuchRequestError,
    NotAllowedError,
    RateLimitedError,
    SlackBusyError,
    SlackError,
    StoreError,
)
from bot.slack.views.blocks import paragraph, rich_text
from bot.slack.views.escape import sentence
from bot.slack.views.message import Message
from bot.slack.views.view import View

_LONGEST, _LONGEST_ADVICE = 300, 600
_KEPT = " All watches are kept."
_OPERATOR = " Whoever runs the bot can see why in its log."


def message(error: Exception) -> Message:
    """A sentence for a person from any error; what is not ours to show is only named as a fault of the bot."""
    said = _said(error)
    return Message(sentence(said), (rich_text(paragraph([said])),))


def view(error: Exception) -> View:
    """The same as a modal."""
    return View((rich_text(paragraph([_said(error)])),), title="That did not work")


def plain(error: Exception) -> str:
    """The same as plain text, for a field of a modal: code stands in quotes, and nobody can be named."""
    if isinstance(error, NotAllowedError) and error.managers:
        return f'{error}: "settings" shows who they are. Nothing was changed.'
    said = (f'"{each.text}"' if isinstance(each, Code) else each for each in _said(error).pieces)
    return str(words(*said))


def _said(error: Exception) -> Words:
    return _chamelaion(error) if isinstance(error, ChamelaionError) else _other(error)


def _chamelaion(error: ChamelaionError) -> Words:
    match error:
        case KeyRefusedError():
            return words("The Chamelaion API refused the bot's key, so nothing can be read.", _KEPT, _OPERATOR)
        case RateLimitedError(retry_after=None):
            return words("The Chamelaion API is busy (429).", _KEPT, " Try again in a minute.")
        case RateLimitedError(retry_after=pause) if pause is not None:
            return words(f"The Chamelaion API is busy (429).{_KEPT} Try again in {duration(pause)}.")
        case BadRequestError():
            return words(
                "The Chamelaion API does not take this: ", Foreign(str(error), _LONGEST), ". Nothing was changed."
            )
        case NoSuchRequestError():
            return words("There is no request with this id. Check its spelling.")
        case _:
            why = Foreign(str(error), _LONGEST)
            return words("The Chamelaion API could not be read: ", why, ".", _KEPT, " Try again in a minute.")


def _other(error: Exception) -> Words:
    match error:
        case NotAllowedError(managers=managers) if managers:
            who = listed([words(Person(each)) for each in managers])
            return words(f"{error}: ", who, ". Nothing was changed; ask one of them.")
        case BadCommandError():
            return _with_code(str(error))
        case NoScreenError():
            return words("Slack gave me three seconds to open this, and they were over. Nothing was done; try again.")
        case SlackBusyError():
            return words(f"Slack is busy; nothing was done. Try again in {duration(error.retry_after)}.")
        case SlackError():
            return words("Slack did not take it (", Foreign(error.code, 60), ").", _KEPT, " Try again in a minute.")
        case StoreError():
            return words("The bot's memory could not be used; nothing was half done. Try again in a minute.", _OPERATOR)
        case _:
            return words("Something went wrong in the bot; nothing was half done. Try again in a minute.", _OPERATOR)


def _with_code(text: str) -> Words:
    """A text for a person, in which what stands between two backticks can be typed."""
    cut = text if len(text) <= _LONGEST_ADVICE else f"{text[: _LONGEST_ADVICE - 1]}…"
    parts = [part for part in enumerate(cut.split("`")) if part[1]]
    return words(*(Code(clean(part, _LONGEST_ADVICE)) if number % 2 else _plain(part) for number, part in parts))


def _plain(part: str) -> Words:
    """Text whose spaces at the ends stay, since code stands beside them."""
    if part.isspace():
        return words(" ")
    return words(" " * part.startswith(" "), Foreign(part, _LONGEST_ADVICE), " " * part.endswith(" "))
