"""Starts the bot from the command line."""
