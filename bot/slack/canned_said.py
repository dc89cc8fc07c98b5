"""What the bot says on its own account, in every situation."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.announcement import (
    AccessFacts,
    BackFacts,
    CardFacts,
    CatchUpFacts,
    ClipsFacts,
    FinishedFacts,
    Meanwhile,
    PingFacts,
    ReopenedFacts,
    Said,
    ShortFacts,
    StaleFacts,
)
from bot.domain.delivery import Asked, Manner
from bot.domain.progress import Progress, Settled, Waiting
from bot.domain.prospect import Finish
from bot.domain.watch import Placement
from bot.slack.canned_deadlines import due_finishes
from bot.slack.canned_policies import finished_by_policy
from bot.slack.canned_scene import REF, Canned, Scene, uuid
from bot.slack.canned_triage import cared_failures
from bot.slack.views import said
from bot.slack.views.message import Message

_CARD, _FAILURE, _FINISHED, _PERSONAL = "M1 Card", "M3 Failure kind", "M5 Finished", "M7 Personal DM"
_SHORT, _REOPENED = "M5b Settled short", "M5c Reopened"
_CATCH_UP, _ACCESS, _CLIPS = "M8 Catch-up", "M11 Access trouble", "M13 Clips finished"
_STALE = "M11 Stale data"


def cards(scene: Scene) -> Iterator[Canned]:
    """M1."""
    card = scene.card
    ended = replace(card, prospect=None)
    waiting = replace(ended, progress=scene.done, settlement=Waiting(scene.at(600)))
    short = replace(ended, progress=scene.progress(244, expected=250), settlement=Settled(short=True))
    placed = replace(card, watch=replace(scene.watch, placement=Placement.THREAD, mention=("U0ANA", "U0BEN")))
    stopped = replace(card, watch=replace(scene.watch, ended_at=scene.at(60), place="U0ANA"))
    for name, when, facts in (
        ("card", "While a watched batch runs; edited in place.", card),
        (
            "card_reading",
            "Right after watch was typed, before the first complete reading.",
            replace(ended, progress=scene.unread, read_at=None),
        ),
        (
            "card_nothing",
            "The batch was read and has no request yet.",
            replace(ended, progress=scene.unread),
        ),
        ("card_waiting", "All have ended, but more may still be submitted.", waiting),
        ("card_short", "It settled with fewer requests than expected.", short),
        ("card_placed", "Everything is told under the card, and two people are named.", placed),
        (
            "card_stale",
            "Nothing could be read for ten minutes, and requests are open.",
            replace(card, read_at=scene.at(-720), stale=True),
        ),
        ("card_stopped", "After unwatch, here in a person's DM: no buttons any more.", stopped),
        *_cards_of_the_rest(scene),
    ):
        yield Canned(name, _CARD, when, _message(facts, scene))


def _cards_of_the_rest(scene: Scene) -> Iterator[tuple[str, str, CardFacts]]:
    """Cards whose finish cannot be told as usual."""
    card, rest = scene.card, scene.prospect
    few, day = scene.progress(3, 0, 8, 239), 86_400
    early = replace(rest, finish=None, why="early", finished=3, rhythm=None)
    stands = replace(rest, finish=None, why="stands", rhythm=replace(scene.rhythm, a_minute=0.0))
    unknown = replace(rest, finish=None, why="unknown", rhythm=None)
    far = Finish(scene.at(day), scene.at(1.25 * day), scene.at(1.5 * day))
    slow = replace(rest, finish=far, rhythm=replace(scene.rhythm, a_minute=0.21))
    yield (
        "card_early",
        "Fewer than five clips are finished, and the account is new.",
        replace(card, progress=few, prospect=early),
    )
    yield (
        "card_stands",
        "Clips wait, and none is in work.",
        replace(card, progress=scene.progress(178, 6, 0, 66), prospect=stands),
    )
    yield "card_timeless", "The API tells no times of what is finished.", replace(card, prospect=unknown)
    yield "card_tomorrow", "The rest takes until tomorrow.", replace(card, prospect=slow)
    yield (
        "card_missing",
        "Some are expected, but have not come for long.",
        replace(card, prospect=replace(rest, missing=6)),
    )


def news(scene: Scene) -> Iterator[Canned]:
    """M3, M13, M5, M5b and M5c."""
    failure = scene.failure
    repeat = said.marked_as_repeat(_message(replace(failure, ids=(uuid(1),), last_at=scene.now), scene))
    many = _message(replace(failure, ids=tuple(map(uuid, range(140)))), scene)
    clips = ClipsFacts(scene.running, tuple(map(uuid, range(14))), scene.now)
    yield Canned(
        "failure", _FAILURE, "The first failures of a kind that this watch was not told of.", _message(failure, scene)
    )
    yield Canned("failure_repeat", _FAILURE, "Slack's answer was lost, and its history cannot be read.", repeat)
    yield Canned("failure_many", _FAILURE, "Many failures of one kind at once: the first twenty ids.", many)
    yield from _worse(scene)
    yield from cared_failures(scene)
    yield Canned("clips", _CLIPS, "With for each or for all: what one look found finished.", _message(clips, scene))
    yield from _ends(scene)
    short = ShortFacts(scene.progress(244, expected=250), scene.now)
    yield Canned(
        "short", _SHORT, "Nothing new came for a while, and some of the expected are missing.", _message(short, scene)
    )
    reopened = ReopenedFacts(scene.progress(40, waiting=3), 3, scene.now)
    yield Canned(
        "reopened", _REOPENED, "New requests arrive after the batch was called finished.", _message(reopened, scene)
    )


def _worse(scene: Scene) -> Iterator[Canned]:
    failing = scene.progress(60, 30, 8, 58)
    failure = replace(scene.failure, progress=failing, rate=20, unseen=True, is_last=True)
    for name, when, facts in (
        ("failure_worse", "A kind that the account never had, the eighth of a batch in which much fails.", failure),
        (
            "ping",
            "A kind that was told is now ten or a hundred times as many.",
            PingFacts(failing, failing.kinds[:1], None, scene.now),
        ),
        (
            "ping_several",
            "Several kinds at once, and the failure rate.",
            PingFacts(failing, failing.kinds, 20, scene.now),
        ),
        (
            "ping_rate",
            "More than 5 or 20 of 100 fail for certain.",
            PingFacts(scene.progress(90, 12, 8, 58), (), 5, scene.now),
        ),
    ):
        yield Canned(name, _FAILURE, when, _message(facts, scene))
    named = scene.said(scene.failure, Manner(mention=("U0ANA", "U0BEN")))
    yield Canned("failure_named", _FAILURE, "With mention, people are named.", named)


def personal(scene: Scene) -> Iterator[Canned]:
    """M7."""
    asked = Manner(asked=(Asked("C0DUBBINGDE", scene.at(-4_000)),))
    for name, when, facts in (
        ("personal_failure", "With me, a person is told alone, and why.", scene.failure),
        ("personal_finished", "The same, at the end.", FinishedFacts(scene.progress(34, 6), scene.now)),
    ):
        yield Canned(name, _PERSONAL, when, scene.said(facts, asked))
    done = Meanwhile(scene.progress(34, 6), 20, 6, scene.progress(34, 6).kinds, "finished")
    times = (Asked("C0DUBBINGDE", scene.at(-4_000)), Asked("C0AURORA", scene.at(-3_000)))
    for name, when, references, manner in (
        ("personal_catch_up", "After a gap, with me and mention.", (done,), replace(asked, mention=("U0BEN",))),
        ("personal_catch_up_several", "The same, asked for in two places.", _several(scene, done), Manner(asked=times)),
    ):
        told = CatchUpFacts(scene.at(-4_440), scene.now, references)
        yield Canned(name, _PERSONAL, when, scene.said(told, manner))


def _ends(scene: Scene) -> Iterator[Canned]:
    one, failed, canceled = scene.progress(1), scene.progress(0, 1), Progress(REF, 1, other=(("canceled", 1),))
    why = "no face detected"
    for name, when, facts in (
        ("finished", "Everything ended, and all went well.", FinishedFacts(scene.done, scene.now)),
        (
            "finished_with_failures",
            "Everything ended, some badly.",
            FinishedFacts(scene.progress(34, 6), scene.now),
        ),
        (
            "finished_one",
            "A reference of one request; its link is for whoever clicks.",
            FinishedFacts(one, scene.now, "completed", scene.one.output_url),
        ),
        (
            "finished_one_failed",
            "A reference of one request that failed.",
            FinishedFacts(failed, scene.now, "failed", error_message=why),
        ),
        (
            "finished_one_ended",
            "A reference of one request that ended in a way the API does not document.",
            FinishedFacts(canceled, scene.now, "canceled"),
        ),
    ):
        yield Canned(name, _FINISHED, when, _message(facts, scene))
    yield from due_finishes(scene)
    yield from finished_by_policy(scene)


def catch_ups(scene: Scene) -> Iterator[Canned]:
    """M8."""
    done = Meanwhile(scene.progress(34, 6), 20, 6, scene.progress(34, 6).kinds, "finished")
    for name, when, seconds, references in (
        ("catch_up", "The bot or the API was away, and a watched batch finished meanwhile.", 8_880, (done,)),
        (
            "catch_up_failures",
            "The batch goes on, and clips failed in new ways meanwhile.",
            1_260,
            (Meanwhile(scene.running, 41, 6, scene.running.kinds),),
        ),
        ("catch_up_several", "Several watched batches have news.", 8_880, _several(scene, done)),
        ("catch_up_many", "A day's gap: more batches, kinds and ids than fit into a message.", 80_000, _many(scene)),
    ):
        yield Canned(name, _CATCH_UP, when, _message(CatchUpFacts(scene.at(-seconds), scene.now, references), scene))


def _several(scene: Scene, done: Meanwhile) -> tuple[Meanwhile, ...]:
    short = replace(scene.progress(244, expected=250), reference_id="pilot-ja")
    open_again = replace(scene.progress(40, waiting=3), reference_id="trailer-fr")
    well = replace(scene.progress(12), reference_id="teaser-es")
    return (
        done,
        Meanwhile(short, 90, 0, ending="short"),
        Meanwhile(well, 0, 0, ending="finished"),
        Meanwhile(open_again, 0, 0, arrived=3),
    )


def _many(scene: Scene) -> tuple[Meanwhile, ...]:
    first = scene.running.kinds[0]
    large = replace(first, name="codec a is not supported", ids=tuple(map(uuid, range(140))))
    small = (
        replace(first, key=str(n), name=f"codec {chr(97 + n)} is not supported", ids=(uuid(n),), last_at=first.first_at)
        for n in range(1, 26)
    )
    failing = Meanwhile(scene.progress(300, 170), 120, 165, (large, *small), "finished")
    names = [f"episode-{number:03}" for number in range(1, 61)]
    fine = scene.progress(40)
    return (failing, *(Meanwhile(replace(fine, reference_id=name), 40, 0, ending="finished") for name in names))


def access(scene: Scene) -> Iterator[Canned]:
    """M11."""
    many = tuple(f"b{number}" for number in range(14))
    for name, when, facts in (
        (
            "access",
            "To the watch's author, once: the bot is not in the channel.",
            AccessFacts("C0AURORA", "client-aurora", "not_in_channel", (REF, "b", "c")),
        ),
        (
            "access_archived",
            "To the watch's author, once: the channel was archived.",
            AccessFacts("C0AURORA", "client-aurora", "is_archived", (REF,)),
        ),
        (
            "access_digest",
            "To whoever asked for a digest in a channel where the bot is not.",
            AccessFacts("C0AURORA", "", "not_in_channel", ()),
        ),
        (
            "access_deleted",
            "To the watch's author, once: the channel was deleted.",
            AccessFacts("C0AURORA", "client-aurora", "channel_deleted", (REF,)),
        ),
        (
            "access_scope",
            "To the watch's author, once: the app was installed without a scope.",
            AccessFacts("C0AURORA", "client-aurora", "missing_scope chat:write", (REF,)),
        ),
        (
            "access_refused",
            "To the watch's author, once: the workspace forbids posting.",
            AccessFacts("D1", "a DM", "restricted_action", many),
        ),
    ):
        yield Canned(name, _ACCESS, when, _message(facts, scene))


def stale(scene: Scene) -> Iterator[Canned]:
    """M11 about the data."""
    key = StaleFacts(scene.at(-720), "the API refused the key", True, 58, 1, (REF,))
    back = BackFacts(scene.at(-4_000), scene.now)
    many = tuple(f"episode-{number:03}" for number in range(1, 11))
    down = StaleFacts(scene.at(-80_000), "the API could not be reached", False, 1_240, 31, many)
    for name, when, facts in (
        ("stale", "To a watched place, once: nothing could be read for ten minutes.", down),
        ("stale_key", "The same where whoever runs the bot has to mend the key.", key),
        (
            "stale_over",
            "Once it can be read again, and nothing happened that has to be told; else the catch-up says so.",
            back,
        ),
        ("back_muted", "The same where something happened and is muted.", replace(back, muted=True)),
    ):
        yield Canned(name, _STALE, when, _message(facts, scene))


def _message(facts: Said, scene: Scene) -> Message:
    return scene.said(facts)
