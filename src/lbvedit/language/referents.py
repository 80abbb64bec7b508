"""What pronouns mean: who and what was named before, and whose things are spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lbvedit.errors import InstructionError
from lbvedit.language.drafts import HIDING, SPAN, TAKING, Draft
from lbvedit.language.lexicon import plural, singular
from lbvedit.language.operators import OPERATORS
from lbvedit.language.persons import is_living, is_person, is_plural, may_be, named_in, noun_of
from lbvedit.language.pronouns import PERSONS
from lbvedit.language.remarks import REMARK
from lbvedit.language.targets import Target
from lbvedit.language.unseen import ENDS, HEARD, SCENE, STRETCH, TIME
from lbvedit.types import Step

__all__ = ["NoTargetError", "Referents"]


class NoTargetError(InstructionError):
    """A step that needs a thing has none: some word may be a slip that hides it."""


class Referents:
    """What has been named so far, and so may be meant by a pronoun.

    Args:
        notes: where a doubt about what is meant is written down.
    """

    def __init__(self, notes: list[str]) -> None:
        self.notes = notes
        self.last: str | None = None
        self.owner: str | None = None
        self.holder: str | None = None  # whose the replaced thing was
        self.unnamed = ""  # the pronoun for whose it was, where nobody was named
        self.gone = False
        self.spared = False  # whether the last target was named as what is left out: "all but the boat: blur it"
        self.named: list[str] = []
        self.rival: str | None = None
        self.told = False  # whether any clause went before
        self.aside = False  # whether the rival was left alone beside what was done
        self.kept: str | None = None  # what all steps leave out, named before them
        self.untouched = False  # whether no pronoun means it: "leave the man alone, make it gray"

    def target(self, draft: Draft, steps: Sequence[Step]) -> str | None:
        """What a draft acts on, by its name; None for the whole frame.

        Args:
            draft: what a clause asks for.
            steps: the steps before it.

        Raises:
            InstructionError: a pronoun means nothing that was named, or a time is named as if it were a thing.
        """
        named = self._named(draft, steps)
        held = draft.op in OPERATORS and OPERATORS[draft.op].takes_target == "no"  # "play the ending backwards, 3 s"
        taken = draft.op in TAKING and not draft.target.outside
        late = named and (
            TIME.search(named)
            or (ENDS.fullmatch(named) and not held)
            or (STRETCH.fullmatch(named) and held and _TIMES.isdisjoint(draft.params))  # "mute the end"
            or (taken and SCENE.match(named.lower()))  # "the middle is boring, cut it"
        )
        if late and draft.op not in ("focus", REMARK):  # "the end is boring, blur it"
            raise InstructionError(
                f"{named!r} is a time, and no thing", hint="say it in seconds: 'reverse it from 0:02 to 0:05'"
            )
        return named or draft.tint or None

    def _named(self, draft: Draft, steps: Sequence[Step]) -> str | None:
        target = draft.target
        if target.kind == "phrase":
            if target.owner and self.owner:
                owner = self._owner(target.owner, self.owner)
                if target.owner == self.unnamed and self.last == owner:
                    return target.phrase  # "replace his hat with a crown and his shoes with boots"
                whose = {"his": "him", "her": "her"}.get(target.owner, "")
                if whose and self.last == owner and not is_plural(owner) and not may_be(whose, owner):
                    return target.phrase  # "replace her phone with a banana and her bag with a fish"
                if " " in owner:
                    return f"{target.phrase} of the {owner}"
                own = "'" if _PLURAL.search(owner) else "'s"
                return f"{owner}{own} {target.phrase}"
            return target.phrase if draft.op == "spare" else self._with_noun(target.phrase)
        whole = draft.op in OPERATORS and OPERATORS[draft.op].takes_target == "no"
        person = target.kind == "pronoun" and target.phrase in PERSONS
        if person and self.owner and self.last and self.last.startswith(f"{self.owner}'s "):
            return self.owner  # "remove the man's hat and make him gray"
        exact = draft.op in ("spare", "become", "style") or (
            draft.op in OPERATORS and OPERATORS[draft.op].engine == "exact"
        )
        if person and self.last is None and exact and not whole:
            raise NoTargetError(
                f"who is {target.phrase!r}? {draft.words!r:.80} names nobody before", hint="as in 'blur the man'"
            )
        several = target.kind == "pronoun" and target.phrase in ("them", "they")
        if several and not (whole or self.told or steps) and exact:
            raise NoTargetError(
                f"who or what is {target.phrase!r}? {draft.words!r:.80} names nothing before",
                hint="as in 'blur the cars'",
            )
        timed = draft.op == "focus" and bool(steps) and not SPAN.isdisjoint(steps[-1].params)
        if target.kind == "rest" and self.last is None and not whole and not timed:
            raise InstructionError(
                f"the rest of what? {draft.words!r:.80} names nothing before", hint="say 'everything except ...'"
            )
        if person and self.last and not whole:
            return self._person(target.phrase, draft)
        if target.kind == "pronoun" and target.phrase == "it" and self.untouched and self.last == self.kept:
            return None
        acted = bool(steps) and steps[-1].target == self.last
        if target == Target("pronoun", "it") and self.last and acted and _frames_all(draft):
            self.notes.append(f"'it' is read as the whole video, not as {self.last!r}")
            return None
        kept, _, spared = (self.last or "").partition(" except ")
        if target.kind == "pronoun" and spared and steps and steps[-1].op == draft.op:
            self.notes.append(f"the pronoun is read as {spared!r}, not as {kept!r}")
            return spared  # "darken the room but not the lamp, and make that one brighter"
        if several and draft.op == "animate" and len(self.named) > 1 and self.last and not is_plural(self.last):
            return " and ".join(self.named)  # "a hat on the man, a scarf on the woman, then make them dance"
        if target.kind == "pronoun" and self.rival and self.last:
            worn = (
                self._means_spared(target.phrase) if self.aside else self._means_worn(target.phrase, steps[-1], draft)
            )
            meant, other = (self.rival, self.last) if worn else (self.last, self.rival)
            self.notes.append(f"the pronoun is read as {meant!r}, not as {other!r}")
            if worn:
                return self.rival
        named = " and ".join(self.named) if len(self.named) > 1 else self.last
        if target.kind == "rest" and target.phrase and named:
            return f"{target.phrase} except {named}"
        if (target.kind == "rest" or target == Target("pronoun", "all")) and len(self.named) > 1:
            return named
        if self.gone and target.kind == "pronoun" and draft.op not in ("replace", "become", "add", "animate"):
            return self._gone(draft, steps[-1])
        return self.last if target.kind in ("pronoun", "rest") else None

    def _owner(self, pronoun: str, named: str) -> str:
        """Whose something is: behind ``replace the man's hat with a helmet``, ``his`` does not mean the helmet."""
        return self.holder if self.holder and pronoun in ("his", "her") and not is_person(named) else named

    def _person(self, pronoun: str, draft: Draft) -> str:
        """Whom a pronoun means: who was named last of those who can be meant.

        Raises:
            InstructionError: nobody was named, but a thing, or somebody of the other sex.
        """
        named = [name for phrase in (*self.named, self.last or "") for name in named_in(phrase)]
        meant = list(dict.fromkeys(name for name in reversed(named) if may_be(pronoun, name)))
        if not meant or (self.gone and meant[0] == self.last):
            raise NoTargetError(
                f"who is {pronoun!r}? {draft.words!r:.80} names nobody before", hint="as in 'blur the man'"
            )
        if len(named_in(self.last or "")) > 1 and len(meant) > 1 and meant[1] in named_in(self.last or ""):
            self.notes.append(f"the pronoun is read as {meant[0]!r}, not as {meant[1]!r}")
        elif self.rival and self.rival != meant[0]:
            self.notes.append(f"the pronoun is read as {meant[0]!r}, not as {self.rival!r}")
        return meant[0]

    def _means_worn(self, pronoun: str, before: Step, draft: Draft) -> bool:
        """Whether ``it`` means what was just given to somebody: ``put a hat on the man and make it red``.

        So it does where it acts, and the other cannot: ``add a bee on the flower and make it fly``.
        """
        last, rival = self.last or "", self.rival or ""
        if before.op == "add" and draft.op == "animate" and is_living(rival) and not is_living(last):
            return True
        if before.op != "add" or is_person(rival):
            return False
        several = pronoun in ("them", "they") and is_plural(rival) and not is_plural(last)
        return several or (pronoun == "it" and is_person(last) and not is_plural(rival))

    def _with_noun(self, phrase: str) -> str:
        """A phrase with the noun that its "one" stands for: ``paint the first dog red and the second one blue``."""
        said = noun_of(phrase)
        found = re.fullmatch(rf"(?P<before>(\S+ )*?){said}(?P<behind> .+)?", phrase, re.IGNORECASE)
        last = _ONE_OF.sub("", self.named[-1]) if self.named else ""
        named = noun_of(last) if last and len(named_in(last)) == 1 else ""
        if said not in ("one", "ones") or not found or not named or named in ("one", "ones", "background"):
            return phrase
        if (found["behind"] or "").startswith(" of "):
            return phrase
        noun = singular(named) if said == "one" else plural(singular(named))
        meant = f"{found['before']}{noun}{found['behind'] or ''}"
        self.notes.append(f"{phrase!r} is read as {meant!r}")
        return meant

    def _gone(self, draft: Draft, before: Step) -> str | None:
        """What a pronoun means behind the removal of a thing: the whole, ``remove the cable and turn it to sepia``.

        Raises:
            InstructionError: it can be nothing but the thing that is gone.
        """
        if draft.op in HIDING and _HIDDEN.search(before.words):  # "hide the tags, they should be unreadable"
            return self.last
        whole = draft.op in OPERATORS and OPERATORS[draft.op].takes_target == "no"
        several = draft.target.phrase in ("them", "they")
        if not whole and draft.op in OPERATORS and (several or draft.op in HIDING | _OF_THINGS):
            raise InstructionError(
                f"{draft.words!r:.80} is about {self.last!r}, which is removed",
                hint="say one of both, or what is meant",
            )
        return None

    def _means_spared(self, pronoun: str) -> bool:
        """Whether ``it`` means the one that was left alone: ``make the cars red, but keep the taxi, and blur it``."""
        several, one = is_plural(self.last or ""), is_plural(self.rival or "")
        return (pronoun == "it" and several and not one) or (pronoun in ("them", "they") and one and not several)

    def remember(self, draft: Draft, target: str | None) -> None:
        """Takes in what a draft has named.

        Args:
            draft: what a clause asks for.
            target: what it acts on.
        """
        kind = draft.target.kind
        self.told, self.holder, self.unnamed = True, None, ""
        self.aside = self.aside and kind == "pronoun"
        if kind in ("phrase", "whole"):
            self.spared = draft.op == "focus" and draft.target.outside
        if draft.op in ("become", "replace") and target is not None and target != "background":
            self.last, self.rival, self.gone = str(draft.params["with"]), target, False
            self.owner = self.last
            self.holder = target.partition("'s ")[0] if "'s " in target else None
            self.unnamed = draft.target.owner if self.holder is None else ""
            return
        if draft.op == "add":
            what = str(draft.params["what"])
            self.last, self.rival = (what, None) if target is None else (target, what)
            self.owner, self.gone = self.last, False
            if target is not None and target not in self.named:
                self.named.append(target)
            return
        if kind == "phrase" and target is not None:
            self.last = target
            self.gone = draft.op == "remove" and not draft.target.outside
            if not draft.target.owner:
                # "the man's tie and his jacket", "the shirts of the players and their shorts"
                first = named_in(target)[0] if _AND_ITS.search(draft.words) else target  # "the dog and its leash"
                owner = first.partition("'s ")[0]
                self.owner = owner if _CHOSEN.match(owner) else _OF.sub("", owner)
            if not draft.target.outside and target not in self.named:
                self.named.append(target)
        elif kind == "whole":
            heard = draft.op == REMARK and draft.target.phrase in HEARD  # "the sound is horrible, remove it"
            self.last, self.owner, self.named = draft.target.phrase if heard else None, None, []
        if kind != "pronoun":
            self.rival = None

    def spare(self, target: str, *, untouched: bool) -> None:
        """Takes in what all steps leave out, named before them.

        Args:
            target: what is left out.
            untouched: whether no pronoun means it, either.
        """
        self.kept, self.untouched = target, untouched

    def pass_over(self, target: str | None) -> None:
        """Takes in what was left alone beside what was done: ``it`` rather means what something was done to."""
        if target is not None and target not in self.named:
            self.named.append(target)
        if self.last is not None and self.last != target:
            self.rival, self.aside = target, True

    def forget(self, targets: Sequence[str | None]) -> None:
        """Forgets what only steps that are taken back have named."""
        self.named = [name for name in self.named if name not in targets]


def _frames_all(draft: Draft) -> bool:
    """Whether a step is rather one on the whole picture: ``make the car red and crop it to 16:9``."""
    shaped = not {"aspect", "width", "height"}.isdisjoint(draft.params)
    return draft.op in _OF_ALL or (draft.op in ("crop", "resize") and shaped)


_TIMES = SPAN | {"at", "duration"}
_OF = re.compile(r"^.+? of (the|my|our|your|this|that|these|those) ")
_CHOSEN = re.compile(
    r"(\S+ )*(one|two|three|both|each|all|first|second|third|fourth|fifth|last|middle|left|right|other"
    r"|\w{3,}est|\w{3,}most) of (the|my|our|your|this|that|these|those) ",
    re.IGNORECASE,
)
"""Which of several is meant, which says of no part whose it is: ``the middle of the three vans``."""
_AND_ITS = re.compile(r"\b(and|with) (its|his|her|their) ", re.IGNORECASE)
_HIDDEN = re.compile(r"\b(hide|conceal|cover|obscure)\b", re.IGNORECASE)
_OF_THINGS = frozenset({"recolor", "highlight", "cutout"})
_ONE_OF = re.compile(r"^(\w+ )?one of (the |my |our |these |those )?", re.IGNORECASE)
_PLURAL = re.compile(r"[^su]s$")
_OF_ALL = frozenset({"flip", "rotate", "vignette", "denoise"})
"""What hardly anybody does to a thing alone."""
