"""Reads mutated copies of good files: ``python fuzz.py FIRST LAST FILE...``; ends with 0 if every case went well.

A case is good when its file is read to the end, or refused with an ``LbveditError``. The number of each case is printed
before it is tried, so that after a crash or a hang the last number printed makes it again.
"""

from __future__ import annotations

import faulthandler
import random
import sys
import tempfile
import traceback
from pathlib import Path

from lbvedit.errors import LbveditError
from lbvedit.media.source import Source

HANG_S = 30
"""Seconds after which a case counts as hung, and the process ends with a traceback of every thread."""


def mutate(data: bytes, chance: random.Random) -> bytes:
    """A few things that disks, networks and enemies do to a file."""
    out = bytearray(data)
    # Headers decide most: half of the mutations fall into the first and last kilobyte.
    for _ in range(chance.choice((1, 2, 4, 16))):
        end = len(out)
        place = chance.choice(
            (chance.randrange(end), chance.randrange(min(end, 1024)), end - 1 - chance.randrange(min(end, 1024)))
        )
        length = chance.choice((1, 1, 2, 4, 8, 100))
        match chance.randrange(7):
            case 0:
                out[place] ^= 1 << chance.randrange(8)
            case 1:
                out[place : place + length] = chance.randbytes(len(out[place : place + length]))
            case 2:
                out[place : place + length] = bytes(len(out[place : place + length]))
            case 3:
                out[place : place + length] = b"\xff" * len(out[place : place + length])
            case 4:
                del out[place : place + length]
            case 5:
                out[place:place] = out[place : place + length]
            case _ if chance.random() < 0.3:
                del out[place:]
        if not out:
            break
    return bytes(out)


def read(path: Path) -> None:
    """Everything that a job does with an input."""
    with Source(path) as source:
        for number, clip in enumerate(source.windows(8, 2)):
            if not number:
                clip.frames.float().mean()


def main(first: int, last: int, files: list[Path]) -> int:
    """Tries the cases ``first`` up to ``last``; returns how many went wrong."""
    contents = [(path, path.read_bytes()) for path in files]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, last):
            path, data = contents[number % len(contents)]
            mutated = Path(folder, f"case{path.suffix}")
            mutated.write_bytes(mutate(data, random.Random(number)))
            print(number, path.name, flush=True)
            faulthandler.dump_traceback_later(HANG_S, exit=True)
            try:
                read(mutated)
            except LbveditError as error:
                if "\n" in error.message or not error.hint:
                    wrong += 1
                    print(f"case {number}: no one-line message with a hint: {error!r}", file=sys.stderr)
            except BaseException:
                wrong += 1
                print(f"case {number} ({path.name}):\n{traceback.format_exc()}", file=sys.stderr)
            finally:
                faulthandler.cancel_dump_traceback_later()
    return wrong


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]), int(sys.argv[2]), [Path(name) for name in sys.argv[3:]])))
