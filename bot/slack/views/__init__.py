"""How what is said looks in Slack: pure functions, domain in, blocks out."""
