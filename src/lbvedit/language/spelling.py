"""British and American spelling, and words with one slip of the finger."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

__all__ = ["COMMON_SLIPS", "ORDINARY", "american", "candidates", "is_stutter", "is_sure_slip"]

_BRITISH = {
    "colour": "color", "grey": "gray", "greyscale": "grayscale", "centre": "center", "tyre": "tire", "favour": "favor",
    "aeroplane": "airplane", "colourful": "colorful", "colourize": "colorize", "sceptre": "scepter", "metre": "meter",
    "theatre": "theater", "centred": "centered", "jewellery": "jewelry", "mould": "mold", "plough": "plow",
    "catalogue": "catalog", "whilst": "while",
    "watercolour": "watercolor", "greyish": "grayish", "pixellate": "pixelate", "anticlockwise": "counterclockwise",
    "anti-clockwise": "counterclockwise", "counter-clockwise": "counterclockwise",
    "gray-scale": "grayscale", "grey-scale": "grayscale", "colourise": "colorize",
}  # fmt: skip
_ISE = (
    "stabil", "anonym", "pixel", "emphas", "styl", "color", "monochrom", "animat", "normal", "minim", "maxim", "equal",
    "final", "dramat", "neutral", "optim", "real", "brutal", "vital", "harmon", "recogn", "visual", "cartoon",
    "desatur",
    "decolor", "recolor", "italic", "crystall", "summar", "custom", "apolog",
)  # fmt: skip


@cache
def american(word: str) -> str:
    """A lower-case word in American spelling; unknown words stay."""
    if word in _BRITISH:
        return _BRITISH[word]
    for british in ("colour", "grey", "centre", "pixellat"):
        if british in word:
            word = word.replace(
                british, {"colour": "color", "grey": "gray", "centre": "center"}.get(british, "pixelat")
            )
    for stem in _ISE:
        for tail in ("ise", "ised", "ises", "ising", "iser", "isation", "isable"):
            if word == stem + tail:
                return stem + tail.replace("is", "iz", 1)
    for ending in ("lled", "lling"):
        if word in {"cancelled", "cancelling", "labelled", "labelling", "levelled", "levelling"}:
            return word.replace(ending, ending[1:])
    return word


_COMMON = {
    "the": "thee tha tte tne tse tht thi ths thu tre tae thr thw rhe yhe ghe fhe te hte teh",
    "and": "adn nad aad anf amd abd snd annd",
    "make": "mak amke mke",
    "from": "fom frm fron frmo rfom feom ftom grom",
    "then": "thn hten tehn thne",
    "into": "int itno inot ino imto",
    "down": "donw dwon dowm doen dpwn",
    "left": "lft elft lefy leftt letf",
    "right": "rigth rihgt rght riht irght",
    "dark": "drk drak dakr darl",
    "light": "lght lihgt ligth ligt ilght",
    "clip": "clp cilp clpi",
    "with": "wiht whit wih wth",
    "three": "thre htree trhee",
    "first": "fisrt frist frst firts",
    "last": "lsat alst lst",
    "like": "lke liek lik ilke",
    "black": "blck blak balck",
    "but": "btu bt",
    "out": "ot uot oout otu",
    "highlight": "hilight hilite highlite",
    "everyone's": "everyones", "everybody's": "everybodys", "someone's": "someones",
}  # fmt: skip
COMMON_SLIPS = {slip: word for word, slips in _COMMON.items() for slip in slips.split()}
"""What hasty fingers make of the short words that every sentence has -> the word."""


def is_stutter(word: str, meant: str) -> bool:
    """Whether a word is another with one letter typed twice."""
    return any(word == meant[: at + 1] + meant[at:] for at in range(len(meant)))


def lacks_letter(word: str, meant: str) -> bool:
    """Whether a word is a longer one without one vowel, or with one of two equal letters: ``hous``, ``botle``."""
    lacking = (
        meant[:at] + meant[at + 1 :]
        for at in range(1, len(meant) if len(meant) >= 5 else 0)
        if meant[at] in "aeiou" or meant[at] == meant[at - 1]
    )
    return word in lacking


def _one_slip(first: str, second: str) -> bool:
    """Whether two words differ by exactly one insertion, deletion, substitution or swap of neighbours.

    That is a Damerau-Levenshtein distance of 1.
    """
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    if len(first) > len(second):
        first, second = second, first
    at = next((k for k, (one, other) in enumerate(zip(first, second, strict=False)) if one != other), len(first))
    if len(first) < len(second):
        return first[at:] == second[at + 1 :]
    swapped = first[at : at + 2] == second[at : at + 2][::-1] and first[at + 2 :] == second[at + 2 :]
    return first[at + 1 :] == second[at + 1 :] or swapped


_ORDINARY_WORDS = (
    "glow grow flow blow fat fit older old bold tidy lazy hazy funny runny bunny honey money wet sad mad bad hot dry "
    "rich cute ugly shiny tall tan thin thick hide wider rusty dusty musty fake real evil wild calm sick slim skinny "
    "shine crown drown frown brow blown block slack flack while whine write whale greed greet greens sliver crew crow "
    "stiff stuff still spear speak speech sleep steep sheep shape slope scale stale tale table cable maple apple "
    "tired fired hairy scary starry story merry cherry berry ferry lamp clamp ramp camp damp lump plump "
    "purse puppet people pebble maroon balloon melon lemon tights lights knight night might fight sight "
    "caution defect brows remain remains audit low temp null quit cross jump "
    "butt too off bee see tee inn degree mov nose noises accept expect recent lightly bone flutter sway wind wine face "
    "faces pace place lace race "
    "mate pal part parts ink bass treble file "
    "lightning chance charge concert covert cooper squire staple sample form clod trial corp bake send lend calm clam "
    "sign sing audi backyard blacks boots colon contract identity invent later loader reader redder remote revered "
    "shakes shapes shares sharing squared staring though staging starling sparing stating "
    "back blank lack grown range greek fellow mellow bellow violent whiter blacker browner "
    "fatter tighter tidier bolder flatter fitter hotter wetter sadder madder badder thinner thicker taller rounder "
    "newer younger dirtier messier neater nicer prettier uglier cuter funnier sillier weirder scarier creepier happier "
    "angrier calmer wilder richer poorer healthier cheaper fancier simpler busier emptier fuller heavier harder easier "
    "rougher straighter curvier curlier hairier balder leaner meaner shinier rustier dustier longer stronger weaker "
    "tougher tastier juicier fresher livelier lonelier moodier sexier slimmer stiffer tastier trendier wiser braver "
    "life excerpt excerpts mine mines forth firth tent filth eight "
    "acts affect age alive ant arise arts band bank battle beach being bell best bind blast blind bloom bond booking "
    "boring boss bound bricks brush bumper bumpers bunch busses card carr cast cause cell charity chiller chip chips "
    "clack clay cleaner cleanser cleaver clot cloud coast cooker cookers cord core crab crate crease cusp dad dare "
    "dead deals deck derailed dice discord dish doable does done dots drag dragoon drawn dream dual dumb dust dutch "
    "ear elven emotion eve even excuse exit exits fall farm farmer fats fear fee fill filler filters fine finish fish "
    "flag flame flames flight flights flitter flood flush fold folds food foster foto fresh fuel garb gary gate "
    "gather gave gear gender gift glassy glue goal goods granny grape grave ground guest had hall halo hari hatch "
    "hatt heap hear heat held here hero hill hills his hit hole hood hook hose inert insect insects inset invented "
    "invest jest keeper kidd kinds king know lager lake land landing late lead leads lean leap least lens lesson "
    "levels lie line lines link lino lisp list lists live lives living locks logs long loose los loss lost made mall "
    "mann marks mars mass mat maternal math mats matter mike mini minuet miss mist mode modes moon most mount mousse "
    "near neat nest net never none noon norse odds often onto oop our oven over overly own pack packs page pain palm "
    "paper parse parson past paste patch pay payback pen pending pens per persona pest photos pie pin pins pipe pipes "
    "plan plans plate plates plug point points poise pole pond pool poop pose pot power press prose pull pulp puree "
    "railing rain rast raw reach reads refer regain remind rent repay reply reverie ride rights ring rings rise roads "
    "robe role room rooms rope sable sack sag said sale same sane save saved scarp scenes seem sell shades shading "
    "shaker share shin shoot shop shopping shops shower showers side sides sin singer sink sip skate skill skills "
    "slip sloped slot smooch snap snitch soap song sort space spades span speeder spend spine splash spoke sports "
    "stage stain stains stapler star starring stars starter state stats steamy stem stitch stones store storm stove "
    "strap stripe stripes such suite swarm swatch tabs tags taken talk talking tape taps taxes teach team teen tell "
    "test theme they things thirsty thorne thus tick tier tiers tigger tile tiles timer timers tinder toe took tool "
    "tools torch tower toys tracks tray treat trie tries trio trip trough trust typo usage user users varnish verb "
    "vest vine wait waiting wake waken wall war warn warning wasted watcher wave waves wear weight went west when "
    "where whose wife win wire wit witch wood wool world worm worry writer year yours zone zoo "
    "bard bards cane canes cots lama lamas lash moth moths muse char chars snot trans pano pint pant bred "
    "bars hums sats mane manes time date scone scones twine radio thong thongs wards wolds "
    "shot shots muted mule tune tube cube cute crop drop prop cloth clothes closet window widow shadow meadow"
)
ORDINARY = frozenset(_ORDINARY_WORDS.split())
"""Words as they are, near though they lie to some of the grammar's."""


def is_sure_slip(word: str, meant: str) -> bool:
    """Whether one slip between two words can hardly be anything else: neighbours swapped, or a slip inside a long word.

    Another first letter makes another word (``flower``, lower), and another last one a form of the same.
    """
    if sorted(word) == sorted(meant):
        return len(meant) >= 4
    if is_stutter(word, meant):
        return len(meant) >= 3
    long = len(meant) >= 6 or meant in _UNMISTAKABLE
    return long and word[:1] == meant[:1] and word[-1:] == meant[-1:]


_UNMISTAKABLE = frozenset({"thing", "scene", "frame", "right", "light", "third", "twice", "photo", "ratio", "words",
    "where", "since", "first", "whole", "front", "sepia", "image"})  # fmt: skip
"""Short words of the grammar that no other word lies near, but for those in the list of ordinary ones."""


def candidates(word: str, vocabulary: Iterable[str]) -> list[str]:
    """The words that one slip turns into ``word``, the likeliest first; with three letters if two swap or one doubles.

    Swaps of neighbours come first, then a doubled or missing letter, then a wrong one; a first letter that stays is
    likelier than one that changes.
    """
    found = [
        other
        for other in vocabulary
        if _one_slip(word, other)
        and (len(other) >= 4 or (len(other) == 3 and (sorted(other) == sorted(word) or is_stutter(word, other))))
    ]
    return sorted(found, key=lambda other: (sorted(other) != sorted(word), other[0] != word[0], other))
