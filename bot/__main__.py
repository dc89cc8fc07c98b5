"""Starts the bot from the command line.

The one place that loads a module late, by its name: a health check runs every few seconds and needs a fraction of the
program, and the bot that runs for weeks needs neither the command line nor the demo.
"""

import sys
from importlib import import_module


def main() -> None:
    """Start here."""
    words = sys.argv[1:]
    if words[:1] == ["health"]:
        del sys.argv[1]
        import_module("bot.probe").main()
    elif words == ["run"]:
        import_module("bot.serve").main()
    else:
        import_module("bot.cli").main()


if __name__ == "__main__":
    main()
