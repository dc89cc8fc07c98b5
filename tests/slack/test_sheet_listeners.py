"""Who asks for links or rows is answered alone; what has arrived is remembered, what was shown stays."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.answer import StillReading
from bot.domain.sheet import Format, Handed, Handing, Kind
from bot.sandbox.workspace import ANA, BEN
from bot.slack import actions
from bot.slack.views.export import message as exported
from tests.slack.rig import DE, REF, Rig, rigged, sheet, status

STILL = replace(status(), still=StillReading(50, timedelta(seconds=45)))
SENT = replace(sheet(), kind=Kind.ROWS, file_name="batch-1.csv", handed=Handed(Handing.SENT))


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


async def test_what_is_typed_is_asked_for_in_its_place_and_for_its_person(rig: Rig) -> None:
    for typed in (f"links {REF}", f"links {REF} new", f"export {REF}", f"export {REF} html"):
        await rig.type(typed)
    assert rig.ask.questions == [
        ("links", REF, DE, ANA.id),
        ("links", REF, DE, ANA.id, "new"),
        ("export", REF, "csv", DE, ANA.id),
        ("export", REF, "html", DE, ANA.id),
    ]
    assert rig.seen(BEN.id) == []
    assert rig.slack.workspace.history(DE) == []


async def test_links_count_as_given_once_they_have_arrived(rig: Rig) -> None:
    rig.sheets.answers = [STILL, sheet(3)]
    await rig.type(f"links {REF}")
    assert rig.sheets.arrived == [(3, DE, ANA.id)]
    assert len(rig.seen()) == 1  # the progress was replaced


async def test_links_that_did_not_arrive_do_not(rig: Rig) -> None:
    rig.slack.faults.add("response", "status_500", times=None)
    await rig.type(f"links {REF}")
    assert rig.sheets.arrived == []


async def test_links_whose_answer_was_lost_on_the_way_are_rather_given_twice_than_never(rig: Rig) -> None:
    rig.slack.faults.add("response", "drop_after")
    await rig.type(f"links {REF}")
    assert rig.sheets.arrived == []
    assert len(rig.seen()) == 1


async def test_a_long_reading_says_how_long_and_is_replaced_by_where_the_file_is(rig: Rig) -> None:
    rig.sheets.answers = [STILL, SENT]
    await rig.type(f"export {REF}")
    said = [use.body["text"] for use in rig.slack.answers]
    assert "reading 50 pages, about 45 s" in said[0]
    assert "The file batch-1.csv is in your DM with me." in said[1]
    assert len(rig.seen()) == 1


@pytest.mark.parametrize(
    ("action", "question"),
    [
        (actions.LINKS_NEW, ("links", REF, DE, ANA.id, "new")),
        (actions.LINKS_EXPORT, ("export", REF, "csv", DE, ANA.id)),
    ],
)
async def test_the_links_that_were_shown_stay_when_a_button_below_them_is_clicked(
    rig: Rig, action: str, question: tuple[str, ...]
) -> None:
    await rig.type(f"links {REF}")
    (shown,) = rig.seen()
    before = shown.text
    rig.sheets.answers = [STILL, sheet(1)]
    await rig.click(shown, action)
    assert rig.ask.questions[-1] == question
    assert shown.text == before
    assert len(rig.seen()) == 3


@pytest.mark.parametrize(
    ("action", "wanted"),
    [(actions.EXPORT_CSV, "csv"), (actions.EXPORT_TSV, "tsv"), (actions.EXPORT_HTML, "html")],
)
async def test_every_format_can_be_clicked(rig: Rig, action: str, wanted: str) -> None:
    await rig.type(f"export {REF}")
    rig.sheets.answers = [SENT]
    other = Format.CSV if wanted == "html" else Format.HTML
    shown = exported(replace(SENT, format=other), "/lipsync")
    message = rig.slack.workspace.ephemerals(ANA.id)[0]
    message.blocks = list(shown.blocks)
    await rig.click(message, action)
    assert rig.ask.questions[-1] == ("export", REF, wanted, DE, ANA.id)
