"""A view for Slack, before it is shown: a modal, or somebody's Home tab."""

from dataclasses import dataclass
from typing import Literal

from bot.slack.views.message import Block


@dataclass(frozen=True, slots=True)
class View:
    """`title`, `submit` and `close` are for modals; without `submit` there is nothing to send in.

    `metadata` comes back with every click and when it is sent in; it is no secret from whoever sees the view.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    callback_id: str = ""
    metadata: str = ""
    submit: str = ""
    close: str = "Close"
    kind: Literal["modal", "home"] = "modal"

    def payload(self) -> dict[str, object]:
        """The view as Slack takes it."""
        ours = {"callback_id": self.callback_id, "private_metadata": self.metadata}
        given: dict[str, object] = {name: each for name, each in ours.items() if each}
        if self.kind == "modal":
            labels = {"title": self.title, "submit": self.submit, "close": self.close}
            given |= {name: {"type": "plain_text", "text": label} for name, label in labels.items() if label}
        return {"type": self.kind, "blocks": list(self.blocks), **given}
