"""A method rests as long as Slack asks for, whatever happens to the clock."""

from datetime import timedelta

import pytest

from bot.flows.slack_line import SlackLine
from bot.flows.vitals import Vitals
from tests.builders import NOON
from tests.fakes import FakeClock


@pytest.mark.parametrize("step", [-3_600, 0, 3_600])
def test_a_method_rests_as_long_as_it_was_told_although_the_clock_is_set(step: float) -> None:
    clock = FakeClock()
    line = SlackLine(clock, Vitals(NOON, 0))
    line.close("post", timedelta(seconds=30))
    clock.step(step)
    clock.pass_time(29)
    assert line.is_closed("post")
    assert line.opens_at("post") == clock.now() + timedelta(seconds=1)
    clock.pass_time(1)
    assert not line.is_closed("post")
    assert line.opens_at("post") == clock.now()
