"""Starts the bot from the command line.

The one place that loads a module late, by its name: a health check runs every few seconds and needs a fraction of the
program, and the bot that runs for weeks needs neither the command line nor the demo.
"""

import gc
import sys
from importlib import import_module


def main() -> None:
    """Start here."""
    word = sys.argv[1] if sys.argv[1:2] == ["health"] or sys.argv[1:] == ["run"] else ""
    if word == "health":
        del sys.argv[1]
    gc.disable()  # all that is loaded stays: looking through it again and again takes a third of the time
    program = import_module({"health": "bot.probe", "run": "bot.serve"}.get(word, "bot.cli"))
    gc.freeze()
    gc.enable()
    program.main()


if __name__ == "__main__":
    main()
