"""What is written twice agrees, and the rules of the house hold."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot import __version__
from bot.cli import cli
from bot.domain.workflow import FORMS
from bot.domain.workflow_answer import FINISHED, TIME_IS_OVER, WITH_FAILURES
from bot.domain.workflow_inputs import MOST_HOURS, USUAL_HOURS
from bot.sandbox.slack_call import DEFAULT_SCOPES
from bot.sandbox.slack_events import SUBSCRIBED
from bot.sandbox.slack_links import UNFURL_DOMAINS
from bot.settings import MEND, Settings, needed_to_run
from bot.slack import actions, callbacks
from bot.slack.command_forms import COMMANDS
from bot.slack.grammar import parse
from bot.slack.manifest import SHORTCUTS

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
README = (ROOT / "README.md").read_text()
GUIDE = (ROOT / "docs" / "guide.md").read_text()
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SCOPES_OF = {
    "auth_test": [],
    "apps_connections_open": [],
    "chat_postMessage": ["chat:write"],
    "chat_update": ["chat:write"],
    "chat_delete": ["chat:write"],
    "conversations_open": ["im:write"],
    "conversations_members": ["channels:read", "groups:read"],
    "files_getUploadURLExternal": ["files:write"],
    "files_completeUploadExternal": ["files:write"],
    "conversations_history": ["channels:history", "groups:history", "im:history", "mpim:history"],
    "conversations_info": ["channels:read", "groups:read"],
    "users_info": ["users:read"],
    "chat_postEphemeral": ["chat:write"],
    "chat_unfurl": ["links:write"],
    "views_open": [],
    "views_update": [],
    "views_publish": [],
    "conversations_replies": ["channels:history", "groups:history", "im:history", "mpim:history"],
}
"""Every method of Slack's Web API that the bot calls, and the bot scopes that it takes."""
SCOPES_OF_EVENTS = {
    "member_joined_channel": ["channels:read", "groups:read"],
    "channel_left": ["channels:read"],
    "channel_archive": ["channels:read"],
    "channel_unarchive": ["channels:read"],
    "channel_deleted": ["channels:read"],
    "group_left": ["groups:read"],
    "group_archive": ["groups:read"],
    "group_unarchive": ["groups:read"],
    "group_deleted": ["groups:read"],
    "channel_shared": ["channels:read", "groups:read"],
    "channel_unshared": ["channels:read", "groups:read"],
    "app_home_opened": [],
    "tokens_revoked": [],
    "app_uninstalled": [],
    "app_mention": ["app_mentions:read"],
    "message.im": ["im:history"],
    "link_shared": ["links:read"],
    "function_executed": [],
}
"""Every event that the bot is told, and the bot scopes that it takes."""


def rows(heading: str, text: str = README) -> dict[str, list[str]]:
    """The table under a heading: first cell to the others."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {first: rest for first, *rest in cells}


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def as_written(default: object) -> str:
    return "–" if default is None else f"`{default}`"


# --- settings ---


def test_the_readme_lists_every_setting_in_order_with_its_default() -> None:
    listed = {name: default for name, (default, _) in rows("Settings").items()}
    fields = Settings.model_fields.items()
    assert listed == {f"`{name.upper()}`": as_written(field.default) for name, field in fields}
    assert list(listed) == [f"`{name.upper()}`" for name in Settings.model_fields]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_readme_tells_a_settings_limits(name: str) -> None:
    _, meaning = rows("Settings")[f"`{name.upper()}`"]
    schema = Settings.model_json_schema()["properties"][name]
    limits = [schema[key] for key in ("minimum", "maximum", "exclusiveMinimum") if key in schema]
    assert all(re.search(rf"(?<!\d){limit:g}(?!\d)" if limit < 1e5 else str(limit), meaning) for limit in limits)


def test_every_setting_that_can_be_missing_can_be_mended() -> None:
    assert set(MEND) == {*needed_to_run({}), *needed_to_run({"SLACK_APP_TOKEN": "x"}), "slack_app_token"}


# --- commands ---


def test_the_manifest_has_the_one_slash_command_under_its_default_name() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]
    assert command["command"] == Settings.model_fields["slack_command"].default
    assert command["should_escape"] is True


def test_what_the_manifest_hints_at_can_be_typed() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]
    for typed in command["usage_hint"].strip("[]").split(" | "):
        parse(typed)  # which raises where nothing can be meant


def test_the_readme_and_the_help_have_exactly_the_commands_that_there_are() -> None:
    words = [command.word for command in COMMANDS]
    told = [quoted(first)[-1].split()[1] for first in rows("What you can type")]
    assert told == words


def test_the_readme_shows_the_forms_as_the_grammar_has_them() -> None:
    cells = [form for row in rows("What you can type") for form in quoted(row)]
    shown = [cell.replace("\\|", "|").removeprefix("/lipsync ") for cell in cells]
    assert shown == [form for command in COMMANDS for form in command.forms]


# --- buttons ---


def imported(room: str) -> set[str]:
    """Which action ids the files of a room name."""
    names: set[str] = set()
    for path in sorted((ROOT / "bot" / "slack" / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "bot.slack.actions":
                names |= {alias.name for alias in node.names}
    return names


def test_every_button_that_is_shown_is_listened_to_and_the_other_way_round() -> None:
    known = {name for name in vars(actions) if name.isupper()}
    assert imported("views") == known
    assert imported("listeners") == known


def test_no_two_buttons_share_an_action_id() -> None:
    ids = [value for name, value in vars(actions).items() if name.isupper()]
    assert len(set(ids)) == len(ids)


# --- shortcuts ---


def test_every_shortcut_of_the_manifest_is_listened_to_and_explained() -> None:
    listed = MANIFEST["features"]["shortcuts"]
    assert [each["callback_id"] for each in listed] == [each.callback_id for each in SHORTCUTS]
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in listed)
    text = "".join(path.read_text() for path in (ROOT / "bot/slack/listeners").glob("*.py"))
    hears = {"message": "message_shortcut", "global": "global_shortcut"}
    names = {value: name for name, value in vars(callbacks).items() if name.isupper()}
    assert all(f"app.{hears[each['type']]}({names[each['callback_id']]})" in text for each in listed)
    told = re.findall(r"\*\*([^*]+)\*\*", GUIDE.split("\n## Ask it where you are\n")[1].split("\n## ")[0])
    assert {each["name"] for each in listed} <= set(told)


def test_every_callback_id_is_listened_to_and_there_is_none_twice() -> None:
    ids = {name: value for name, value in vars(callbacks).items() if name.isupper()}
    assert len(set(ids.values())) == len(ids)
    text = "".join(path.read_text() for path in (ROOT / "bot/slack/listeners").glob("*.py"))
    assert [name for name in ids if f"({name})" not in text] == []


# --- scopes ---


def test_the_manifest_asks_for_exactly_the_scopes_that_the_calls_take() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "bot" / "slack").rglob("*.py"))
    called = re.findall(r"client\.((?:apps|auth|chat|conversations|files|reactions|users|views)_\w+)", text)
    assert set(called) == set(SCOPES_OF)
    wanted = MANIFEST["oauth_config"]["scopes"]["bot"]
    taken = (*SCOPES_OF.values(), *SCOPES_OF_EVENTS.values())
    assert set(wanted) == {"commands", *(scope for scopes in taken for scope in scopes)}
    assert set(wanted) <= set(DEFAULT_SCOPES)


def test_the_manifest_asks_for_exactly_the_events_that_are_heard() -> None:
    asked = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    text = "".join((ROOT / "bot/slack/listeners" / name).read_text() for name in ("events.py", "words.py", "unfurl.py"))
    assert sorted(asked) == sorted(SCOPES_OF_EVENTS)
    assert all(f'"{event.split(".")[0]}"' in text for event in asked)
    assert set(asked) == set(SUBSCRIBED)


def test_the_readme_explains_exactly_the_scopes_of_the_manifest() -> None:
    told = [scope for row in rows("What it may do in Slack") for scope in quoted(row)]
    assert sorted(told) == sorted(MANIFEST["oauth_config"]["scopes"]["bot"])


def test_the_demo_workspace_tells_of_links_to_the_domains_of_the_manifest() -> None:
    assert MANIFEST["features"]["unfurl_domains"] == list(UNFURL_DOMAINS)


# --- steps of workflows ---


def test_the_steps_of_the_manifest_are_those_of_the_code() -> None:
    assert list(MANIFEST["functions"]) == list(FORMS)
    for name, function in MANIFEST["functions"].items():
        form = FORMS[name]
        assert (function["title"], function["description"]) == (form.title, form.says)
        for which, parameters in (("input", form.inputs), ("output", form.outputs)):
            promised = function[f"{which}_parameters"]
            assert {key: each["type"] for key, each in promised["properties"].items()} == {
                each.name: each.kind.value for each in parameters
            }
            assert promised["required"] == [each.name for each in parameters if each.required]


def test_the_readme_tells_every_step_with_what_goes_in_and_comes_out() -> None:
    told = rows("In Workflow Builder", GUIDE)
    assert list(told) == [f"**{form.title}**" for form in FORMS.values()]
    for form in FORMS.values():
        goes_in, comes_out, _ = told[f"**{form.title}**"]
        optional = [f"[`{each.name}`]" if not each.required else f"`{each.name}`" for each in form.inputs]
        assert goes_in == ", ".join(optional)
        assert quoted(comes_out) == [each.name for each in form.outputs]


def test_the_readme_tells_how_long_a_wait_lasts() -> None:
    _, _, does = rows("In Workflow Builder", GUIDE)["**Wait until finished**"]
    assert f"`hours` ({USUAL_HOURS}; at most {MOST_HOURS})" in does
    assert all(f"`{ended}`" in does for ended in (FINISHED, WITH_FAILURES, TIME_IS_OVER))
    (hours,) = (each for each in FORMS["wait_until_finished"].inputs if each.name == "hours")
    assert f"{USUAL_HOURS} if empty, {MOST_HOURS} at most" in hours.says


# --- programs, files, versions ---


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


def test_the_readme_has_exactly_the_commands_of_the_terminal() -> None:
    names = {
        command.name or (command.callback.__name__ if command.callback else "") for command in cli.registered_commands
    }
    assert set(re.findall(r"lipsync-bot ([a-z]+)", README)) == names


def test_every_metric_in_the_readme_exists() -> None:
    figures = re.findall(r'"(lipsync_[a-z_]+)"([^\n]*)', (ROOT / "bot/flows/health.py").read_text())
    there = {
        f"{name}_total" if "counts=True" in rest else name for name, rest in figures
    }  # as Prometheus shows counters
    named = set(re.findall(r"`(lipsync_[a-z_]+)", README))
    assert named
    assert named <= there


def headings(document: Path) -> set[str]:
    """The names by which a document's headings can be linked."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda p: p.name)
def test_every_file_and_heading_that_a_document_points_to_exists(document: Path) -> None:
    text = document.read_text()
    for path, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", text):
        there = (document.parent / path).resolve() if path else document
        assert there.exists(), path
        assert not heading or heading in headings(there), heading
    named = re.findall(r"`(bot/[a-z_/.]+)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_version_is_written_in_one_place() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "bot/__init__.py"
    holders = [path.relative_to(ROOT).as_posix() for path in SOURCES if __version__ in path.read_text()]
    assert holders == ["bot/__init__.py"]
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == __version__


def test_the_image_copies_only_what_is_there_and_not_ignored() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sources = {name for line in copied for name in line.split()[:-1]}
    assert sources == allowed
    assert all((ROOT / name).exists() for name in sources)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_by_hash_and_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 20
    assert all(re.match(r"[a-z0-9._-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_every_dependency_is_in_the_lock_file() -> None:
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    wanted = {re.split(r"[\[<>=;]", each)[0] for each in PROJECT["project"]["dependencies"]}
    assert wanted <= locked


# --- the hand ---


def comments(mark: str) -> Iterator[str]:
    for path in SOURCES:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if mark in line:
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


def test_every_ignored_check_carries_its_reason() -> None:
    types = [line for line in comments("# type: ignore") if not re.search(r"type: ignore\[[a-z-]+\] +# \w.+", line)]
    lints = [line for line in comments("# noqa") if not re.search(r"noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* +(-|#) \w.+", line)]
    assert types + lints == []


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_functions_stay_small_and_do_not_print(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 300
    if "migrations" not in path.parts:  # a migration is one long statement that is written once
        assert [f.name for f in functions(tree) if (f.end_lineno or 0) - f.lineno >= 40] == []
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not any(isinstance(called, ast.Name) and called.id == "print" for called in calls)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_stand_at_the_top(path: Path) -> None:
    tree = ast.parse(path.read_text())
    inner = [node for f in functions(tree) for node in ast.walk(f) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert inner == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    said_nothing = {"utils", "helpers", "common", "base", "manager", "models", "util", "misc"}
    assert [path for path in SOURCES if {path.stem, path.parent.name} & said_nothing] == []
