import pytest

from bot.errors import SlackError, TokenRefusedError
from bot.sandbox.slack_entities import Fields
from bot.sandbox.workspace import ANA
from bot.slack.people import KEPT_SECONDS, SlackPeople
from tests.slack.rig import Rig, rigged


def asked(rig: Rig) -> int:
    return sum(call.method == "users.info" for call in rig.slack.calls)


async def test_the_zone_that_a_person_has_set_is_asked_for_once_an_hour() -> None:
    async with rigged(http=False) as rig:
        people = SlackPeople(rig.client, rig.clock)
        assert await people.zone(ANA.id) == ANA.tz
        rig.clock.pass_time(KEPT_SECONDS - 1)
        assert await people.zone(ANA.id) == ANA.tz
        assert asked(rig) == 1
        rig.clock.pass_time(2)
        assert await people.zone(ANA.id) == ANA.tz
        assert asked(rig) == 2


async def test_without_the_scope_slack_tells_none_and_nothing_is_kept() -> None:
    async with rigged(http=False) as rig:
        people = SlackPeople(rig.client, rig.clock)
        rig.slack.tokens.scopes.remove("users:read")
        with pytest.raises(TokenRefusedError) as refused:
            await people.zone(ANA.id)
        assert refused.value.why == "missing_scope users:read"
        rig.slack.tokens.scopes.add("users:read")
        assert await people.zone(ANA.id) == ANA.tz


async def test_a_slack_that_is_away_is_told_as_one_of_our_errors() -> None:
    async with rigged(http=False) as rig:
        rig.slack.go_down()
        with pytest.raises(SlackError):
            await SlackPeople(rig.client, rig.clock).zone(ANA.id)


@pytest.mark.parametrize("tz", ["", "Mars/Olympus"])
async def test_a_zone_that_is_not_known_here_is_none(tz: str) -> None:
    async with rigged(http=False) as rig:

        def tell(_method: str, _args: Fields, answer: Fields) -> None:
            answer["user"]["tz"] = tz

        rig.slack.hooks.after = tell
        with pytest.raises(SlackError, match="no_time_zone"):
            await SlackPeople(rig.client, rig.clock).zone(ANA.id)


@pytest.mark.parametrize(
    ("told", "organisation"),
    [
        ({}, "T0SANDBOX"),
        ({"team_id": "T0STUDIO"}, "T0STUDIO"),
        ({"enterprise_user": {"enterprise_id": "E1", "teams": ["T0OTHER"]}, "team_id": "T0OTHER"}, "E1"),
        ({"enterprise_user": None}, "T0SANDBOX"),
        ({"team_id": None}, ""),
    ],
)
async def test_the_organisation_of_a_person_is_the_one_above_its_workspace(told: Fields, organisation: str) -> None:
    async with rigged(http=False) as rig:

        def tell(_method: str, _args: Fields, answer: Fields) -> None:
            answer["user"].update(told)

        rig.slack.hooks.after = tell
        people = SlackPeople(rig.client, rig.clock)
        wanted = organisation.replace("T0SANDBOX", rig.slack.workspace.team)
        assert await people.organisation(ANA.id) == wanted
        assert await people.zone(ANA.id) == ANA.tz
        assert asked(rig) == 1
