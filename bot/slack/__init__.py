"""The edge that speaks with Slack."""
