"""The one table of operators, read by the grammar, by plan files, by the command line and by its documentation.

Conventions of the parameters:

* amounts are signed fractions: brightness below 0 is darker, temperature above 0 is warmer; blur, pixelate, denoise,
  sharpen and vignette lie in [0, 1];
* factors multiply: speed 0.5 is half speed, volume 2 is twice as loud, zoom 1.5 shows the middle two thirds;
* times are seconds of the output so far (every step acts on what the steps before it left), negative from the end;
  a missing ``start`` is the beginning, a missing ``end`` the end;
* angles are degrees, clockwise positive;
* colours are names or hex, as :func:`lbvedit.language.colors.rgb` reads them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from lbvedit.errors import UsageError
from lbvedit.language.colors import is_color
from lbvedit.types import EditPlan, Engine, Step

__all__ = ["OPERATORS", "Operator", "Param", "is_time_or_sound", "operator", "validate"]

Kind = Literal["number", "integer", "text", "color", "aspect", "choice"]


@dataclass(frozen=True)
class Param:
    """One parameter of an operator.

    Args:
        kind: what its value is; ``aspect`` is text such as ``16:9``.
        help: one line for people.
        required: whether a step without it cannot run.
        default: what an operator takes where the step does not say, or None where there is nothing to take.
        low: the least value of a number.
        high: the greatest value of a number.
        choices: the values of a choice.
    """

    kind: Kind
    help: str
    required: bool = False
    default: float | str | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def fault(self, value: object) -> str:
        """What is wrong with a value, or an empty string."""
        if self.kind in ("number", "integer"):
            return self._number_fault(value)
        if not isinstance(value, str) or not value.strip():
            return f"must be text, got {value!r}"
        if self.kind == "choice" and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}, got {value!r}"
        if self.kind == "color" and not is_color(value):
            return f"must be a colour name or #rrggbb, got {value!r}"
        if self.kind == "aspect" and not _is_aspect(value):
            return f"must look like 16:9, got {value!r}"
        return ""

    def _number_fault(self, value: object) -> str:
        kinds = (int,) if self.kind == "integer" else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or value != value:
            return f"must be {'a whole' if self.kind == 'integer' else 'a'} number, got {value!r}"
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            return f"must lie in [{self.low:g}, {'∞' if self.high is None else f'{self.high:g}'}], got {value:g}"
        return ""


@dataclass(frozen=True)
class Operator:
    """One thing that a step can do.

    Args:
        name: the step's ``op``.
        help: one line for people.
        params: its parameters by name.
        takes_target: ``no`` for time, sound and the whole picture, ``may`` where None is the whole frame, ``must``.
        engine: ``exact`` when no imagination is needed.
        domain: whether it works on the picture, on time or on sound.
        example: an instruction that asks for it.
        check: what is wrong with the parameters taken together, or an empty string.
    """

    name: str
    help: str
    params: Mapping[str, Param]
    example: str
    takes_target: Literal["no", "may", "must"] = "may"
    engine: Engine = "exact"
    domain: Literal["picture", "time", "sound"] = "picture"
    check: Callable[[Mapping[str, Any]], str] = lambda params: ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))


def _is_aspect(value: str) -> bool:
    parts = value.split(":")
    try:
        return len(parts) == 2 and all(float(part) > 0 for part in parts)
    except ValueError:
        return False


def _needs_one_of(*names: str) -> Callable[[Mapping[str, Any]], str]:
    def check(params: Mapping[str, Any]) -> str:
        return "" if any(name in params for name in names) else f"needs one of {', '.join(names)}"

    return check


def _span_order(params: Mapping[str, Any]) -> str:
    start, end = params.get("start"), params.get("end")
    if start is None or end is None or (start < 0) != (end < 0) or start < end:
        return ""
    return f"ends at {end:g} s, before it starts at {start:g} s"


def _range(params: Mapping[str, Any]) -> str:
    return _needs_one_of("start", "end")(params) or _span_order(params)


SPAN: dict[str, Param] = {
    "start": Param("number", "from this second on; negative counts from the end"),
    "end": Param("number", "up to this second; negative counts from the end"),
}


def _signed(what: str) -> dict[str, Param]:
    return {"amount": Param("number", what, default=0.3, low=-1, high=1), **SPAN}


def _strength(what: str) -> dict[str, Param]:
    return {"amount": Param("number", what, default=0.5, low=0, high=1), **SPAN}


_TABLE = (
    Operator(
        "recolor",
        "paint the target in another colour; shading, highlights and texture stay",
        {"color": Param("color", "a colour name or #rrggbb", required=True), **SPAN},
        "make the car red",
        check=_span_order,
    ),
    Operator("grayscale", "take the colour away", SPAN, "make the background black and white", check=_span_order),
    Operator("sepia", "tone the picture brown like an old photograph", SPAN, "add a sepia filter", check=_span_order),
    Operator("brightness", "lighten or darken", _signed("above 0 lighter"), "darken the sky", check=_span_order),
    Operator("contrast", "spread or flatten the tones", _signed("above 0 more"), "increase the contrast by 20%"),
    Operator("saturation", "strengthen or weaken the colours", _signed("above 0 more"), "make the colors more vivid"),
    Operator("temperature", "warm or cool the colours", _signed("above 0 warmer"), "make it a bit warmer"),
    Operator("sharpen", "bring out fine detail", _strength("how much"), "sharpen the video"),
    Operator("blur", "soften until details are gone", _strength("how much"), "blur everything except the dog"),
    Operator("denoise", "smooth away noise and grain", _strength("how much"), "remove the noise"),
    Operator("pixelate", "cover with blocks", _strength("how coarse"), "pixelate the dog"),
    Operator("vignette", "darken towards the corners", _strength("how dark"), "add a vignette"),
    Operator("invert", "turn the colours into their negative", SPAN, "invert the colors", check=_span_order),
    Operator(
        "highlight", "dim everything but the target", _strength("how dim"), "highlight the runner", takes_target="must"
    ),
    Operator(
        "cutout",
        "keep the target and make the rest transparent, or one colour",
        {"background": Param("color", "a colour behind the target instead of transparency")},
        "cut out the dog",
        takes_target="must",
    ),
    Operator("remove", "fill the target with what is behind it", SPAN, "remove the sign", takes_target="must"),
    Operator(
        "crop",
        "keep a part of the frame: an aspect, the middle, or around the target along a smooth path",
        {
            "aspect": Param("aspect", "width to height of what is kept"),
            "factor": Param("number", "how many times the kept part fits into the frame", low=1, high=20),
        },
        "crop to 16:9",
    ),
    Operator(
        "zoom",
        "enlarge the middle or the target to fill the frame",
        {"factor": Param("number", "how many times larger", default=1.5, low=0.05, high=20), **SPAN},
        "zoom in on the face",
        check=_span_order,
    ),
    Operator(
        "flip",
        "mirror the picture",
        {
            "axis": Param(
                "choice",
                "horizontal swaps left and right, vertical top and bottom",
                default="horizontal",
                choices=("horizontal", "vertical"),
            )
        },
        "flip the video horizontally",
    ),
    Operator(
        "rotate",
        "turn the picture",
        {"angle": Param("number", "degrees, clockwise", required=True, low=-360, high=360)},
        "rotate the video 90 degrees",
    ),
    Operator(
        "resize",
        "change the size; one of width and height keeps the aspect",
        {
            "width": Param("integer", "pixels", low=1, high=32768),
            "height": Param("integer", "pixels", low=1, high=32768),
            "scale": Param("number", "times the size", low=0.01, high=16),
        },
        "resize to 1280x720",
        check=_needs_one_of("width", "height", "scale"),
    ),
    Operator("stabilize", "take the shake out of the camera", {}, "stabilize the footage", takes_target="no"),
    Operator(
        "caption",
        "write words on the picture",
        {
            "text": Param("text", "the words", required=True),
            "position": Param(
                "choice",
                "where they stand",
                default="bottom",
                choices=(
                    "top",
                    "bottom",
                    "center",
                    "left",
                    "right",
                    "top left",
                    "top right",
                    "bottom left",
                    "bottom right",
                ),
            ),
            **SPAN,
        },
        'add the caption "Hello" at the top',
        takes_target="no",
        check=_span_order,
    ),
    Operator(
        "speed",
        "play faster or slower, sound stretched with its pitch kept",
        {"factor": Param("number", "how fast; 0.5 is half speed", required=True, low=0.01, high=100), **SPAN},
        "slow it down to half speed",
        takes_target="no",
        domain="time",
        check=_span_order,
    ),
    Operator("reverse", "play backwards", SPAN, "play it backwards", "no", domain="time", check=_span_order),
    Operator(
        "loop",
        "play several times over",
        {
            "times": Param("integer", "how often it plays in all", default=2, low=2, high=100),
            "direction": Param(
                "choice",
                "alternating plays every second time backwards",
                default="forwards",
                choices=("forwards", "alternating"),
            ),
            **SPAN,
        },
        "play it three times",
        takes_target="no",
        domain="time",
        check=_span_order,
    ),
    Operator(
        "freeze",
        "hold a picture for a while, without sound",
        {
            "duration": Param("number", "for how many seconds", default=2, low=0.01, high=3600),
            "at": Param("number", "the picture of this second, negative from the end; by default the last picture"),
        },
        "freeze the last frame for 2 seconds",
        takes_target="no",
        domain="time",
    ),
    Operator(
        "trim",
        "keep only what lies between start and end",
        SPAN,
        "trim the last two seconds",
        takes_target="no",
        domain="time",
        check=_range,
    ),
    Operator(
        "cut",
        "take out what lies between start and end",
        SPAN,
        "cut the first two seconds",
        takes_target="no",
        domain="time",
        check=_range,
    ),
    Operator(
        "fade",
        "let picture and sound come from black at the beginning, or go to black at the end",
        {
            "kind": Param("choice", "in or out", required=True, choices=("in", "out")),
            "duration": Param("number", "seconds", default=1.0, low=0, high=3600),
        },
        "fade out over 2 seconds",
        takes_target="no",
        domain="time",
    ),
    Operator("mute", "silence the sound", SPAN, "mute the audio", "no", domain="sound", check=_span_order),
    Operator(
        "volume",
        "make the sound louder or quieter",
        {"factor": Param("number", "times as loud", required=True, low=0, high=100), **SPAN},
        "turn the volume down by 20%",
        takes_target="no",
        domain="sound",
        check=_span_order,
    ),
    Operator(
        "replace",
        "put another thing in the target's place",
        {"with": Param("text", "what comes instead", required=True)},
        "replace the dog with a cat",
        takes_target="must",
        engine="generative",
    ),
    Operator(
        "add",
        "put a new thing on the target, or into the scene",
        {
            "what": Param("text", "the new thing", required=True),
            "where": Param("text", "where it stands by the target, such as 'behind'; on it where this is missing"),
        },
        "add a hat to the man",
        engine="generative",
    ),
    Operator(
        "style",
        "give it another look",
        {"style": Param("text", "the look", required=True)},
        "make it look like a watercolor painting",
        engine="generative",
    ),
    Operator(
        "restyle_background",
        "put another scene behind the things",
        {"with": Param("text", "the new scene", required=True)},
        "change the background to a beach",
        engine="generative",
    ),
    Operator(
        "animate",
        "let the target do something else",
        {"action": Param("text", "what it does", required=True)},
        "make the man jump",
        takes_target="must",
        engine="generative",
    ),
)

OPERATORS: Mapping[str, Operator] = MappingProxyType({entry.name: entry for entry in _TABLE})
"""Every operator by name, in the order in which they are shown."""


def operator(name: str) -> Operator:
    """The operator of that name.

    Raises:
        UsageError: there is none; the hint names the nearest.
    """
    try:
        return OPERATORS[name]
    except KeyError:
        near = ", ".join(_nearest_operators(name))
        raise UsageError(f"there is no operator {name!r}", hint=f"nearest: {near}") from None


def is_time_or_sound(op: str) -> bool:
    """Whether an operator changes the time line or the sound, and so belongs to the job and not to a pipeline."""
    return operator(op).domain != "picture"


def _nearest_operators(word: str, count: int = 3) -> tuple[str, ...]:
    """The names of the operators that are spelt most like a word, nearest first."""
    return tuple(difflib.get_close_matches(word.lower(), list(OPERATORS), n=count, cutoff=0.0))


def validate(plan: EditPlan) -> None:
    """Checks every step of a plan against the table.

    Raises:
        UsageError: an unknown operator or parameter (the hint names the nearest), a missing or impossible value, a
            target where none can be or none where one must be, or the wrong engine.
    """
    for number, step in enumerate(plan.steps, start=1):
        _validate_step(step, f"step {number} ({step.op})")


def _validate_step(step: Step, place: str) -> None:
    entry = operator(step.op)
    for name, value in step.params.items():
        if name not in entry.params:
            near = difflib.get_close_matches(name, list(entry.params), n=1, cutoff=0.0)
            hint = f"nearest: {near[0]}" if near else f"{step.op} takes no parameters"
            raise UsageError(f"{place} has no parameter {name!r}", hint=hint)
        if fault := entry.params[name].fault(value):
            raise UsageError(f"{place}: {name} {fault}", hint=f"{name}: {entry.params[name].help}")
    for name, param in entry.params.items():
        if param.required and name not in step.params:
            raise UsageError(f"{place} needs {name!r}", hint=f"{name}: {param.help}")
    if fault := entry.check(step.params):
        raise UsageError(f"{place} {fault}", hint=entry.help)
    if entry.takes_target == "no" and step.target is not None:
        raise UsageError(f"{place} acts on the whole video, not on {step.target!r}", hint="set its target to null")
    if entry.takes_target == "must" and step.target is None:
        raise UsageError(f"{place} needs a target", hint=f"as in: {entry.example}")
    if step.engine != entry.engine:
        raise UsageError(f"{place} is {entry.engine}, not {step.engine}", hint=f'set "engine": "{entry.engine}"')
