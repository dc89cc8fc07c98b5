"""The words in which the Block Kit tables are written: each makes a check of one JSON value."""

from collections.abc import Callable, Iterator, Mapping, Sequence

Check = Callable[[object, str], Iterator[str]]
"""Takes a JSON value and its JSON pointer; gives one line per broken rule."""


def counted(number: int) -> str:
    """A number as a person writes it: 3,412."""
    return f"{number:,}"


def string(most: int, least: int = 1) -> Check:
    """A string of a length."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{at}: must be a string"
        elif len(value) > most:
            yield f"{at}: {counted(len(value))} characters, at most {counted(most)}"
        elif len(value) < least:
            yield f"{at}: {counted(len(value))} characters, at least {counted(least)}"

    return check


def word(*words: str) -> Check:
    """One of a few fixed strings."""

    def check(value: object, at: str) -> Iterator[str]:
        if value not in words:
            yield f"{at}: {value!r} is not one of {', '.join(words)}"

    return check


def number(least: float | None = None, most: float | None = None, *, whole: bool = True) -> Check:
    """A number between two bounds, both allowed."""
    kinds = (int,) if whole else (int, float)

    def check(value: object, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, kinds):
            yield f"{at}: must be {'a whole number' if whole else 'a number'}"
        elif least is not None and value < least:
            yield f"{at}: {value}, at least {least}"
        elif most is not None and value > most:
            yield f"{at}: {value}, at most {most}"

    return check


def boolean(value: object, at: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield f"{at}: must be true or false"


def anything(value: object, at: str) -> Iterator[str]:  # noqa: ARG001 - the shape of every check
    """Whatever it is, Slack's rules for it are not published."""
    yield from ()


def listing(item: Check, most: int | None = None, least: int = 1) -> Check:
    """A list of a length whose items all pass one check."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{at}: must be a list"
            return
        if most is not None and len(value) > most:
            yield f"{at}: {counted(len(value))} items, at most {counted(most)}"
        if len(value) < least:
            yield f"{at}: {counted(len(value))} items, at least {counted(least)}"
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return check


def nullable(item: Check) -> Check:
    """Null, or what passes the check."""

    def check(value: object, at: str) -> Iterator[str]:
        if value is not None:
            yield from item(value, at)

    return check


def thing(
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    *,
    any_of: Sequence[str] = (),
    one_of: Sequence[str] = (),
) -> Check:
    """An object with exactly these fields, and at least (`any_of`) or exactly (`one_of`) one of some."""
    known = {**required, **(optional or {})}

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{at}: must be an object"
            return
        yield from (f"{at}/{name}: is required" for name in required if name not in value)
        yield from (f"{at}/{name}: is not a field that Slack knows here" for name in value if name not in known)
        yield from _presence(value, at, any_of, one_of)
        for name, rule in known.items():
            if name in value:
                yield from rule(value[name], f"{at}/{name}")

    return check


def _presence(value: Mapping[str, object], at: str, any_of: Sequence[str], one_of: Sequence[str]) -> Iterator[str]:
    if any_of and not any(name in value for name in any_of):
        yield f"{at}: needs {' or '.join(any_of)}"
    if one_of and sum(name in value for name in one_of) != 1:
        yield f"{at}: needs exactly one of {', '.join(one_of)}"


def typed(kinds: Mapping[str, Check], *only: str) -> Check:
    """An object whose `type` chooses its check from a table, narrowed to some of the table's types.

    The table is read when a value is checked, so tables may refer to one another.
    """

    def check(value: object, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str):
            yield f"{at}/type: is required"
        elif kind not in kinds:
            yield f"{at}/type: {kind!r} is unknown"
        elif only and kind not in only:
            yield f"{at}/type: {kind!r} is not allowed here, only {', '.join(only)}"
        else:
            yield from kinds[kind](value, at)

    return check
