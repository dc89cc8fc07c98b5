import json
import re
from base64 import b64encode
from hashlib import sha256

from bot.sandbox.gallery import bundled, document
from bot.sandbox.page import FILES
from tests.fakes import FakeClock

HOSTILE = '</script><img src=x onerror="alert(1)">{{script}}'
SHOWN = [{"name": "card", "title": "M1 Card", "when": "Always.", "text": HOSTILE, "blocks": [{"type": "divider"}]}]


def test_the_document_needs_nothing_else() -> None:
    page = document(SHOWN, FakeClock())
    assert re.findall(r'(?:src|href)="(?!data:|/")[^"]*"', page.split("<style>")[0]) == []
    assert "import " not in re.sub(r"//.*", "", bundled("gallery.js"))
    assert not re.search(r"^export ", page, re.MULTILINE)


def test_what_is_shown_cannot_leave_its_place() -> None:
    page = document(SHOWN, FakeClock())
    assert HOSTILE not in page
    assert "<img" not in page
    given = re.search(r'<script id="given" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert given is not None
    assert json.loads(given[1])["shown"] == SHOWN


def test_only_the_documents_own_script_and_style_may_be_used() -> None:
    page = document(SHOWN, FakeClock())
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        known = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{known}'" in page


def test_a_script_without_modules_has_each_module_once_after_what_it_needs() -> None:
    text = bundled("app.js")
    order = re.findall(r'^modules\["(.+)"\] = ', text, re.MULTILINE)
    others = {path.name for path in FILES.glob("*.js")} - {"gallery.js"}
    assert len(set(order)) == len(order)
    assert set(order) == others
    for name in order:
        needed = re.findall(r'from "\./(.+)"', (FILES / name).read_text())
        assert all(order.index(each) < order.index(name) for each in needed)
