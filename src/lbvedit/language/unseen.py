"""What a target may be called that nothing in the picture is: a time, an edge, a sound."""

from __future__ import annotations

import re

__all__ = ["EDGE", "ENDS", "HAPPENINGS", "HEARD", "SCENE", "STRETCH", "TIME"]

TIME = re.compile(
    r"\b(first|second|last|middle|final|opening|closing) (video |clip |film |movie )?(half|third|quarter)$"
    r"|\b(first|second|last) (half|third|quarter) of the (video|clip|film|movie)$|\b(video|clip) (half|third|quarter)$"
    r"|\b(\d+(st|nd|rd|th)|third|fourth|fifth|sixth|tenth) (second|minute)s?$"
    r"|\b(middle|every other|each|next|other) (second|minute)s?$|\bmoments?$|^(intro|outro)$"
    r"|\b(shots|scenes|takes)$"
    r"|^(everything|all|anything|what comes|what happens) (before|after|until|till|since)\b"
)
"""Words that say when, in a way that the times of the grammar do not know."""
ENDS = re.compile(r"beginning|ending|start|end")

SCENE = re.compile(
    r"(part|bit|section|segment|moment|portion|scene)s? (where|when|in which|after|before|until)\b"
    r"|(beginning|ending|middle|start)$"
    r"|(all )?((first|second|third|last|next|other|boring|slow|long|bad|silent|quiet|funny|shaky|dull|useless|dead"
    r"|empty) )+(parts?|sections?|segments?|portions?|bits?|stretch(es)?)$"
    r"|(first|second|third|fourth|fifth|last|next|opening|final|closing) (shot|scene|take|clip)$"
    r"|everything (boring|dull|slow|useless|unnecessary|unimportant|irrelevant|bad|silent)$"
    r"|(very )?(first|last) (\d+|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty)$"
)
"""What is rather a time than a place, if it is taken away."""

STRETCH = re.compile(
    r"(\w+ )?(\w+ )?(end|ending|beginning|start|middle|part|section|bit|segment|portion)s?"
    r"( (where|when|in which|with|about|of) .*)?",
    re.IGNORECASE,
)
"""What an operator on the time line is told to take, and nobody can say from when to when."""

EDGE = re.compile(
    r"(black )?(bars|borders)|letterbox(ing)?|pillarbox(ing)?"
    r"|black (bars|borders|strips|stripes|edges)( (on|at|from|to|along|and|or|both|all|the|top|bottom|left|right|upper"
    r"|lower|above|below|sides?|edges?|around|of|it|picture|image|frame|screen|video))*"
    r"|(top|bottom|left|right|upper|lower)( (side|edge|half|third|quarter|part))?"
    r" of the (picture|image|frame|screen|shot|video)"
    r"|(top|bottom|left|right|upper|lower) (side|edge|half|third|quarter|part|\d+)"
)
"""What is cropped away rather than found."""

HEARD = frozenset({"audio", "sound", "voice", "voices", "vocals", "speech", "music", "song", "soundtrack", "beep",
    "beeps", "barking", "laughter", "applause", "narration", "curses", "swears", "hiss", "hum",
    "echo", "shouting", "swearing"})  # fmt: skip

HAPPENINGS = frozenset({"interview", "speech", "talk", "lecture", "presentation", "conversation", "dialogue",
    "ceremony", "performance", "concert", "song", "dance", "game", "match", "race", "fight", "toast", "vows", "story",
    "intro", "outro", "ad", "advert", "advertisement", "commercial", "ads"})  # fmt: skip
"""What is rather in a stretch of time than in the picture."""
