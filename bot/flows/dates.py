"""Understand a time that somebody typed, in their own time zone where they name none."""

import asyncio
from dataclasses import dataclass

import structlog

from bot.domain.natural_time import TypedTime, names_zone, typed_time
from bot.domain.typed_hours import typed_zone
from bot.errors import BadCommandError, SlackError
from bot.ports import Clock, People

log = structlog.get_logger(__name__)
_ANY = "UTC"  # gives an abbreviation no other meaning than the usual one


@dataclass(frozen=True, slots=True)
class Dates:
    """Asks Slack for people's zones. The tables of zones are files, so reading a time is done beside the event loop."""

    people: People
    clock: Clock

    async def understood(self, text: str, person: str) -> TypedTime:
        """The moment that was meant; raises `BadCommandError`, also where no zone is known: none is guessed."""
        now = self.clock.now()
        is_named = await asyncio.to_thread(names_zone, text, now)
        try:
            own = await self.people.zone(person)
        except SlackError as error:
            log.warning("a person's time zone could not be asked for", why=error.why)
            if not is_named:
                await asyncio.to_thread(typed_time, text, now, _ANY)  # what is wrong besides is told first
                raise _no_zone(text, error) from error
            own = _ANY
        return await asyncio.to_thread(typed_time, text, now, own)

    async def zone(self, typed: str, person: str) -> str:
        """The zone that was typed behind a time of the day, else the person's own; raises `BadCommandError`."""
        try:
            own = await self.people.zone(person)
        except SlackError as error:
            log.warning("a person's time zone could not be asked for", why=error.why)
            if not typed:
                raise BadCommandError(
                    f"Slack did not tell me your time zone ({error.why}), and I do not guess it. Type it at the end,"
                    " such as `Europe/Berlin` or `UTC`. Nothing was changed."
                ) from error
            own = _ANY
        return await asyncio.to_thread(typed_zone, typed, own, self.clock.now()) if typed else own


def _no_zone(text: str, error: SlackError) -> BadCommandError:
    typed = " ".join(text.split()).replace("`", "'")
    return BadCommandError(
        f"Slack did not tell me your time zone ({error.why}), and I do not guess it. Type the zone too, such as"
        f" `{typed} Europe/Berlin` or `{typed} UTC`. Nothing was changed."
    )
