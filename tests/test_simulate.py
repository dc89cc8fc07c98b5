"""The command `simulate`, as a whole process."""

import json

import pytest

from tests.processes import finished

pytestmark = pytest.mark.processes
SMALL = ("--references", "30", "--a-day", "200", "--watched", "0.5", "--minutes", "8", "--warm-up", "4")


async def test_the_same_seed_gives_the_same_figures_in_another_process() -> None:
    told = []
    for order_of_sets in ("1", "2"):
        code, asked = await finished(
            "simulate", *SMALL, "--seed", "3", "--seeds", "2", "--json", variables={"PYTHONHASHSEED": order_of_sets}
        )
        assert (code, asked.stderr) == (0, "")
        told.append(json.loads(asked.stdout))
    assert told[0] == told[1]
    first, second = told[0]
    assert (first["plan"]["seed"], second["plan"]["seed"]) == (3, 4)
    assert first["schedules"] != second["schedules"]
    assert [each["name"] for each in first["schedules"]] == [
        "planner",
        "per reference, every 30 s",
        "sweep, every 30 s",
        "clairvoyant",
    ]
    planner = first["schedules"][0]
    assert planner["undetected"] == 0
    assert planner["found"] > 0
    assert 0 < planner["p50"] <= planner["p99"] <= planner["max"]
    assert first["lower_bound_calls_a_minute"] <= planner["calls_a_minute"] <= 60


async def test_figures_are_shown_as_a_table() -> None:
    code, asked = await finished("simulate", *SMALL)
    assert code == 0
    assert "planner" in asked.stdout
    assert "calls/min" in asked.stdout
    assert "…" not in asked.stdout


@pytest.mark.parametrize(
    ("wrong", "what"), [(("--references", "0"), "--references"), (("--order", "sideways"), "--order")]
)
async def test_what_cannot_be_simulated_is_refused_by_its_name(wrong: tuple[str, str], what: str) -> None:
    code, asked = await finished("simulate", *wrong)
    assert code == 2
    assert what in asked.stderr
