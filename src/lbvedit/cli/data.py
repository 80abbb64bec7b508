"""``lbvedit data``: build the data sets that the systems are trained and tested on, and look at them."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lbvedit.cli.flags import Debug
from lbvedit.cli.pictures import check_picture

__all__ = ["app"]

app = typer.Typer(help="Data sets: list them, look at one, build one.", no_args_is_help=True, add_completion=False)


class Part(StrEnum):
    """A split."""

    train = "train"
    test = "test"


@app.command("list")
def list_datasets(debug: Debug = False) -> None:
    """List the data sets with their numbers of pairs."""
    from lbvedit.data.build import BUILDERS

    for name, builder in BUILDERS.items():
        sizes = f"{builder.sizes['train']:,} / {builder.sizes['test']:,}"
        typer.echo(f"{name:17} {sizes:16} {builder.summary}")


@app.command()
def build(
    name: Annotated[str, typer.Argument(help="Name of the data set; `lbvedit data list` shows them.")],
    out: Annotated[Path, typer.Option(help="Folder to make.", show_default=False)],
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything.")] = 0,
    size: Annotated[
        int | None, typer.Option(min=1, help="Pairs in all; by default the paper's number.", show_default=False)
    ] = None,
    mnist: Annotated[Path | None, typer.Option(help="Folder of MNIST's idx files.", show_default=False)] = None,
    photos: Annotated[Path | None, typer.Option(help="Folder of photos for backdrops.", show_default=False)] = None,
    split: Annotated[Part | None, typer.Option(help="Only this split.", show_default=False)] = None,
    debug: Debug = False,
) -> None:
    """Build a data set: the same seed gives the same files, byte for byte."""
    from lbvedit.data import build as building
    from lbvedit.data.pairs import check_split

    tell = sys.stderr.isatty()

    def report(part: str, done: int, total: int) -> None:
        if tell:
            typer.echo(f"\r{part} {done}/{total}", err=True, nl=done == total)

    chosen = None if split is None else check_split(split)
    typer.echo(building.build(name, out, seed, size, mnist, photos, split=chosen, report=report))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of a data set, or the folder of a built one.")],
    out: Annotated[Path, typer.Option(help="The picture to write.", show_default=False)],
    items: Annotated[int, typer.Option(min=1, help="How many to show.")] = 8,
    first: Annotated[int, typer.Option(min=0, help="Number of the first one.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything.")] = 0,
    split: Annotated[Part, typer.Option(help="The split to look into.")] = Part.train,
    mnist: Annotated[Path | None, typer.Option(help="Folder of MNIST's idx files.", show_default=False)] = None,
    photos: Annotated[Path | None, typer.Option(help="Folder of photos for backdrops.", show_default=False)] = None,
    debug: Debug = False,
) -> None:
    """Look at a data set: a page of its items, each with its words."""
    from lbvedit.data import build as building
    from lbvedit.data.pairs import check_split
    from lbvedit.data.sheet import page
    from lbvedit.errors import UsageError

    check_picture("--out", out)
    part = check_split(split)
    source = building.Built(name, part) if Path(name).is_dir() else building.made(name, part, seed, mnist, photos)
    if first >= len(source):
        raise UsageError(f"no item {first}: {name} has {len(source)} to {part}", hint=f"--first 0 to {len(source) - 1}")
    page([source[number] for number in range(first, min(first + items, len(source)))]).save(out)
    typer.echo(out)
