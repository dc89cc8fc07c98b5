"""The stories of the bot from start to end; the only place where awaits are put in order."""
