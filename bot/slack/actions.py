"""The action ids of every button, as views write them and listeners hear them.

A button's value is the reference id; of those whose names begin with `GLOB`, except `GLOB_EXCEPT`, it is the pattern.
That of `FAILURE_RETRY` is the reference id and the key of the failure kind, on two lines. Of `UNDO` it says which deed
is taken back.
"""

STATUS_REFRESH = "status_refresh"
STATUS_SHARE = "status_share"
CARD_FAILURES = "card_failures"
CARD_LINKS = "card_links"
CARD_STOP = "card_stop"
CARD_MUTE = "card_mute"
CARD_UNMUTE = "card_unmute"
CARD_AGAIN = "card_again"
GLOB_TABLE = "glob_table"
GLOB_STOP = "glob_stop"
GLOB_MUTE = "glob_mute"
GLOB_UNMUTE = "glob_unmute"
GLOB_REFRESH = "glob_refresh"
GLOB_SHARE = "glob_share"
GLOB_EXCEPT = "glob_except"
FINISHED_LINKS = "finished_links"
FINISHED_STOP = "finished_stop"
CATCH_UP_FAILURES = "catch_up_failures"
PING_FAILURES = "ping_failures"
FAILURE_RETRY = "failure_retry"
NEWS_STOP = "news_stop"
CARD_WATCH_ME = "card_watch_me"
UNDO = "undo"
STUCK_IDS = "stuck_ids"
MISSING_STATUS = "missing_status"
