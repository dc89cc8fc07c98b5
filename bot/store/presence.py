"""Whether anything of a watched reference is still there."""

from sqlalchemy import ColumnElement, and_, exists, true

from bot.store.schema import requests, watches


def is_known() -> ColumnElement[bool]:
    """Whether our memory has requests of a watch's reference, listed or not."""
    return exists().where(
        requests.c.account_id == watches.c.account_id, requests.c.reference_key == watches.c.reference_key
    )


def all_vanished() -> ColumnElement[bool]:
    """Whether the API lists none of the requests that a watch's reference had: nothing more is expected of it."""
    listed = exists().where(
        requests.c.account_id == watches.c.account_id,
        requests.c.reference_key == watches.c.reference_key,
        requests.c.listed == true(),
    )
    return and_(~listed, is_known())
