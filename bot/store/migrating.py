"""Starts the migrations as a program of their own: Alembic would stay in the bot's memory for good, used once."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import URL

from bot.errors import NewerDatabaseError, StoreError

_PROGRAM = (sys.executable, "-m", "bot.store.migrate")
_WHERE = Path(__file__).parents[2]  # the program must be of the same code as this, wherever the bot was started
_BROKE_OFF = "its tables could not be brought up to date; nothing was written"


def migrate(url: URL, busy: timedelta, *, rehearsal: bool = False) -> int:
    """Bring the tables at `url` up to date, or undo that in a `rehearsal`; how many migrations they had not had.

    `busy` is how long to wait for another program's lock. Raises a `StoreError`.
    """
    order = {"url": _absolute(url), "busy_seconds": busy.total_seconds(), "rehearsal": rehearsal}
    # By standard input, since a list of processes shows arguments. What stops the bot must not cut this short: hence
    # the new session.
    done = subprocess.run(  # noqa: S603 - our own program
        _PROGRAM, input=json.dumps(order).encode(), stdout=subprocess.PIPE, cwd=_WHERE, start_new_session=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise StoreError(_BROKE_OFF)
    answer = json.loads(done.stdout)
    if "trouble" in answer:
        raise (NewerDatabaseError if answer["newer"] else StoreError)(answer["trouble"])
    return int(answer["migrations"])


def _absolute(url: URL) -> str:
    if url.drivername == "sqlite":
        url = url.set(database=str(Path(url.database or "").resolve()))
    return url.render_as_string(hide_password=False)
