"""What is said to the bot in a conversation, as it would be typed after the slash command.

Of several lines one counts: the one that names the bot (the next, where nothing else stands on it), or the first. In
it, what stands behind the name counts, and what stands before it where nothing does. The slash command in front, and
greetings around what is meant, are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.slack.command_forms import COMMANDS

COURTESIES = frozenset(
    {"bye", "cheers", "good", "hallo", "hello", "hey", "hi", "hiya", "kudos", "morning", "ok", "okay", "please", "pls",
     "thank", "thanks", "thanx", "thx", "ty", "yo", "you"}
)  # fmt: skip
"""Words that are answered with a word of help where there are no others, and left out beside others."""
_AT_THE_END = frozenset({"cheers", "please", "pls", "thanks", "thanx", "thx", "ty"})
_COMMANDS = frozenset(form.word for form in COMMANDS)
_AROUND = " \t\u00a0,.:;!?…-–—"
_EMOJI = re.compile(r"(?<!\S):[a-z0-9_+'-]+:(?=[\s,.!?…]|$)")
_ANY_PERSON = re.compile(r"<@[UW][A-Z0-9]+(\|[^<>]*)?>")
_FIRST = re.compile(r"(?P<word>[^\s,.:;!?…–—]+)[,.:;!?…–—]*\s+(?P<rest>.*)", re.DOTALL)
_BLANK = " \t\u00a0"
_OPEN_ESCAPE = re.compile(r"&(?:amp|lt|gt)\Z")


@dataclass(frozen=True, slots=True)
class Spoken:
    """`text` is the command, empty for none; `is_courtesy`: it is only a greeting or thanks.

    `left_out`: there are other lines, which are not looked at.
    """

    text: str = ""
    is_courtesy: bool = False
    left_out: bool = False


def spoken(text: str, bot_user_id: str, command: str) -> Spoken:
    """What is meant; `bot_user_id` is who `<@…>` names when it is the bot, `command` the slash command."""
    name = re.compile(rf"<@{re.escape(bot_user_id)}(?:\|[^<>]*)?>")
    lines = [line for line in text.splitlines() if line.strip(_BLANK + "`")]
    at = next((number for number, line in enumerate(lines) if name.search(line)), None)
    if at is None:
        return _understood(lines[0] if lines else "", command, left_out=len(lines) > 1)
    here = [_understood(each, command) for each in _around(lines[at], name)]
    if any(each.text for each in here):
        return next(each for each in here if each.text)
    is_courtesy = any(each.is_courtesy for each in here)
    for line in (*lines[at + 1 : at + 2], *lines[max(at - 1, 0) : at]):
        beside = _understood(line, command)
        if not is_courtesy or _begins_with_a_command(beside.text):
            return beside
    return Spoken(is_courtesy=is_courtesy)


def _around(line: str, name: re.Pattern[str]) -> Iterator[str]:
    """What stands behind the first name of the bot, then what stands before it."""
    before, *behind = name.split(line, maxsplit=1)
    yield name.sub(" ", behind[-1] if behind else "")
    yield before


def _begins_with_a_command(text: str) -> bool:
    return text.split(maxsplit=1)[:1] != [] and text.split(maxsplit=1)[0].lower() in _COMMANDS


def _understood(line: str, command: str, *, left_out: bool = False) -> Spoken:
    plain = _unwrapped(_EMOJI.sub(" ", line))
    words = [word for word in (each.strip(_AROUND).lower() for each in _ANY_PERSON.sub(" ", plain).split()) if word]
    if not words or all(word in COURTESIES for word in words):
        return Spoken(is_courtesy=bool(words), left_out=left_out)
    return Spoken(_without_courtesies(plain, command), left_out=left_out)


def _unwrapped(line: str) -> str:
    """Without code marks around it, as when a command is copied from help, and signs in front."""
    return _cut(line.strip(_BLANK + "`").lstrip(_AROUND), _BLANK + ",;")


def _cut(text: str, signs: str) -> str:
    """Without these signs at the end, of which the last of an escaped `<`, `>` or `&` is none."""
    cut = text.rstrip(signs)
    return f"{cut};" if text[len(cut) :].startswith(";") and _OPEN_ESCAPE.search(cut[-4:]) else cut


def _without_courtesies(plain: str, command: str) -> str:
    """A first word is a command or all there is, so a greeting with something behind it is neither."""
    while (found := _FIRST.fullmatch(plain)) and found["word"].lower() in (*COURTESIES, command.lower()):
        plain = _unwrapped(found["rest"])
    while len(cut := plain.rsplit(maxsplit=1)) > 1 and cut[1].strip(_AROUND).lower() in _AT_THE_END:
        if cut[0].lower() in _COMMANDS:  # then that is its reference
            break
        plain = _cut(cut[0], _BLANK + ",;!")
    return "" if plain.strip(_AROUND).lower() == command.lower() else plain
