"""Which organisations read a channel of the workspace besides its own."""

from bot.sandbox.slack_entities import Channel
from bot.sandbox.workspace import Workspace


def share(workspace: Workspace, channel_id: str, team: str) -> Channel:
    """Let another organisation read a channel, invited or not; returns it."""
    channel = workspace.channel(channel_id)
    channel.invited.discard(team)
    channel.shared_with.add(team)
    workspace.note("shared", channel=channel_id, team=team)
    return channel


def unshare(workspace: Workspace, channel_id: str, team: str) -> Channel:
    """Let it read the channel no more; returns it."""
    channel = workspace.channel(channel_id)
    channel.shared_with.discard(team)
    workspace.note("unshared", channel=channel_id, team=team)
    return channel
