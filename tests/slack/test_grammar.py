import re
import string
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.answer import Scope
from bot.domain.sheet import Format
from bot.domain.watch import Events, Placement
from bot.errors import BadCommandError
from bot.slack.command_forms import COMMANDS
from bot.slack.commands import (
    About,
    AskWatch,
    Assign,
    Command,
    Deadline,
    Expect,
    Export,
    Failures,
    Handle,
    Help,
    Links,
    ListWatches,
    Mute,
    MuteKind,
    Settings,
    StartWatch,
    Status,
    StopWatch,
    Trial,
    Unmute,
)
from bot.slack.grammar import nearest, parse, reference_entered

REF = "batch-2026-04"
UUID = "5b0c3b9e-6a0b-4f5e-9f0e-2f9d0c8a1b2c"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Help()),
        ("   \t\n ", Help()),
        ("help", Help()),
        ("HELP Watch", Help("watch")),
        ("about", About()),
        (REF, Status(REF)),
        (UUID, Status(UUID)),
        (f"status {REF}", Status(REF)),
        (f"STATUS {REF} Fresh", Status(REF, fresh=True)),
        (f"status {REF} Chart", Status(REF, chart=True)),
        ("status Batch-A", Status("Batch-A")),
        ("status status", Status("status")),
        ("status test", Status("test")),
        ('"status"', Status("status")),
        ("watch", AskWatch()),
        ("Watch ", AskWatch()),
        (f"watch {REF}", StartWatch(REF)),
        (f"watch {REF} for failures", StartWatch(REF, Events.FAILURES)),
        (f"watch {REF} for problems", StartWatch(REF, Events.PROBLEMS)),
        (f"watch {REF} for EACH", StartWatch(REF, Events.EACH)),
        (f"watch {REF} for all expect 250", StartWatch(REF, Events.ALL, 250)),
        (f"watch {REF} expect 1 for all", StartWatch(REF, Events.ALL, 1)),
        (f"watch {REF} expect 100000", StartWatch(REF, None, 100_000)),
        ('watch "for"', StartWatch("for")),
        (f"watch {REF} in thread", StartWatch(REF, placement=Placement.THREAD)),
        (f"watch {REF} in Broadcast", StartWatch(REF, placement=Placement.BROADCAST)),
        (f"watch {REF} in flat expect 3", StartWatch(REF, expected=3, placement=Placement.FLAT)),
        (f"watch {REF} in default", StartWatch(REF, placement=Placement.DEFAULT)),
        (f"watch {REF} for failures me", StartWatch(REF, Events.FAILURES, personal=True)),
        (f"watch {REF} mention <@U0ANA>", StartWatch(REF, mention=("U0ANA",))),
        (
            f"watch {REF} mention <@U0ANA|ana> <@W0BEN> in flat",
            StartWatch(REF, None, None, Placement.FLAT, ("U0ANA", "W0BEN")),
        ),
        (f"watch {REF} mention nobody me", StartWatch(REF, mention=(), personal=True)),
        (f"unwatch {REF} me", StopWatch(REF, personal=True)),
        (f"unwatch {REF}", StopWatch(REF)),
        (f"unwatch {REF} Except", StopWatch(REF, leave_out=True)),
        ('unwatch "except"', StopWatch("except")),
        ("batch-*", Status("batch-*")),
        ("status batch-?", Status("batch-?")),
        ("watch batch-[ab] for each", StartWatch("batch-[ab]", Events.EACH)),
        ("watch *", StartWatch("*")),
        ('unwatch "{a,b} c"', StopWatch("{a,b} c")),
        ("links batch-{1..3}", Links("batch-{1..3}")),
        ("watches", ListWatches()),
        ("watches here", ListWatches(Scope.HERE)),
        ("watches Mine", ListWatches(Scope.MINE)),
        ("watches all", ListWatches(Scope.ALL)),
        (f"failures {REF}", Failures(REF)),
        (f"links {REF}", Links(REF)),
        (f"links {REF} NEW", Links(REF, only_new=True)),
        ("links new", Links("new")),
        (f"export {REF}", Export(REF)),
        (f"export {REF} csv", Export(REF, Format.CSV)),
        (f"export {REF} TSV", Export(REF, Format.TSV)),
        ("export 'a b' html", Export("a b", Format.HTML)),
        ("export csv", Export("csv")),
    ],
)
def test_every_form_of_every_command_is_understood(typed: str, meant: Command) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("status R&amp;D", "R&D"),
        ("status a&lt;b&gt;c", "a<b>c"),
        ("status a&amp;lt;b", "a&lt;b"),
        ("status &lt;!here&gt;", "<!here>"),
        ("status <http://x.y|x.y>", "x.y"),
        ("status <http://x.y/a?b=1&amp;c=2|x.y/a>", "x.y/a"),
        ("status <https://x.y/a=1&amp;c=2>", "https://x.y/a=1&c=2"),
        ("status <mailto:ana@x.y|ana@x.y>", "ana@x.y"),
        ("status <tel:+49301234|+49301234>", "+49301234"),
        ("status batch-<http://x.y|x.y>-2", "batch-x.y-2"),
        ('status "my <http://x.y|x.y> clips"', "my x.y clips"),
        ("status <slides>", "<slides>"),
        ("status <@U1>-clips", "<@U1>-clips"),
        ('status "two words"', "two words"),
        ("status 'two words'", "two words"),
        ("status “two words”", "two words"),
        ("status «two words»", "two words"),
        ("status ‘two words’", "two words"),
        ("status Ana’s", "Ana's"),
        ("status 'tis", "'tis"),
        ('status spring" "2026', "spring 2026"),
        ('status "  spaces  kept "', "  spaces  kept "),
        ("status\u00a0a", "a"),
        ("\u2009status\u3000a\u2028", "a"),
        ("sta\u200btus \ufeffa", "a"),
        ("status \u200da\u200d", "a"),
        ("status a\u200db", "a\u200db"),
        ('"two\u00a0words"', "two words"),
        ("status\n\ta", "a"),
        ("status 日本語-04", "日本語-04"),
        ("status team@here", "team@here"),
        ("status [", "["),
        ("status {a}", "{a}"),
    ],
)
def test_what_slack_and_phones_add_is_undone(typed: str, reference: str) -> None:
    assert parse(typed) == Status(reference)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (f"mute {REF} 2h", Mute(REF, timedelta(hours=2))),
        (f"mute {REF} 1 h 30 min", Mute(REF, timedelta(minutes=90))),
        ("MUTE All 1d", Mute(None, timedelta(days=1))),
        ('mute "all" 1d', Mute("all", timedelta(days=1))),
        ("mute batch-* 30m", Mute("batch-*", timedelta(minutes=30))),
        (f"unmute {REF}", Unmute(REF)),
        ("unmute all", Unmute(None)),
        (f"mute {REF} kind no face", MuteKind(REF, "no face", muted=True)),
        (f'unmute {REF} kind "no face"', MuteKind(REF, "no face", muted=False)),
        (f"handled {REF}", Handle(REF, None)),
        (f"handled {REF} no face detected", Handle(REF, "no face detected")),
        (f"handled {REF} no face off", Handle(REF, "no face", off=True)),
        (f"handled {REF} off", Handle(REF, None, off=True)),
        (f'handled {REF} "off"', Handle(REF, "off")),
        (f"assign {REF} <@U0ANA>", Assign(REF, None, "U0ANA")),
        (f"assign {REF} no face me", Assign(REF, "no face", None, me=True)),
        (f"assign {REF} nobody", Assign(REF, None, None)),
        ("test", Trial()),
    ],
)
def test_mute_and_test_are_understood(typed: str, meant: Command) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("mute", "`mute` needs a reference. Type `/lipsync mute <ref|all> <2h>`."),
        (f"mute {REF}", "Say for how long. Type `/lipsync mute <ref|all> <2h>`."),
        (f"mute {REF} soon", "I do not understand `soon` as a length of time"),
        (f"mute {REF} 31d", "from 1 minute to 30 days"),
        ("mute <@U0ANA> 2h", "A person or a channel is not a reference"),
        (f"mute {REF} kind", "Say which kind of failure. Type `/lipsync mute <ref> kind <kind>`."),
        (f"assign {REF}", "Say at the end who looks at it. Type `/lipsync assign <ref> [kind] <@x|me|nobody>`."),
        (f"assign {REF} <#C0X>", "Say at the end who looks at it."),
        ("handled", "`handled` needs a reference."),
        ("unmute", "`unmute` needs a reference. Type `/lipsync unmute <ref|all>`."),
        ("unmute a b", '`unmute` takes one reference. If yours has spaces, put it in quotes: `/lipsync unmute "a b"`.'),
        ("test now", "`test` takes nothing more: type `/lipsync test`."),
    ],
)
def test_what_is_wrong_about_mute_and_test_is_told(typed: str, says: str) -> None:
    with pytest.raises(BadCommandError) as caught:
        parse(typed)
    assert says in str(caught.value)


def test_settings_stand_alone() -> None:
    assert parse("settings") == Settings()
    assert parse("SETTINGS ") == Settings()
    with pytest.raises(BadCommandError, match="`settings` takes nothing more"):
        parse("settings batch-1")


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        (f"watch {REF} by fri 17:00", "fri 17:00"),
        (f"watch {REF} expect 5 by tomorrow noon Europe/Berlin", "tomorrow noon Europe/Berlin"),
        (f'watch {REF} BY "1 dec 9am"', "1 dec 9am"),
        (f"watch {REF} by in 3h for all", "in 3h for all"),  # which no time is
    ],
)
def test_by_takes_all_that_follows_as_a_time(typed: str, by: str) -> None:
    command = parse(typed)
    assert isinstance(command, StartWatch)
    assert command.by == by


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (f"deadline {REF} fri 17:00", Deadline(REF, "fri 17:00")),
        (f"deadline {REF} in 3h", Deadline(REF, "in 3h")),
        (f"DEADLINE {REF} OFF", Deadline(REF, None)),
        (f"expect {REF} 250", Expect(REF, 250)),
        (f"expect {REF} off", Expect(REF, None)),
    ],
)
def test_a_watch_is_measured_by_a_deadline_and_a_number(typed: str, command: object) -> None:
    assert parse(typed) == command


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("status", "`status` needs a reference. Type `/lipsync status <ref> [fresh|chart]`."),
        ("failures", "`failures` needs a reference. Type `/lipsync failures <ref>`."),
        (f"export {REF} xlsx", "I make no `xlsx` files. Type `/lipsync export <ref> [csv|tsv|html]`."),
        (
            "export my batch-7",
            '`export` takes one reference. If yours has spaces, put it in quotes: `/lipsync export "my batch-7"`.',
        ),
        ("links", "`links` needs a reference. Type `/lipsync links <ref> [new]`."),
        ("unwatch", "`unwatch` needs a reference. Type `/lipsync unwatch <ref> [except|me]`."),
        ("watch for failures", "Say first what to watch. Type `/lipsync watch <ref>"),
        ("watch a by", "`by` takes a time, at the end of the line: type `/lipsync watch <ref> by fri 17:00`"),
        ("deadline", "`deadline` needs a reference. Type `/lipsync deadline <ref> <fri 17:00|off>`."),
        ("deadline a", "Say when it has to be finished. Type `/lipsync deadline <ref> <fri 17:00|off>`."),
        ("expect a", "Say how many will come. Type `/lipsync expect <ref> <N|off>`."),
        ("expect a 0", "`expect` takes a whole number from 1 to 100,000: type `/lipsync expect <ref> 250`"),
        ("expect a b 5", "`expect` takes one reference."),
        ("watch a for", "`for` takes one of `failures`, `problems`, `each` and `all`: type"),
        ("watch a for fun", "`for` takes one of"),
        ("watch a for all for each", "`for` goes only once. Type"),
        ("watch a expect 1 expect 2", "`expect` goes only once. Type"),
        ("watch a expect", "`expect` takes a whole number from 1 to 100,000: type `/lipsync watch <ref> expect 250`"),
        ("watch a expect 0", "`expect` takes a whole number"),
        ("watch a expect -3", "`expect` takes a whole number"),
        ("watch a expect many", "`expect` takes a whole number"),
        ("watch a expect 100001", "`expect` takes a whole number"),
        ("watch a expect 1.5", "`expect` takes a whole number"),
        ("watch a expect ٣", "`expect` takes a whole number"),
        (f"watch a expect {'9' * 5_000}", "`expect` takes a whole number"),
        ("watch a in", "`in` takes one of `thread`, `broadcast`, `flat` and `default`: type"),
        ("watch a in stereo", "`in` takes one of"),
        ("watch a in flat in thread", "`in` goes only once. Type"),
        ("watch a me me", "`me` goes only once."),
        ("watch a mention", "`mention` takes one to 5 people, or `nobody`: type"),
        ("watch a mention ana", "`mention` takes one to 5 people"),
        ("watch a mention <#C0DUBBING|dubbing>", "`mention` takes one to 5 people"),
        ("watch a mention <@U1> <@U2> <@U3> <@U4> <@U5> <@U6>", "`mention` takes one to 5 people"),
        ("watch a please", "I do not understand `please` there. Type `/lipsync watch"),
        ("status a b", '`status` takes one reference. If yours has spaces, put it in quotes: `/lipsync status "a b"`.'),
        ("links a b", '`links` takes one reference. If yours has spaces, put it in quotes: `/lipsync links "a b"`.'),
        ("watches yours", "I cannot list those watches. Type `/lipsync watches [mine|all]`."),
        ("about you", "`about` takes nothing more: type `/lipsync about`."),
        ("help wach", "There is no help on `wach`. Did you mean `/lipsync help watch`?"),
        ("help everything", "There is no help on `everything`. Type `/lipsync help` for all of it."),
        ("help watch status", "There is no help on `watch status`."),
        ("statsu a", "I do not know `statsu`. Did you mean `/lipsync status a`?"),
        ('wacth "a b" for all', 'I do not know `wacth`. Did you mean `/lipsync watch "a b" for all`?'),
        (
            "spring batch 4",
            'I do not know `spring`. For a reference with spaces, type `/lipsync status "spring batch 4"`;',
        ),
        ('"a b" c', "I do not know `a b`. For a reference with spaces"),
        ('status "a', 'A quote is missing: put one `"` before the reference and one after it.'),
        ("status “a", "A quote is missing"),
        ('status ""', "That reference is empty. Type `/lipsync status"),
        ('status " "', "That reference is empty."),
        ("status <@U0ANA>", "A person or a channel is not a reference. Type `/lipsync status"),
        ("<@U0ANA|ana>", "A person or a channel is not a reference."),
        ('watch "<#C0DUBBING|dubbing>"', "A person or a channel is not a reference."),
        ("status <#C0PRIVATE|>", "A person or a channel is not a reference."),
        ("status @here", "I never ping a whole channel or group, so leave out `@here`"),
        ("watch a mention @Channel", "I never ping"),
        ("status a @everyone", "I never ping"),
        ("<!here>", "I never ping"),
        ("watch a <!channel|channel>", "I never ping"),
        ("<!everyone> status", "I never ping"),
        ("assign a <!subteam^S0TEAM|@team>", "I never ping"),
        ('status "x <!here>"', "I never ping"),
        ("status " + "x" * 501, "A reference has at most 500 characters, and that one has 501."),
        ("status a\x00b", "That holds control characters"),
        ("status a\x1bb", "That holds control characters"),
        ("status a\ud800", "That holds control characters"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_type_instead(typed: str, says: str) -> None:
    with pytest.raises(BadCommandError) as caught:
        parse(typed)
    assert str(caught.value).startswith(says)


def test_a_reference_of_500_characters_is_taken() -> None:
    assert parse("status " + "x" * 500) == Status("x" * 500)


def test_errors_name_the_command_as_the_workspace_calls_it() -> None:
    with pytest.raises(BadCommandError, match="Type `/dub status"):
        parse("status", "/dub")


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("watchs", "watch"),
        ("watchess", "watches"),
        ("stats", "status"),
        ("hlep", "help"),
        ("Abuot", "about"),
        ("tests", "test"),
        ("episodes", None),
        (REF, None),
        ('"stats"', None),
    ],
)
def test_one_unknown_word_is_a_reference_that_may_resemble_a_command(typed: str, near: str | None) -> None:
    assert parse(typed) == Status(typed.strip('"'), near=near)


def test_a_very_long_word_resembles_no_command() -> None:
    assert nearest("x" * 400) is None


def test_a_long_foreign_text_is_cut_in_an_error() -> None:
    with pytest.raises(BadCommandError) as caught:
        parse("`x` " + "y" * 3_000)
    assert len(str(caught.value)) < 300
    assert "`'x'`" in str(caught.value)


def test_every_command_is_told_in_one_line_with_a_form_that_begins_with_its_word() -> None:
    for form in COMMANDS:
        assert form.forms[-1].split()[0] == form.word
        assert "\n" not in form.says
        assert form.says
    assert len({form.word for form in COMMANDS}) == len(COMMANDS)


def test_the_last_form_of_every_command_is_parsed_once_filled_in() -> None:
    for form in COMMANDS:
        typed = re.sub(r" \[[^\]]*\]", "", form.forms[-1])
        typed = typed.removesuffix("|off|now") if form.word == "digest" else typed.removesuffix("|off")
        for what, by in (
            ("<ref>", REF),
            ("<ref|all>", REF),
            ("<2h>", "2h"),
            ("<@x|me|nobody>", "me"),
            ("<fri 17:00|off>", "fri 17:00"),
            ("<N|off>", "250"),
        ):
            typed = typed.replace(what, by)
        parse(typed)  # which raises where nothing can be meant


NO_MARKS = st.characters(
    exclude_categories=("Cc", "Cs", "Cf", "Zs", "Zl", "Zp"), exclude_characters="\"“”„«»‘’‚'*?[]{}"
)


@settings(deadline=None)
@given(st.text(NO_MARKS | st.just(" "), min_size=1, max_size=40))
def test_any_printable_reference_in_quotes_comes_back_as_it_is(reference: str) -> None:
    escaped = reference.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not reference.strip() or reference.lower() in ("@here", "@channel", "@everyone"):
        with pytest.raises(BadCommandError):
            parse(f'status "{escaped}"')
    else:
        assert parse(f'status "{escaped}"') == Status(reference)


COMMANDS_AND_OPTIONS = ["status", "watch", "for", "expect", "all", "0", "me", "help"]
MARKS = ['"', "'", "“", "<", ">", "&lt;", "&amp;", "*", "{", ",", "}", " ", "\u00a0", "\u200b", "\x00", "\ud800"]
TOKENS = ["<@U1>", "<#C1|>", "<!here>", "<http://a.b|a.b>"]
PIECES = st.sampled_from([*COMMANDS_AND_OPTIONS, *MARKS, *TOKENS])


def answer(typed: str) -> str:
    try:
        return type(parse(typed)).__name__
    except BadCommandError as error:
        return str(error)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(string.printable, max_size=8), max_size=12).map("".join))
@example("<")
@example("'")
@example("watch <")
def test_nothing_that_can_be_typed_is_answered_with_anything_but_a_command_or_a_clear_sentence(typed: str) -> None:
    told = answer(typed)
    assert told.endswith((".", "?")) or told in {kind.__name__ for kind in get_args(Command)}


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_is_parsed_or_refused(typed: str) -> None:
    assert answer(typed)


# --- what is entered in a field ---


@pytest.mark.parametrize(
    "text",
    [
        REF,
        "two words",
        "  batch-1\u00a0",
        "“smart”",
        "a & b <c> &amp;",
        "<@U0ANA>",
        "batch-{a,b}-[0-9]*",
        "be\u200bfore",
        "watch",
        "for all",
        "x" * 500,
    ],
)
def test_what_is_entered_in_a_field_means_what_is_typed_in_quotes(text: str) -> None:
    sent = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").strip(" \u00a0“”")
    assert parse(f'watch "{sent}"') == StartWatch(reference_entered(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "That is empty."),
        ("  ", "That is empty."),
        ('""', "That is empty."),
        ("a\x00b", "control characters"),
        ("x" * 3_000, "at most 500 characters, and that one has 3,000"),
        ("@channel", "I never ping"),
    ],
)
def test_what_cannot_be_entered_in_a_field_is_told(text: str, told: str) -> None:
    with pytest.raises(BadCommandError, match=told):
        reference_entered(text)
