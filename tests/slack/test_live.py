"""One form at a time, always about the newest change, and nothing more once it was taken."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.slack.forms import Mistakes, Outcome, Shows
from bot.slack.live import MOST_FORMS, LiveForms, OneForm
from bot.slack.views.view import View

SHOWS = Shows(View(()))


def noting(log: list[str], name: str, go_on: asyncio.Event | None = None) -> Callable[[], Awaitable[None]]:
    async def show() -> None:
        if go_on:
            await go_on.wait()
        log.append(name)

    return show


async def send(form: OneForm, log: list[str], outcome: Outcome) -> None:
    async with form.sent():
        log.append("sent")
        form.outcome = outcome


async def others() -> None:
    """Let everybody else go on as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_sending_in_waits_for_what_is_being_shown_and_ends_the_showing() -> None:
    form, log, go_on = OneForm(), list[str](), asyncio.Event()
    showing = asyncio.create_task(form.changed(1, noting(log, "first", go_on)))
    await others()
    await form.changed(2, noting(log, "second"))
    sending = asyncio.create_task(send(form, log, SHOWS))
    await others()
    assert log == []
    go_on.set()
    await asyncio.gather(showing, sending)
    await form.changed(3, noting(log, "third"))
    assert log == ["first", "sent"]


async def test_a_form_with_mistakes_goes_on_to_be_filled() -> None:
    form, log = OneForm(), list[str]()
    await send(form, log, Mistakes({"a": "b"}))
    await form.changed(1, noting(log, "first"))
    await send(form, log, SHOWS)
    await form.changed(2, noting(log, "second"))
    assert log == ["sent", "first", "sent"]


async def test_of_what_waits_only_the_newest_is_shown() -> None:
    form, log, go_on = OneForm(), list[str](), asyncio.Event()
    showing = asyncio.create_task(form.changed(1, noting(log, "1", go_on)))
    await others()
    for at in (3, 2, 4, 4):
        await form.changed(at, noting(log, str(at)))
    go_on.set()
    await showing
    assert log == ["1", "4"]


async def test_the_oldest_forms_are_forgotten() -> None:
    forms = LiveForms()
    first = forms.of("V0")
    for number in range(1, MOST_FORMS):
        forms.of(f"V{number}")
    assert forms.of("V0") is first  # the newest now
    forms.of("V")
    assert forms.of("V0") is first
    await send(forms.of("V1"), [], SHOWS)
    assert forms.of("V1").outcome is SHOWS
