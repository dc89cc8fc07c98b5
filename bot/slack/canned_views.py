"""Modals and Home tabs in the situations in which they are shown."""

from dataclasses import dataclass

from bot.slack.views.view import View


@dataclass(frozen=True, slots=True)
class CannedView:
    """One view in one situation: its own name, its kind's title, and a sentence that says when it is seen."""

    name: str
    title: str
    when: str
    view: View
