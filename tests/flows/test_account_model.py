"""Whatever happens to an account, to the clocks and to the bot: each outcome is written down and told as it must be."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.flows.model_steps import Story
from tests.flows.model_stories import STORIES
from tests.flows.model_theatre import Theatre

ACCOUNT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def theatre(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Theatre:
    return Theatre(sqlite_template, tmp_path_factory.mktemp("stage"))


@settings(ACCOUNT, max_examples=80, derandomize=True, database=None)
@given(story=STORIES)
def test_every_outcome_is_written_down_and_told_once(story: Story, theatre: Theatre) -> None:
    assert theatre.play(story).wrong == []


@pytest.mark.long
@settings(ACCOUNT, max_examples=2_000, print_blob=True)
@given(story=STORIES)
def test_in_thousands_of_histories_every_outcome_is_written_down_and_told_once(story: Story, theatre: Theatre) -> None:
    assert theatre.play(story).wrong == []
