import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest


@pytest.fixture
def fresh(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    """The URL of a new database at every call."""
    numbers = count()
    return lambda: f"sqlite:///{shutil.copy(sqlite_template, tmp_path / f'{next(numbers)}.db')}"
