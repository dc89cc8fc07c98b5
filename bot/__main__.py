"""Starts the bot from the command line.

The one place that loads a module late: a health check runs every few seconds and needs a fraction of the program,
which takes two seconds to load whole.
"""

import gc
import sys
from importlib import import_module


def main() -> None:
    """Start here."""
    quick = sys.argv[1:2] == ["health"]
    if quick:
        del sys.argv[1]
    gc.disable()  # all that is loaded stays: looking through it again and again takes a third of the time
    program = import_module("bot.probe" if quick else "bot.cli")
    gc.freeze()
    gc.enable()
    program.main()


if __name__ == "__main__":
    main()
