"""Reading one key of a payload: what is not as Slack promises becomes a sentence for a person."""

from collections.abc import Mapping

from bot.errors import LipsyncBotError

Fields = Mapping[str, object]


class PayloadError(LipsyncBotError):
    """Slack sent something without what is needed to do it; the text says so to the person who typed or clicked."""


def mapping(value: object, name: str) -> Fields:
    """An object that must be there."""
    if not isinstance(value, Mapping):
        raise odd(name)
    return value


def part(value: object) -> Fields:
    """An object that may be missing: then it is empty."""
    return value if isinstance(value, Mapping) else {}


def text(fields: Fields, key: str, otherwise: str | None = None) -> str:
    """A string; one that may be missing is `otherwise`."""
    value = fields.get(key, otherwise)
    if value is None and otherwise is not None:
        return otherwise
    if not isinstance(value, str) or (otherwise is None and not value) or not _sound(value):
        raise odd(key)
    return value


def url(fields: Fields) -> str:
    """The address to answer at."""
    address = text(fields, "response_url")
    if not address.startswith(("https://", "http://")):
        raise odd("response_url")
    return address


def odd(what: str) -> PayloadError:
    """What to say when `what` is missing or makes no sense."""
    return PayloadError(
        f"Slack sent this without a usable `{what}`, so nothing was done. Try again; it has been logged."
    )


def _sound(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" or character == "\x00" for character in value)
