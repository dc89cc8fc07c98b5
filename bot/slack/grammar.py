"""What people can type after the slash command, and what each of it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.answer import Scope
from bot.domain.nearness import distance
from bot.domain.sheet import Format
from bot.domain.spans import mute_span
from bot.errors import BadCommandError, NoCommandError
from bot.slack.command_forms import COMMANDS
from bot.slack.commands import (
    About,
    AskWatch,
    Assign,
    Command,
    Deadline,
    Expect,
    Export,
    Failures,
    Handle,
    Help,
    Links,
    ListWatches,
    Mute,
    MuteKind,
    Preview,
    Queue,
    Settings,
    StartWatch,
    Status,
    StopWatch,
    Trial,
    Unmute,
)
from bot.slack.timetables import daily_digest, quiet_hours
from bot.slack.typed import Word, shown, whole, words
from bot.slack.watch_options import WATCH_OPTIONS, how_many, options

LONGEST_REFERENCE = 500
_NEAR = 2
_SHOWN = 60
_LONGEST_FORMAT = 5  # what is longer is rather the rest of a reference
_OFF = "off"
_MOST_WORDS_OF_A_LENGTH = 6  # "1 d 2 h 3 m"

_FORMS = {form.word: form for form in COMMANDS}


def parse(text: str, command: str = "/lipsync") -> Command:
    """What was meant by the text after the slash command; raises `BadCommandError` saying what to type instead."""
    return _Parser(command).parse(words(text))


@dataclass(frozen=True, slots=True)
class _Parser:
    command: str

    def parse(self, typed: Sequence[Word]) -> Command:
        if not typed:
            return Help()
        first, rest = typed[0], typed[1:]
        form = _FORMS.get(first.lower)
        if form is None:
            return self._unknown(first, rest)
        rules: dict[str, Callable[[Sequence[Word]], Command]] = {
            "status": self._status,
            "watch": self._watch,
            "unwatch": self._unwatch,
            "watches": self._watches,
            "failures": lambda words_: Failures(self._only_reference("failures", words_)),
            "links": self._links,
            "export": self._export,
            "mute": self._mute,
            "unmute": self._unmute,
            "handled": self._handled,
            "assign": self._assign,
            "queue": lambda words_: self._alone("queue", words_, Queue()),
            "preview": lambda words_: Preview(self._wish("preview", _without_watch(words_))),
            "deadline": self._deadline,
            "expect": self._expect,
            "quiet": lambda words_: quiet_hours(" ".join(word.text for word in words_), self.command),
            "digest": lambda words_: daily_digest(" ".join(word.text for word in words_), self.command),
            "settings": lambda words_: self._alone("settings", words_, Settings()),
            "test": lambda words_: self._alone("test", words_, Trial()),
            "help": self._help,
            "about": lambda words_: self._alone("about", words_, About()),
        }
        return rules[form.word](rest)

    def _unknown(self, first: Word, rest: Sequence[Word]) -> Command:
        near = nearest(first.lower)
        if not rest:
            return Status(self._reference("status", [first]), near=near)
        following = " ".join(_as_typed(word) for word in rest)
        if near:
            raise BadCommandError(
                f"I do not know `{_shown(first.text)}`. Did you mean `{self.command} {near} {_shown(following)}`?"
            )
        whole = _shown(f"{first.text} {' '.join(word.text for word in rest)}")
        raise NoCommandError(
            f"I do not know `{_shown(first.text)}`. For a reference with spaces, type"
            f' `{self.command} status "{whole}"`; for everything else, `{self.command} help`.'
        )

    def _status(self, typed: Sequence[Word]) -> Command:
        reference = self._reference("status", typed)
        match [word.lower for word in typed[1:]]:
            case []:
                return Status(reference)
            case ["fresh"]:
                return Status(reference, fresh=True)
            case ["chart"]:
                return Status(reference, chart=True)
        raise self._too_much("status", typed)

    def _unwatch(self, typed: Sequence[Word]) -> Command:
        match [word.lower for word in typed[1:]]:
            case ["except"]:
                return StopWatch(self._reference("unwatch", typed), leave_out=True)
            case ["me"]:
                return StopWatch(self._reference("unwatch", typed), personal=True)
        return StopWatch(self._only_reference("unwatch", typed))

    def _links(self, typed: Sequence[Word]) -> Command:
        if [word.lower for word in typed[1:]] == ["new"]:
            return Links(self._reference("links", typed), only_new=True)
        return Links(self._only_reference("links", typed))

    def _export(self, typed: Sequence[Word]) -> Command:
        match [word.lower for word in typed[1:]]:
            case [("csv" | "tsv" | "html") as wanted]:
                return Export(self._reference("export", typed), Format(wanted))
            case [other] if len(other) <= _LONGEST_FORMAT:
                raise BadCommandError(self._type_instead("export", f"I make no `{_shown(other)}` files"))
        return Export(self._only_reference("export", typed))

    def _watches(self, typed: Sequence[Word]) -> Command:
        match [word.lower for word in typed]:
            case []:
                return ListWatches()
            case [("here" | "mine" | "all") as scope]:
                return ListWatches(Scope(scope))
        raise BadCommandError(self._type_instead("watches", "I cannot list those watches"))

    def _help(self, typed: Sequence[Word]) -> Command:
        if not typed:
            return Help()
        topic = typed[0].lower
        if len(typed) == 1 and topic in _FORMS:
            return Help(topic)
        near = nearest(topic)
        hint = f"Did you mean `{self.command} help {near}`?" if near else f"Type `{self.command} help` for all of it."
        raise BadCommandError(f"There is no help on `{_shown(' '.join(word.text for word in typed))}`. {hint}")

    def _alone(self, word: str, typed: Sequence[Word], meant: Command) -> Command:
        if typed:
            raise BadCommandError(f"`{word}` takes nothing more: type `{self.command} {word}`.")
        return meant

    def _mute(self, typed: Sequence[Word]) -> Command:
        if kind := self._kind_of("mute", typed):
            return MuteKind(self._reference("mute", typed), kind, muted=True)
        reference = self._muted("mute", typed, most=_MOST_WORDS_OF_A_LENGTH + 1)
        if len(typed) == 1:
            raise BadCommandError(self._type_instead("mute", "Say for how long"))
        return Mute(reference, mute_span(" ".join(word.text for word in typed[1:])))

    def _unmute(self, typed: Sequence[Word]) -> Command:
        if kind := self._kind_of("unmute", typed):
            return MuteKind(self._reference("unmute", typed), kind, muted=False)
        return Unmute(self._muted("unmute", typed, most=1))

    def _kind_of(self, word: str, typed: Sequence[Word]) -> str | None:
        """The words behind `kind`; None where that is not there."""
        if [each.lower for each in typed[1:2]] != ["kind"]:
            return None
        if not (kind := _together(typed[2:])):
            form = _FORMS[word].forms[0]
            raise BadCommandError(f"Say which kind of failure. Type `{self.command} {form}`.")
        return kind

    def _handled(self, typed: Sequence[Word]) -> Command:
        reference, rest = self._reference("handled", typed), typed[1:]
        off = bool(rest) and rest[-1].lower == "off"
        return Handle(reference, _together(rest[:-1] if off else rest), off=off)

    def _assign(self, typed: Sequence[Word]) -> Command:
        reference, rest = self._reference("assign", typed), typed[1:]
        if not rest or (rest[-1].person is None and rest[-1].lower not in ("me", "nobody")):
            raise BadCommandError(self._type_instead("assign", "Say at the end who looks at it"))
        return Assign(reference, _together(rest[:-1]), rest[-1].person, me=rest[-1].lower == "me")

    def _deadline(self, typed: Sequence[Word]) -> Command:
        reference = self._reference("deadline", typed)
        if len(typed) == 1:
            raise BadCommandError(self._type_instead("deadline", "Say when it has to be finished"))
        when = " ".join(word.text for word in typed[1:])
        return Deadline(reference, None if when.lower() == _OFF else when)

    def _expect(self, typed: Sequence[Word]) -> Command:
        reference = self._reference("expect", typed)
        match [word.lower for word in typed[1:]]:
            case []:
                raise BadCommandError(self._type_instead("expect", "Say how many will come"))
            case ["off"]:
                return Expect(reference, None)
            case [number]:
                return Expect(reference, how_many(number, f"{self.command} expect <ref> 250"))
        raise self._too_much("expect", typed)

    def _muted(self, word: str, typed: Sequence[Word], *, most: int) -> str | None:
        """The reference that is muted or not any more; None for all of them."""
        if len(typed) > most:
            raise self._too_much(word, typed)
        if typed and typed[0].lower == "all":
            return None
        return self._reference(word, typed)

    def _watch(self, typed: Sequence[Word]) -> Command:
        return self._wish("watch", typed) if typed else AskWatch()

    def _wish(self, word: str, typed: Sequence[Word]) -> StartWatch:
        if typed and typed[0].lower in WATCH_OPTIONS:
            raise BadCommandError(self._type_instead(word, "Say first what to watch"))
        reference = self._reference(word, typed)
        return options(typed[1:], StartWatch(reference), lambda what: self._type_instead(word, what), self.command)

    def _only_reference(self, word: str, typed: Sequence[Word]) -> str:
        reference = self._reference(word, typed)
        if len(typed) > 1:
            raise self._too_much(word, typed)
        return reference

    def _too_much(self, word: str, typed: Sequence[Word]) -> BadCommandError:
        whole = _shown(" ".join(each.text for each in typed))
        return BadCommandError(
            f'`{word}` takes one reference. If yours has spaces, put it in quotes: `{self.command} {word} "{whole}"`.'
        )

    def _reference(self, word: str, typed: Sequence[Word]) -> str:
        if not typed:
            raise BadCommandError(self._type_instead(word, f"`{word}` needs a reference"))
        reference = typed[0].text
        if typed[0].mention:
            raise BadCommandError(self._type_instead(word, "A person or a channel is not a reference"))
        if not reference.strip():
            raise BadCommandError(self._type_instead(word, "That reference is empty"))
        return _short_enough(reference)

    def _type_instead(self, word: str, what: str) -> str:
        return f"{what}. Type `{self.command} {_FORMS[word].forms[-1]}`."


def reference_entered(text: str) -> str:
    """The reference or pattern in a field of a form, where it needs no quotes; raises `BadCommandError`."""
    reference = whole(text).text
    if not reference.strip():
        raise BadCommandError("That is empty. Enter a reference as it was sent to Chamelaion, or a pattern: `batch-*`.")
    return _short_enough(reference)


def _short_enough(reference: str) -> str:
    if len(reference) > LONGEST_REFERENCE:
        raise BadCommandError(
            f"A reference has at most {LONGEST_REFERENCE} characters, and that one has {len(reference):,}."
            " Type it shorter, as it was sent to Chamelaion."
        )
    return reference


def nearest(word: str) -> str | None:
    """The command within two letters of this word, the closest first; None when there is none."""
    if not word or len(word) > _SHOWN:
        return None
    letters, near = min((distance(word, each), each) for each in _FORMS)
    return near if letters <= _NEAR else None


def _without_watch(typed: Sequence[Word]) -> Sequence[Word]:
    """`preview watch batch-1` means the same as `preview batch-1`; a reference of that name is put in quotes."""
    return typed[1:] if typed and typed[0].lower == "watch" else typed


def _together(typed: Sequence[Word]) -> str | None:
    return " ".join(word.text for word in typed) or None


def _shown(text: str) -> str:
    return shown(text, _SHOWN)


def _as_typed(word: Word) -> str:
    return f'"{word.text}"' if word.quoted else word.text
