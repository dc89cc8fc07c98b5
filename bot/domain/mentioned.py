"""What a text speaks of: the words that may be references, request ids and web addresses, found without knowing any.

Give it plain text, without Slack's marks (`<…|…>`, `&amp;`). It returns far more words than there are references:
whoever calls looks them up, all at once, and `Mentioned.references` picks what the text speaks of.

- `ids`: request UUIDs, as they stand in the text or in an address, in small letters.
- `links`: http(s) addresses, without what follows `?` or `#`, which may be signed. `beginnings` gives the request ids
  that a link may be the output of, some of them cut after eight digits; whether it is, tells its `output_url`.
- `names`: words, parts of words between `/ , ; : =` and the like, whole lines, and whatever stands in quotes,
  back quotes or `*…*`: only these last may hold spaces. Patterns are not taken apart.
"""

import re
from bisect import bisect
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from bot.domain.glob import is_glob
from bot.domain.overview import Standing

MOST_NAMES = 5_000  # looked up in one go of some 20 ms; a page of text has a tenth of that
MOST_IDS = 100  # more are a list of ids, of which the first ones tell the batch
LONGEST_NAME = 500  # the longest reference that can be typed
_LONGEST_TEXT = 40_000  # the longest message of Slack
_MOST_SIGNS = 8  # around a word; what has more is no word
_MOST_PARTS = 12  # of a word with more parts only single ones are taken: their combinations grow as the square

_HEX = "[0-9a-fA-F]"
_ID = re.compile(rf"(?<![0-9A-Za-z]){_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}(?![0-9A-Za-z])")
_BEGINNING = re.compile(rf"(?<![0-9A-Za-z-]){_HEX}{{8}}(-[0-9a-fA-F-]{{1,28}})?(?![0-9A-Za-z-])")
_LINK = re.compile(r"https?://[^\s<>|\"`\\]+", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_LINE = re.compile(r"[^\n\r]+")
_PARTED = re.compile(r"[,;:=|/\\<>\"“”„«»`'‘’‚]+")
_OPENS, _CLOSES = "([{<\"'“„«‘‚•–-", ")]}>\"'”“»’.,;:!?…"
_MARKS = "*_~`"
_IN_QUOTES = (
    re.compile(r'"([^"\n]+)"'),
    re.compile(r"[“„]([^“”„\n]+)[“”]"),
    re.compile(r"«([^«»\n]+)»"),
    re.compile(r"(?<!\w)['‘‚]([^'‘’‚\n]+)['’‘](?!\w)"),
    re.compile(r"`([^`\n]+)`"),
    re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of the text: `text` is what to look up, `start` and `end` where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What may be meant, each in the order of the text; the same may stand there more than once."""

    ids: tuple[Found, ...]
    links: tuple[Found, ...]
    names: tuple[Found, ...]

    def references(
        self,
        known: Container[str],
        of_ids: Mapping[str, str | None] = MappingProxyType({}),
        of_links: Mapping[str, str | None] = MappingProxyType({}),
    ) -> tuple[str, ...]:
        """The references that the text speaks of, once each, in its order.

        `known` are those that there are, `of_ids` and `of_links` the references of requests and of their addresses.
        Of what overlaps the longest is meant: `batch-1/de` is not `batch-1`, where both are known.
        """
        meant = [
            *((each, reference) for each in self.links if (reference := of_links.get(each.text)) is not None),
            *((each, reference) for each in self.ids if (reference := of_ids.get(each.text)) is not None),
            *((each, each.text) for each in self.names if each.text in known),
        ]
        meant.sort(key=lambda pair: pair[0].start - pair[0].end)  # the longest first; of equals, in the order above
        taken: list[tuple[int, int, str]] = []
        for each, reference in meant:
            at = bisect(taken, (each.start, each.end))
            is_free = at == len(taken) or each.end <= taken[at][0]
            if is_free and (at == 0 or taken[at - 1][1] <= each.start):
                taken.insert(at, (each.start, each.end, reference))
        return tuple(dict.fromkeys(reference for _, _, reference in taken))


@dataclass(frozen=True, slots=True)
class Meant:
    """`standings` of the references that a text speaks of, in its order.

    `withheld` are further ones, which the place where it stands may not hear of. `trouble` is why ids in it that nobody
    here knows could not be asked for.
    """

    standings: tuple[Standing, ...]
    withheld: int = 0
    trouble: str = ""


def mentioned(text: str) -> Mentioned:
    """All that may be meant in a text; what is beyond the longest message is not looked at."""
    seen = text if len(text) <= _LONGEST_TEXT else _whole_words(text[:_LONGEST_TEXT])
    ids = [Found(each[0].lower(), *each.span()) for each in _ID.finditer(seen)]
    return Mentioned(tuple(ids[:MOST_IDS]), tuple(_links(seen))[:MOST_IDS], tuple(_names(seen)))


def _whole_words(cut: str) -> str:
    """Without the last word: the beginning of a name may be another name."""
    whole = cut.rsplit(maxsplit=1)
    return whole[0] if len(whole) > 1 else ""


def _links(text: str) -> Iterator[Found]:
    for each in _LINK.finditer(text):
        address = each[0].rstrip(_CLOSES + _MARKS)
        yield Found(plain_address(address), each.start(), each.start() + len(address))


def plain_address(address: str) -> str:
    """An address without what may be signed."""
    return re.split(r"[?#]", address, maxsplit=1)[0]


def beginnings(link: str) -> tuple[str, ...]:
    """What an id may begin with, in the last part of an address: eight digits of it at least, in small letters."""
    return tuple(dict.fromkeys(each[0].rstrip("-").lower() for each in _BEGINNING.finditer(link.rsplit("/", 1)[-1])))


def _names(text: str) -> list[Found]:
    """What stands in quotes and the lines, then the words; every piece of the text once."""
    found: dict[Found, None] = {}
    pieces = chain(
        *(_trimmed(text, *each.span(1)) for expression in _IN_QUOTES for each in expression.finditer(text)),
        *(_trimmed(text, *each.span()) for each in _LINE.finditer(text)),
        *(_in_word(text, *each.span()) for each in _WORD.finditer(text)),
    )
    for piece in pieces:
        if len(found) >= MOST_NAMES:
            break
        found[piece] = None
    return list(found)


def _in_word(text: str, start: int, end: int) -> Iterator[Found]:
    """A word without what stands around it, and its parts, unless it is a pattern."""
    whole = list(_trimmed(text, start, end))
    yield from whole
    if not whole or is_glob(whole[-1].text):
        return
    for first, last in _runs(_parts(text, start, end)):
        yield from _trimmed(text, first, last)


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [(each.start(), each.end()) for each in _PARTED.finditer(text, start, end)]
    begins, ends = [start, *(after for _, after in cuts)], [*(before for before, _ in cuts), end]
    return [(begin, stop) for begin, stop in zip(begins, ends, strict=True) if begin < stop]


def _runs(parts: list[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Every part, and neighbours together."""
    if len(parts) > _MOST_PARTS:
        return parts
    return [(begin, parts[last][1]) for first, (begin, _) in enumerate(parts) for last in range(first, len(parts))]


def _trimmed(text: str, start: int, end: int) -> Iterator[Found]:
    """A piece as it is, and again without the next sign around it as long as there are a few."""
    for _ in range(_MOST_SIGNS):
        piece = text[start:end]
        start, end = end - len(piece.lstrip()), start + len(piece.rstrip())
        if start >= end:
            return
        if end - start <= LONGEST_NAME:
            yield Found(text[start:end], start, end)
        before, after = _around(text[start], text[end - 1])
        if not (before or after):
            return
        start, end = start + before, end - after


def _around(first: str, last: str) -> tuple[int, int]:
    """How many signs to leave out before and after a piece that begins and ends so."""
    if first in _MARKS and first == last:
        return 1, 1
    if last in _CLOSES:
        return 0, 1
    return (1, 0) if first in _OPENS else (0, 0)
