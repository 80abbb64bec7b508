"""Fixtures that every room's tests share."""

from __future__ import annotations

import pytest

from tests.clips import Clips


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    """Makes test clips when first asked for, and keeps them for the session."""
    return Clips(tmp_path_factory.mktemp("clips"))
