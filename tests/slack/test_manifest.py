"""The manifest that is printed, and the one that lies in the repository."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.errors import SettingsError
from bot.slack.manifest import PATH, SCOPES, UNFURL_DOMAINS, manifest

ROOT = Path(__file__).parents[2]


ADDRESS = "https://bot.example.com"
TYPES = {"string", "integer", "number", "boolean", "slack#/types/user_id", "slack#/types/channel_id",
         "slack#/types/timestamp"}  # fmt: skip
"""Of the types that Slack knows those which the steps have."""


def read(*arguments: str | None, distributed: bool = False) -> dict[str, Any]:
    text = manifest(*arguments, distributed=distributed)  # type: ignore[arg-type] # the first is always text
    parsed = yaml.safe_load(text)
    assert isinstance(parsed, dict)
    return parsed


def test_the_file_in_the_repository_is_what_is_printed() -> None:
    assert (ROOT / "manifest.yml").read_text() == manifest()


def test_the_scopes_are_those_that_the_doctor_asks_for() -> None:
    assert read("/lipsync")["oauth_config"]["scopes"]["bot"] == list(SCOPES)


def test_in_socket_mode_there_is_no_address() -> None:
    assert "://" not in manifest()
    assert read("/lipsync")["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize(
    "address", ["https://bot.example.com", "https://bot.example.com/", f"https://bot.example.com{PATH}"]
)
def test_over_http_commands_and_buttons_have_the_address_and_the_socket_is_off(address: str) -> None:
    parsed = read("/lipsync", address)
    (command,) = parsed["features"]["slash_commands"]
    assert command["url"] == f"https://bot.example.com{PATH}"
    assert parsed["settings"]["interactivity"] == {"is_enabled": True, "request_url": f"https://bot.example.com{PATH}"}
    assert parsed["settings"]["socket_mode_enabled"] is False


def test_another_environment_has_its_own_command_and_everything_else_alike() -> None:
    ours, theirs = read("/lipsync"), read("/lipsync-staging")
    assert theirs["features"]["slash_commands"][0]["command"] == "/lipsync-staging"
    assert "/lipsync-staging help" in theirs["display_information"]["long_description"]
    assert theirs["oauth_config"] == ours["oauth_config"]
    assert theirs["settings"] == ours["settings"]


@pytest.mark.parametrize(
    "address",
    ["http://bot.example.com", "bot.example.com", "https://", "https://[x", "https://a b", "https://x:0", "https://x?y",
     "https://x\n- y", "https://x" + "x" * 3_000],
)  # fmt: skip
def test_an_address_that_slack_would_not_take_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="https://"):
        manifest("/lipsync", address)


def test_the_operator_names_the_domains_whose_links_are_unfurled() -> None:
    assert read("/lipsync")["features"]["unfurl_domains"] == list(UNFURL_DOMAINS)
    parsed = yaml.safe_load(manifest(domains=["Storage.Example.com", "storage.example.com", "a.b-c.org"]))
    assert parsed["features"]["unfurl_domains"] == ["storage.example.com", "a.b-c.org"]


@pytest.mark.parametrize(
    "domains",
    [["https://x.com"], ["x"], ["x.com/path"], ["-x.com"], ["x.com\n- y"], ["*.x.com"], ["x.com:80"], ["1.2.3.4"],
     [f"{number}.com" for number in range(6)], [f"{'x' * 250}.com"]],
)  # fmt: skip
def test_a_domain_that_slack_would_not_take_is_refused(domains: list[str]) -> None:
    with pytest.raises(SettingsError, match="--unfurl"):
        manifest(domains=domains)


# --- steps for Workflow Builder ---


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_an_app_with_steps_has_what_slack_wants_of_one(address: str | None) -> None:
    parsed = read("/lipsync", address)
    settings = parsed["settings"]
    assert settings["function_runtime"] == "remote"
    assert settings["org_deploy_enabled"] is True
    assert "function_executed" in settings["event_subscriptions"]["bot_events"]
    assert parsed["_metadata"]["major_version"] == 2  # by which parameters are written


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_an_app_that_may_be_distributed_has_no_steps_and_everything_else_alike(address: str | None) -> None:
    ours, theirs = read("/lipsync", address), read("/lipsync", address, distributed=True)
    assert "functions" not in theirs
    assert "function_runtime" not in theirs["settings"]
    assert "function_executed" not in theirs["settings"]["event_subscriptions"]["bot_events"]
    del ours["functions"], ours["settings"]["function_runtime"]
    ours["settings"]["org_deploy_enabled"] = False
    ours["settings"]["event_subscriptions"]["bot_events"].remove("function_executed")
    assert theirs == ours


def test_either_manifest_says_what_the_other_is_for() -> None:
    assert "manifest --distributed" in manifest().partition("_metadata")[0]
    assert "Slack does not let an app be distributed" in manifest(distributed=True).partition("_metadata")[0]


def test_the_steps_are_written_as_slack_takes_them() -> None:
    functions = read("/lipsync")["functions"]
    assert 0 < len(functions) <= 50
    for name, function in functions.items():
        assert 0 < len(name) <= 100
        assert function.keys() == {"title", "description", "input_parameters", "output_parameters"}
        assert 0 < len(function["title"]) <= 255
        assert isinstance(function["description"], str)
        for parameters in (function["input_parameters"], function["output_parameters"]):
            assert parameters.keys() == {"properties", "required"}
            assert 0 < len(parameters["properties"]) <= 50
            assert set(parameters["required"]) <= parameters["properties"].keys()
            for each in parameters["properties"].values():
                assert each.keys() == {"type", "title", "description"}
                assert each["type"] in TYPES
                assert all(isinstance(text, str) and text for text in each.values())
