"""Who the bot is in Slack, once Slack has told."""

from dataclasses import dataclass


@dataclass(slots=True)
class Identity:
    """`workspace_id` is the team id of `auth.test`, empty until Slack answered for the first time.

    `scopes` is what the token may do; empty as long as Slack did not tell.
    """

    workspace_id: str = ""
    bot_user_id: str = ""
    bot_id: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def known(self) -> bool:
        """Whether Slack has told yet."""
        return bool(self.workspace_id)
