"""``lbvedit redo``: make a result again from what it remembers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from lbvedit.cli import talk
from lbvedit.cli.flags import MediaFlags, Resume, TalkFlags, Yes, spread
from lbvedit.cli.running import run_job
from lbvedit.errors import MediaError
from lbvedit.manifest import Manifest, hash_input, installed_versions

__all__ = ["app"]

app = typer.Typer(add_completion=False)


@app.command()
@spread
def redo(
    result: Annotated[str, typer.Argument(metavar="OUT", help="A file that lbvedit made, or its .lbvedit.json.")],
    *,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write; OUT itself by default.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--input", "-i", metavar="IN", help="Where the input lies now, if it moved.")
    ] = None,
    yes: Yes = None,
    resume: Resume = False,
    talking: TalkFlags,
) -> None:
    """Make a result again: the same input, steps, settings and seed.

    Warns where another version of something would do the work now.
    """
    manifest = _remembered(Path(result))
    found = _input(source or manifest.job.input, manifest, Path(result))
    _warn_of_versions(manifest)
    # The command stays the one that first made it, so that the same work gives the same bytes.
    job = replace(manifest.job, input=found, output=output or manifest.job.output, resume=resume)
    run_job(job, MediaFlags(yes=yes))


def _remembered(path: Path) -> Manifest:
    """The manifest inside a file, or beside it, or in the file itself.

    Raises:
        MediaError: there is none.
    """
    from lbvedit.media.embed import read_manifest

    if not path.is_file():
        raise MediaError(f"{path} does not exist", hint="name a file that lbvedit made")
    beside = path.with_name(f"{path.name}.lbvedit.json")
    if path.suffix == ".json":
        return Manifest.from_json(
            path.read_text(encoding="utf-8", errors="replace"), path.name.removesuffix(".lbvedit.json")
        )
    if text := read_manifest(path):
        return Manifest.from_json(text, str(path))
    if beside.is_file():
        return Manifest.from_json(beside.read_text(encoding="utf-8", errors="replace"), str(path))
    raise MediaError(
        f"{path} does not say how it was made", hint="only what lbvedit made, with its metadata, can be redone"
    )


def _input(name: str, manifest: Manifest, result: Path) -> str:
    """The input by the name it had, or beside the result, if it is what the result was made from.

    Raises:
        MediaError: it is gone, or it is another file now.
    """
    if name == "-":
        raise MediaError(f"{result} was made from standard input, which is gone", hint="--input FILE if you have it")
    beside = result.parent / Path(name).name
    # The result may have the name that the input had in another folder.
    made = {result.resolve(), (result.parent / Path(manifest.job.output).name).resolve()}
    found = next((str(path) for path in (Path(name), beside) if path.exists() and path.resolve() not in made), None)
    if found is None:
        raise MediaError(f"the input {name} is not there any more", hint="--input says where it is now")
    if manifest.input_sha256 and hash_input(found) != manifest.input_sha256:
        raise MediaError(
            f"{found} is not what {result} was made from: its SHA-256 differs", hint="--input names the right file"
        )
    return found


def _warn_of_versions(manifest: Manifest) -> None:
    now = installed_versions()
    changed = [
        f"{package} {was} is now {now.get(package, 'missing')}"
        for package, was in manifest.versions.items()
        if now.get(package) != was
    ]
    if changed:
        talk.warn(f"the result may differ: {', '.join(changed)}")
