"""What can follow `watch <ref>`: which events, where, for whom, how many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.watch import Events, Placement
from bot.errors import BadCommandError
from bot.slack.commands import StartWatch
from bot.slack.typed import Word, shown

MOST_EXPECTED = 100_000
MOST_MENTIONED = 5
_NOBODY = "nobody"


def options(typed: Sequence[Word], watch: StartWatch, type_instead: Callable[[str], str], command: str) -> StartWatch:
    """The watch with what was typed after its reference; raises `BadCommandError`.

    `type_instead` makes a sentence of what was wrong and how to type it.
    """
    return _Options(type_instead, command).read(typed, watch)


@dataclass(slots=True)
class _Options:
    type_instead: Callable[[str], str]
    command: str
    seen: set[str] = field(default_factory=set)

    def read(self, typed: Sequence[Word], watch: StartWatch) -> StartWatch:
        rest = list(typed)
        while rest:
            option = rest.pop(0)
            read = _READERS.get(option.lower)
            if read is None:
                raise BadCommandError(self.type_instead(f"I do not understand `{shown(option.text)}` there"))
            if option.lower in self.seen:
                raise BadCommandError(self.type_instead(f"`{option.lower}` goes only once"))
            self.seen.add(option.lower)
            watch = read(self, watch, rest)
        return watch

    def events(self, watch: StartWatch, rest: list[Word]) -> StartWatch:
        if rest and rest[0].lower in tuple(Events):
            return replace(watch, events=Events(rest.pop(0).lower))
        raise BadCommandError(
            "`for` takes one of `failures`, `problems`, `each` and `all`:"
            f" type `{self.command} watch <ref> for failures`, for example."
        )

    def placement(self, watch: StartWatch, rest: list[Word]) -> StartWatch:
        if rest and rest[0].lower in tuple(Placement):
            return replace(watch, placement=Placement(rest.pop(0).lower))
        raise BadCommandError(
            "`in` takes one of `thread`, `broadcast`, `flat` and `default`:"
            f" type `{self.command} watch <ref> in thread`, for example."
        )

    def personal(self, watch: StartWatch, _: list[Word]) -> StartWatch:
        return replace(watch, personal=True)

    def mention(self, watch: StartWatch, rest: list[Word]) -> StartWatch:
        if rest and rest[0].lower == _NOBODY:
            rest.pop(0)
            return replace(watch, mention=())
        people: list[str] = []
        while rest and (person := rest[0].person) is not None:
            rest.pop(0)
            people.append(person)
        if 0 < len(set(people)) <= MOST_MENTIONED:
            return replace(watch, mention=tuple(dict.fromkeys(people)))
        raise BadCommandError(
            f"`mention` takes one to {MOST_MENTIONED} people, or `{_NOBODY}`:"
            f" type `{self.command} watch <ref> mention @ana`, for example."
        )

    def expected(self, watch: StartWatch, rest: list[Word]) -> StartWatch:
        expected = how_many(rest[0].lower if rest else "", f"{self.command} watch <ref> expect 250")
        rest.pop(0)
        return replace(watch, expected=expected)

    def by(self, watch: StartWatch, rest: list[Word]) -> StartWatch:
        """All that follows is the time, so that it needs no quotes."""
        typed = " ".join(word.text for word in rest)
        if not typed:
            raise BadCommandError(
                "`by` takes a time, at the end of the line:"
                f" type `{self.command} watch <ref> by fri 17:00`, for example."
            )
        rest.clear()
        return replace(watch, by=typed)


def how_many(typed: str, example: str) -> int:
    """The number of requests that was typed; raises `BadCommandError` with the example."""
    if typed.isascii() and typed.isdecimal() and len(typed) <= len(str(MOST_EXPECTED)):
        number = int(typed)
        if 1 <= number <= MOST_EXPECTED:
            return number
    raise BadCommandError(f"`expect` takes a whole number from 1 to {MOST_EXPECTED:,}: type `{example}`, for example.")


_READERS: dict[str, Callable[[_Options, StartWatch, list[Word]], StartWatch]] = {
    "for": _Options.events,
    "in": _Options.placement,
    "me": _Options.personal,
    "mention": _Options.mention,
    "expect": _Options.expected,
    "by": _Options.by,
}
WATCH_OPTIONS = tuple(_READERS)
