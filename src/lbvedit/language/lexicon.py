"""What things are called: the kinds that lbvedit can find, their synonyms, everyday kinds and hypernyms.

A *kind* is what a mask can be of: the twenty classes of Pascal VOC and the actors of the procedural world. Several
words may mean one kind (``sedan`` is a ``car``), and one word may mean several (``animal``, ``vehicle``).
"""

from __future__ import annotations

import difflib
from functools import cache

__all__ = [
    "ABSENT_THINGS",
    "HYPERNYMS",
    "KINDS",
    "LOOK_ALIKES",
    "PARTS",
    "VOC_CLASSES",
    "kinds_of",
    "nearest_words",
    "owner_of",
    "plural",
    "singular",
    "thing_words",
]

VOC_CLASSES: tuple[str, ...] = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable",
    "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip
"""Pascal VOC's classes by their id in a mask; 255 is ignored."""

KINDS: dict[str, tuple[str, ...]] = {
    "aeroplane": ("aeroplane", "airplane", "plane", "jet", "aircraft", "airliner", "jet plane", "biplane", "glider"),
    "ball": ("ball", "football", "soccer ball", "basketball", "beach ball"),
    "bicycle": ("bicycle", "bike", "cycle", "push bike", "mountain bike", "bmx", "bmx bike", "road bike"),
    "bird": ("bird", "swan", "duck", "goose", "pigeon", "seagull", "parrot", "eagle", "crow", "hen", "chicken",
             "flamingo", "owl", "sparrow"),
    "boat": ("boat", "ship", "sailboat", "yacht", "canoe", "kayak", "ferry", "motorboat", "fishing boat", "vessel"),
    "bottle": ("bottle", "wine bottle", "water bottle", "beer bottle", "flask"),
    "bus": ("bus", "coach", "double decker", "minibus", "school bus", "tour bus"),
    "car": ("car", "automobile", "auto", "sedan", "taxi", "cab", "suv", "hatchback", "van", "jeep", "sports car",
            "race car", "racing car", "convertible", "station wagon", "pickup", "limousine", "minivan"),
    "cat": ("cat", "kitten", "kitty", "tomcat", "tabby", "tabby cat", "feline"),
    "chair": ("chair", "seat", "armchair", "stool", "office chair", "wooden chair"),
    "cow": ("cow", "bull", "calf", "ox", "dairy cow", "steer"),
    "diningtable": ("table", "dining table", "desk", "dinner table", "kitchen table"),
    "dog": ("dog", "puppy", "hound", "doggy", "pup", "terrier", "retriever", "poodle", "bulldog", "greyhound",
            "sheepdog", "labrador", "husky", "canine"),
    "horse": ("horse", "pony", "foal", "mare", "stallion", "colt", "steed"),
    "house": ("house", "cottage", "cabin", "home", "hut", "building"),
    "motorbike": ("motorbike", "motorcycle", "scooter", "moped", "dirt bike", "vespa"),
    "person": ("person", "man", "woman", "boy", "girl", "child", "kid", "guy", "lady", "human", "adult", "toddler",
               "baby", "pedestrian", "rider", "cyclist", "surfer", "skier", "skater", "skateboarder", "player",
               "dancer", "breakdancer", "runner", "athlete", "worker", "driver", "gentleman", "teenager",
               "fellow", "someone"),
    "pottedplant": ("potted plant", "plant", "houseplant", "flower pot", "pot plant"),
    "sheep": ("sheep", "lamb", "ram", "ewe"),
    "sofa": ("sofa", "couch", "settee", "loveseat"),
    "train": ("train", "locomotive", "railway train", "tram", "streetcar", "steam train", "engine"),
    "tree": ("tree", "fir", "oak", "pine tree"),
    "truck": ("truck", "lorry", "dump truck", "delivery truck", "semi"),
    "tvmonitor": ("tv", "monitor", "television", "screen", "tv set", "display", "computer screen"),
}  # fmt: skip
"""What each kind is called, its plainest name first."""

HYPERNYMS: dict[str, tuple[str, ...]] = {
    "animal": ("bird", "cat", "cow", "dog", "horse", "sheep"),
    "creature": ("bird", "cat", "cow", "dog", "horse", "sheep"),
    "pet": ("cat", "dog"),
    "farm animal": ("cow", "horse", "sheep"),
    "vehicle": ("bicycle", "bus", "car", "motorbike", "train", "truck"),
    "motor vehicle": ("bus", "car", "motorbike", "truck"),
    "two wheeler": ("bicycle", "motorbike"),
    "watercraft": ("boat",),
    "piece of furniture": ("chair", "diningtable", "sofa"),
}
"""Words for several kinds at once."""

ABSENT_THINGS: tuple[str, ...] = (
    "elephant", "giraffe", "zebra", "lion", "tiger", "bear", "monkey", "penguin", "dolphin", "shark", "snake", "frog",
    "kangaroo", "camel", "rabbit", "fox", "deer", "pig", "goat", "turtle", "crocodile", "helicopter", "rocket",
    "tractor", "tank", "submarine", "hot air balloon", "umbrella", "piano", "guitar", "drum", "violin", "pizza", "cake",
    "banana", "sandwich", "hamburger", "watermelon", "laptop", "keyboard", "camera", "clock", "lamp", "bed",
    "refrigerator", "toilet", "bathtub", "ladder", "suitcase", "windmill", "lighthouse", "castle", "statue", "snowman",
    "robot", "dinosaur", "dragon", "astronaut", "kite", "parachute", "traffic light", "stop sign", "fire hydrant",
)  # fmt: skip
"""Things that are none of the kinds: what a question about nothing in the picture may ask for."""

LOOK_ALIKES: dict[str, tuple[str, ...]] = {
    "dog": ("wolf", "fox", "coyote", "bear", "hyena", "jackal", "raccoon", "badger", "otter", "seal"),
    "cat": ("lion", "tiger", "leopard", "panther", "cheetah", "lynx", "rabbit", "hare", "bunny", "squirrel", "hamster",
            "ferret", "mouse", "rat", "guinea pig"),
    "horse": ("zebra", "donkey", "mule", "camel", "giraffe", "deer", "elk", "moose", "antelope", "llama", "unicorn"),
    "cow": ("buffalo", "bison", "elephant", "hippo", "rhino", "pig", "boar", "yak"),
    "sheep": ("goat", "alpaca"),
    "bird": ("penguin", "ostrich", "turkey", "peacock", "bat", "butterfly"),
    "person": ("monkey", "gorilla", "ape", "robot", "statue", "snowman", "mannequin", "doll", "astronaut"),
    "aeroplane": ("helicopter", "rocket", "drone", "airship", "space shuttle"),
    "boat": ("submarine", "raft", "surfboard", "jet ski", "hovercraft", "dolphin", "whale", "shark"),
    "car": ("tractor", "tank", "ambulance", "go kart", "quad", "caravan"),
    "bicycle": ("tricycle", "unicycle", "wheelchair", "skateboard"),
    "tvmonitor": ("laptop", "tablet", "phone", "smartphone", "computer", "picture", "painting"),
    "chair": ("bench", "throne", "swing"),
    "sofa": ("bed", "mattress", "pillow"),
    "diningtable": ("counter", "piano", "shelf"),
    "bottle": ("cup", "glass", "can", "vase", "jar", "mug"),
    "pottedplant": ("flower", "bush", "bouquet"),
}  # fmt: skip
"""Things that are none of the kinds, by the kind that looks most like them."""

PARTS: dict[str, tuple[str, ...]] = {
    "person": ("face", "head", "hair", "eye", "mouth", "nose", "lip", "tooth", "beard", "skin", "hand", "finger", "arm",
               "leg", "foot", "shirt", "t-shirt", "jacket", "coat", "dress", "skirt", "pants", "trousers", "jeans",
               "shorts", "shoe", "boot", "hat", "cap", "helmet", "glasses", "sunglasses", "suit", "tie", "sweater",
               "hoodie", "scarf", "glove", "uniform", "clothes"),
    "car": ("license plate", "licence plate", "number plate", "wheel", "tire", "tyre", "headlight", "windshield",
            "windscreen", "bumper", "bonnet"),
    "dog": ("collar", "leash", "tail", "paw", "snout", "fur"),
    "bird": ("beak", "wing", "feather"),
    "boat": ("sail", "mast", "oar"),
}  # fmt: skip
"""What belongs to a thing of a kind, and is found with it and not alone."""

_IRREGULAR = {
    "tooth": "teeth", "foot": "feet",
    "person": "people", "man": "men", "woman": "women", "child": "children", "sheep": "sheep", "goose": "geese",
    "calf": "calves", "ox": "oxen", "wolf": "wolves",
    "mouse": "mice", "aircraft": "aircraft", "someone": "people", "lady": "ladies", "baby": "babies",
    "piece of furniture": "pieces of furniture", "tomcat": "tomcats", "human": "humans",
}  # fmt: skip


def plural(noun: str) -> str:
    """The plural of a noun of this lexicon."""
    for single, many in _IRREGULAR.items():
        if noun == single or noun.endswith(f" {single}"):
            return noun[: len(noun) - len(single)] + many
    if noun.endswith(("s", "sh", "ch", "x")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


@cache
def _words() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {name: frozenset(kinds) for name, kinds in HYPERNYMS.items()}
    for kind, names in KINDS.items():
        for name in (kind, *names):
            found[name] = found.get(name, frozenset()) | {kind}
    return found | {plural(name): kinds for name, kinds in found.items()}


@cache
def thing_words() -> frozenset[str]:
    """Every name of one word that the lexicon knows, of kinds, of their parts and of other things, with its plural."""
    names = {*_words(), *ABSENT_THINGS}
    names |= {name for table in (LOOK_ALIKES, PARTS) for group in table.values() for name in group}
    return frozenset(name for one in names for name in (one, plural(one)) if name.isalpha())


def singular(noun: str) -> str:
    """The singular of a noun; itself where it is no plural."""
    for single, many in _IRREGULAR.items():
        if noun == many or noun.endswith(f" {many}"):
            return noun[: len(noun) - len(many)] + single
    if not noun.endswith("s") or noun.endswith(("ss", "us")):
        return noun
    forms = (f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1], noun[:-2])
    long = noun.endswith(("shes", "ches", "xes", "sses")) or (kinds_of(noun[:-2]) and not kinds_of(noun[:-1]))
    return forms[1] if long else forms[0]


def kinds_of(word: str) -> frozenset[str]:
    """The kinds that a noun means, in the singular or plural; empty when the lexicon does not know it."""
    return _words().get(" ".join(word.lower().replace("-", " ").split()), frozenset())


def owner_of(word: str) -> str | None:
    """The kind whose part a noun names, in the singular or plural: a person for ``faces``."""
    word = word.lower()
    return next((kind for kind, parts in PARTS.items() if word in parts or word in map(plural, parts)), None)


def nearest_words(word: str, count: int = 3) -> list[str]:
    """The known words nearest to an unknown one: the name of what looks like it, or words spelled like it."""
    word = word.lower()
    alike = [KINDS[kind][0] for kind, things in LOOK_ALIKES.items() if word in things or _look_alike_of(word) in things]
    # A slip of the pen leaves most letters in place, and about as many; with fewer the likeness is chance.
    alone = len(word) < 5
    like = [other for other in sorted(_words()) if abs(len(other) - len(word)) < 2 and (alone or other[0] == word[0])]
    return alike[:count] or difflib.get_close_matches(word, like, n=count, cutoff=0.65)


def _look_alike_of(word: str) -> str:
    return next((thing for things in LOOK_ALIKES.values() for thing in things if plural(thing) == word), word)
