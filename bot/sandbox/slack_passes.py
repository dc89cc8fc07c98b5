"""What the bot is given for one occasion: response URLs for five answers, triggers for one modal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.ports import Clock
from bot.sandbox.slack_entities import RefusedError, ResponseUrl, Trigger

RESPONSE_URL_USES, RESPONSE_URL_AGE, TRIGGER_AGE = 5, timedelta(minutes=30), timedelta(seconds=3)


@dataclass(slots=True)
class Passes:
    """Gives them out and takes them back; ages are the clock's."""

    clock: Clock
    fresh_id: Callable[[str], str]
    _response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    _triggers: dict[str, Trigger] = field(default_factory=dict)

    def new_response_url(self, user: str, channel: str, original: str | None = None) -> ResponseUrl:
        """A way to answer this user here, 5 times within 30 minutes."""
        made = ResponseUrl(self.fresh_id("r"), user, channel, self.clock.now(), original)
        self._response_urls[made.id] = made
        return made

    def use_response_url(self, url_id: str) -> ResponseUrl:
        """Count one use; `expired_url` when it is late or unknown, `used_url` after five."""
        url = self._response_urls.get(url_id)
        if url is None or self.clock.now() - url.made_at > RESPONSE_URL_AGE:
            raise RefusedError("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise RefusedError("used_url")
        url.uses += 1
        return url

    def new_trigger(self, user: str) -> Trigger:
        """A permission for one modal within 3 seconds."""
        made = Trigger(self.fresh_id("trigger."), user, self.clock.now())
        self._triggers[made.id] = made
        return made

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Take the permission; `invalid_trigger_id`, `trigger_expired`, `trigger_exchanged`."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise RefusedError("invalid_trigger_id")
        if trigger.used:
            raise RefusedError("trigger_exchanged")
        if self.clock.now() - trigger.made_at > TRIGGER_AGE:
            raise RefusedError("trigger_expired")
        trigger.used = True
        return trigger
