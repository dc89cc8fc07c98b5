"""What channels have set; every change ends what is watched there and must not be any more."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.deed import EVERYTHING, Deed, Did
from bot.domain.policy import Policy, SetPolicy, outside
from bot.domain.watch import Events, Watch
from bot.store.accounts import lock_account
from bot.store.database import Database
from bot.store.deeds import note
from bot.store.outside import end_outside
from bot.store.policy_rows import policy_at, write_policy
from bot.store.watching import touch_cards, with_own_card


@dataclass(frozen=True, slots=True)
class Saved:
    """What holds now, and the watches that ended with it."""

    now: SetPolicy
    ended: tuple[Watch, ...]


@dataclass(frozen=True, slots=True)
class Policies:
    """The settings of all channels; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def at(self, workspace_id: str, place: str) -> SetPolicy | None:
        """Those of a place; None where nothing was ever set."""
        return await self.database.read(lambda connection: policy_at(connection, workspace_id, place))

    async def outside(self, workspace_id: str, place: str, policy: Policy) -> tuple[Watch, ...]:
        """The watches of a place that would end with these settings, the oldest first."""
        return await self.database.read(
            lambda connection: outside(policy, with_own_card(connection, workspace_id, place))
        )

    async def set(
        self,
        account_id: str,
        workspace_id: str,
        place: str,
        policy: Policy,
        *,
        version: int,
        person: str,
        now: datetime,
    ) -> Saved | None:
        """Let these settings hold instead of those of this `version` (0: none), and end what is outside of them.

        Returns None, and does nothing, when somebody has set something else since.
        """

        def work(connection: Connection) -> Saved | None:
            readings = lock_account(connection, account_id)
            before = policy_at(connection, workspace_id, place)
            if (before.version if before else 0) != version:
                return None
            after = SetPolicy(policy, version + 1, person, now)
            write_policy(connection, workspace_id, place, after)
            note(connection, Deed(now, workspace_id, place, person, Did.SETTINGS, EVERYTHING, _details(policy)))
            ended = end_outside(connection, workspace_id, place, policy, readings, person, now)
            touch_cards(connection, [watch.id for watch in with_own_card(connection, workspace_id, place)])
            return Saved(after, ended)

        return await self.database.write(work)


def _details(policy: Policy) -> dict[str, str]:
    """The settings as the audit tells them."""
    return {
        "patterns": ", ".join(policy.patterns) or "all",
        "managers": " ".join(policy.managers) or "everybody",
        "links": policy.links.value,
        "for": policy.events.value if policy.events else Events.PROBLEMS.value,
    }
