"""The action ids of every button, as views write them and listeners hear them; a button's value is the reference id."""

STATUS_REFRESH = "status_refresh"
STATUS_SHARE = "status_share"
CARD_FAILURES = "card_failures"
CARD_LINKS = "card_links"
CARD_STOP = "card_stop"
FINISHED_LINKS = "finished_links"
FINISHED_STOP = "finished_stop"
