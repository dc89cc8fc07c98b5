"""The Bolt app, and its door for HTTP."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped, warning_token_skipped
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.flows.identity import Identity
from bot.slack.guard import TELL_AGAIN
from bot.slack.payload import is_event, is_verification

STARTING = "I am just starting and cannot reach Slack yet. Try again in a minute; nothing was done."
ODD = "I could not make sense of what Slack sent. Nothing was done; try again."
_LONGEST_STAMP = 20
_MEANT = (warning_client_prioritized_and_token_skipped(), warning_token_skipped())


def make_bolt(*, client: AsyncWebClient, identity: Identity, signing_secret: str = "") -> AsyncApp:
    """The app, without listeners yet.

    `client` holds the bot token. Who the bot is comes from `identity` and is never asked again; until it is known,
    everything is acknowledged with a sentence, except events, which Slack tells again. Over HTTP every request must be
    signed with `signing_secret`.
    """
    logger = logging.getLogger("slack_bolt.lipsync")
    logger.addFilter(_is_news)

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id or identity.workspace_id,
            bot_user_id=identity.bot_user_id,
            bot_id=identity.bot_id,
            bot_token=client.token,
        )

    async def hold_until_known(
        body: Mapping[str, object], next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        if identity.known or is_verification(body):
            return await next_()
        return BoltResponse(status=TELL_AGAIN) if is_event(body) else BoltResponse(status=200, body=STARTING)

    return AsyncApp(
        logger=logger,
        name="lipsync",
        process_before_response=True,
        signing_secret=signing_secret,
        client=client,
        before_authorize=hold_until_known,
        authorize=authorize,
        attaching_function_token_enabled=False,  # it ends within minutes; steps are ended with the bot's own
    )


def _is_news(record: logging.LogRecord) -> bool:
    return record.msg not in _MEANT  # the token is left to `authorize` on purpose


@dataclass(frozen=True, slots=True)
class HttpDoor:
    """`POST /slack/events`: commands, clicks and events alike. The body's size is limited by the web application."""

    app: AsyncApp

    async def handle(self, request: web.Request) -> web.Response:
        """Answer as Bolt does; 400 for what cannot be read, 401 without a good signature, never 500.

        503 is for an event that could not be handled, so that Slack tells it again.
        """
        if not _may_be_signed(request):
            return web.json_response({"error": "invalid request"}, status=401)
        try:
            asked = AsyncBoltRequest(
                body=(await request.read()).decode(),
                query=request.query_string,
                headers={name: [value] for name, value in request.headers.items()},
            )
        except web.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a malformed body does to the parser, it is malformed
            return web.json_response({"error": f"malformed request: {type(error).__name__}"}, status=400)
        answer = await self.app.async_dispatch(asked)
        if answer.status == web.HTTPInternalServerError.status_code:  # Slack shows people only what comes with a 200
            return web.Response(text=ODD)
        return _told(answer)


def _may_be_signed(request: web.Request) -> bool:
    """Whether Bolt's check of the signature can be made at all: it stumbles over stamps that are no numbers."""
    stamp = request.headers.get("x-slack-request-timestamp", "0")
    signature = request.headers.get("x-slack-signature", "")
    return stamp.isascii() and stamp.isdecimal() and len(stamp) <= _LONGEST_STAMP and signature.isascii()


def _told(answer: BoltResponse) -> web.Response:
    kinds = answer.headers.get("content-type", ["text/plain"])
    return web.Response(status=answer.status, text=answer.body, content_type=kinds[0].split(";")[0])
