"""Owned work: begun at once, kept until it ends, awaited at the end."""

import asyncio

from structlog.testing import capture_logs

from bot.flows.work import Work


async def test_work_is_done_and_awaited() -> None:
    work, done = Work(), []

    async def task() -> None:
        await asyncio.sleep(0)
        done.append("done")

    assert work.start(task(), "task")
    assert done == []
    await work.settle()
    assert done == ["done"]


async def test_work_that_begins_more_work_is_awaited_as_a_whole() -> None:
    work, done = Work(), []

    async def second() -> None:
        done.append("second")

    async def first() -> None:
        await asyncio.sleep(0)
        work.start(second(), "second")

    work.start(first(), "first")
    await work.settle()
    assert done == ["second"]


async def test_what_work_raises_is_logged_under_its_name() -> None:
    work = Work()

    async def broken() -> None:
        raise KeyError("a bug")

    with capture_logs() as log:
        work.start(broken(), "/lipsync")
        await work.settle()
    (line,) = log
    assert (line["event"], line["work"]) == ("work failed", "/lipsync")
    assert isinstance(line["exc_info"], KeyError)


async def test_too_much_work_is_not_begun() -> None:
    work, gate, begun = Work(limit=1), asyncio.Event(), []

    async def task(name: str) -> None:
        begun.append(name)
        await gate.wait()

    assert work.start(task("first"), "first")
    assert not work.start(task("second"), "second")
    gate.set()
    await work.settle()
    assert begun == ["first"]
    assert work.start(task("third"), "third")
    await work.settle()


async def test_at_the_end_what_is_under_way_is_finished_and_nothing_is_begun() -> None:
    work, gate, done = Work(), asyncio.Event(), []

    async def task() -> None:
        await gate.wait()
        done.append("done")

    work.start(task(), "task")
    closing = asyncio.create_task(work.close(60))
    await asyncio.sleep(0)
    assert not work.start(task(), "late")
    gate.set()
    await closing
    assert done == ["done"]


async def test_at_the_end_what_takes_too_long_is_cancelled_and_awaited() -> None:
    work, ended = Work(), []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    with capture_logs() as log:
        work.start(endless(), "endless")
        await asyncio.sleep(0)
        await work.close(0)
    assert ended == ["cleaned up"]
    assert log == []


async def test_with_nothing_under_way_the_end_is_immediate() -> None:
    work = Work()
    await work.close(60)
    assert not work.start(asyncio.sleep(0), "late")
