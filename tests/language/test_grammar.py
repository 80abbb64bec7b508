import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbvedit.errors import InstructionError
from lbvedit.language import parse, validate
from lbvedit.language.vocabulary import vocabulary
from lbvedit.types import EditPlan

WORDS = sorted(
    vocabulary() | {"the", "a", "car", "dog", "it", "them", "and", ",", ";", "2", "5s", "0:05", '"hi"', "%", "16:9"}
)


def check(text: str) -> None:
    refusal: InstructionError | None = None
    try:
        plan = parse(text)
    except InstructionError as error:
        refusal = error
    if refusal is not None:
        assert refusal.message
        assert refusal.hint
        assert "\n" not in refusal.message + refusal.hint
        return
    assert plan.steps
    validate(plan)
    assert EditPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_a_plan_or_a_refusal(text: str) -> None:
    check(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join))
def test_any_words_of_the_grammar_are_a_plan_or_a_refusal(text: str) -> None:
    check(text)


@pytest.mark.parametrize("joint", [", then ", "; ", ". ", " and ", ", and then "])
def test_clauses_keep_their_order_and_their_words(joint: str) -> None:
    plan = parse(joint.join(["make the car red", "blur the dog", "reverse it"]))
    assert [step.op for step in plan.steps] == ["recolor", "blur", "reverse"]
    assert [step.words for step in plan.steps] == ["make the car red", "blur the dog", "reverse it"]


def test_quotes_protect_what_is_inside() -> None:
    (step,) = parse('add the caption "blur the dgo, then reverse; don\'t stop" at the top').steps
    assert step.params["text"] == "blur the dgo, then reverse; don't stop"


def test_a_target_is_never_corrected() -> None:
    (step,) = parse("blur the blux").steps
    assert step.target == "blux"


def test_a_correction_is_noted() -> None:
    plan = parse("brihgten the sky")
    assert plan.steps[0].op == "brightness"
    assert any("brihgten" in note and "brighten" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("blur the dog and make it gray", "gray"),
        ("trim from 0:05 to 0:12", "cut"),
        ("slow down the runner", "whole"),
        ("flip the video", "left"),
        ("crop out the lamp", "remov"),
    ],
)
def test_what_could_be_meant_otherwise_is_noted(text: str, word: str) -> None:
    assert any(word in note for note in parse(text).notes)


def test_a_clear_sentence_has_no_notes() -> None:
    assert parse("make the car red, then slow it down to half speed and cut the first two seconds").notes == ()


def test_a_refusal_says_what_was_understood_and_what_is_near() -> None:
    with pytest.raises(InstructionError) as refusal:
        parse("blur the dog and frobnicate the sharpness of the fish")
    assert "frobnicate" in refusal.value.message
    assert "blur dog" in refusal.value.message
    assert refusal.value.hint.count("(") == 3
    assert "sharpen" in refusal.value.hint


@pytest.mark.parametrize(
    "text", ["the rest of it blurred", "remove it", "make everything else gray", "x" * 2001, "", " ,;"]
)
def test_what_lacks_its_object_is_refused(text: str) -> None:
    with pytest.raises(InstructionError):
        parse(text)


def test_the_language_loads_neither_torch_nor_av() -> None:
    code = (
        "import sys; from lbvedit.language import parse; parse('make the car red');"
        "print([m for m in ('torch', 'av', 'diffusers', 'numpy', 'typer') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert out.stdout.strip() == "[]"


def test_many_clauses_are_a_plan_and_too_many_are_refused() -> None:
    assert len(parse("mute; reverse. " * 50).steps) == 100
    with pytest.raises(InstructionError, match="400 clauses"):
        parse("mute;" * 400)


def test_nonsense_of_full_length_is_refused_before_every_division_of_it_is_tried() -> None:
    with pytest.raises(InstructionError):
        parse(" and ".join(WORDS[:: len(WORDS) // 110])[:2000])
