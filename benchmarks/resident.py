"""What a process takes that has this ledger and looks: MiB at its peak, for `benchmarks/ledger.py`."""

import asyncio
import re
import sys
from pathlib import Path

import bot.serve
from benchmarks.grown import Grown, opened, pass_looks


async def _look(file: Path, size: Grown, looks: int) -> None:
    bot.serve.keep_for_good()
    async with opened(file, size) as world:
        for _ in range(3):
            await pass_looks(world, looks)
            world.lookout.forget()


def main() -> None:
    """Start here."""
    watched, batches, looks = map(int, sys.argv[2:])
    asyncio.run(_look(Path(sys.argv[1]), Grown(watched, batches), looks))
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak) / 1_024)
