"""Starts the bot from the command line.

The one place that loads a module late: a health check runs every few seconds and needs a fraction of the program,
which takes two seconds to load whole.
"""

import sys
from importlib import import_module


def main() -> None:
    """Start here."""
    quick = sys.argv[1:2] == ["health"]
    if quick:
        del sys.argv[1]
    import_module("bot.probe" if quick else "bot.cli").main()


if __name__ == "__main__":
    main()
