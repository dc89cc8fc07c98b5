"""What people do outside messages: open their Home tab, use modals, choose shortcuts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.sandbox.slack_delivery import Delivered, Delivery
from bot.sandbox.slack_entities import Fields, RefusedError
from bot.sandbox.slack_payloads import clicked_in, event_fields, url_of
from bot.sandbox.slack_view_payloads import (
    closed_fields,
    home_fields,
    required_but_empty,
    shortcut_fields,
    submit_fields,
    touch_fields,
    view_as_shown,
)
from bot.sandbox.workspace import Workspace

Entered = Mapping[str, str | list[str]]
NOTHING: Entered = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Views and shortcuts of a workspace; `views` of it are those that are open, and the Home tabs.

    What is entered is block id → a text, a choice or several; a field that is not named keeps what it began with.
    """

    workspace: Workspace
    delivery: Callable[[], Delivery]
    base_url: Callable[[], str]

    def home(self, user: str) -> Fields | None:
        """What this person's Home tab shows; None before it was published."""
        return self.workspace.views.get(f"VHOME{user}")

    def modal(self, user: str) -> Fields | None:
        """The modal that this person has in front of them."""
        stack = self.workspace.modals.get(user, [])
        return self.workspace.views[stack[-1]] if stack else None

    async def touch(
        self,
        user: str,
        view_id: str,
        action_id: str,
        value: str | list[str] | None = None,
        entries: Entered = NOTHING,
        *,
        block_id: str | None = None,
    ) -> Delivered:
        """Click or choose something in a view, while this stands in its fields; `LookupError` when it is not there.

        Where several blocks have such an element, `block_id` says which one is meant.
        """
        view = self._view(user, view_id)
        action = clicked_in(self.workspace, view["blocks"], action_id, block_id, value)
        fields = touch_fields(self.workspace, user, view, action, entries)
        delivered = await self.delivery().form("interactive", fields)
        if not delivered.ok:
            self.workspace.note("click_failed", user=user, view=view_id, action=action_id, error=delivered.error)
        return delivered

    async def submit(self, user: str, view_id: str, entries: Entered = NOTHING) -> Delivered:
        """Send in a modal; what the bot answers is done with it. A field that must be filled is not let through."""
        view = self._view(user, view_id)
        empty = required_but_empty(view, entries)
        if empty:
            self._show(view, errors=dict.fromkeys(empty, "Please complete this required field."))
            return Delivered(None, "", 0.0, "required_field")
        delivered = await self.delivery().form("interactive", submit_fields(self.workspace, user, view, entries))
        if not delivered.ok:
            self._show(view, errors={"": "We had some trouble connecting. Try again?"})
            return delivered
        self._obey(user, view, delivered.answer)
        return delivered

    async def close(self, user: str, view_id: str) -> None:
        """Close a modal with its button, or with Escape."""
        view = self._view(user, view_id)
        self.workspace.close_view(user, view_id)
        if view.get("notify_on_close"):
            await self.delivery().form("interactive", closed_fields(self.workspace, user, view))

    async def shortcut(self, user: str, callback_id: str, channel: str = "", ts: str = "") -> Delivered:
        """Choose a shortcut: a message's when one is named, otherwise a global one."""
        message = self.workspace.message(channel, ts) if ts else None
        url = self.workspace.passes.new_response_url(user, channel, ts) if message else None
        address = url_of(self.base_url(), url) if url else None
        fields = shortcut_fields(self.workspace, user, callback_id, message, address)
        return await self.delivery().form("interactive", fields)

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Look at the app's Home tab, or at its messages."""
        about = home_fields(self.workspace, user, tab, self.home(user))
        await self.delivery().event(event_fields(self.workspace, "app_home_opened", about))

    def _view(self, user: str, view_id: str) -> Fields:
        view = self.workspace.views.get(view_id)
        if view is None or view["user"] != user:
            raise RefusedError("not_found")
        return view

    def _obey(self, user: str, view: Fields, answer: Fields) -> None:
        action = answer.get("response_action")
        if action == "errors":
            self._show(view, errors=answer["errors"])
        elif action == "clear":
            for view_id in tuple(self.workspace.modals.get(user, ())):
                self.workspace.close_view(user, view_id)
        elif action in ("update", "push"):
            shown = view_as_shown(self.workspace, answer["view"], user)
            self.workspace.show_view(shown if action == "push" else {**shown, "id": view["id"]})
        else:
            self.workspace.close_view(user, view["id"])

    def _show(self, view: Fields, *, errors: Mapping[str, str]) -> None:
        known = {block.get("block_id") for block in view["blocks"]}
        unknown = [each for each in errors if each and each not in known]
        if unknown:
            raise LookupError(f"errors for {unknown}, which are no fields of {sorted(filter(None, known))}")
        self.workspace.show_view({**view, "errors": dict(errors)})
