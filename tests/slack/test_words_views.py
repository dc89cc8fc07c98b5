"""What is shown by shortcuts is taken by Slack as it is, whatever references are called."""

import pytest

from bot.domain.mentioned import Meant
from bot.domain.overview import Standing
from bot.domain.progress import summarise
from bot.sandbox.blockkit import foreign_text_problems, view_problems
from bot.slack.canned_words import shortcuts
from bot.slack.views import mentioned, status_form
from bot.slack.views.view import View
from tests.builders import NOON, request
from tests.slack.canned import SCENE

VIEWS = {each.name: each.view for each in shortcuts(SCENE)}
NASTY = ["<!channel>", "*a* _b_ `c`", ":fire:", "x" * 500, "שלום", "a\nb", "&lt;", '"quotes" and more']


def problems(view: View) -> list[str]:
    payload = view.payload()
    return view_problems(payload) + foreign_text_problems({"text": "x", "blocks": payload["blocks"]})


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_is_taken(name: str) -> None:
    assert problems(VIEWS[name]) == []


def test_names_of_any_kind_are_taken() -> None:
    standings = tuple(Standing(summarise(name, [request(1)]), None, NOON) for name in NASTY * 10)
    assert problems(mentioned.which(Meant(standings), "C1 dubbing")) == []
    for name in NASTY:
        assert problems(status_form.reading(name)) == []
        assert problems(status_form.form(name)) == []
