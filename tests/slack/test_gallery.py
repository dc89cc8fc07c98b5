from pathlib import Path

import bot.slack.views
from bot.slack.gallery import canned
from tests.builders import NOON, at
from tests.slack.canned import texts

VIEWS = Path(bot.slack.views.__file__).parent
NO_VIEW = {"__init__", "blocks", "chart", "escape", "message", "progress", "said", "table", "inputs", "view", "plain"}
NO_VIEW |= {"mentioned", "status_form", "watch_form", "home", "in_modal"}  # modals and Home
TITLES = {"errors": "M12 Error", "failure": "M3 Failure kind", "clips": "M13 Clips finished", "card": "M1 Card"}
TITLES |= {"access": "M11 Access trouble", "finished": "M5 Finished", "watch": "M2 Watch confirmed"}
TITLES |= {"glob_card": "M1 Card", "glob_watch": "M2 Watch confirmed", "glob_status": "M9 Glob status"}
TITLES |= {"catch_up": "M8 Catch-up", "stale": "M11 Stale data", "trial": "Test", "stuck": "M4 Stuck"}
TITLES |= {"risk": "M6 Deadline risk", "limit": "Deadline and expect", "counts_only": "Only counts"}
TITLES |= {"watch_form": "M2 Watch confirmed"}


def test_every_message_has_its_own_name_and_a_sentence_of_when_it_is_seen() -> None:
    shown = canned("/lipsync", NOON)
    assert len({each.name for each in shown}) == len(shown)
    assert [
        each.name for each in shown if not (each.title and each.when[0].isupper() and each.when.endswith("."))
    ] == []
    assert len({each.when + each.title for each in shown}) == len(shown)


def test_every_view_is_in_the_gallery() -> None:
    views = {path.stem for path in VIEWS.glob("*.py")} - NO_VIEW
    assert {TITLES.get(view, view.capitalize()) for view in views} <= {each.title for each in canned("/lipsync", NOON)}


def test_messages_of_one_kind_stand_together() -> None:
    titles = [each.title for each in canned("/lipsync", NOON)]
    runs = [title for title, before in zip(titles, ["", *titles], strict=False) if title != before]
    assert len(runs) == len(set(runs))


def test_another_command_and_another_moment_are_shown() -> None:
    shown = canned("/dub", at(86_400))
    everything = "".join(text for each in shown for text in (each.message.text, *texts(each.message.blocks)))
    assert "/dub watch" in everything
    assert str(int(at(86_400).timestamp())) in everything
    assert str(int(NOON.timestamp())) not in everything
