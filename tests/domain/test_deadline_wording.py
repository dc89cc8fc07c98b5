from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.deadline_wording import against, card_part, echo, in_its_zone, paces, percent, risk_lines
from bot.domain.natural_time import TypedTime
from bot.domain.progress import UNFINISHED, Progress, Settled, Settlement, Waiting
from bot.domain.risk_facts import Before, Level, RiskFacts
from tests.builders import NOON, at

RUNNING = Progress("batch-1", 40, 20, 0, 20, last_ended_at=NOON)
DONE = Progress("batch-1", 40, 40, last_ended_at=NOON)
OVER = Settled(short=False)


@pytest.mark.parametrize(
    ("moment", "zone", "shown"),
    [
        (datetime(2026, 11, 28, 16, tzinfo=UTC), "Europe/Berlin", "Sat 28 Nov 17:00 CET (Europe/Berlin)"),
        (datetime(2027, 7, 1, 15, tzinfo=UTC), "Europe/Berlin", "Thu 1 Jul 2027 17:00 CEST (Europe/Berlin)"),
        (datetime(2026, 11, 28, 14, tzinfo=UTC), "Europe/Istanbul", "Sat 28 Nov 17:00 (Europe/Istanbul)"),
        (datetime(2026, 11, 28, 17, tzinfo=UTC), "UTC", "Sat 28 Nov 17:00 UTC"),
        (datetime(2026, 11, 28, 15, tzinfo=UTC), "UTC+02:00", "Sat 28 Nov 17:00 UTC+02:00"),
    ],
)
def test_a_deadline_is_shown_as_the_clocks_of_its_zone_show_it(moment: datetime, zone: str, shown: str) -> None:
    assert in_its_zone(moment, zone, datetime(2026, 11, 26, tzinfo=UTC)) == shown


def test_the_echo_says_what_was_understood_and_how_long_it_is_until_then() -> None:
    now = datetime(2026, 11, 26, 15, 59, 30, tzinfo=UTC)
    typed = TypedTime(
        datetime(2026, 11, 28, 16, tzinfo=UTC), "Europe/Berlin", now, ("the end of the day is 18:00", "b")
    )
    assert str(echo(typed)) == (
        "Deadline Sat 28 Nov 17:00 CET (Europe/Berlin), in 2 d; on your clock that is 28 November 2026, 16:00 UTC."
        " The end of the day is 18:00; b."
    )


@pytest.mark.parametrize(
    ("progress", "settlement", "due", "odds", "read", "verdict"),
    [
        (RUNNING, UNFINISHED, at(60), None, at(0), ""),
        (RUNNING, UNFINISHED, at(60), 0.93, at(0), ", on track (93%)"),
        (RUNNING, UNFINISHED, at(60), 0.5, at(0), ", on track (50%)"),
        (RUNNING, UNFINISHED, at(60), 0.499, at(0), ", at risk (49%)"),
        (RUNNING, UNFINISHED, at(60), 0.0, at(0), ", at risk (under 1%)"),
        (RUNNING, UNFINISHED, at(60), 0.9, at(60), ", missed 1 April 2026, 12:01 UTC"),
        (DONE, OVER, at(1_200), None, at(60), ", met with 20 m to spare"),
        (DONE, Waiting(at(600)), at(1_200), None, at(60), ", met so far with 20 m to spare"),
        (DONE, OVER, at(-720), None, at(60), ", missed by 12 m"),
        (DONE, OVER, at(0), None, at(60), ", met with 0 s to spare"),
    ],
)
def test_the_card_says_how_the_deadline_stands(
    progress: Progress, settlement: Settlement, due: datetime, odds: float | None, read: datetime, verdict: str
) -> None:
    told = str(card_part(progress, settlement, due, odds, read))
    assert told.partition(" UTC")[2] == verdict


def test_the_apis_clock_is_allowed_for() -> None:
    told = card_part(DONE, OVER, at(1_200), None, at(60), timedelta(minutes=-10))
    assert str(told) == "1 April 2026, 12:20 UTC, met with 10 m to spare"


def test_a_finish_is_told_against_its_deadline() -> None:
    assert against(timedelta(minutes=48)) == "48 m before its deadline"
    assert against(timedelta(minutes=-12)) == "12 m late"


def test_nobody_knows_for_certain() -> None:
    assert [percent(odds) for odds in (0, 0.009, 0.01, 0.29, 0.995, 1)] == [
        *("under 1%", "under 1%", "1%", "29%"),
        *("over 99%", "over 99%"),
    ]


def test_two_paces_are_told_in_one_unit() -> None:
    assert paces(3.14, 0.42) == ("3.14", "0.42", "clips/min")
    assert paces(0.55, 0.0) == ("33", "0", "clips/h")
    assert paces(12.42, 120) == ("12.4", "120", "clips/min")


@pytest.mark.parametrize(
    ("before", "pace", "said"),
    [
        (Before(NOON, 3.0, 40), 1.0, "Since 12:00 UTC: pace 3 → 1 clips/min"),
        (Before(NOON, 3.0, 30), 1.0, "Since 12:00 UTC: pace 3 → 1 clips/min, 10 more clips to do"),
        (Before(NOON, 1.0, 41), 1.1, "Since 12:00 UTC: 1 clip fewer"),
        (Before(NOON, 1.0, 40), 1.1, ""),
        (Before(NOON, None, 40), 1.1, ""),
        (None, 1.1, ""),
    ],
)
def test_what_changed_is_told_when_something_did(before: Before | None, pace: float, said: str) -> None:
    facts = RiskFacts(RUNNING, Level.AT_RISK, at(60), "UTC", NOON, 0.3, pace=pace, before=before)
    assert [str(line) for line in risk_lines(facts)[1:]] == ([said] if said else [])


def test_a_finish_that_is_far_away_has_its_day() -> None:
    facts = RiskFacts(RUNNING, Level.AT_RISK, at(60), "UTC", NOON, 0.3, at(50_000), at(90_000), at(95_000))
    assert str(risk_lines(facts)[1]).startswith("Finish about 2 April 2026, 13:00 UTC (80%: 2 April 2026, 01:53 UTC to")
