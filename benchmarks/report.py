"""What every benchmark says at its end: a table, what to know about it, and whether a ceiling was exceeded."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A figure that must not exceed `at_most`; `unit` is written behind both."""

    what: str
    value: float
    at_most: float
    unit: str = "×"

    @property
    def holds(self) -> bool:
        """Whether it does not."""
        return self.value <= self.at_most

    def __str__(self) -> str:
        verdict = "within" if self.holds else "ABOVE"
        return f"{self.what}: {self.value:.3g} {self.unit}, {verdict} the ceiling of {self.at_most:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Report:
    """One table: `rows` under `columns`, the first column being names."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    ceilings: Sequence[Ceiling] = ()


def run(measured: Callable[[bool], Awaitable[Report]]) -> NoReturn:
    """Measure (with `--quick` only to see that it works), tell, and end with 1 when a ceiling was exceeded."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: shows that it runs, not how fast")
    quick: bool = parser.parse_args().quick

    async def work() -> Report:
        return await measured(quick)

    report = asyncio.run(work())
    _show(report)
    sys.exit(0 if quick or all(ceiling.holds for ceiling in report.ceilings) else 1)


def _show(report: Report) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    table = Table(title=report.title, title_justify="left")
    for number, column in enumerate(report.columns):
        table.add_column(column, justify="right" if number else "left")
    for row in report.rows:
        table.add_row(*row)
    console.print(table)
    for line in (*report.notes, *report.ceilings):
        console.print(str(line))


def ms(seconds: float) -> str:
    """Seconds as milliseconds."""
    return f"{seconds * 1_000:.3g} ms"


def us(seconds: float) -> str:
    """Seconds as microseconds."""
    return f"{seconds * 1_000_000:,.0f} µs"


def times(ratio: float) -> str:
    """How many times as much."""
    return f"{ratio:.2f} ×"
