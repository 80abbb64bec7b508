"""``lbvedit batch``: edit many videos; one that fails does not stop the others.

Every item runs in a process of its own, as ``lbvedit edit --json``, so that not even a crash reaches its neighbours.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from lbvedit.cli import talk
from lbvedit.cli.flags import MediaFlags, OnceFlags, Resume, RunFlags, Set, TalkFlags, as_arguments, spread
from lbvedit.cli.plan import understand
from lbvedit.cli.request import default_output, make_job
from lbvedit.cli.tables import print_table
from lbvedit.errors import ExitCode, MediaError, UsageError
from lbvedit.pipelines import registry
from lbvedit.runtime import check_names

__all__ = ["app"]

app = typer.Typer(add_completion=False)

VIDEOS = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".wmv", ".flv"}
    | {".mxf", ".nut", ".ogv", ".3gp", ".gif", ".y4m", ".vob", ".asf"}
)
"""What counts as a video in a folder."""

COLUMNS = ("input", "instruction", "output")

OBJECT = 'one object a line, such as {"input": "a.mp4", "instruction": "make it warmer"}'
"""What a .jsonl list holds."""


@dataclass(frozen=True)
class Item:
    """One video of a batch."""

    input: str
    instruction: str
    output: str

    @property
    def key(self) -> str:
        """What the archive knows it by: another instruction or output is another item."""
        return hashlib.sha256("\0".join((self.input, self.instruction, self.output)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Outcome:
    """What became of an item."""

    item: Item
    state: str
    exit_code: int = 0
    message: str = ""


@app.command()
@spread
def batch(
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A folder, a glob in quotes, or a .csv or .jsonl list of items.")
    ],
    instruction: Annotated[
        str | None, typer.Argument(metavar="INSTRUCTION", help="For every item whose line has none of its own.")
    ] = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Folder for outputs, made if need be; else beside."),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, metavar="N", help="How many at a time.")] = 1,
    archive: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Remember here what is finished; a second run does only the rest."),
    ] = None,
    resume: Resume = False,
    set_: Set = None,
    run: RunFlags,
    media: MediaFlags,
    talking: TalkFlags,
) -> None:
    """Edit many videos; one that fails does not stop the others.

    A list has the columns input, instruction and output; all but the input may be missing. Relative paths in it count
    from the list's own folder. The exit code is 1 if any item failed.
    """
    items = list(_items(source, instruction, output))
    if not items:
        raise UsageError(f"no videos in {source}", hint="a folder, a glob in quotes, or a .csv or .jsonl list")
    _refuse_clashes(items)
    _check_what_all_share(items, set_, run, media)
    _make_folders(output, archive)
    finished = _read_archive(archive)
    flags = [*as_arguments(run), *as_arguments(media), *(part for pair in set_ or () for part in ("--set", pair))]
    if resume:
        flags.append("--resume")
    outcomes = []
    for outcome in _run_all(items, finished, flags, jobs):
        outcomes.append(outcome)
        if outcome.state == "done" and archive is not None:
            _remember(archive, outcome.item)
        _tell(outcome, len(outcomes), len(items))
    _sum_up(outcomes)
    if any(outcome.state == "failed" for outcome in outcomes):
        raise typer.Exit(int(ExitCode.FAILED))


def _items(source: str, instruction: str | None, folder: Path | None) -> Iterator[Item]:
    path = Path(source)
    if path.suffix.lower() in (".csv", ".jsonl") and path.is_file():
        rows: Iterable[dict[str, Any]] = _read_list(path)
        base = path.parent
    elif path.is_dir():
        rows = _inputs(str(file) for file in sorted(path.iterdir()) if file.suffix.lower() in VIDEOS)
        base = Path()
    else:
        # pathlib globs from a folder downwards; the shell's kind of glob may begin anywhere.
        rows = _inputs(name for name in sorted(glob.glob(source, recursive=True)) if Path(name).is_file())  # noqa: PTH207
        if not rows and not glob.has_magic(source):
            raise MediaError(f"{source} does not exist", hint="a folder, a glob in quotes, or a .csv or .jsonl list")
        base = Path()
    for row in rows:
        name = str(base / row["input"])
        derived = Path(default_output(name, "edit"))
        wanted = str(base / row["output"]) if row.get("output") else str(folder / derived.name if folder else derived)
        yield Item(name, row.get("instruction") or instruction or "", wanted)


def _inputs(names: Iterable[str]) -> list[dict[str, Any]]:
    """Rows for files that were found, without those that an earlier run made of the others."""
    found = list(names)
    made = {default_output(name, "edit") for name in found}
    return [{"input": name} for name in found if name not in made]


def _read_list(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _csv_rows(file) if path.suffix.lower() == ".csv" else _json_rows(path, file)
            return [_checked(row, f"{path}: line {number}") for number, row in rows]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: {error}", hint=f"a list with {', '.join(COLUMNS)}") from error


def _csv_rows(file: TextIO) -> Iterator[tuple[int, Any]]:
    first = file.readline()
    file.seek(0)
    # Spreadsheets part columns by semicolons where the comma is the decimal point.
    reader = csv.DictReader(file, delimiter=max(",;\t", key=first.count))
    for row in reader:
        yield reader.line_num, row


def _json_rows(path: Path, file: TextIO) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except json.JSONDecodeError as error:
            raise UsageError(
                f"{path}: line {number} is no JSON: {error.msg} at column {error.colno}", hint=OBJECT
            ) from error


def _checked(row: Any, place: str) -> dict[str, Any]:
    """A row that has an input, and text in the columns that there are.

    Raises:
        UsageError: it is something else; the message begins with its place.
    """
    columns = f"the columns are {', '.join(COLUMNS)}"
    if not isinstance(row, dict) or not row.get("input"):
        raise UsageError(f"{place} has no input", hint=columns)
    if unknown := [str(key) for key in row if key not in COLUMNS]:
        raise UsageError(f"{place} has unknown columns {', '.join(unknown)}", hint=columns)
    for name, value in row.items():
        if value is not None and not isinstance(value, str):
            raise UsageError(f"{place}: {name} is {json.dumps(value)}, which is no text", hint=OBJECT)
    return row


def _refuse_clashes(items: list[Item]) -> None:
    seen: dict[Path, Item] = {}
    for item in items:
        place = Path(item.output).resolve()
        if place in seen:
            raise UsageError(
                f"{seen[place].input} and {item.input} would both be written to {item.output}",
                hint="a list's column output names each its own",
            )
        seen[place] = item


def _check_what_all_share(items: list[Item], set_: list[str] | None, run: RunFlags, media: MediaFlags) -> None:
    """Refuses flags or an instruction that are wrong for every item once, and not once an item."""
    make_job("edit", items[0].input, "", OnceFlags(output=items[0].output, set_=set_), run, media)
    check_names(run.device, run.dtype)
    if len(instructions := {item.instruction for item in items}) == 1:
        understand(instructions.pop(), None, run.pipeline or registry.default_for("edit"))


def _make_folders(output: Path | None, archive: Path | None) -> None:
    if archive is not None and not archive.parent.is_dir():
        raise UsageError(f"{archive}: there is no folder {archive.parent}", hint="make it first")
    if output is not None:
        if output.is_file():
            raise UsageError(f"-o {output} is a file, and a batch needs a folder", hint="choose another name")
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{output} cannot be made: {error.strerror}", hint="choose another folder") from error


def _read_archive(path: Path | None) -> set[str]:
    if path is None or not path.exists():
        return set()
    try:
        return {line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="--archive FILE names another") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no archive of a batch: {error}", hint="--archive FILE names another") from error


def _remember(path: Path, item: Item) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{item.key} {item.input} -> {item.output}\n")


def _run_all(items: list[Item], finished: set[str], flags: list[str], jobs: int) -> Iterator[Outcome]:
    waiting = [item for item in items if item.key not in finished]
    yield from (Outcome(item, "skipped", message="finished before") for item in items if item.key in finished)
    running: set[subprocess.Popen[str]] = set()
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(_run_one, item, flags, running) for item in waiting]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(running):
                process.terminate()
            raise


def _run_one(item: Item, flags: list[str], running: set[subprocess.Popen[str]]) -> Outcome:
    words = [item.instruction] if item.instruction else []
    # The flags hold what the config file says for a batch; what it says for an edit is none of theirs.
    edit = [sys.executable, "-m", "lbvedit", "--no-config", "edit"]
    command = [*edit, "-o", item.output, "--json", *flags, "--", item.input, *words]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        running.add(process)
        events, said = process.communicate()
        running.discard(process)
    if process.returncode == 0:
        return Outcome(item, "done")
    return Outcome(item, "failed", process.returncode, _last_error(events, said))


def _last_error(events: str, words: str) -> str:
    for line in reversed(events.splitlines()):
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if event.get("event") == "error":
            return str(event["message"])
    lines = [line for line in words.splitlines() if line.strip() and not line.startswith("hint:")]
    return lines[-1].removeprefix("lbvedit: ") if lines else "ended without a word"


def _tell(outcome: Outcome, number: int, total: int) -> None:
    if talk.voice.json:
        talk.emit("item", _as_json(outcome) | {"done": number, "total": total})
    elif outcome.state == "failed":
        talk.error(f"[{number}/{total}] {outcome.item.input}: {outcome.message}", "", outcome.exit_code)
    else:
        talk.say(f"[{number}/{total}] {outcome.item.input} -> {outcome.item.output}: {outcome.state}")


def _sum_up(outcomes: list[Outcome]) -> None:
    counts = {state: sum(outcome.state == state for outcome in outcomes) for state in ("done", "skipped", "failed")}
    if talk.voice.json:
        talk.emit("result", {**counts, "items": [_as_json(outcome) for outcome in outcomes]})
    elif not talk.voice.quiet:
        rows = [(outcome.state, outcome.item.input, outcome.item.output, outcome.message) for outcome in outcomes]
        print_table(("", "input", "output", "why"), rows, stderr=True)
        talk.say(", ".join(f"{count} {state}" for state, count in counts.items() if count))


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "input": outcome.item.input,
        "instruction": outcome.item.instruction,
        "output": outcome.item.output,
        "state": outcome.state,
        "exit_code": outcome.exit_code,
        "message": outcome.message,
    }
