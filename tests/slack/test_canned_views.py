import json
from collections.abc import Mapping

import pytest

from bot.sandbox.blockkit import foreign_text_problems, view_problems
from bot.slack.gallery import canned, canned_views
from bot.slack.views.view import View
from tests.builders import NOON
from tests.slack.canned import COMMAND, GOLDEN, assert_golden_view

VIEWS: Mapping[str, View] = {each.name: each.view for each in canned_views(COMMAND, NOON)}


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_looks_as_it_is_kept(name: str) -> None:
    assert_golden_view(name, VIEWS[name])


def test_no_golden_file_is_left_over() -> None:
    assert {kept.stem for kept in (GOLDEN / "views").glob("*.json")} == set(VIEWS)


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_every_view_and_no_text_of_others_can_ping(name: str) -> None:
    shown = json.loads(json.dumps(VIEWS[name].payload()))
    assert view_problems(shown) == []
    assert foreign_text_problems({"text": name, **shown}) == []


def test_every_view_has_its_own_name_and_a_sentence_of_when_it_is_seen() -> None:
    shown = canned_views(COMMAND, NOON)
    names = [each.name for each in shown] + [each.name for each in canned(COMMAND, NOON)]
    assert len(set(names)) == len(names)
    assert [
        each.name for each in shown if not (each.title and each.when[0].isupper() and each.when.endswith("."))
    ] == []
    titles = [each.title for each in shown]
    runs = [title for title, before in zip(titles, ["", *titles], strict=False) if title != before]
    assert len(runs) == len(set(runs))


def test_every_field_has_a_label_and_every_modal_can_be_left() -> None:
    for name, view in VIEWS.items():
        inputs = [block for block in view.blocks if block["type"] == "input"]
        assert all(block.get("label") and block.get("element") for block in inputs), name
        assert not inputs or view.submit or view.kind == "home", name
        assert view.close or view.kind == "home", name
