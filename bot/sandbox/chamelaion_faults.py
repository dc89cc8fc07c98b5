"""What can go wrong between the bot and the Chamelaion API, on demand."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from aiohttp import web

HTML = "<!doctype html><html><body><h1>Please stand by</h1></body></html>"
GARBAGE = '{"unexpected": [1, null], "data": "none"}'

Kind = Literal["status", "slow", "drop_before", "drop_after", "html", "truncated", "garbage", "redirect"]


@dataclass(slots=True)
class Fault:
    """Something that goes wrong: at the next `times` chances (None: until cleared), each with probability `share`.

    `status`, `message` and `retry_after` belong to "status", `seconds` to "slow" and `location` to "redirect".
    "drop_before" closes the connection unanswered, "drop_after" in the middle of the body, "truncated" is a whole
    answer with half a body, "html" and "garbage" come with status 200. An aiohttp client sends a GET once more by
    itself when the connection closes unanswered, so "drop_before" takes two `times` to be felt.
    """

    kind: Kind
    times: int | None = 1
    share: float = 1.0
    status: int = 500
    message: str = "internal error"
    retry_after: str | None = None
    seconds: float = 0.0
    location: str = "/elsewhere"


class Faults:
    """The faults that wait for their chance; the same seed strikes at the same calls."""

    def __init__(self, seed: int) -> None:
        self._waiting: list[Fault] = []
        self._random = Random(seed)  # noqa: S311 - made-up faults, not secrets

    def add(self, fault: Fault) -> None:
        """Let this go wrong from the next call on."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    def strike(self) -> Fault | None:
        """The first fault that hits this call, which uses it up once."""
        for fault in self._waiting:
            if fault.share < 1 and self._random.random() >= fault.share:
                continue
            if fault.times is not None:
                fault.times -= 1
                self._waiting = [left for left in self._waiting if left.times != 0]
            return fault
        return None


def spoiled(fault: Fault, text: str) -> web.Response:
    """The answer that a client gets instead of `text`."""
    match fault.kind:
        case "html":
            return web.Response(text=HTML, content_type="text/html")
        case "garbage":
            return web.Response(text=GARBAGE, content_type="application/json")
        case "redirect":
            return web.Response(status=302, headers={"Location": fault.location})
        case "status":
            headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            return web.json_response({"error": fault.message}, status=fault.status, headers=headers)
    return web.Response(text=text[: len(text) // 2], content_type="application/json")


async def drop(request: web.Request, text: str = "") -> web.StreamResponse:
    """Close the connection without an answer, or after half of `text`."""
    response = web.StreamResponse(headers={"Content-Length": str(len(text.encode()))})
    if text:
        await response.prepare(request)
        await response.write(text.encode()[: len(text) // 2])
        if request.transport is not None:
            request.transport.close()  # what was written still goes out
    elif request.transport is not None:
        request.transport.abort()
    return response
