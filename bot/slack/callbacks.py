"""The callback ids of modals and shortcuts, as views and the manifest write them and listeners hear them."""

WATCH_THIS = "watch_this"
STATUS_ANYWHERE = "status_anywhere"
STATUS_FORM = "status_form"
WATCH_FORM = "watch_form"
SETTINGS_FORM = "settings_form"
