"""The gallery: one document with every message and view, which shows the same from a server and from a file."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from bot.ports import Clock
from bot.sandbox.page_state import seen
from bot.sandbox.slack_entities import Fields
from bot.sandbox.workspace import ANA, Workspace, furnish

_FILES = Path(__file__).with_name("page")
_IMPORT = re.compile(r'^import \{ (.+) \} from "\./(.+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.MULTILINE)
_GAP = re.compile(r"\{\{(\w+)\}\}")


def document(shown: Sequence[Fields], clock: Clock) -> str:
    """One HTML document that needs no other file and asks nobody for anything.

    Each of `shown` has `name`, `title`, `when`, and either `text` and `blocks` or a `view`; neighbours of one title
    stand under it.
    """
    workspace = seen(furnish(Workspace(clock)), ANA.id)
    given = {"shown": list(shown), "users": workspace["users"], "channels": workspace["channels"]}
    script, style = bundled("gallery.js"), "".join(map(_read, ("style.css", "views.css", "gallery.css")))
    parts = {
        "policy": _policy(script, style),
        "icon": f"data:image/svg+xml;base64,{b64encode(_read('icon.svg').encode()).decode()}",
        "style": style,
        "script": script,
        "given": json.dumps(given).replace("<", "\\u003c"),
    }
    return _GAP.sub(lambda gap: parts[gap[1]], _read("gallery.html"))


def bundled(name: str) -> str:
    """A classic script that does what a module does with all that it imports: browsers load no modules from files."""
    return '"use strict";\nconst modules = {};\n' + "".join(map(_wrapped, dict.fromkeys(_needed(name))))


def _needed(name: str) -> Iterator[str]:
    """The modules that this one needs, each after its own needs, and itself."""
    for _, other in _IMPORT.findall(_read(name)):
        yield from _needed(other)
    yield name


def _wrapped(name: str) -> str:
    text = _IMPORT.sub(r'const { \1 } = modules["\2"];\n', _read(name))
    names = ", ".join(_EXPORT.findall(text))
    return f'modules["{name}"] = (() => {{\n{_EXPORT.sub("", text)}return {{ {names} }};\n}})();\n'


def _policy(script: str, style: str) -> str:
    """Nothing may run, look or load but what stands in the document."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _read(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")
