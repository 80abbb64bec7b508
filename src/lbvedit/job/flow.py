"""THE main flow: ``run(job, report)``."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from lbvedit.errors import MediaError
from lbvedit.job.checks import check
from lbvedit.job.timing import faded, split, timeline_for
from lbvedit.job.workfolder import WorkFolder, folder_for
from lbvedit.manifest import Manifest, hash_input, installed_versions
from lbvedit.pipelines import registry
from lbvedit.types import Clip, Event, Job, Report
