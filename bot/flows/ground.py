"""What the flows stand on."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass

from bot.flows.identity import Identity
from bot.flows.routine import Alarm
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.ports import Chat, Clock, HomeTab, People, Workflows
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Ground:
    """All that the flows are given. `introduce` asks Slack who the bot is, `tend_connection` looks after the socket.

    `granted` asks Slack for the scopes of the bot's token.
    """

    rules: Rules
    clock: Clock
    alarm: Alarm
    store: Store
    vitals: Vitals
    identity: Identity
    source: Source
    chat: Chat
    people: People
    workflows: Workflows
    introduce: Callable[[], Awaitable[None]]
    tend_connection: Callable[[], Awaitable[None]]
    granted: Callable[[], Awaitable[Set[str]]]
    home_tab: HomeTab
