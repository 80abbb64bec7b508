"""Everyday words for what the operators do: qualities, properties, effects, actions and forms of verbs."""

from __future__ import annotations

from functools import cache

__all__ = [
    "ACTIONS", "COLORED", "EFFECTS", "PROPERTIES", "QUALITIES", "STATES", "STYLE_NOUNS", "base_form", "forms",
    "is_comparative",
]  # fmt: skip

QUALITIES: dict[str, tuple[str, int]] = {}
"""Adjective, plain or comparative -> (operator, direction)."""

_QUALITY_GROUPS: dict[tuple[str, int], str] = {
    ("brightness", 1): "bright light well-lit sunny luminous overexposed blown-out",
    ("brightness", -1): "dark dim gloomy shadowy underexposed pitch-dark",
    ("contrast", 1): "contrasty contrasted punchy",
    ("contrast", -1): "flat",
    ("saturation", 1): "saturated vivid vibrant colorful",
    ("saturation", -1): "desaturated dull pale muted washed-out faded toned-down",
    ("temperature", 1): "warm orangey yellowish orangish",
    ("temperature", -1): "cool cold chilly icy bluish",
    ("sharpen", 1): "sharp crisp clear detailed crystal-clear razor-sharp tack-sharp readable legible",
    ("blur", 1): "blurry blurred fuzzy unfocused hazy soft out-of-focus unsharp unreadable unrecognizable",
    ("denoise", 1): "clean smooth noiseless grainless",
    ("denoise", -1): "noisy grainy",
    ("pixelate", 1): "pixelated pixelized blocky pixelly",
    ("stabilize", 1): "stable steady stabilized",
    ("stabilize", -1): "shaky jittery jerky wobbly unstable bumpy",
    ("speed", 1): "fast quick speedy rapid",
    ("speed", -1): "slow",
    ("volume", 1): "loud",
    ("volume", -1): "quiet soft-spoken",
    ("resize", 1): "big large huge",
    ("resize", -1): "small tiny little",
}


@cache
def _comparatives(word: str) -> tuple[str, ...]:
    if word in ("bright", "light", "dark", "dull", "warm", "cool", "cold", "sharp", "crisp", "clear", "clean", "fast",
                "quick", "slow", "loud", "quiet", "small", "soft", "smooth", "faint"):  # fmt: skip
        return (f"{word}er", f"{word}est")
    if word in ("large", "pale", "stable"):
        return (f"{word}r", f"{word}st")
    if word in ("big", "dim", "flat"):
        return (f"{word}{word[-1]}er", f"{word}{word[-1]}est")
    if word.endswith("y"):
        return (f"{word[:-1]}ier", f"{word[:-1]}iest")
    return ()


for _key, _group in _QUALITY_GROUPS.items():
    for _word in _group.split():
        for _form in (_word, *_comparatives(_word)):
            QUALITIES[_form.replace("-", " ")] = _key

COLORED = {"bluer": "blue", "greener": "green", "redder": "red", "yellower": "yellow", "whiter": "white",
    "blacker": "black", "browner": "brown", "pinker": "pink", "grayer": "gray",
    "pinkish": "pink", "greenish": "green", "purplish": "purple", "brownish": "brown"}  # fmt: skip
"""What is said to have more of a hue -> the colour it is painted."""

STATES: dict[str, tuple[str, dict[str, object]]] = {
    "bw": ("grayscale", {}), "grayscale": ("grayscale", {}), "monochrome": ("grayscale", {}),
    "monochromatic": ("grayscale", {}), "colorless": ("grayscale", {}), "shades of gray": ("grayscale", {}),
    "decolorized": ("grayscale", {}), "sepia": ("sepia", {}), "sepia toned": ("sepia", {}),
    "vintage sepia": ("sepia", {}),
    "inverted": ("invert", {}), "negative": ("invert", {}), "a negative": ("invert", {}),
    "photo negative": ("invert", {}), "a photo negative": ("invert", {}),
    "negative colors": ("invert", {}), "inverted colors": ("invert", {}),
    "mirrored": ("flip", {"axis": "horizontal"}), "mirror image": ("flip", {"axis": "horizontal"}),
    "flipped": ("flip", {"axis": "horizontal"}), "upside down": ("rotate", {"angle": 180}),
    "flipped horizontally": ("flip", {"axis": "horizontal"}), "flipped vertically": ("flip", {"axis": "vertical"}),
    "backwards": ("reverse", {}), "backward": ("reverse", {}), "reversed": ("reverse", {}), "reverse": ("reverse", {}),
    "silent": ("mute", {}), "muted": ("mute", {}), "mute": ("mute", {}), "soundless": ("mute", {}),
    "without sound": ("mute", {}), "without audio": ("mute", {}), "no sound": ("mute", {}), "no audio": ("mute", {}),
    "without color": ("grayscale", {}), "without colors": ("grayscale", {}),
    "square": ("crop", {"aspect": "1:1"}), "vertical": ("crop", {"aspect": "9:16"}),
    "portrait": ("crop", {"aspect": "9:16"}), "landscape": ("crop", {"aspect": "16:9"}),
    "widescreen": ("crop", {"aspect": "16:9"}), "wide screen": ("crop", {"aspect": "16:9"}),
    **dict.fromkeys(("tiktok", "tik tok", "reels", "instagram reels", "a reel", "shorts", "youtube shorts", "stories",
    "instagram stories", "an instagram story"), ("crop", {"aspect": "9:16"})), "youtube": ("crop", {"aspect": "16:9"}),
    "cinemascope": ("crop", {"aspect": "2.39:1"}), "horizontal": ("crop", {"aspect": "16:9"}),
    "invisible": ("remove", {}), "disappear": ("remove", {}), "vanish": ("remove", {}), "go away": ("remove", {}),
    "gone": ("remove", {}), "removed": ("remove", {}), "erased": ("remove", {}), "deleted": ("remove", {}),
    "transparent": ("cutout", {}), "see through": ("cutout", {}), "cut out": ("cutout", {}),
    "stand out": ("highlight", {}), "highlighted": ("highlight", {}), "pop": ("highlight", {}),
    "slow motion": ("speed", {"factor": 0.5}), "slow mo": ("speed", {"factor": 0.5}),
    "slowmo": ("speed", {"factor": 0.5}), "slomo": ("speed", {"factor": 0.5}),
    "super slow motion": ("speed", {"factor": 0.25}), "extreme slow motion": ("speed", {"factor": 0.25}),
    "fast motion": ("speed", {"factor": 2.0}), "fast forward": ("speed", {"factor": 2.0}),
    "half speed": ("speed", {"factor": 0.5}), "quarter speed": ("speed", {"factor": 0.25}),
    "double speed": ("speed", {"factor": 2.0}), "twice the speed": ("speed", {"factor": 2.0}),
    "half the speed": ("speed", {"factor": 0.5}), "triple speed": ("speed", {"factor": 3.0}),
    "twice the size": ("resize", {"scale": 2.0}), "half the size": ("resize", {"scale": 0.5}),
    "double the size": ("resize", {"scale": 2.0}), "half size": ("resize", {"scale": 0.5}),
    **{f"half the {name}": (name, {"amount": -0.5}) for name in ("brightness", "contrast", "saturation")},
    "twice the volume": ("volume", {"factor": 2.0}), "half the volume": ("volume", {"factor": 0.5}),
    **dict.fromkeys(("a time lapse", "time lapse", "a timelapse", "timelapse", "a hyperlapse", "hyperlapse"),
    ("speed", {"factor": 2.0})),
    "sped up": ("speed", {"factor": 2.0}), "slowed down": ("speed", {"factor": 0.5}),
    "darkened": ("brightness", {"amount": -0.3}), "brightened": ("brightness", {"amount": 0.3}),
    "sharpened": ("sharpen", {"amount": 0.5}), "vignetted": ("vignette", {}),
    "in focus": ("sharpen", {"amount": 0.5}), "out of focus": ("blur", {"amount": 0.5}),
    "desaturated": ("saturation", {"amount": -0.6}),
    "denoised": ("denoise", {"amount": 0.5}), "censored": ("pixelate", {"amount": 0.5}),
}  # fmt: skip
"""Words that fully name a result -> (operator, parameters)."""

PROPERTIES: dict[str, tuple[str, int]] = {
    "brightness": ("brightness", 1), "exposure": ("brightness", 1), "lightness": ("brightness", 1),
    "luminosity": ("brightness", 1), "luminance": ("brightness", 1), "light": ("brightness", 1),
    "lighting": ("brightness", 1), "lights": ("brightness", 1), "darkness": ("brightness", -1),
    "contrast": ("contrast", 1), "saturation": ("saturation", 1), "vibrance": ("saturation", 1),
    "vibrancy": ("saturation", 1), "pop": ("saturation", 1),
    "punch": ("contrast", 1), "oomph": ("contrast", 1), "color intensity": ("saturation", 1),
    "colors": ("saturation", 1), "color": ("saturation", 1), "color saturation": ("saturation", 1),
    "vividness": ("saturation", 1),
    "temperature": ("temperature", 1), "color temperature": ("temperature", 1), "warmth": ("temperature", 1),
    "white balance": ("temperature", 1), "coolness": ("temperature", -1), "sharpness": ("sharpen", 1),
    "sharpening": ("sharpen", 1), "clarity": ("sharpen", 1), "detail": ("sharpen", 1), "details": ("sharpen", 1),
    "focus": ("sharpen", 1), "crispness": ("sharpen", 1), "blur": ("blur", 1), "blurriness": ("blur", 1),
    "blurring": ("blur", 1), "softness": ("blur", 1), "noise": ("denoise", -1), "grain": ("denoise", -1),
    "graininess": ("denoise", -1), "film grain": ("denoise", -1), "image noise": ("denoise", -1),
    "pixelation": ("pixelate", 1), "vignette": ("vignette", 1), "vignetting": ("vignette", 1),
    "shake": ("stabilize", -1), "shaking": ("stabilize", -1), "shakiness": ("stabilize", -1),
    "camera shake": ("stabilize", -1), "jitter": ("stabilize", -1), "wobble": ("stabilize", -1),
    "camera movement": ("stabilize", -1), "stability": ("stabilize", 1),
    "speed": ("speed", 1), "playback speed": ("speed", 1), "pace": ("speed", 1), "tempo": ("speed", 1),
    "playback rate": ("speed", 1), "playback": ("speed", 1), "velocity": ("speed", 1),
    "volume": ("volume", 1), "loudness": ("volume", 1),
    "sound": ("volume", 1), "audio": ("volume", 1), "sound level": ("volume", 1), "audio level": ("volume", 1),
    "audio track": ("volume", 1), "sound track": ("volume", 1), "soundtrack": ("volume", 1),
    "audio volume": ("volume", 1), "sound volume": ("volume", 1), "music": ("volume", 1), "gain": ("volume", 1),
    "size": ("resize", 1), "resolution": ("resize", 1), "scale": ("resize", 1), "dimensions": ("resize", 1),
    "zoom": ("zoom", 1), "zoom level": ("zoom", 1),
}  # fmt: skip
"""Noun -> (operator, direction of more)."""

EFFECTS: dict[str, tuple[str, dict[str, object]]] = {
    "sepia": ("sepia", {}), "bw": ("grayscale", {}), "grayscale": ("grayscale", {}), "monochrome": ("grayscale", {}),
    "black and white": ("grayscale", {}), "gray": ("grayscale", {}), "negative": ("invert", {}),
    "invert": ("invert", {}), "inverted": ("invert", {}), "inversion": ("invert", {}),
    "color inversion": ("invert", {}),
    **dict.fromkeys(("dark edges", "dark edge", "dark corners", "darker edges", "darker corners", "darkened edges",
    "darkened corners", "shaded edges", "shaded corners"), ("vignette", {})),
    **dict.fromkeys(("time lapse", "timelapse", "hyperlapse"), ("speed", {"factor": 2.0})),
    "vignette": ("vignette", {}), "vignetting": ("vignette", {}), "blur": ("blur", {}), "blurring": ("blur", {}),
    "gaussian blur": ("blur", {}), "bokeh": ("blur", {}),
    "soft focus": ("blur", {}), "pixelation": ("pixelate", {}), "mosaic": ("pixelate", {}),
    "pixel": ("pixelate", {}), "pixelate": ("pixelate", {}), "pixelated": ("pixelate", {}), "pixels": ("pixelate", {}),
    "blocks": ("pixelate", {}),
    "sharpening": ("sharpen", {}), "sharpen": ("sharpen", {}), "sharpness": ("sharpen", {}),
    "denoising": ("denoise", {}), "denoise": ("denoise", {}), "noise reduction": ("denoise", {}),
    "noise removal": ("denoise", {}), "stabilization": ("stabilize", {}), "image stabilization": ("stabilize", {}),
    "stabilizer": ("stabilize", {}), "spotlight": ("highlight", {}), "highlight": ("highlight", {}),
    "mirror": ("flip", {"axis": "horizontal"}), "mirroring": ("flip", {"axis": "horizontal"}),
    "slow motion": ("speed", {"factor": 0.5}), "slow mo": ("speed", {"factor": 0.5}), "reverse": ("reverse", {}),
    "boomerang": ("loop", {"direction": "alternating"}), "loop": ("loop", {}),
    "zoom": ("zoom", {"factor": 1.5}), "zoom in": ("zoom", {"factor": 1.5}),
    "push in": ("zoom", {"factor": 1.5}), "punch in": ("zoom", {"factor": 1.5}), "blurry": ("blur", {}),
    "warm": ("temperature", {"amount": 0.3}), "cool": ("temperature", {"amount": -0.3}),
    "cold": ("temperature", {"amount": -0.3}),
}  # fmt: skip
"""Noun that stands before "effect" or "filter", or alone after "add" -> (operator, parameters)."""

STYLE_NOUNS = frozenset({"style", "look", "effect", "filter", "vibe", "aesthetic", "feel", "mood", "atmosphere",
    "version", "appearance", "tone", "styling", "treatment"})  # fmt: skip

_ACTION_WORDS = (
    "steam boil sizzle erupt rumble drum walk run jump dance wave sit stand fly fall spin smile laugh cry swim drive "
    "roll slide eat drink sleep talk sing beat clap kick throw climb bow nod crawl hop skip skate ski surf ride turn "
    "move stop start play fight hug kiss read write type cook wink blink stretch kneel lie wake yawn sneeze shout "
    "whisper bark meow bounce float flip rotate shake swing march jog sprint limp stumble trip dive leap lean point "
    "raise lower lift drop catch hit punch push pull carry hold open close look speak explode melt grow shrink burn "
    "freeze disappear appear come go leave enter return chase follow race fade pose shrug stare chew lick scratch "
    "sniff wag gallop trot graze perform land rise hover glide park brake crash reverse accelerate glow flicker shine "
    "sway flutter bloom collapse roar howl salute cheer celebrate applaud pray juggle stroll tiptoe faint beg snore "
    "twirl backflip somersault yell scream giggle grin frown pout whistle meditate squat miss peel fetch grab steal "
    "bite swallow stir smash tear wash tickle poke stroke feed sip gulp nibble toss hurl dribble dodge squeeze knead "
    "wrap unwrap unfold fold pack unpack build break deliver greet embrace strum hum mime chuckle weep sob inhale "
    "exhale cough hiccup burp spit stagger wobble slip skid swerve tumble plunge soar flee escape sneak creep pounce "
    "twist inflate shatter spill splash blow drift swirl rustle ripple knit sew sweep mop dig row paddle pedal "
    "skateboard snowboard argue snap shimmer flash spread flap crouch strut stomp growl purr sparkle twinkle wilt "
    "tremble shiver blush levitate flow pour drip"
)
ACTIONS = frozenset(_ACTION_WORDS.split())
"""Verbs for what things in a video do."""


_IRREGULAR = {
    "made": "make", "making": "make", "took": "take", "taken": "take", "cutting": "cut", "putting": "put",
    "getting": "get", "gave": "give", "given": "give", "wrote": "write", "written": "write", "dyeing": "dye",
    "kept": "keep", "sped": "speed", "hid": "hide", "hidden": "hide", "shown": "show", "ran": "run", "running": "run",
    "snipping": "snip", "trimming": "trim", "cropping": "crop", "flipping": "flip", "dimming": "dim",
    "swapping": "swap", "dropping": "drop", "chopping": "chop", "clipping": "clip", "zooming": "zoom",
    "setting": "set", "letting": "let", "begun": "begin", "beginning": "begin", "spinning": "spin",
    "sitting": "sit", "swimming": "swim", "stopping": "stop", "hopping": "hop", "lying": "lie", "skipping": "skip",
    "splitting": "split", "stripping": "strip", "wiping": "wipe", "bumping": "bump", "redoing": "redo",
    "shrunk": "shrink", "drawn": "draw", "leaving": "leave", "left": "leave", "jogging": "jog", "hugging": "hug",
}  # fmt: skip


@cache
def forms(verb: str) -> tuple[str, ...]:
    """The regular forms of a verb: ``blur`` -> blur, blurs, blurred, blurring."""
    stem = verb[:-1] if verb.endswith("e") else verb
    if verb in ("blur", "trim", "crop", "flip", "dim", "swap", "drop", "chop", "clip", "snip", "strip", "stop", "chop"):
        stem = verb + verb[-1]
    past = f"{verb[:-1]}ied" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{stem}ed"
    return (verb, f"{verb}s", past, f"{stem}ing")


def base_form(word: str, verbs: frozenset[str]) -> str | None:
    """The verb of ``verbs`` that a word is a form of, or None."""
    if word in verbs:
        return word
    if (base := _IRREGULAR.get(word)) in verbs:
        return base
    return next((verb for verb in _stems(word) if verb in verbs and word in forms(verb)), None)


def _stems(word: str) -> tuple[str, ...]:
    out: list[str] = []
    for ending in ("ing", "ed", "s", "es"):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)]
            out += [stem, f"{stem}e", stem[:-1]]
    if word.endswith("ied"):
        out.append(f"{word[:-3]}y")
    return tuple(out)


def is_comparative(word: str) -> bool:
    """Whether a word compares a quality that some operator changes: ``darker``."""
    return word in QUALITIES and word.endswith("er")
