"""What reaches the bot otherwise than by its command and its buttons: words, shortcuts, Home, and what Slack tells."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.slack.listeners.events import EventsListener
from bot.slack.listeners.home import HomeListener
from bot.slack.listeners.mentioned import MentionedListener
from bot.slack.listeners.status_form import StatusFormListener
from bot.slack.listeners.unfurl import UnfurlListener
from bot.slack.listeners.words import WordsListener
from bot.slack.payload import Asked
from bot.slack.reply import Reply


@dataclass(frozen=True, slots=True)
class ElsewhereListener:
    """Registers them in the order in which they have to hear; `answer` is what a typed command comes to."""

    words: WordsListener
    mentioned: MentionedListener
    status_form: StatusFormListener
    unfurl: UnfurlListener
    home: HomeListener
    events: EventsListener

    def register(self, app: AsyncApp, answer: Callable[[Asked, Reply], Awaitable[None]]) -> None:
        """Listen to all of it; the events that nobody else hears come last."""
        self.words.register(app, answer)
        for listener in (self.mentioned, self.status_form, self.unfurl, self.home, self.events):
            listener.register(app)
