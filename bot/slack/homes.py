"""Home tabs as Slack shows them: drawn, told apart, and published."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.home import HomeFacts
from bot.errors import InDoubtError, RefusedMessageError
from bot.slack.outcome import is_fault_of_the_moment
from bot.slack.screen import Screens
from bot.slack.views import home

_AGE = re.compile(r"<!date\^\d+\^\{ago\}\|[^>]*>")


@dataclass(frozen=True, slots=True)
class SlackHomes:
    """`command` is the slash command's name."""

    screens: Screens
    command: str

    def digest(self, facts: HomeFacts) -> str:
        """What this would look like, without how long ago anything was."""
        drawn = _without_ages(home.view(facts, self.command).payload())
        return hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()

    async def publish(self, facts: HomeFacts) -> None:
        """Show it. An answer that nobody knows is Slack's last word here: asked again it would be the same."""
        try:
            await self.screens.publish(facts.person, home.view(facts, self.command))
        except InDoubtError as error:
            if is_fault_of_the_moment(error):
                raise
            raise RefusedMessageError(error.code) from error


def _without_ages(value: object) -> object:
    if isinstance(value, Mapping):
        if value.get("type") == "date" and value.get("format") == "{ago}":
            return "{ago}"
        return {name: _without_ages(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_ages(each) for each in value]
    return _AGE.sub("{ago}", value) if isinstance(value, str) else value
