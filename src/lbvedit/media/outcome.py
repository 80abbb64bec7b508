"""What became of everything that a source had: the rows of the table at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Fate", "Outcome"]

Fate = Literal["kept", "changed", "lost"]


@dataclass(frozen=True)
class Outcome:
    """One row: what it was, what became of it, and why or how in a few words."""

    fate: Fate
    what: str
    how: str = ""

    def __str__(self) -> str:
        return f"{self.fate}: {self.what}" + (f", {self.how}" if self.how else "")
