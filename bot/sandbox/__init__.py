"""A Slack workspace and a Chamelaion account on loopback, to try the bot in and to test it with."""
