"""Logging: one line per event, for people or as JSON, on standard error; secrets never reach it."""

import logging
import sys

import structlog
from structlog.typing import Processor

_TOO_TALKATIVE = (
    "slack_sdk",
    "slack_bolt",
    "apscheduler",
    "aiohttp.access",
    "httpx",
    "chamelaion",
    "alembic",
    "tzlocal",
    "asyncio",
)
"""Libraries whose chatter below a warning holds addresses with tickets, or says nothing to an operator."""


def configure(level: str, *, json: bool) -> None:
    """Set up the log of the whole process; safe to call again."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ends: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,  # the others show local variables, and so secrets
            )
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ends]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TOO_TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
