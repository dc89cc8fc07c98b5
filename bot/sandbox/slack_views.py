"""The Web API's methods about views: modals and Home tabs."""

from bot.sandbox.slack_call import TIER_4, ApiCall, Method
from bot.sandbox.slack_entities import Fields, RefusedError
from bot.sandbox.slack_view_payloads import view_as_shown

MOST_MODALS = 3


def open_view(call: ApiCall) -> Fields:
    """views.open: a modal for the person who just did something, in the place of all that are open."""
    view, user = _modal(call)
    for each in tuple(call.workspace.modals.get(user, ())):
        call.workspace.close_view(user, each)
    return _shown(call, view)


def push_view(call: ApiCall) -> Fields:
    """views.push: a modal on top of those that are open, of which there may be three."""
    view, user = _modal(call)
    if len(call.workspace.modals.get(user, ())) >= MOST_MODALS:
        raise RefusedError("push_limit_reached")
    return _shown(call, view)


def update_view(call: ApiCall) -> Fields:
    """views.update: a modal that is open."""
    known = call.workspace.views.get(call.text("view_id"))
    if known is None:
        raise RefusedError("not_found")
    if call.text("hash") not in ("", known["hash"]):
        raise RefusedError("hash_conflict")
    return _shown(call, {**_view(call, "modal", known["user"]), "id": known["id"]})


def publish_view(call: ApiCall) -> Fields:
    """views.publish: a person's home tab."""
    user = call.workspace.user(call.needed("user_id"))
    return _shown(call, {**_view(call, "home", user.id), "id": f"VHOME{user.id}"})


def _modal(call: ApiCall) -> tuple[Fields, str]:
    _view(call, "modal", "")  # what is wrong with it does not use up the trigger
    user = call.workspace.passes.use_trigger(call.needed("trigger_id", "invalid_trigger_id")).user
    return _view(call, "modal", user), user


def _view(call: ApiCall, kind: str, user: str) -> Fields:
    view = view_as_shown(call.workspace, call.structure("view", "invalid_arguments"), user)
    if view["type"] != kind:
        raise RefusedError("invalid_arguments", response_metadata={"messages": [f"/type: must be {kind}"]})
    return view


def _shown(call: ApiCall, view: Fields) -> Fields:
    call.workspace.show_view(view)
    return {"view": {name: each for name, each in view.items() if name != "user"}}


METHODS = {
    "views.open": Method(open_view, (), TIER_4),
    "views.push": Method(push_view, (), TIER_4),
    "views.update": Method(update_view, (), TIER_4),
    "views.publish": Method(publish_view, (), TIER_4),
}
