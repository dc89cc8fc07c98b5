"""The manifest of the Slack app: what it may do, and where Slack finds it, as YAML to paste."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from bot.domain.workflow import FORMS, Form, Parameter
from bot.errors import SettingsError
from bot.slack.callbacks import STATUS_ANYWHERE, WATCH_THIS

COMMAND = "/lipsync"
PATH = "/slack/events"
LONGEST_URL = 3_000

SCOPES: Mapping[str, str] = {
    "commands": "the slash command and the shortcuts",
    "chat:write": "cards and alerts, where the bot was invited",
    "im:write": "opens the DM with a person, to tell them about access trouble",
    "files:write": "sends a file that somebody asked for, to their DM with the bot only",
    "channels:history": "after an attempt whose answer was lost, looks whether the message is there: public channels",
    "groups:history": "the same in private channels",
    "im:history": "the same in DMs, and reads what it is told in its own",
    "mpim:history": "the same in group DMs",
    "channels:read": "is told when it is invited to or put out of a public channel, or one is archived, opened again or"
    " shared with another organisation; asks whether one is",
    "groups:read": "the same in private channels",
    "users:read": "the time zone of whoever types a deadline, and the organisation of whoever is given failures",
    "app_mentions:read": "is told when it is mentioned, and answers there",
    "links:read": "is told of links to clips and requests where it was invited, and of no other links",
    "links:write": "shows how the request is doing below such a link",
}
"""Every scope of the bot's token, and why."""

EVENTS: Mapping[str, str] = {
    "member_joined_channel": "the bot was invited: what waits for the channel is posted at once",
    "channel_left": "the bot was put out of a public channel: whoever watches there is told",
    "group_left": "the same in private channels",
    "channel_archive": "nothing can be posted: it waits, and whoever watches there is told",
    "group_archive": "the same in private channels",
    "channel_unarchive": "what waited goes on in order",
    "group_unarchive": "the same in private channels",
    "channel_deleted": "a public channel is gone for good: whoever watches there is told",
    "group_deleted": "the same in private channels",
    "channel_shared": "another organisation reads a channel: from now on only counts are shown there",
    "channel_unshared": "one reads it no more: Slack is asked whether others do",
    "app_home_opened": "somebody opens the Home tab: it is shown as things are now",
    "tokens_revoked": "the bot's token was taken back: it stops quietly and keeps everything",
    "app_uninstalled": "the same",
    "app_mention": "somebody mentioned the bot: it answers them there",
    "message.im": "somebody wrote to the bot in its DM: it answers",
    "link_shared": "somebody posted a link to a clip or a request: it shows how that is doing",
}
"""Every event that Slack tells the bot, and what for."""
STEP_EVENTS: Mapping[str, str] = {"function_executed": "a workflow has begun one of the steps above"}
"""The same of an app that has steps for Workflow Builder."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An entry of Slack's menus: `name` has at most 24 characters, `callback_id` is what the bot hears."""

    name: str
    kind: Literal["message", "global"]
    callback_id: str
    description: str

    def shown(self) -> dict[str, str]:
        """Its fields as the manifest names them."""
        told = {"callback_id": self.callback_id, "description": self.description}
        return {"name": self.name, "type": self.kind, **told}


UNFURL_DOMAINS = ("chamelaion.com",)
"""Whose links are unfurled unless the operator names others: the host of the API's documented output links is below."""
MOST_DOMAINS = 5
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

SHORTCUTS = (
    Shortcut("Watch this reference", "message", WATCH_THIS, "Finds the reference in a message and offers to watch it."),
    Shortcut("Lip sync status", "global", STATUS_ANYWHERE, "Tells how a batch is doing, wherever you are."),
)
"""What stands in the menu of a message, and in that of the line where messages are written."""

_TEXT = """\
# The Slack app of the Lip Sync Bot. Create it at api.slack.com/apps → Create New App → From a manifest.
# {mode}
# {steps}
_metadata:
  major_version: 2
  minor_version: 0
display_information:
  name: Lip Sync Bot
  description: Tracks Chamelaion lip sync batches - ask, watch, be told.
  background_color: "#3d2a5c"
  long_description: >-
    Ask how a batch of lip sync requests is doing, watch it from a channel, and be told when clips fail or the batch
    is finished. The bot keeps one live card per watch up to date and posts a new message only when it means "look
    now". Type {command} help in any channel to begin.
features:
  app_home:
    home_tab_enabled: true # what a person watches and looks at, at risk first
    messages_tab_enabled: true # personal watches and news of access trouble live in the bot's own DM
    messages_tab_read_only_enabled: false # slash commands are typed there
  bot_user:
    display_name: lipsync
    always_online: true
  slash_commands:
    - command: {command}
      description: How is a batch doing? Watch it, list failures and links.
      usage_hint: "[batch-2026-04 | watch batch-2026-04 | mute all 2h | help]"
      should_escape: true{command_url}
  shortcuts:
{shortcuts}
  unfurl_domains: # links to these show how the request is doing: lipsync-bot manifest --unfurl DOMAIN
{domains}
{functions}oauth_config:
  scopes:
    bot:
{scopes}
settings:
  event_subscriptions:{request_url}
    bot_events:
{events}
  interactivity:
    is_enabled: true # the buttons{request_url}
  socket_mode_enabled: {socket_mode}
  org_deploy_enabled: {org_deploy}
  token_rotation_enabled: false
{runtime}"""
_SOCKET_MODE = "Socket Mode is on: no public address is needed. For HTTP: lipsync-bot manifest --http ADDRESS"
_HTTP_MODE = "Slack calls the bot at the addresses below, which must lead to its HOST:PORT."


_STEPS = "It has steps for Workflow Builder. Without them, as an app must be to be distributed: manifest --distributed"
_NO_STEPS = "It has no steps for Workflow Builder: Slack does not let an app be distributed that has some."


def manifest(
    command: str = COMMAND,
    address: str | None = None,
    domains: Sequence[str] = UNFURL_DOMAINS,
    *,
    distributed: bool = False,
) -> str:
    """The manifest for Socket Mode, or for HTTP when Slack reaches the bot at `address` (`https://host`).

    `command` is the slash command with its slash, `domains` are those whose links are unfurled. A `distributed` app has
    no steps for Workflow Builder. Raises `SettingsError` for an address or a domain that Slack would not take.
    """
    events = EVENTS if distributed else {**EVENTS, **STEP_EVENTS}
    url = None if address is None else json.dumps(_events_url(address))  # a JSON string is a YAML string
    return _TEXT.format(
        mode=_HTTP_MODE if url else _SOCKET_MODE,
        command=command,
        command_url=f"\n      url: {url}" if url else "",
        scopes="\n".join(f"      - {scope} # {why}" for scope, why in SCOPES.items()),
        events="\n".join(f"      - {event} # {why}" for event, why in events.items()),
        shortcuts="\n".join(map(_shortcut, SHORTCUTS)),
        domains="\n".join(f"    - {domain}" for domain in _domains(domains)),
        request_url=f"\n    request_url: {url}" if url else "",
        socket_mode="false" if url else "true",
        steps=_NO_STEPS if distributed else _STEPS,
        functions="" if distributed else "\n".join(_functions(FORMS.values())) + "\n",
        org_deploy="false" if distributed else "true # else Slack does not show the steps",
        runtime="" if distributed else "  function_runtime: remote # the steps run in the bot\n",
    )


def _functions(forms: Iterable[Form]) -> Iterator[str]:
    yield "functions:"
    for form in forms:
        yield f"  {form.id}:"
        yield f"    title: {json.dumps(form.title)}"
        yield f"    description: {json.dumps(form.says)}"
        for what, parameters in (("input", form.inputs), ("output", form.outputs)):
            yield f"    {what}_parameters:"
            yield "      properties:"
            for each in parameters:
                yield from _parameter(each)
            yield f"      required: {json.dumps([each.name for each in parameters if each.required])}"


def _parameter(parameter: Parameter) -> Iterator[str]:
    yield f"        {parameter.name}:"
    yield f"          type: {json.dumps(parameter.kind.value)}"
    yield f"          title: {json.dumps(parameter.title)}"
    yield f"          description: {json.dumps(parameter.says)}"


def _shortcut(shortcut: Shortcut) -> str:
    lines = (f"{name}: {value}" for name, value in shortcut.shown().items())
    return "    - " + "\n      ".join(lines)


def _domains(named: Sequence[str]) -> list[str]:
    domains = list(dict.fromkeys(each.lower() for each in named))
    wrong = [each for each in domains if not _DOMAIN.fullmatch(each)]
    if wrong:
        raise SettingsError([f"--unfurl is wrong: {wrong[0]!r} must be a domain, such as storage.example.com"])
    if not 1 <= len(domains) <= MOST_DOMAINS:
        raise SettingsError([f"--unfurl is wrong: Slack takes at most {MOST_DOMAINS} domains"])
    return domains


def _events_url(address: str) -> str:
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half a bracket, or a port that is no number
        is_usable = False
    plain = address.isascii() and address.isprintable() and not set(" ?#") & set(address)
    if not (is_usable and plain and len(address) < LONGEST_URL - len(PATH)):
        raise SettingsError(
            ["--http is wrong: must be an address that starts with https://, such as https://bot.example.com"]
        )
    return address.rstrip("/").removesuffix(PATH) + PATH
