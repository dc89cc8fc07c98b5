"""What a person typed after the command, as words: Slack's escapes, links, smart quotes and odd spaces undone."""

import re
import unicodedata
from dataclasses import dataclass

from bot.errors import BadCommandError

_SPACES = " \t\n\r\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACE = re.compile(f"[{_SPACES}]")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_JOINERS = "\u200c\u200d"
_SMART = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"})
_MARKUP = re.compile(r"<(?P<body>[^<>]*)>")
_EVERYBODY = ("@here", "@channel", "@everyone")
_MENTION = re.compile(r"@[UW][A-Z0-9]+(\|.*)?|#[CGD][A-Z0-9]+(\|.*)?")
_LINK = re.compile(r"(?P<url>[A-Za-z][A-Za-z0-9+.-]*://[^|]*|mailto:[^|]*|tel:[^|]*)(\|(?P<label>.*))?")
_SINGLE_QUOTED = re.compile(r"'(?P<text>[^']*)'(?= |$)")


_PERSON = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(\|.*)?>")


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was meant. `quoted` words are never commands; `mention` is True for a person or a channel."""

    text: str
    quoted: bool = False
    mention: bool = False

    @property
    def lower(self) -> str:
        """The word for comparing with commands and options; nothing matches a quoted one."""
        return "" if self.quoted or self.mention else self.text.lower()

    @property
    def person(self) -> str | None:
        """The user id of the person who is mentioned; None for everything else."""
        found = _PERSON.fullmatch(self.text) if self.mention else None
        return found["id"] if found else None


def words(text: str) -> list[Word]:
    """Split what was typed; raises `BadCommandError` for unbalanced quotes, control characters and `@here`."""
    plain = _plain(text)
    found: list[Word] = []
    at = 0
    while at < len(plain):
        if plain[at] == " ":
            at += 1
            continue
        word, at = _word(plain, at)
        found.append(word)
    return [word for word in found if word.text or word.quoted]


def whole(text: str) -> Word:
    """A text that stands alone, as in a field of a form, as if it were typed in quotes; raises `BadCommandError`.

    Nothing in it was escaped by Slack. Quotes around it are left out.
    """
    plain = _plain(text).strip(" ")
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'":
        plain = plain[1:-1]
    return _meant(plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), quoted=True)


def _plain(text: str) -> str:
    plain = _INVISIBLE.sub("", _SPACE.sub(" ", text)).translate(_SMART)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in plain):
        raise BadCommandError("That holds control characters, which no reference has. Type it by hand instead.")
    return plain


def _word(plain: str, start: int) -> tuple[Word, int]:
    if single := _SINGLE_QUOTED.match(plain, start):
        return _meant(single["text"], quoted=True), single.end()
    at, quoted, inside = start, False, False
    while at < len(plain) and (inside or plain[at] != " "):
        if plain[at] == '"':
            inside, quoted = not inside, True
            at += 1
        elif markup := _MARKUP.match(plain, at):
            at = markup.end()
        else:
            at += 1
    if inside:
        raise BadCommandError('A quote is missing: put one `"` before the reference and one after it.')
    return _meant(plain[start:at].replace('"', ""), quoted=quoted), at


def _meant(raw: str, *, quoted: bool) -> Word:
    markup = _MARKUP.fullmatch(raw)
    if markup and _MENTION.fullmatch(markup["body"]):
        return Word(raw, quoted=quoted, mention=True)
    text = unescaped(_MARKUP.sub(_spoken, raw))
    if text.lower() in _EVERYBODY:
        raise _refused()
    return Word(text if quoted else text.strip(_JOINERS), quoted=quoted)


def _spoken(markup: re.Match[str]) -> str:
    body = markup["body"]
    if body.startswith("!"):
        raise _refused()
    if link := _LINK.fullmatch(body):
        return link["label"] or link["url"]
    return markup[0]


def _refused() -> BadCommandError:
    return BadCommandError(
        "I never ping a whole channel or group, so leave out `@here`, `@channel`, `@everyone` and groups."
    )


def unescaped(text: str) -> str:
    """Undo the three escapes of Slack, `&amp;` last."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def shown(text: str, longest: int = 60) -> str:
    """What was typed, as it is repeated between back quotes."""
    cut = text if len(text) <= longest else f"{text[:longest]}…"
    return cut.replace("`", "'")
