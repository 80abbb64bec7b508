"""On a process's path: lbvedit with short parts and a slow encoder, so that a signal comes while it works."""

import time

from lbvedit.job import parts

write = parts.Writer.write


def write_slowly(self, clip):
    time.sleep(0.2)
    write(self, clip)


parts.PART_FRAMES = 16
parts.Writer.write = write_slowly
