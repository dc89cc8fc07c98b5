from dataclasses import replace

import pytest

from bot.domain.match import Match, Matching
from bot.domain.match_wording import match_line
from bot.domain.overview import Standing
from bot.domain.progress import summarise
from bot.domain.watch import Events, Placement
from tests.builders import NOON, request, watch

ROWS = [request(1, "completed"), request(2, "completed"), request(3, "failed"), request(4)]
BATCH = Standing(summarise("batch-1", ROWS), NOON, NOON)


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (
            Match("batch-*", Matching("batch-*", 14, 3)),
            "batch-*: 14 references match, 3 of them with open requests; new ones are watched too.",
        ),
        (
            Match("batch-*", Matching("batch-*", 1_400, 0, 0.625)),
            (
                "batch-*: 1,400 references match, none of them with open requests; new ones are watched too"
                " (62% of the account's list read so far)."
            ),
        ),
        (
            Match("b-[1]", Matching("b-[1]", 1, 1)),
            "b-[1]: 1 reference matches, with open requests; new ones are watched too.",
        ),
        (
            Match("b-[1]", Matching("b-[1]", 1, 0, None)),
            "b-[1]: 1 reference matches, without open requests; new ones are watched too.",
        ),
        (
            Match("bach-*", Matching("bach-*"), nearest=("batch-1",)),
            "bach-*: no reference that I know matches. Did you mean batch-1? Those that come are watched.",
        ),
        (
            Match("*", Matching("*", 14, 3)),
            (
                "*: 14 references match, 3 of them with open requests; new ones are watched too."
                " Of the whole account, only new kinds of failures are told."
            ),
        ),
        (
            Match("batch-1", standing=BATCH),
            "batch-1: 4 requests, 75% finished, 1 failed; read 1 April 2026, 12:00 UTC.",
        ),
        (
            Match("batch-1", standing=replace(BATCH, read_at=None)),
            "batch-1: 4 requests seen, not read as a whole yet.",
        ),
        (
            Match("5b0c", standing=BATCH),
            (
                "That is a request of batch-1, whose batch is watched: 4 requests, 75% finished, 1 failed;"
                " read 1 April 2026, 12:00 UTC."
            ),
        ),
        (
            Match("batch-1", standing=replace(BATCH, progress=summarise("batch-1", [], vanished=2))),
            "batch-1: nothing is listed any more.",
        ),
        (Match("new"), "Nothing was ever seen under new. It is watched once it comes."),
        (
            Match("bach", nearest=("batch-1", "batch-2", "batch-3")),
            "Nothing was ever seen under bach. Did you mean batch-1, batch-2 or batch-3? It is watched once it comes.",
        ),
        (
            Match("new", watch=replace(watch(events=Events.EACH), placement=Placement.THREAD)),
            (
                "Nothing was ever seen under new. It is watched once it comes."
                " It is watched there already (each, in thread): what you leave as it is here stays so."
            ),
        ),
    ],
)
def test_what_is_known_is_told_in_a_line(match: Match, said: str) -> None:
    assert str(match_line(match)) == said
