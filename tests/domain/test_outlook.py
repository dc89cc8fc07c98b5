"""Which call is worth most, whatever the size of a page and whoever has set the clocks."""

from bot.domain.outlook import Outlook
from bot.domain.pace import pace_of
from bot.domain.places import Coverage, Order, Places
from bot.domain.steps import Wait, Window
from tests.builders import NOON, request

NOW = NOON.timestamp()


def outlook(coverage: Coverage | None = None) -> Outlook:
    return Outlook(Places(coverage), lambda _: True, pace_of(15))


def test_with_small_pages_in_a_busy_account_a_call_is_chosen() -> None:
    view = outlook()
    for seconds, total in ((0, 10), (100, 2_000)):
        rows = [request(n, created=seconds) for n in range(total, total - 3, -1)]
        places = view.places.add(rows, 0, total, NOW + seconds, {})
        view.saw(rows, places, NOW + seconds)
    assert not isinstance(view.choose(NOW + 110, 3), Wait)


def test_what_was_read_later_than_now_is_read_again_at_once() -> None:
    """So it is after a restart, as long as nobody knows the API's clock, which is ahead of ours."""
    view = outlook(Coverage(Order.NEWEST_FIRST, 0, NOW + 3_600))
    assert view.choose(NOW, 100) == Window(None)
