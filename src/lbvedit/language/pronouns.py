"""Articles and pronouns."""

from __future__ import annotations

__all__ = ["ARTICLES", "OWNERS", "PERSONS", "POSSESSIVES", "PRONOUNS", "SPEAKERS", "THINGS"]

ARTICLES = frozenset({"the", "a", "an", "this", "that", "these", "those", "my", "our", "your", "some"})
OWNERS = frozenset({"his", "her", "its", "their"})
POSSESSIVES = frozenset({"his", "hers", "mine", "yours", "ours", "theirs"})
PRONOUNS = frozenset({"it", "them", "him", "her", "this", "that", "these", "those", "they", "he", "she", "itself"})
PERSONS = frozenset({"him", "her", "he", "she"})
"""Pronouns that never mean the whole video."""
THINGS = frozenset({"it", "them", "they"})
"""Pronouns that rather mean what somebody wears than who wears it."""
SPEAKERS = frozenset({"me", "us", "myself", "ourselves"})
"""Who speaks, and is seen in the video: ``blur everyone except me``."""
