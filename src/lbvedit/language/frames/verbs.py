"""The verbs and their frames."""

from __future__ import annotations

from dataclasses import replace

from lbvedit.language.amounts import Amount
from lbvedit.language.drafts import Draft
from lbvedit.language.frames import (
    adding,
    captions,
    geometry,
    imagining,
    making,
    objects,
    playing,
    properties,
    removing,
    timing,
    turning,
)
from lbvedit.language.frames.phrase import Frame, Phrase
from lbvedit.language.tokens import begun_by, phrases

__all__ = ["PARTICLES", "TIMED", "VERBS", "VERB_BASES"]


def _receding(phrase: Phrase) -> list[Draft] | None:
    """``pull back``, ``pull the camera back``: more is seen; a thing that is pulled back (a curtain) is only moved."""
    tokens = phrase.tokens[begun_by(phrase.tokens, _VIEW) :]
    drafts = geometry.zooming(replace(phrase, tokens=tokens))
    return None if drafts is None or any(draft.target.kind == "phrase" for draft in drafts) else drafts


_VIEW = phrases("the camera | the view | camera | our view")
_PIXELATE = "read as pixelating; say 'blur' to blur it"

_GROUPS: tuple[tuple[str, Frame], ...] = (
    ("blur|blur out|blur away|defocus|soften|unfocus|smudge|smudge out|smear|fuzz out", objects.grading("blur")),
    ("sharpen|sharpen up|crispen|crisp up", objects.grading("sharpen")),
    ("denoise|clean up|degrain", objects.grading("denoise")),
    ("censor|anonymize|pixelate|mask", removing.covering),
    ("pixelate|pixelate out|pixelize", objects.grading("pixelate")),
    ("censor|mosaic|anonymize", objects.grading("pixelate", note=_PIXELATE)),
    ("whiten", objects.whitening),
    ("brighten|brighten up|lighten|lighten up|illuminate|overexpose", objects.grading("brightness")),
    ("darken|darken down|dim|dim down|underexpose", objects.grading("brightness", -1)),
    ("warm|warm up", objects.grading("temperature")),
    ("cool|cool down|cool off", objects.grading("temperature", -1)),
    ("saturate|oversaturate", objects.grading("saturation")),
    ("desaturate", objects.grading("saturation", -1, plain_amount=Amount("degree", 2))),
    ("vignette", objects.vignetting),
    ("grayscale|decolorize|monochromize|gray out", objects.plain("grayscale")),
    ("gray", objects.graying),
    ("sepia|sepia tone", objects.plain("sepia")),
    ("invert|inverse|negate", objects.plain("invert")),
    ("stabilize|steady|deshake|smooth out", objects.plain("stabilize")),
    ("kill|fix|correct|mend|repair|counteract|undo|neutralize|smooth|color correct", removing.mending),
    ("reverse|rewind", objects.reversing),
    ("mute|silence", objects.plain("mute")),
    ("quieten", objects.grading("volume", -1)),
    ("highlight|spotlight|emphasize|accentuate|focus|feature", objects.highlighting),
    ("draw attention to|bring attention to|put the focus on|put focus on|set the focus on", objects.highlighting),
    ("hide|conceal|cover|cover up|obscure", removing.covering),
    ("hide|conceal", removing.removing),
    ("drop|throw|pop|chuck|plop", adding.dropping),
    ("cut|cut down|drop|remove|knock|take off|take away|knock off|knock down", properties.cutting_back),
    ("shave off|take|take out|drain|drain out", properties.cutting_back),
    ("paint out|inpaint|edit out|remove out|photoshop out|airbrush out|knock out|get out", removing.removing),
    ("skip|remove|delete|drop|take out|strip|discard|strip out|take off|get rid|get rid of|lose|dump", timing.cutting),
    ("drain|drain out|suppress|erase|eliminate|wipe|wipe out|clear|clear out|throw away|throw out", timing.cutting),
    ("toss|toss out|take away", timing.cutting),
    ("take|shave|wipe|scrub|peel|rip|tear", removing.taking_off),
    ("ditch|scrap|leave out|chuck|chuck away|chuck out|bin|junk|trash", timing.cutting),
    ("make|create|get|give|extract|take|cut|cut out|do|want|grab|export", timing.clipping),
    ("lop|lop off|shave off|knock off", timing.cutting),
    ("cut|cut out|cut off|cut away|chop|chop off|snip|snip off|snip out|clip|clip off|cut down|excise", timing.cutting),
    ("isolate|extract|cutout|mask out|rotoscope|roto|segment out|green screen|greenscreen", objects.cutting_out),
    ("key out|key away|key|chroma key|chromakey", objects.cutting_out),
    ("color splash|color pop|selective color|splash color", objects.splashing),
    ("keep|retain|preserve|leave", objects.keeping),
    ("extract|take|grab|select|use", objects.keeping),
    ("find|select|pick|choose|identify|locate|detect|segment|look for|consider|grab|take", objects.finding),
    ("freeze|hold|pause|add|insert|make|put", playing.freezing),
    ("loop|repeat|boomerang|play|show|ping pong|replay|make|turn|put|convert|change", playing.looping),
    ("make|have|let|get", timing.letting),
    ("make|have|let|want|get|need|ensure", making.making),
    ("do|shift|nudge|tweak|grade|try", making.doing),
    ("turn|bring|put", properties.turning),
    ("render|turn|change|convert|transform|switch|morph|modify|alter", making.changing),
    ("paint|color|recolor|dye|tint|colorize|spray|repaint|recolorize|tone|redye|color in|color grade|stain",
        making.painting),
    ("swap|switch|exchange", geometry.swapping),
    ("replace|swap|substitute|exchange|trade|swap out|switch out|trade in", imagining.replacing),
    ("stylize|restyle|style|cartoonify|cartoonize|animefy|reimagine|redraw", imagining.styling),
    ("animate", imagining.animating),
    ("use|take|have|put", imagining.backing),
    ("increase|raise|boost|enhance|bump|bump up|turn up|bring up|up|amplify", properties.more_or_less(1)),
    ("intensify|strengthen|crank up|pump up|crank|push up|push|heighten|elevate|lift", properties.more_or_less(1)),
    ("ramp|ramp up|pull up|punch up|augment|bring out", properties.more_or_less(1)),
    ("drop|decrease|reduce|lower|turn down|bring down|tone down|lessen|diminish|weaken", properties.more_or_less(-1)),
    ("cut back|attenuate|flatten|drop down|minimize|soften down|take down|dial down", properties.more_or_less(-1)),
    ("ramp down|pull down|pull back|knock back|dial back|wash out", properties.more_or_less(-1)),
    ("set|adjust|put at", properties.setting),
    ("double", properties.multiplying(2.0)),
    ("triple", properties.multiplying(3.0)),
    ("quadruple", properties.multiplying(4.0)),
    ("halve", properties.multiplying(0.5)),
    ("turn off|switch off|shut off|kill", properties.silencing),
    ("speed up|speed|accelerate|fast forward|hurry up|fasten|timelapse", playing.speeding(1)),
    ("slow down|slow|decelerate|slow up", playing.speeding(-1)),
    ("play|run|show|see|watch|playback|play back", playing.playing),
    ("play|show|see", objects.keeping),
    ("trim|trim off|trim down|trim away|trim out", timing.trimming),
    ("shorten|limit|shorten down", timing.shortening),
    ("fade|fade in|fade out|dip|crossfade|cross-fade|go", timing.fading),
    ("fade", properties.cutting_back),
    ("start|begin|end|stop|open|finish|close", timing.beginning),
    ("skip to|skip ahead to|skip straight to|skip forward to|skip right to|jump to|jump ahead to|jump straight to",
        timing.beginning),
    ("end|finish|close", playing.freezing),
    ("crop|crop in|crop out|reframe|recrop|fit", geometry.cropping),
    ("follow|track|keep track of", geometry.following),
    ("zoom|zoom in|zoom out|zoom into|move in|push in|punch in", geometry.zooming),
    ("go closer|get closer|move closer|come closer", geometry.zooming),
    ("pull back|pull out", _receding),
    ("flip|mirror|flop", turning.flipping),
    ("rotate|turn|spin|tilt|straighten", turning.rotating),
    ("resize|stretch|scale|scale up|scale down|upscale|downscale|shrink|enlarge|rescale|magnify", geometry.resizing),
    ("upsize|downsize|export|output|deliver", geometry.resizing),
    ("do|add|apply|insert|introduce|include|use|add in|bring in|create|impose|superimpose|draw", adding.adding),
    ("put|place|overlay|stick|slap", adding.putting),
    ("put", making.doing),
    ("give|lend", adding.giving),
    ("dress|dress up", adding.dressing),
    ("caption|subtitle|title|write|type|print|display|label|show|overlay|set", captions.captioning),
)  # fmt: skip


def _table() -> dict[tuple[str, str], tuple[Frame, ...]]:
    out: dict[tuple[str, str], tuple[Frame, ...]] = {}
    for names, frame in _GROUPS:
        for name in names.split("|"):
            verb, _, particle = name.partition(" ")
            out[verb, particle] = (*out.get((verb, particle), ()), frame)
    return out


VERBS: dict[tuple[str, str], tuple[Frame, ...]] = _table()
"""(base form, particle or "") -> the frames to try, in order."""

VERB_BASES = frozenset(verb for verb, _ in VERBS)
PARTICLES = frozenset(particle for _, particle in VERBS if particle)

TIMED = frozenset(
    {
        timing.cutting,
        timing.trimming,
        timing.shortening,
        timing.fading,
        timing.letting,
        timing.beginning,
        timing.clipping,
        playing.freezing,
        objects.keeping,
    }
)
"""Frames that read times themselves; for all others a span says when the step applies."""
