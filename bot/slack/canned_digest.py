"""Digests about made-up batches."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.digest_facts import DigestFacts, DigestLine, DigestPart, OpenKind
from bot.domain.progress import Progress
from bot.domain.risk_facts import Level
from bot.slack.canned_scene import Scene

_DAY = timedelta(days=1)


def named(progress: Progress, name: str) -> Progress:
    """The same totals under another name, without failure kinds, as digests have them."""
    return replace(progress, reference_id=name, kinds=())


def example_digest(scene: Scene, now: datetime) -> DigestFacts:
    """One batch needs somebody, another is through, a third goes on."""
    needs = DigestLine(named(scene.progress(34, 6), scene.reference), _kinds(scene), deadline=None)
    done = DigestLine(named(scene.done, f"{scene.reference}-2"))
    goes_on = DigestLine(named(scene.progress(178, 0, 8, 58, expected=250), f"{scene.reference}-3"))
    return DigestFacts(
        since=now - _DAY,
        until=now,
        read_at=now,
        stale=False,
        watches=3,
        needs=DigestPart((needs,), 1),
        finished=DigestPart((done,), 1),
        running=DigestPart((goes_on,), 1),
    )


def full_digest(scene: Scene) -> DigestFacts:
    """Everything that a digest can tell, in each part."""
    late = replace(scene.running, cleared=1)
    missed = DigestLine(
        named(late, scene.reference), _kinds(scene), 1, stuck=3, deadline=scene.at(-7_200), risk=Level.MISSED
    )
    risky = DigestLine(
        named(scene.progress(100, 0, 8, 92), "series-s02"), deadline=scene.at(14_400), risk=Level.AT_RISK
    )
    short = DigestLine(named(scene.progress(244, expected=250), "trailer-fr"), short=True)
    failed = DigestLine(named(scene.progress(38, 2), "promo-fr"), (OpenKind("no face detected", 2),))
    due = DigestLine(named(scene.progress(20, 0, 4, 16), "trailer-jp"), deadline=scene.at(28_800))
    whole = example_digest(scene, scene.now)
    return replace(
        whole,
        watches=9,
        needs=DigestPart((missed, risky, short, failed), 4),
        due=DigestPart((due,), 1),
        finished=DigestPart((DigestLine(named(scene.done, "order-12345")), DigestLine(named(scene.done, "teaser"))), 2),
    )


def huge_digest(scene: Scene) -> DigestFacts:
    """Many more in each part than are shown."""
    lines = tuple(DigestLine(named(scene.progress(34, 6, n), f"series-s{n:02}"), _kinds(scene)) for n in range(1, 11))
    through = tuple(DigestLine(named(scene.done, f"promo-{n:02}")) for n in range(10))
    whole = example_digest(scene, scene.now)
    return replace(
        whole,
        watches=1,
        needs=DigestPart(lines, 137),
        finished=DigestPart(through, 2_412),
        running=DigestPart(tuple(replace(line, kinds=()) for line in lines), 88),
    )


def calm_digest(scene: Scene) -> DigestFacts:
    """Nothing needs anybody, and one batch goes on."""
    return replace(example_digest(scene, scene.now), needs=DigestPart(), finished=DigestPart())


def empty_digest(scene: Scene) -> DigestFacts:
    """Nothing at all."""
    return replace(calm_digest(scene), running=DigestPart())


def _kinds(scene: Scene) -> tuple[OpenKind, ...]:
    return tuple(
        OpenKind(kind.name, kind.count, "U0BEN" if kind.name == "no face detected" else None)
        for kind in scene.progress(34, 6).kinds
    )
