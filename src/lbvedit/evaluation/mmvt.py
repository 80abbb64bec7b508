"""The tables of "Modeling Motion with Multi-Modal Features for Text-Based Video Segmentation" (CVPR 2022)."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor

from lbvedit.data.a2d import A2DSentences
from lbvedit.data.actors import Actors
from lbvedit.data.corpus import Referral
from lbvedit.data.davis import open_davis
from lbvedit.data.jhmdb import JHMDBSentences
from lbvedit.errors import NoMatchError, WeightsError
from lbvedit.evaluation.referring import Found, Referrals, score_referrals, score_sequences
from lbvedit.evaluation.table import Column, Options, Result, Row, Table, sample
from lbvedit.language.lexicon import KINDS
from lbvedit.measures.warp_error import mask_stability
from lbvedit.motion import flow
from lbvedit.pipelines.finder import Finder, load_finder, suited
from lbvedit.pipelines.looks import LOOKS
from lbvedit.pipelines.mmvt import MMVTOptions, MMVTSegmenter
from lbvedit.pipelines.survey import survey_frames
from lbvedit.pipelines.words import hear
from lbvedit.types import Clip, Request
from lbvedit.weights import listing

__all__ = [
    "A2D",
    "ABLATION",
    "ACTORS",
    "DAVIS",
    "DECODER",
    "JHMDB",
    "LOSSES",
    "PRESENCE",
    "TRANSFORMER",
    "evaluate_a2d",
    "evaluate_absent",
    "evaluate_actors",
    "evaluate_davis",
    "evaluate_decoder",
    "evaluate_jhmdb",
    "evaluate_losses",
    "evaluate_parts",
    "evaluate_transformer",
]

SOURCE = "Zhao et al., CVPR 2022, arXiv 2204.02547"
_PRECISION = tuple(Column(f"p@{at}", f"P@{at}", 100) for at in (0.5, 0.6, 0.7, 0.8, 0.9))
_MAP = Column("map", "mAP .5:.95", 100)
_IOU = (Column("overall_iou", "Overall IoU", 100), Column("mean_iou", "Mean IoU", 100))
_COLUMNS = (*_PRECISION, _MAP, *_IOU)
_ONE_MASK = "mAP here is that of the paper: the mean of P@X over X = .50:.05:.95 with one mask a sentence."

A2D = Table(
    "Table 1, A2D Sentences",
    f"{SOURCE}, Table 1",
    _COLUMNS,
    (
        Row("Hu et al. (ECCV 2016)", (34.8, 23.6, 13.3, 3.3, 0.1, 13.2, 47.4, 35.0)),
        Row("Li et al. (CVPR 2017)", (38.7, 29.0, 17.5, 6.6, 0.1, 16.3, 51.5, 35.4)),
        Row("Gavrilyuk et al. (CVPR 2018)", (47.5, 34.7, 21.1, 8.0, 0.2, 19.8, 53.6, 42.1)),
        Row("Gavrilyuk et al. + flow", (50.0, 37.6, 23.1, 9.4, 0.4, 21.5, 55.1, 42.6)),
        Row("ACGA (ICCV 2019)", (55.7, 45.9, 31.9, 16.0, 2.0, 27.4, 60.1, 49.0)),
        Row("VT-Capsule (CVPR 2020)", (52.6, 45.0, 34.5, 20.7, 3.6, 30.3, 56.8, 46.0)),
        Row("CMDY (AAAI 2020)", (60.7, 52.5, 40.5, 23.5, 4.5, 33.3, 62.3, 53.1)),
        Row("PRPE (IJCAI 2020)", (63.4, 57.9, 48.3, 32.2, 8.3, 38.8, 66.1, 52.9)),
        Row("CSTM (CVPR 2021)", (65.4, 58.9, 49.7, 33.3, 9.1, 39.9, 66.2, 56.1)),
        Row("MMVT, the paper's", (64.5, 59.7, 52.3, 37.5, 13.0, 41.9, 67.3, 55.8)),
    ),
    (_ONE_MASK, "COCO's AP over scored queries (MTTR, ReferFormer) is another quantity: see coco_map."),
)

JHMDB = Table(
    "Table 2, J-HMDB Sentences",
    f"{SOURCE}, Table 2",
    _COLUMNS,
    (
        Row("Hu et al. (ECCV 2016)", (63.3, 35.0, 8.5, 0.2, 0.0, 17.8, 54.6, 52.8)),
        Row("Li et al. (CVPR 2017)", (57.8, 33.5, 10.3, 0.6, 0.0, 17.3, 52.9, 49.1)),
        Row("Gavrilyuk et al. (CVPR 2018)", (69.9, 46.0, 17.3, 1.4, 0.0, 23.3, 54.1, 54.2)),
        Row("ACGA (ICCV 2019)", (75.6, 56.4, 28.7, 3.4, 0.0, 28.9, 57.6, 58.4)),
        Row("VT-Capsule (CVPR 2020)", (67.7, 51.3, 28.3, 5.1, 0.0, 26.1, 53.5, 55.0)),
        Row("CMDY (AAAI 2020)", (74.2, 58.7, 31.6, 4.7, 0.0, 30.1, 55.4, 57.6)),
        Row("PRPE (IJCAI 2020)", (69.1, 57.2, 31.9, 6.0, 0.1, 29.4, None, None)),
        Row("CSTM (CVPR 2021)", (78.3, 63.9, 37.8, 7.6, 0.0, 33.5, 59.8, 60.4)),
        Row("MMVT, the paper's", (79.9, 71.4, 49.0, 12.6, 0.1, 38.6, 61.9, 61.3)),
    ),
    (_ONE_MASK, "Nobody trains or tunes on J-HMDB Sentences."),
)

ABLATION = Table(
    "Table 3, parts of the model, A2D Sentences",
    f"{SOURCE}, Table 3",
    _COLUMNS,
    (
        Row("B", (55.1, 50.7, 44.2, 31.7, 9.5, 35.3, 61.9, 48.2)),
        Row("B+M", (56.8, 51.9, 45.0, 32.3, 10.0, 36.3, 63.5, 49.5)),
        Row("B+T", (59.2, 54.1, 46.1, 32.2, 9.8, 37.2, 64.4, 51.3)),
        Row("B+M+T", (62.0, 56.8, 48.7, 34.3, 10.5, 39.2, 64.8, 53.6)),
        Row("B+T+L", (62.0, 57.4, 49.6, 36.2, 11.6, 40.1, 65.5, 54.0)),
        Row("B+M+T+L", (63.1, 58.5, 51.2, 37.1, 12.6, 41.1, 66.8, 54.8)),
        Row("B+M+T+L+A", (64.5, 59.7, 52.3, 37.5, 13.0, 41.9, 67.3, 55.8)),
    ),
    (_ONE_MASK,),
)

TRANSFORMER = Table(
    "Table 4, attention of the transformer, A2D Sentences",
    f"{SOURCE}, Table 4",
    (_MAP, *_IOU),
    (
        Row("B+M", (36.3, 63.5, 49.5)),
        Row("+CMA", (36.8, 64.1, 50.6)),
        Row("+CAT+TA", (38.6, 64.8, 53.2)),
        Row("B+M+T", (39.2, 64.8, 53.6)),
    ),
)

DECODER = Table(
    "Table 5, decoder, A2D Sentences",
    f"{SOURCE}, Table 5",
    (_MAP, *_IOU),
    (Row("CAT", (37.6, 63.5, 51.6)), Row("LGFF", (41.1, 66.8, 54.8))),
)

LOSSES = Table(
    "Table 6, alignment losses, A2D Sentences",
    f"{SOURCE}, Table 6",
    (_MAP, *_IOU),
    (
        Row("B+M+T+L", (41.1, 66.8, 54.8)),
        Row("+bce", (41.2, 66.3, 54.8)),
        Row("+l2am", (41.2, 67.1, 55.2)),
        Row("B+M+T+L+A", (41.9, 67.3, 55.8)),
    ),
)

DAVIS = Table(
    "DAVIS, noun phrase given",
    "the paper has no rows for DAVIS",
    (
        Column("j_mean", "J mean", 100),
        Column("f_mean", "F mean", 100),
        Column("jf_mean", "J&F", 100),
        Column("stability", "stability", 100),
        Column("stability_of_truth", "of the truth's %", 100),
    ),
    notes=(
        "Means over sequences; all frames count, the first included.",
        "Stability: IoU of a mask with the one before it, moved along the flow; beside it, as a share of the truth's.",
    ),
)

ACTORS = Table("Actors of the world, test clips", "the paper has no rows for actors", _COLUMNS, notes=(_ONE_MASK,))

CLEAN_WEIGHTS = "mmvt-small-clean"
"""The weight that sees actors alone; its ablations are named after their rows."""

ACTOR_FRAMES = 8
"""Frames of a clip, enough to see what somebody does; the last is the target."""

PRESENCE = Table(
    "Is it there at all?",
    "the paper always segments something",
    (
        Column("absent_refused", "absent refused", 100),
        Column("present_refused", "present refused", 100),
    ),
    notes=("Refused: the confidence of the survey is below the default of the option fits, which is exit code 3.",),
)

ELSEWHERE = (
    "aeroplane", "bird", "boat", "bottle", "bus", "cat", "cow", "diningtable", "dog", "horse", "pottedplant", "sheep",
    "sofa", "train", "tvmonitor",
)  # fmt: skip
"""Kinds that stand in no DAVIS sequence unless they are its object."""

STRANGERS = ("elephant", "giraffe", "zebra", "lion", "penguin", "helicopter", "piano", "pizza", "umbrella", "robot")


def evaluate_absent(options: Options) -> Result:
    """How often a thing that is not there is refused, and how often one that is there.

    Each DAVIS sequence is asked for its noun phrase and its kinds by two names each, and for 25 things that it has not.
    """
    root = options.require("data")
    dataset = open_davis(root / "davis" if (root / "davis").is_dir() else root)
    numbers = sample(len(dataset), options.limit, options.seed)
    finders = _Finders(options)
    scores: dict[bool, list[float]] = {True: [], False: []}
    for done, number in enumerate(numbers, 1):
        item = dataset[number]
        kinds = [str(kind) for kind in item["meta"]["kinds"]]
        present = [item["expression"], *(f"the {name}" for kind in kinds for name in KINDS[kind][:2])]
        absent = [f"the {KINDS[kind][0]}" for kind in ELSEWHERE if kind not in kinds]
        absent += [f"the {name}" for name in STRANGERS]
        for there, expressions in ((True, present), (False, absent)):
            scores[there] += _confidences(item["frames"], expressions, finders(item["frames"]))
        options.progress(done, len(numbers))
    bar = MMVTOptions().fits
    refused = {there: sum(score < bar for score in each) / len(each) for there, each in scores.items()}
    metrics = {"absent_refused": refused[False], "present_refused": refused[True]}
    notes = (f"{finders.used}; {len(scores[False])} absent and {len(scores[True])} present expressions",)
    return Result("mmvt", "absent", len(scores[True]) + len(scores[False]), metrics, PRESENCE, notes=notes)


def _confidences(frames: Tensor, expressions: list[str], finder: Finder) -> list[float]:
    """The survey's confidence of each expression; 0 for one that the model does not know."""
    known = {}
    for expression in expressions:
        with suppress(NoMatchError):
            known[expression] = hear(expression, finder.tokenizer, acts=finder.acts)
    plain = [heard for heard in known.values() if not heard.colors]
    scores = {}
    if plain:  # all in one look
        found = survey_frames(_looks(frames), finder, finder.read([heard.words for heard in plain]))
        scores = dict(zip((heard.said for heard in plain), (found.score, *found.others), strict=True))
    for heard in known.values():
        if heard.colors:
            found = survey_frames(_looks(frames), finder, finder.read([heard.plain, heard.words]))
            scores[heard.said] = found.confidence(heard)
    return [scores.get(expression, 0.0) for expression in expressions]


def evaluate_davis(options: Options) -> Result:
    """J and F of the whole pipeline, frame by frame as a user gets it, on DAVIS with noun phrases."""
    root = options.require("data")
    dataset = open_davis(root / "davis" if (root / "davis").is_dir() else root)
    numbers = sample(len(dataset), options.limit, options.seed)
    finders = _Finders(options)
    steady: list[tuple[float, float]] = []

    def segment(item: Referral) -> Found:
        masks = _pipeline_masks(item, finders.request, finders(item["frames"]))
        steady.append(_stabilities(item, masks))
        return Found(masks)

    metrics, sequences = score_sequences(dataset, numbers, segment, options)
    ours, truth = torch.tensor(steady).nanmean(dim=0).tolist()
    metrics |= {"stability": ours, "stability_of_truth": ours / truth}
    each = {
        name: {"j_mean": one["j"], "f_mean": one["f"], "jf_mean": (one["j"] + one["f"]) / 2}
        for name, one in sequences.items()
    }
    notes = (
        f"{finders.used}, threshold {MMVTOptions().threshold:g}; that the thing is there is not asked",
        "the rows below are single sequences",
    )
    return Result("mmvt", "davis", len(numbers), metrics, DAVIS, others=each, notes=notes)


def _stabilities(item: Referral, masks: Tensor) -> tuple[float, float]:
    """The stability of masks and of the true ones, where every frame is annotated; else nan."""
    frames = item["frames"]
    if len(masks) != len(frames) or len(frames) < 2:
        return float("nan"), float("nan")
    back = torch.stack([flow(after, before) for before, after in itertools.pairwise(frames)])
    return mask_stability(masks, back), mask_stability(item["masks"], back)


def evaluate_a2d(options: Options) -> Result:
    """Table 1 of the paper, by its protocol, and COCO's average precision of the same masks."""
    return _by_the_paper(options, "a2d", A2D, lambda root: A2DSentences(root, "test"))


def evaluate_jhmdb(options: Options) -> Result:
    """Table 2 of the paper, by its protocol, and COCO's average precision of the same masks."""
    return _by_the_paper(options, "jhmdb", JHMDB, JHMDBSentences)


def evaluate_actors(options: Options) -> Result:
    """The paper's columns on the test clips of the world's actors, and on those that only the action tells apart.

    Masks are those of the whole pipeline, as a user gets them, in the last frame of each clip.
    """
    dataset = _LastFrames(Actors("test", frames=ACTOR_FRAMES))
    numbers = sample(len(dataset), options.limit, options.seed)
    finders = _Finders(options)

    def segment(item: Referral) -> Found:
        return Found(_pipeline_masks(item, finders.request, finders(item["frames"])))

    def segment_still(item: Referral) -> Found:
        still: Referral = {**item, "frames": item["frames"][-1:].expand_as(item["frames"])}
        return Found(_pipeline_masks(still, finders.request, finders(item["frames"])))

    metrics = score_referrals(dataset, numbers, segment, options)
    notes = (f"{finders.used}, threshold {MMVTOptions().threshold:g}; that the thing is there is not asked",)
    acting = [number for number in numbers if number in dataset.told_by_action]
    others = {}
    if acting:
        name = f"only the action tells, one of its kind beside it ({len(acting)} clips)"
        others[name] = score_referrals(dataset, acting, segment)
        others["the same clips, shown no motion"] = score_referrals(dataset, acting, segment_still)
    return Result("mmvt", "actors", len(numbers), metrics, ACTORS, others=others, notes=notes)


def evaluate_parts(options: Options) -> Result:
    """Table 3 of the paper with our rows on actors, as many of them as have been trained."""
    return _rows(options, "actors-parts", ABLATION)


def evaluate_transformer(options: Options) -> Result:
    """Table 4, likewise."""
    return _rows(options, "actors-transformer", TRANSFORMER)


def evaluate_decoder(options: Options) -> Result:
    """Table 5, likewise."""
    return _rows(options, "actors-decoder", DECODER)


def evaluate_losses(options: Options) -> Result:
    """Table 6, likewise."""
    return _rows(options, "actors-losses", LOSSES)


def _rows(options: Options, corpus: str, table: Table) -> Result:
    """The rows of an ablation on the world's actors: weights that ``--set actors=1 --set row=ROW`` published.

    Raises:
        WeightsError: there is none of them.
    """
    known = {weights.name for weights in listing(options.weights)}
    names = {row.name: f"{CLEAN_WEIGHTS}-{row.name}" for row in table.rows}
    found = {row: name for row, name in names.items() if name in known}
    if not found:
        raise WeightsError(
            f"no row of {table.title} has been trained",
            hint="lbvedit train mmvt --set actors=1 --set row=B, then --publish; and so for the others",
        )
    results = {row: evaluate_actors(replace(options, model=name)) for row, name in found.items()}
    last = next(reversed(results))
    others = {f"ours, {row}": result.metrics for row, result in results.items() if row != last}
    notes = ("Rows of the paper are on A2D Sentences, ours on actors of the world.", f"the last of ours is {last}")
    return Result("mmvt", corpus, results[last].n, results[last].metrics, table, others=others, notes=notes)


class _LastFrames:
    """Clips of actors with the mask of the last frame, and which of those seen only the action tells apart.

    Clips are kept (0.6 MB), since it takes ten times as long to render one as to look at it.
    """

    def __init__(self, actors: Actors) -> None:
        self._actors = actors
        self._kept: dict[int, Referral] = {}
        self.told_by_action: set[int] = set()

    def __len__(self) -> int:
        return len(self._actors)

    def __getitem__(self, index: int) -> Referral:
        if index not in self._kept:
            self._kept[index] = self._rendered(index)
        return self._kept[index]

    def _rendered(self, index: int) -> Referral:
        item = self._actors[index]
        if item["meta"]["distractor"] and item["meta"]["mode"] == "action":
            self.told_by_action.add(index)
        return {
            "frames": item["frames"],
            "masks": item["mask"][-1:, 0].clone(),
            "annotated": torch.tensor([len(item["frames"]) - 1]),
            "expression": item["expression"],
            "meta": {"video": str(index), **item["meta"]},
        }


def _by_the_paper(options: Options, corpus: str, table: Table, opened: Callable[[Path], Referrals]) -> Result:
    dataset = opened(options.require("data"))
    numbers = sample(len(dataset), options.limit, options.seed)
    finders = _Finders(options)
    metrics = score_referrals(dataset, numbers, lambda item: _single_frames(item, finders(item["frames"])), options)
    notes = (f"{finders.used}; a pixel is inside from half of the sample's largest probability, as in the paper",)
    columns = (Column("coco_map", "COCO AP", 100),)
    return Result("mmvt", corpus, len(numbers), metrics, table.with_columns(*columns), notes=notes)


class _Finders:
    """The finder for each clip, as a user gets it: where the options name no weights, those that suit the clip."""

    def __init__(self, options: Options) -> None:
        self.request = Request("segment", model=options.model, weights=options.weights, device=options.device)
        self._counts: Counter[str] = Counter()

    def __call__(self, frames: Tensor) -> Finder:
        clip = Clip(frames, tuple(range(len(frames))), Fraction(1, 24))
        finder = load_finder(suited(self.request, iter([clip])))
        self._counts[finder.name] += 1
        return finder

    @property
    def used(self) -> str:
        """Which weights it were, and for how many clips where there are several."""
        if len(self._counts) == 1:
            return f"weights {next(iter(self._counts))}"
        return "weights " + ", ".join(f"{name} ({count} clips)" for name, count in self._counts.most_common())


def _pipeline_masks(item: Referral, request: Request, finder: Finder) -> Tensor:
    """``(K, H, W)`` masks of the annotated frames, through the pipeline; empty where nothing fits."""
    frames = item["frames"]
    clip = Clip(frames, tuple(range(len(frames))), Fraction(1, 24))
    try:
        heard = hear(item["expression"], finder.tokenizer, acts=finder.acts)
    except NoMatchError:
        return torch.zeros_like(item["masks"])
    segmenter = MMVTSegmenter(replace(request, text=item["expression"]), MMVTOptions())
    language = segmenter.listen(finder, heard)
    segmenter.state = survey_frames(_looks(frames), finder, language).scales()
    found = list(segmenter.cut(iter([clip]), finder, language))
    return found[0].union()[item["annotated"], 0] >= 128


def _looks(frames: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Frames spread over a clip, each with the next one."""
    places = torch.linspace(0, len(frames) - 2, LOOKS).long().tolist()
    return ((frames[place], frames[place + 1]) for place in places)


def _single_frames(item: Referral, finder: Finder) -> Found:
    """The annotated frames alone, each with its neighbours, at the paper's threshold."""
    language = finder.read([item["expression"]])
    masks, scores = [], []
    for number in item["annotated"].tolist():
        frames = item["frames"]
        before = finder.small(frames[number - 1]) if number else None
        after = finder.small(frames[number + 1]) if number + 1 < len(frames) else None
        earlier = number - finder.remembered
        past = finder.small(frames[earlier]) if earlier >= 0 else None
        found = finder.find(finder.see(finder.small(frames[number]), after, before, past), language)[0]
        size = (int(frames.shape[2]), int(frames.shape[3]))
        grown = torch.nn.functional.interpolate(
            found.probability[None, None], size, mode="bilinear", align_corners=False
        )[0, 0]
        masks.append(grown >= 0.5 * grown.max())
        scores.append(found.presence * float(grown.max()))
    stacked = torch.stack(masks)
    return Found(stacked, stacked[None], torch.tensor([sum(scores) / len(scores)]))
