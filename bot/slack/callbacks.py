"""The callback ids of modals and shortcuts, as views and the manifest write them and listeners hear them."""

SETTINGS_FORM = "settings_form"
