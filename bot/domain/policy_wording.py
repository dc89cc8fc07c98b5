"""The sentences about what a channel has set."""

from collections.abc import Sequence

from bot.domain.policy import LinksPolicy, Policy
from bot.domain.watch import Events
from bot.domain.words import NOTHING, Code, Foreign, Person, Words, counted, listed, words

_MOST_NAMED = 5
_LONGEST_PATTERN = 60
WHO_SEES_LINKS = {
    LinksPolicy.PRIVATE: "only whoever asks sees them",
    LinksPolicy.OPEN: "everybody here may see them",
    LinksPolicy.OFF: "none here; ask in your DM with me",
}
EVENTS = {
    Events.FAILURES: "new kinds of failures, and the finish",
    Events.PROBLEMS: "failures, the finish, and what is stuck or may be late",
    Events.EACH: "failures, the finish, and finished clips",
    Events.ALL: "everything",
}


def named(patterns: Sequence[str]) -> Words:
    """Patterns in a sentence: a few by name, and how many more there are."""
    shown = [words(Foreign(pattern, _LONGEST_PATTERN, strong=True)) for pattern in patterns[:_MOST_NAMED]]
    more = len(patterns) - len(shown)
    return listed([*shown, *([words(f"{counted(more, 'more pattern')}")] if more > 0 else [])])


def narrowed(patterns: Sequence[str]) -> Words:
    """That a pattern is about less here than it covers; nothing where it is not."""
    return words("only what this channel is about: ", named(patterns)) if patterns else NOTHING


def policy_lines(policy: Policy) -> tuple[Words, ...]:
    """What holds, line by line."""
    about = named(policy.patterns) if policy.patterns else words("every reference")
    events = policy.events or Events.PROBLEMS
    managers = listed([words(Person(each)) for each in policy.managers]) if policy.managers else words("everybody here")
    return (
        words("About: ", about),
        words("Links: ", WHO_SEES_LINKS[policy.links]),
        words("A new watch tells: ", EVENTS[events], " (", Code(f"for {events.value}"), ")"),
        words("Watches and settings may be changed by: ", managers),
    )
