import json
import shlex
from pathlib import Path

import pytest

from lbvedit.errors import InstructionError
from lbvedit.language import parse, validate
from lbvedit.types import EditPlan


def read_table(path: Path) -> list[tuple[str, list[str]]]:
    """The instructions of a table, each with the lines of its steps."""
    table: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            table[-1][1].append(line.strip())
        else:
            table.append((line, []))
    return table


def read_step(line: str) -> dict[str, object]:
    op, *rest = shlex.split(line)
    step: dict[str, object] = {"op": op, "target": None, "params": {}, "outside": False}
    for part in rest:
        name, equals, value = part.partition("=")
        if not equals:
            step["outside" if part == "outside" else "target"] = True if part == "outside" else part
            continue
        try:
            step["params"][name] = json.loads(value)
        except json.JSONDecodeError:
            step["params"][name] = value
    return step


def steps_of(plan: EditPlan) -> list[dict[str, object]]:
    return [
        {"op": step.op, "target": step.target, "params": dict(step.params), "outside": step.outside}
        for step in plan.steps
    ]


TABLE = read_table(Path(__file__).with_name("instructions.txt"))


@pytest.mark.parametrize(("text", "lines"), TABLE, ids=[text for text, _ in TABLE])
def test_instruction_gives_the_expected_plan(text: str, lines: list[str]) -> None:
    if lines == ["!"]:
        with pytest.raises(InstructionError) as refusal:
            parse(text)
        assert refusal.value.hint
        return
    plan = parse(text)
    assert steps_of(plan) == [read_step(line) for line in lines]
    validate(plan)
    assert EditPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize("text", [text for text, lines in TABLE[::12] if lines != ["!"]])
def test_what_is_not_understood_is_never_dropped_silently(text: str) -> None:
    try:
        plan = parse(f"{text.rstrip('.!? ')} and order a pizza")
    except InstructionError:
        return
    assert "pizza" in json.dumps([[step.target, dict(step.params)] for step in plan.steps]) + str(plan.notes)


def test_the_table_is_large_enough() -> None:
    assert len(TABLE) >= 180


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("make it 24 fps", "--fps"),
        ("compress it", "--crf"),
        ("make the file smaller", "--crf"),
        ("set the frame rate to 24", "--fps"),
        ("convert to gif", "-o out.webm"),
        ("save it as webm", "-o out"),
        ("encode with hevc", "--codec"),
    ],
)
def test_what_options_do_is_said_to_be_an_option(text: str, option: str) -> None:
    with pytest.raises(InstructionError) as refusal:
        parse(text)
    assert option in str(refusal.value.hint)
