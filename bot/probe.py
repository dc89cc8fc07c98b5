"""Asks a running bot for its health; loads little, so that it can be started every few seconds."""

import http.client
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot import settings
from bot.errors import SettingsError
from bot.settings import Settings

PATIENCE_SECONDS = 4.0
_OK = 200
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a bot listens that listens everywhere


def health(
    url: Annotated[str, typer.Option(help="Where to ask; without it, this machine's /healthz at PORT.")] = "",
) -> None:
    """Ask a running bot whether it is alive, for a container's health check: exit 0 alive, 1 not."""
    try:
        alive, said = answer(url or own_url(Settings.read(settings.environment())))
    except SettingsError as error:
        alive, said = False, str(error)
    typer.echo(said, err=not alive)
    raise typer.Exit(int(not alive))


def own_url(given: Settings) -> str:
    """Where the bot with these settings answers."""
    host = _EVERY_INTERFACE.get(given.host, given.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{given.port}/healthz"


def answer(url: str) -> tuple[bool, str]:
    """Whether this address answers 200, and what it says or why it does not; proxies and redirects are not followed."""
    try:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", parts.path or "/healthz")
            response = connection.getresponse()
            said = response.read(1_000).decode(errors="replace")
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        return False, f"{url} does not answer ({type(error).__name__})"
    return response.status == _OK, said


def main() -> None:
    """The command `health` on its own."""
    typer.run(health)
