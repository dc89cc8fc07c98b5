"""The one list of commands: how each is typed, and what it does."""

from dataclasses import dataclass

from bot.slack.timetables import DIGEST_FORM, DIGEST_MORE, QUIET_FORM, QUIET_MORE


@dataclass(frozen=True, slots=True)
class CommandForm:
    """One command: the ways to type it (without the slash command itself), and what it does.

    `says` is one line; `more` is for those who ask for help with this command.
    """

    word: str
    forms: tuple[str, ...]
    says: str
    more: str = ""


_WATCH = (
    "watch <ref> [for failures|problems|each|all] [in thread|broadcast|flat] [me] [mention @x] [expect N]"
    " [by <fri 17:00>]"
)

COMMANDS = (
    CommandForm(
        "status",
        ("<ref>", "status <ref> [fresh|chart]"),
        "how a batch is doing, read live",
        "With fresh every page is read again. With chart, you also see how the batch went over time. A request's id"
        " works too, and a pattern such as batch-* gives a table of all references that match, from what I know.",
    ),
    CommandForm(
        "watch",
        ("watch", _WATCH),
        "a live card here, and a message when something needs you",
        "Alone, it opens a form that asks for all of this. You are told each new kind of failure, and the finish. With"
        " each or all, finished clips too."
        " With expect, I know when the batch is complete. With by and a time, at the end of the line (by fri 17:00), it"
        " has a deadline, and I tell you when that is in danger. With in thread, messages go under the card; with in"
        " broadcast, the channel shows them too; with in flat, nothing is in threads. With mention, people are named in"
        " each message; mention nobody ends that. With me, I tell you alone, in our DM. A pattern such as batch-*"
        " watches every reference that matches, now or later, with one card; * tells only failures, of the whole"
        " account.",
    ),
    CommandForm(
        "unwatch",
        ("unwatch <ref> [except|me]",),
        "stop watching it here",
        "With except, a reference is left out of the patterns that are watched here; watch it to have it back."
        " With me, your own watch of it ends.",
    ),
    CommandForm(
        "watches",
        ("watches [mine|all]",),
        "who watches what, and where",
        "Here, yours, or those of every public channel and yours.",
    ),
    CommandForm("failures", ("failures <ref>",), "what failed and why, with ids to copy"),
    CommandForm(
        "links",
        ("links <ref> [new]",),
        "the finished clips, shown only to you",
        "Up to 100 are shown here; more come as a CSV file in your DM with me. With new, only those that you did not"
        " get here before, by links or by export.",
    ),
    CommandForm("help", ("help [command]",), "this list, or one command with its forms"),
    CommandForm("about", ("about",), "version, freshness, how fast alerts are, and health"),
    CommandForm(
        "handled",
        ("handled <ref> [kind] [off]",),
        "mark failures as handled",
        "The kind is words of its name; without it, all failures of the batch. Its card shows who did it, and when."
        " When it fails that way again, you are told. With off, they are open again.",
    ),
    CommandForm(
        "assign",
        ("assign <ref> [kind] <@x|me|nobody>",),
        "say who looks at failures",
        "The kind is words of its name; without it, all failures of the batch. It is shown on the card.",
    ),
    CommandForm(
        "mute",
        ("mute <ref> kind <kind>", "mute <ref|all> <2h>"),
        "hold messages here for a while; those about a kind of failure, for good",
        "From 1 minute to 30 days, such as 30m, 2h, 1h30m or 1d. What happens meanwhile is told in one message at the"
        " end; cards are still edited, and trouble with access is still told. A pattern mutes every reference that"
        " matches. Typed again, it changes until when. With kind, no more is told of one kind of failure, for good.",
    ),
    CommandForm(
        "unmute",
        ("unmute <ref> kind <kind>", "unmute <ref|all>"),
        "let messages through again",
        "What was held is told in one message. With all, everything that is muted here.",
    ),
    CommandForm(
        "test",
        ("test",),
        "post one of each message here, marked TEST",
        "It shows that I may post here and what messages look like, and tells you what is missing.",
    ),
    CommandForm("digest", (DIGEST_FORM,), "a summary in the morning", DIGEST_MORE),
    CommandForm("quiet", (QUIET_FORM,), "hold messages at night", QUIET_MORE),
    CommandForm(
        "deadline",
        ("deadline <ref> <fri 17:00|off>",),
        "when it has to be finished",
        "For a batch that is watched here. Type it as you would say it: fri 17:00, tomorrow noon, in 3h, 1 dec 9am,"
        " 2026-12-01 09:00, fri eod. It is in your Slack time zone unless you name another: 17:00 CET, 17:00"
        " Asia/Tokyo. I repeat how I understood it, and tell you here when the odds fall under 50% and under 10%,"
        " when it is on track again, and when it is missed. Not for patterns.",
    ),
    CommandForm(
        "expect",
        ("expect <ref> <N|off>",),
        "how many requests will come",
        "For a batch that is watched here: it is finished once so many have ended, and per cent count against them.",
    ),
    CommandForm(
        "queue",
        ("queue",),
        "the whole account's queue",
        "What runs, what waits, who is in front, and how much ended lately, from what I know.",
    ),
    CommandForm(
        "export",
        ("export <ref> [csv|tsv|html]",),
        "every row as a file, sent only to you",
        "The file comes in your DM with me. CSV is for Excel and other spreadsheets, TSV for programs and for pasting,"
        " HTML to read, print and click.",
    ),
    CommandForm(
        "preview",
        (f"preview{_WATCH.removeprefix('watch')}",),
        "what a watch would have posted lately",
        "Type what you would type behind watch. I look again at what I have recorded of the last 7 days, and post and"
        " change nothing.",
    ),
    CommandForm(
        "settings",
        ("settings",),
        "what this channel is about, who sees links, and who may change that",
        "Patterns such as client-a-* are all that the channel may hear of, by every command and every button. Links are"
        " for whoever asks, for everybody here, or switched off. You also choose what a new watch tells, and who may"
        " change watches and settings here. Anybody may still ask, take care of failures, and watch for themselves.",
    ),
)
"""Every command there is: the one list of them."""
