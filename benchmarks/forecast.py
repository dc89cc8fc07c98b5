"""A forecast of a batch of 5,000 clips in the middle × validating one page of the API's list, processor time."""

import json
from datetime import datetime, timedelta
from random import Random
from statistics import median

from benchmarks.listing import request
from benchmarks.report import Ceiling, Report, run, times, us
from benchmarks.rounds import Candidate, ratio, side_by_side
from bot.chamelaion.answers import listing
from bot.domain.forecast import forecast
from bot.domain.queue import Around, queue_of
from bot.domain.request import LipsyncRequest
from bot.flows.source import LARGEST_PAGE
from bot.sandbox.chamelaion_server import as_json

CLIPS, DONE, SLOTS = 5_000, 2_500, 8
CEILING = 1.0
PAGE, FORECAST, FACTS = f"a page of {LARGEST_PAGE}, validated", f"a forecast of {CLIPS:,} clips", "its facts, gathered"
_START = datetime.fromisoformat("2026-04-01T12:00:00+00:00")


async def measured(quick: bool) -> Report:
    rounds, calls = (1, 2) if quick else (15, 40)
    taken = await side_by_side(_candidates(), rounds=rounds, calls=calls)
    cpu = {name: [sample.cpu for sample in samples] for name, samples in taken.items()}
    return Report(
        title="What a forecast costs, beside validating the page that the bot asks for",
        columns=("", "processor time", "× page"),
        rows=[(name, us(median(cpu[name])), times(ratio(cpu[name], cpu[PAGE]))) for name in taken],
        notes=["The facts are gathered from the requests that a card is made of anyway; 300 runs of the queue each."],
        ceilings=[Ceiling("a forecast, processor time", ratio(cpu[FORECAST], cpu[PAGE]), CEILING)],
    )


def _candidates() -> dict[str, Candidate]:
    rows = [as_json(request(number)) for number in range(LARGEST_PAGE)]
    pagination = {"limit": LARGEST_PAGE, "offset": 0, "total": CLIPS}
    body = json.dumps({"data": rows, "pagination": pagination}).encode()
    requests, around, now = _batch()
    queue = queue_of(requests, around, now)

    async def page() -> int:
        return len(listing(body)[0])

    async def foretell() -> object:
        found = forecast(queue, 1)
        assert found is not None
        return found

    async def gather() -> object:
        return queue_of(requests, around, now)

    return {PAGE: page, FORECAST: foretell, FACTS: gather}


def _batch() -> tuple[list[LipsyncRequest], Around, datetime]:
    """Half of a batch has ended on its slots, one clip after the other."""
    random = Random(1)  # noqa: S311 - made-up data, not secrets
    free, found = [0.0] * SLOTS, []
    for number in range(CLIPS):
        slot = min(range(SLOTS), key=free.__getitem__)
        started = free[slot]
        free[slot] += random.lognormvariate(4.2, 0.6)
        found.append((number, started, free[slot]))
    now = sorted(ended for _, _, ended in found)[DONE - 1]
    latest = [
        (_START.timestamp(), (_START + timedelta(seconds=a)).timestamp(), (_START + timedelta(seconds=b)).timestamp())
        for _, a, b in found
        if b <= now
    ]
    return [_shown(*each, now) for each in found], Around(latest=tuple(latest[-500:])), _START + timedelta(seconds=now)


def _shown(number: int, started: float, ended: float, now: float) -> LipsyncRequest:
    status = "completed" if ended <= now else "processing" if started <= now else "queued"
    return LipsyncRequest(
        id=str(number),
        created_at=_START,
        status=status,
        started_at=None if status == "queued" else _START + timedelta(seconds=started),
        finished_at=_START + timedelta(seconds=ended) if status == "completed" else None,
        reference_id="batch-2026-04",
    )


if __name__ == "__main__":
    run(measured)
