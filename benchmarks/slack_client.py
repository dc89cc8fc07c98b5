"""Slack's part, as lean as can be: signed slash commands, made beforehand, over plain connections."""

import asyncio
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode, urlsplit

from bot.sandbox.slack_delivery import signature
from bot.sandbox.slack_payloads import command_fields
from bot.sandbox.slack_server import SIGNING_SECRET, SlackSandbox
from bot.sandbox.workspace import ANA

PLACE = "C0DUBBINGDE"


def typed(slack: SlackSandbox, text: str) -> str:
    """The form of a slash command whose answer this workspace takes."""
    url = slack.workspace.passes.new_response_url(ANA.id, PLACE)
    place = slack.workspace.channel(PLACE)
    return urlencode(
        command_fields(slack.workspace, ANA.id, place, "/lipsync", text, f"{slack.base_url}/response/{url.id}")
    )


def raw_command(body: str) -> bytes:
    """The whole HTTP request, signed now."""
    headers = {
        "Host": "127.0.0.1",
        "User-Agent": "Slackbot 1.0",
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        **signature(SIGNING_SECRET, body, time.time()),
    }
    lines = ("POST /slack/events HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", body)
    return "\r\n".join(lines).encode()


@dataclass(frozen=True, slots=True)
class Line:
    """A connection that is kept alive."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to this address."""
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    async def ask(self, command: bytes) -> tuple[int, str]:
        """Send a request: the status and the body of the answer."""
        self.writer.write(command)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
        body = await self.reader.readexactly(length)
        return int(head.split(" ", 2)[1]), body.decode()

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        await self.writer.wait_closed()
