"""What proves the bot would find every unsafe way to do it: the same scenes go wrong with each of them."""

import shutil
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from _pytest.mark.structures import ParameterSet

from bot.app import Parts
from bot.domain.reading import Range
from tests import tables
from tests.crash import readers
from tests.crash.alternatives import ALTERNATIVES, DOUBLES, Alternative
from tests.crash.rehearsal import SCENES, played
from tests.crash.told import Figures

T = TypeVar("T")
HEAD = ("the unsafe way", "what it does", "what comes of it", "where it shows, among others")


QUICK = 3  # of so many scenes and ways one is played in `make test`, all of them in `make test-long`


def some(every: Iterable[T]) -> list[ParameterSet]:
    """All of them, of which most take part in long runs only."""
    return [pytest.param(each, marks=pytest.mark.long if n % QUICK else ()) for n, each in enumerate(every)]


@pytest.fixture
def fresh(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    """A new database at every call."""
    numbers = count()
    return lambda: f"sqlite:///{shutil.copy(sqlite_template, tmp_path / f'{next(numbers)}.db')}"


@pytest.mark.parametrize("name", some(SCENES))
async def test_in_every_scene_the_bot_tells_everything_once(name: str, fresh: Callable[[], str]) -> None:
    assert await played(SCENES[name], Parts(), fresh()) == Figures(due=8, posted=8)


@pytest.mark.parametrize("alternative", some(ALTERNATIVES), ids=lambda alternative: alternative.name)
async def test_every_unsafe_way_goes_wrong(alternative: Alternative, fresh: Callable[[], str]) -> None:
    for name in SCENES:
        if name.startswith(alternative.shows):
            figures = await played(SCENES[name], alternative.parts, fresh())
            if (figures.doubled if alternative.harm == DOUBLES else figures.lost) > 0:
                return
    pytest.fail(f"nothing shows that this is not safe: {alternative.name}")


@pytest.mark.parametrize("scene", readers.SCENES)
def test_a_list_that_changes_while_it_is_read_is_read_right(scene: str) -> None:
    assert readers.is_read_right(Range, scene)


@pytest.mark.parametrize("reader", readers.READERS, ids=lambda reader: reader.name)
def test_every_unsafe_way_to_read_goes_wrong(reader: readers.Reader) -> None:
    assert readers.is_read_right(reader.kind, "nothing happens")
    assert not readers.is_read_right(reader.kind, reader.shows)


def test_the_documentation_lists_the_unsafe_ways() -> None:
    rows = [(each.name, each.does, each.harm, each.shows) for each in (*ALTERNATIVES, *readers.READERS)]
    tables.assert_current("alternatives", tables.rendered(HEAD, rows))
