"""What is known of the line to Slack: which methods must rest, and whether it works."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.errors import InDoubtError, NotSentError, SlackError, TokenRefusedError
from bot.flows.vitals import Vitals
from bot.ports import Clock

MISSING_SCOPE = "missing_scope"  # the token as such is good

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SlackLine:
    """Each method rests on its own when Slack asks for it; trouble is logged once, and its end."""

    clock: Clock
    vitals: Vitals
    _closed_until: dict[str, float] = field(default_factory=dict, init=False)

    def is_closed(self, method: str) -> bool:
        """Whether the method must rest now."""
        return self._rests(method) > 0

    def opens_at(self, method: str) -> datetime:
        """When the method may be used again: now, unless it rests."""
        return self.clock.now() + timedelta(seconds=self._rests(method))

    def _rests(self, method: str) -> float:
        now = self.clock.monotonic()
        return max(self._closed_until.get(method, now) - now, 0.0)

    def is_refused(self) -> bool:
        """Whether Slack takes nothing with our token: nothing is tried until it takes it again."""
        return self.vitals.token_refused

    def refused(self, why: str) -> None:
        """The token is not taken any more; said once, however it is found out."""
        if not self.vitals.token_refused:
            log.error(
                "Slack cannot be used; nothing is lost",
                why=why,
                fix="install the app again; another token goes into SLACK_BOT_TOKEN, and the bot has to be restarted",
            )
        self.vitals.token_refused = True
        self.vitals.slack_trouble = why

    def close(self, method: str, how_long: timedelta) -> None:
        """Let the method rest."""
        self._closed_until[method] = self.clock.monotonic() + how_long.total_seconds()

    def works(self, method: str) -> None:
        """A call was accepted."""
        self.vitals.slack_calls[f"{method} ok"] += 1
        if self.vitals.slack_trouble is not None:
            log.info("Slack answers again")
        self.vitals.slack_trouble = None
        self.vitals.token_refused = False

    def trouble(self, method: str, error: SlackError) -> None:
        """A call was not accepted, or may not have been."""
        self.vitals.slack_calls[f"{method} {error.code}"] += 1
        if error.code == MISSING_SCOPE or not isinstance(error, (NotSentError, TokenRefusedError, InDoubtError)):
            return
        if isinstance(error, TokenRefusedError):
            self.refused(error.code)
        elif self.vitals.slack_trouble != error.code:
            log.warning("Slack cannot be used; nothing is lost", why=error.code)
        if not self.vitals.token_refused:
            self.vitals.slack_trouble = error.code
