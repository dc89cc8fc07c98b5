"""Every number that the rules decide by is named, has its reason beside it, and stands in one table."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import tables

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "defaults.md"
NUMBER = re.compile(r"timedelta\((\w+)=([\d_.]+)\)")


@dataclass(frozen=True)
class Default:
    """A named number of a rule: `why` is what stands beside it."""

    file: str
    name: str
    value: str
    why: str


def defaults() -> Iterator[Default]:
    """The public numbers of the domain, file by file, in their order."""
    for path in sorted((ROOT / "bot" / "domain").glob("*.py")):
        source = path.read_text()
        beside = _comments(source)
        for node in ast.parse(source).body:
            target, value = _assigned(node)
            if target is not None and value is not None and _is_default(target, value):
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                why = " ".join(beside[line] for line in lines if line in beside)
                yield Default(path.stem, target, _readable(ast.unparse(value)), why)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.removeprefix("#").strip() for token in tokens if token.type == tokenize.COMMENT
    }


def _assigned(node: ast.stmt) -> tuple[str | None, ast.expr | None]:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value
    return None, None


def _is_default(name: str, value: ast.expr) -> bool:
    """Names of units say all there is to say, and what begins with an underscore only serves its own file."""
    return name.isupper() and not name.startswith("_") and name not in ("DAY", "HOUR") and _is_number(value)


def _is_number(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple):
        return all(map(_is_number, value.elts))
    if isinstance(value, ast.BinOp):
        return _is_number(value.left) and _is_number(value.right)
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) in ("timedelta", "time")
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float)


def _readable(value: str) -> str:
    found = NUMBER.fullmatch(value)
    if found is None:
        return value
    unit = found[1] if found[2] != "1" else found[1].removesuffix("s")
    return f"{found[2]} {unit}"


def test_every_number_of_the_rules_has_its_reason_beside_it() -> None:
    assert [f"{one.file}.{one.name}" for one in defaults() if not one.why] == []


def test_the_table_of_defaults_has_every_number_of_the_rules() -> None:
    rows = [(f"`{one.file}.{one.name}`", one.value, one.why) for one in defaults()]
    tables.assert_current("defaults", tables.rendered(("name", "value", "why"), rows), DOCUMENT)
