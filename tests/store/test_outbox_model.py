"""Whatever happens in whatever order, the outbox does what a small model of it does, on both databases."""

from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.store.outbox_machine import OutboxMachine

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
STORY = settings(stateful_step_count=40, deadline=None, suppress_health_check=SLOW)
FEW = settings(STORY, max_examples=15, derandomize=True, database=None, phases=[Phase.generate])
MANY = settings(STORY, max_examples=1_000, print_blob=True)


def play(url: str, how: settings) -> None:
    run_state_machine_as_test(partial(OutboxMachine, url), settings=how)  # type: ignore[arg-type]  # any maker will do


def test_the_outbox_does_what_its_model_does(url: str) -> None:
    play(url, FEW)


@pytest.mark.long
def test_the_outbox_does_what_its_model_does_in_a_thousand_stories(url: str) -> None:
    play(url, MANY)
