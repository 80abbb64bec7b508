"""The main flow: a video goes in, a pipeline runs, a faithful video comes out.

``run`` is the whole of it and reads top to bottom in ``flow.py``; ``checks`` refuses what cannot end well before
anything is loaded, ``timing`` turns steps on time and sound into a time line, ``parts`` encodes, ``workfolder`` makes a
killed job go on, ``finish`` puts the result into its place.
"""

from __future__ import annotations

from lbvedit.job.checks import check
from lbvedit.job.flow import run
from lbvedit.job.workfolder import frames_kept

__all__ = ["check", "frames_kept", "run"]
