"""Answers to `links` and `export`, in every situation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.request import LipsyncRequest
from bot.domain.sheet import (
    Format,
    Gathered,
    Handed,
    Handing,
    Kind,
    SheetAnswer,
    file_name,
    gathered,
    with_links,
)
from bot.slack.canned_policies import links_by_policy
from bot.slack.canned_scene import STILL, Canned, Scene
from bot.slack.views import export, links

_BUSY = "the API answered 429"
_LINKS, _EXPORT = "Links", "Export"
_SENT = Handed(Handing.SENT)


def links_given(scene: Scene) -> Iterator[Canned]:
    """Answers to `links`."""
    few, none = _links(scene, scene.rows(3, 1, 0, 0)), _links(scene, scene.rows(0, 1, 0, 0))
    newer = replace(few, only_new=True, since=scene.at(-7_200))
    cut = _links(scene, scene.rows(40, 0, 0, 0), total=250, trouble="the API answered 502")
    for name, when, answer in (
        ("links", "The finished clips, for the person who asked.", few),
        ("links_none", "No clip is finished.", none),
        ("links_new", "After links new: those that this person did not get here before.", newer),
        ("links_new_first", "After links new, where this person got none before.", replace(newer, since=None)),
        ("links_new_none", "After links new, when no clip was finished since.", replace(newer, rows=())),
        ("links_incomplete", "The reading broke off.", cut),
        ("links_linkless", "A clip is completed, but the API tells no link.", _links(scene, _linkless(scene))),
    ):
        yield Canned(name, _LINKS, when, links.message(answer, scene.command))
    yield from _links_in_a_file(scene)
    yield from _links_of_none(scene)
    yield from links_by_policy(scene)


def _links_in_a_file(scene: Scene) -> Iterator[Canned]:
    sent = _in_a_file(_links(scene, scene.rows(250, 6, 0, 0)), _SENT)
    for name, when, handed in (
        ("links_file", "More than 100: they are in a file.", _SENT),
        ("links_file_no_scope", "More than 100, but the app may send no files.", Handed(Handing.NO_SCOPE)),
    ):
        yield Canned(name, _LINKS, when, links.message(replace(sent, handed=handed), scene.command))


def _links_of_none(scene: Scene) -> Iterator[Canned]:
    for name, when, answer in (
        ("links_reading", "At once, while a reading of many pages goes on.", replace(scene.status, still=STILL)),
        (
            "links_first_reading",
            "At once, while a batch is read for the first time.",
            StatusAnswer(scene.unread, None, still=STILL),
        ),
        (
            "links_not_known",
            "The API cannot be read now; links are only shown fresh.",
            StatusAnswer(scene.progress(3, 1), scene.now, trouble=_BUSY),
        ),
        ("links_request", "One request, asked for by its UUID.", RequestAnswer(scene.one, scene.now)),
    ):
        yield Canned(name, _LINKS, when, links.message(answer, scene.command))


def exported(scene: Scene) -> Iterator[Canned]:
    """Answers to `export`."""
    whole = _export(gathered(scene.reference, scene.rows(178, 6, 8, 58), 250, scene.now))
    html = _in_a_file(replace(whole, format=Format.HTML), _SENT)
    few = scene.rows(178, 6, 8, 8)
    broken = gathered(scene.reference, few, 250, scene.now, trouble=_BUSY)
    changing = gathered(scene.reference, few, 201, scene.now, complete=False)
    nothing = SheetAnswer(Kind.ROWS, Gathered(scene.reference, (), 0, scene.now), ())
    for name, when, answer in (
        ("export", "Every row of a batch, as CSV.", whole),
        ("export_html", "The same as a page.", html),
        ("export_incomplete", "The reading broke off.", _export(broken)),
        ("export_changed", "The list kept changing while it was read.", _export(changing)),
        ("export_in_doubt", "Slack's answer to the last step was lost.", _failed(whole, Handing.IN_DOUBT, "timeout")),
        ("export_busy", "Slack asks to wait.", replace(whole, handed=Handed(Handing.BUSY, wait=timedelta(seconds=30)))),
        ("export_no_dm", "The person takes no DM from apps.", _failed(whole, Handing.NO_DM, "cannot_dm_bot")),
        ("export_failed", "Slack takes no file.", _failed(whole, Handing.FAILED, "storage_limit_reached")),
        ("export_no_scope", "The app may send no files: nothing is read.", _failed(nothing, Handing.NO_SCOPE)),
        (
            "export_not_known",
            "The API cannot be read now; rows are only given fresh.",
            StatusAnswer(scene.progress(3, 1), scene.now, trouble=_BUSY),
        ),
    ):
        yield Canned(name, _EXPORT, when, export.message(answer, scene.command))


def _links(
    scene: Scene, rows: tuple[LipsyncRequest, ...], total: int | None = None, trouble: str | None = None
) -> SheetAnswer:
    found = gathered(scene.reference, rows, len(rows) if total is None else total, scene.now, trouble=trouble)
    return SheetAnswer(Kind.LINKS, found, with_links(found.rows))


def _linkless(scene: Scene) -> tuple[LipsyncRequest, ...]:
    first, *others = scene.rows(3, 0, 0, 0)
    return (replace(first, output_url=None), *others)


def _export(found: Gathered) -> SheetAnswer:
    return _in_a_file(SheetAnswer(Kind.ROWS, found, found.rows), _SENT)


def _in_a_file(answer: SheetAnswer, handed: Handed) -> SheetAnswer:
    return replace(answer, file_name=file_name(answer.gathered, answer.kind, answer.format), handed=handed)


def _failed(answer: SheetAnswer, outcome: Handing, why: str = "") -> SheetAnswer:
    return replace(answer, handed=Handed(outcome, why))
