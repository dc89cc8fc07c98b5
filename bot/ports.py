"""What flows need from the edges, in the flows' own words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.announcement import Said
from bot.domain.delivery import HistoryPage, Manner, Posted
from bot.domain.finding import Greeting
from bot.domain.home import HomeFacts
from bot.domain.request import LipsyncRequest, Page
from bot.domain.sheet import File
from bot.domain.unfurl import Glimpse
from bot.domain.workflow_answer import SeenChannel


class Clock(Protocol):
    """The time, and waiting for it; tests give one that they move by hand."""

    def now(self) -> datetime:
        """The present, aware and in UTC; somebody may set it forward or back."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment, which nobody can set: for how long something lasts or must wait."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less only yields."""
        ...


class Chamelaion(Protocol):
    """The account at Chamelaion. Every method is one call and raises only `errors.ChamelaionError`s."""

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        """One page of the account's requests, or of one reference's."""
        ...

    async def retrieve(self, request_id: str) -> LipsyncRequest:
        """One request by its UUID; `NoSuchRequestError` when there is none."""
        ...


class Chat(Protocol):
    """The workspace in Slack. Every method is one attempt, never repeated, and raises only `errors.SlackError`s."""

    async def post(self, place: str, said: Said, manner: Manner, *, delivery_id: str, repeat: bool) -> Posted:
        """Post a new message to a channel, or to a person's DM with the bot when `place` is a user id.

        `NoThreadError` when it cannot be a reply to the message that `manner` names.
        """
        ...

    async def update(self, posted: Posted, said: Said, manner: Manner, *, repeat: bool = False) -> None:
        """Edit a message in place, with its line that it may be a `repeat`.

        `NoMessageError` when it is gone or can no longer be edited.
        """
        ...

    async def find(
        self, place: str, since: datetime, until: datetime, *, thread_ts: str | None = None, cursor: str | None = None
    ) -> HistoryPage:
        """One page of what deliveries show between these times in a place, or under a message of it.

        `NoHistoryError` when that cannot be read.
        """
        ...

    async def delete(self, posted: Posted) -> None:
        """Take back one of the bot's own messages; `NoMessageError` when it is gone or cannot be deleted."""
        ...

    async def is_shared(self, place: str) -> bool:
        """Whether another organisation reads a channel, or was invited to; nobody is kept waiting long for it."""
        ...

    async def hand(self, person: str, file: File) -> None:
        """Send a file to a person alone, in their DM with the bot.

        `InDoubtError` when it may have arrived; after every other error it has not.
        """
        ...


class Unfurler(Protocol):
    """What is shown below the messages of people. One attempt, never repeated; raises only `errors.SlackError`s."""

    async def unfurl(self, place: str, ts: str, glimpses: Sequence[Glimpse]) -> None:
        """Show this below the message, each under its link; `NoMessageError` when the message has no such link."""
        ...


class People(Protocol):
    """The people of the workspace, as far as the bot asks for them; raises only `errors.SlackError`s."""

    async def zone(self, person: str) -> str:
        """The IANA name of the time zone that a person (user id) has set in Slack."""
        ...

    async def organisation(self, person: str) -> str:
        """The id of the organisation that a person (user id) is of, or of its only workspace; empty if not told."""
        ...


class Workflows(Protocol):
    """Slack's Workflow Builder. Every method is one attempt, never repeated, and raises only `errors.SlackError`s."""

    async def complete(self, execution_id: str, outputs: Mapping[str, str | int | bool]) -> None:
        """The step went well; `RefusedMessageError` when the outputs are not those that the app has promised.

        `StepOverError` where Slack does not wait for the step any more.
        """
        ...

    async def fail(self, execution_id: str, sentence: str) -> None:
        """The step did not go well, which Slack tells people with this sentence; errors as above."""
        ...

    async def channel(self, channel_id: str) -> SeenChannel:
        """A channel; one that the bot may not see has no name."""
        ...


class HomeTab(Protocol):
    """The Home tabs of the workspace; raises only `errors.SlackError`s. Showing the same twice does no harm."""

    def digest(self, facts: HomeFacts) -> str:
        """What this would look like, in short and without ages: equal digests need not be shown again."""
        ...

    async def publish(self, facts: HomeFacts) -> None:
        """Show this to the person whom it is about, in one attempt.

        `InDoubtError` and `NotSentError` may pass; after another error but `SlackBusyError` it never will.
        """
        ...


class KnowsItself(Protocol):
    """The account at Chamelaion, as far as `doctor` asks it; raises only `errors.ChamelaionError`s."""

    async def whoami(self) -> str:
        """The name of the API token."""
        ...

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        """As in `Chamelaion`."""
        ...


class FrontDesk(Protocol):
    """Slack, as far as `doctor` asks it: nothing is posted. Raises only `errors.SlackError`s."""

    async def greet(self) -> Greeting:
        """Who the bot token is, and what it may do."""
        ...

    async def offer_socket(self) -> None:
        """Ask for a Socket Mode connection with the app token, without making it."""
        ...
