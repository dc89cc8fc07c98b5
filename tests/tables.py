"""Tables of the documentation that tests write: between two marks, so that nobody copies figures by hand."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

RELIABILITY = Path(__file__).parents[1] / "docs" / "reliability.md"
WRITE = "WRITE_TABLES"
"""With this variable set, tests write the tables that they otherwise compare with."""


def rendered(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def stored(name: str, document: Path = RELIABILITY) -> str:
    """The table of this name as it is in the document."""
    return _found(name, document)[2].strip()


def write(name: str, table: str, document: Path = RELIABILITY) -> None:
    """Put the table into the document in place of the one that is there."""
    found = _found(name, document)
    text = document.read_text()
    document.write_text(text[: found.start(2)] + f"\n{table}\n" + text[found.end(2) :])


def assert_current(name: str, table: str, document: Path = RELIABILITY) -> None:
    """The document has this table; when asked to, it is written first."""
    if os.environ.get(WRITE):
        write(name, table, document)
    assert stored(name, document) == table, f"run this test with {WRITE}=1 to write the table {name}"


def _found(name: str, document: Path) -> re.Match[str]:
    found = re.search(rf"(<!-- {name} -->)(.*?)(<!-- end of {name} -->)", document.read_text(), re.DOTALL)
    assert found is not None, f"{document.name} has no place for the table {name}"
    return found
