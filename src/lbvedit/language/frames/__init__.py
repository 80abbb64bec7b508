"""Verb frames: which words may follow a verb, and what they mean together.

:data:`VERBS` holds every verb with its particles; a frame reads what follows and drafts steps, or says None.
"""

from lbvedit.language.frames.phrase import Frame, Phrase
from lbvedit.language.frames.verbs import PARTICLES, TIMED, VERB_BASES, VERBS

__all__ = ["PARTICLES", "TIMED", "VERBS", "VERB_BASES", "Frame", "Phrase"]
