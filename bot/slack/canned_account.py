"""What is told about the whole account's queue, and of watches that nobody has begun, in every situation."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.domain.lineup import InLine, Lineup, LineupAnswer, Outcomes
from bot.domain.preview import DAY, WINDOW, Preview, PreviewAnswer, PreviewBegun, Recent
from bot.domain.replay import Told
from bot.domain.watch import Events, Placement
from bot.slack.canned_policies import queue_by_policy
from bot.slack.canned_scene import REF, Canned, Scene
from bot.slack.views import preview, queue

_MANY = 130
_BUSY = "the API answered 503"


def _lineup(scene: Scene, references: int = 4) -> Lineup:
    line = [
        InLine(f"batch-2026-{number:02}", 8 if number < 6 else 0, 40 + number, 0, scene.at(-5_400 + 60 * number))
        for number in range(4, 4 + references)
    ]
    return Lineup(
        until=scene.at(60),
        line=tuple(replace(one, waiting_since=one.oldest_at + timedelta(seconds=20)) for one in line),
        hour=Outcomes(186, 4),
        day=Outcomes(2_914, 61),
        typical=timedelta(seconds=112),
        measured=500,
        looked_at=scene.at(52),
        read_at=scene.at(-30),
        filled=1.0,
    )


def queues(scene: Scene) -> Iterator[Canned]:
    """Answers to `queue`."""
    answer = LineupAnswer(_lineup(scene), False, None, 31, 60, 60)
    lineup = answer.lineup
    odd = (*lineup.line, InLine(None, 1, 0, 2, scene.at(-40)))
    long_ago = tuple(replace(one, waiting_since=one.oldest_at - timedelta(hours=2)) for one in lineup.line)
    old = replace(lineup, line=long_ago, until=scene.at(-7_200), looked_at=scene.at(-7_200), read_at=scene.at(-7_260))
    unread = Lineup(until=scene.now)
    for name, when, shown in (
        ("queue", "The whole account, from what the bot knows.", answer),
        ("queue_many", "More references than a table can hold.", replace(answer, lineup=_lineup(scene, _MANY))),
        (
            "queue_odd",
            "With requests without a reference and in a status that is not documented.",
            replace(answer, lineup=replace(lineup, line=odd, unread=1)),
        ),
        ("queue_empty", "Nothing is open.", replace(answer, lineup=replace(lineup, line=(), read_at=None))),
        (
            "queue_filling",
            "Soon after the first start, with older requests still unread.",
            replace(answer, lineup=replace(lineup, filled=0.4286, unread=2)),
        ),
        ("queue_stale", "Nothing could be read for two hours.", replace(answer, lineup=old, stale=True, trouble=_BUSY)),
        ("queue_slowed", "The API has asked to slow down.", replace(answer, allowed=30)),
        ("queue_busy", "All calls of the last minute were used.", replace(answer, calls=60)),
        ("queue_never_read", "Before anything was read.", LineupAnswer(unread, False, None, 0, 60, 60)),
    ):
        yield Canned(name, "Queue", when, queue.message(shown))
    yield from queue_by_policy(answer)
    shared = queue.shared(answer, "U0ANA")
    yield Canned("queue_shared", "Queue", "After Share: for everybody in the channel.", shared)


def _preview(scene: Scene) -> Preview:
    failed = Told("batch-2026-07", "failure", scene.at(-4_000), True, "no face detected", 3)
    return Preview(
        since=scene.now - WINDOW,
        until=scene.now,
        new=Counter(failure=12, finished=8, reopened=1, clips=264),
        replies=Counter(ping=2),
        edits=37,
        days=(4, 6, 0, 0, 3, 5, 3),
        busy=(("batch-2026-07", 6), (REF, 4), ("batch-2026-05", 2)),
        examples=(
            failed,
            Told(REF, "finished", scene.at(-9_000), True),
            replace(failed, kind="ping", at=scene.at(-86_400), is_new=False, count=10),
            Told("batch-2026-05", "reopened", scene.at(-90_000), True),
        ),
        looked_at=23,
    )


def previews(scene: Scene) -> Iterator[Canned]:
    """Answers to `preview`."""
    glob = replace(scene.watch, reference_id="batch-*", is_glob=True)
    answer = PreviewAnswer(glob, _preview(scene), Recent((), 23, 140, scene.now - 30 * DAY, 1.0))
    begun = PreviewBegun(glob, replace(answer.recent, names=tuple((f"batch-{n}", 20) for n in range(2_000))))
    yield Canned("preview_begun", "Preview", "At once, while much is looked at again.", preview.begun(begun))
    sums = answer.preview
    clips = Told(REF, "clips", scene.at(-600), True, count=4)
    each = replace(sums, days=(44, 46, 40, 40, 33, 45, 37), examples=(clips, *sums.examples))
    threaded = replace(sums, new=Counter(), replies=sums.new + sums.replies, days=(0,) * 7, busy=())
    for name, when, shown in (
        ("preview_pattern", "What watching a pattern would have posted in the last 7 days.", answer),
        ("preview_each", "The same, with finished clips.", _wishing(replace(answer, preview=each), events=Events.EACH)),
        (
            "preview_thread",
            "The same, with everything under the card.",
            _wishing(replace(answer, preview=threaded), placement=Placement.THREAD),
        ),
        ("preview_one", "Of one batch, whose watch would have ended.", _of_one(scene, answer)),
        *_where_little_is_known(scene, answer),
    ):
        yield Canned(name, "Preview", when, preview.message(shown, scene.command))


def _of_one(scene: Scene, answer: PreviewAnswer) -> PreviewAnswer:
    sums = replace(answer.preview, new=Counter(finished=1), replies=Counter(), edits=0, days=(0,) * 6 + (1,), busy=())
    finished = replace(sums.examples[1], at=scene.now - 6.2 * DAY)
    ended_at = finished.at + DAY
    sums = replace(sums, looked_at=1, ended_at=ended_at, corrected=1, gone=2, examples=(finished,))
    return PreviewAnswer(scene.watch, sums, replace(answer.recent, changed=1, known=1))


def _where_little_is_known(scene: Scene, answer: PreviewAnswer) -> Iterator[tuple[str, str, PreviewAnswer]]:
    sums, recent = answer.preview, answer.recent
    failed = sums.examples[:1]
    young = replace(sums, since=scene.at(-10_800), new=Counter(failure=1), replies=Counter(), days=(1,), busy=())
    young = replace(young, examples=failed, looked_at=2)
    nothing = replace(Preview(scene.now - WINDOW, scene.now), days=(0,) * 7)
    cut = replace(answer, preview=replace(sums, looked_at=2_000), recent=replace(recent, changed=5_120))
    just_begun = replace(recent, began_at=young.since, filled=0.4286, changed=2)
    unknown = replace(answer, recent=replace(recent, known=0, filled=0.4286), nearest=(REF,))
    yield "preview_cut", "More references than can be looked at in time.", cut
    yield "preview_young", "Soon after the first start.", replace(answer, preview=young, recent=just_begun)
    idle = replace(answer, preview=nothing, recent=replace(recent, changed=0))
    yield "preview_nothing", "Nothing happened.", idle
    yield "preview_unknown", "No reference matches.", unknown
    yield "preview_never_read", "Before anything was read.", replace(answer, recent=Recent())


def _wishing(
    answer: PreviewAnswer, *, events: Events = Events.PROBLEMS, placement: Placement = Placement.DEFAULT
) -> PreviewAnswer:
    return replace(answer, watch=replace(answer.watch, events=events, placement=placement))
