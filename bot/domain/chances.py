"""What a forecast means for a deadline."""

from datetime import datetime

from bot.domain.prospect import View
from bot.domain.risk import AT_RISK_BELOW, UNCLEAR, Chances


def chances(view: View | None, deadline: datetime) -> Chances:
    """The odds that all that is expected is finished by the deadline (the API's clock), with the finish as it is shown.

    Where nobody knows whether the missing ones still come, the forecast is about the others: then it can only tell that
    even these are at risk.
    """
    if view is None:
        return UNCLEAR
    finish, rhythm = view.prospect.finish, view.prospect.rhythm
    pace = rhythm.a_minute if rhythm else None
    if view.forecast is None or finish is None:
        return Chances(pace=pace)
    odds = view.forecast.odds(deadline)
    if view.prospect.missing and odds >= AT_RISK_BELOW:
        return Chances(pace=pace)
    return Chances(odds, finish.early, finish.likely, finish.late, pace)
