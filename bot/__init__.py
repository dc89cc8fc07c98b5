"""Lip Sync Bot: tracks Chamelaion lip sync requests from Slack."""

__version__ = "0.1.0"
