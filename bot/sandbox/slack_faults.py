"""What goes wrong on demand: rules that are used in order, each for one kind of fault."""

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from aiohttp import web

from bot.ports import Clock

FaultKind = Literal[
    "drop_before",  # the connection is cut, nothing was done
    "drop_after",  # it was done, then the connection is cut
    "status_500",
    "status_502",
    "status_503",
    "slow",  # done after `seconds`
    "slow_after",  # done at once, answered after `seconds`
    "ratelimited",  # 429; Retry-After only when `retry_after` is given
    "error",  # ok: false with `code`
    "garbage",  # HTML where JSON was promised
]
_SERVER_ERRORS = {"status_500": 500, "status_502": 502, "status_503": 503}


@dataclass(slots=True)
class Fault:
    """One rule: which method, what goes wrong, and how often.

    `*` are all methods, `response` is a response URL, `upload` the bytes of a file.
    """

    method: str
    kind: FaultKind
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 0.0
    retry_after: int | None = None
    code: str = "internal_error"


@dataclass(slots=True)
class Faults:
    """The rules in force; `down` cuts every connection."""

    random: Random
    down: bool = False
    rules: list[Fault] = field(default_factory=list)

    def add(
        self,
        method: str,
        kind: FaultKind,
        *,
        times: int | None = 1,
        probability: float = 1.0,
        seconds: float = 0.0,
        retry_after: int | None = None,
        code: str = "internal_error",
    ) -> Fault:
        """Let this go wrong for so many calls (None = for ever), each with a probability."""
        fault = Fault(method, kind, times, probability, seconds, retry_after, code)
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self.rules.clear()
        self.down = False

    def take(self, method: str) -> Fault | None:
        """The first rule that strikes this call, if any; used-up rules leave the list."""
        for fault in self.rules:
            if fault.method in ("*", method) and self.random.random() < fault.probability:
                if fault.times is not None:
                    fault.times -= 1
                if fault.times == 0:
                    self.rules.remove(fault)
                return fault
        return None


def cut(request: web.Request) -> web.Response:
    """Abort the connection; the response that aiohttp wants goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def spoiled(clock: Clock, request: web.Request, fault: Fault | None) -> web.Response | None:
    """The answer of a call that is not even looked at; None when it is to be done."""
    if fault is None:
        return None
    if fault.kind == "drop_before":
        return cut(request)
    if fault.kind in _SERVER_ERRORS:
        return web.Response(status=_SERVER_ERRORS[fault.kind], text="upstream error")
    if fault.kind == "ratelimited":
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.kind == "error":
        return web.json_response({"ok": False, "error": fault.code})
    if fault.kind == "garbage":
        return web.Response(text="<html>It works</html>", content_type="text/html")
    if fault.kind == "slow":
        await clock.sleep(fault.seconds)
    return None
