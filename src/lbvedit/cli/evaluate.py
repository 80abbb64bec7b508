"""``lbvedit evaluate``: a paper's table with our row beside the paper's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lbvedit.cli import talk
from lbvedit.cli.flags import Debug
from lbvedit.cli.pictures import check_picture
from lbvedit.types import Event

__all__ = ["app", "evaluate"]

app = typer.Typer(add_completion=False)


@app.command()
def evaluate(
    system: Annotated[str, typer.Argument(help="What to evaluate, such as mmvt or m3l.", show_default=False)],
    corpus: Annotated[
        str | None, typer.Option(help="On what; the system's first table by default.", show_default=False)
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The corpus, as its authors lay it out.", show_default=False)
    ] = None,
    mnist: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of MNIST's four idx files.", show_default=False)
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Samples at most, the same in every run.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the sample.")] = 0,
    model: Annotated[str | None, typer.Option(help="Another weight of the system.", show_default=False)] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Look for weights here first.", show_default=False)
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of the table.")] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also draw the result as a PNG.", show_default=False)
    ] = None,
    debug: Debug = False,
) -> None:
    """Measure a system and print the paper's own table with our row."""
    from lbvedit.evaluation.registry import evaluation
    from lbvedit.evaluation.table import Options, markdown, to_json

    if plot is not None:
        check_picture("--plot", plot, {".png"})
    _, run = evaluation(system, corpus)
    result = run(
        Options(
            data=data,
            mnist=mnist,
            limit=limit,
            seed=seed,
            weights=weights,
            model=model,
            device=device,
            picture=plot is not None,
            report=_Progress(),
        )
    )
    if plot is not None:
        from lbvedit.evaluation.plot import draw

        draw(result, plot)
    print(json.dumps(to_json(result)) if as_json else markdown(result), end="\n" if as_json else "")


class _Progress:
    """Says how far it is, at every tenth of the way."""

    def __init__(self) -> None:
        self._said = 0

    def __call__(self, event: Event) -> None:
        if event.total and (tenth := 10 * event.done // event.total) > self._said:
            self._said = tenth
            talk.say(f"{event.done}/{event.total}")
