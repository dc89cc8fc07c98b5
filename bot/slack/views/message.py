"""A message for Slack, before it is sent."""

from dataclasses import dataclass

Block = dict[str, object]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` says the whole thing in one sentence (notifications and screen readers read only that)."""

    text: str
    blocks: tuple[Block, ...]
