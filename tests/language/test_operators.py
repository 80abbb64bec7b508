import pytest

from lbvedit.errors import UsageError
from lbvedit.language import OPERATORS, is_time_or_sound, parse, validate
from lbvedit.types import EditPlan, Step


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_every_example_asks_for_its_operator(name: str) -> None:
    plan = parse(OPERATORS[name].example)
    assert [step.op for step in plan.steps] == [name]
    assert plan.steps[0].engine == OPERATORS[name].engine


def test_time_and_sound_are_told_from_the_picture() -> None:
    apart = {name for name in OPERATORS if is_time_or_sound(name)}
    assert apart == {"speed", "reverse", "loop", "freeze", "trim", "cut", "fade", "mute", "volume"}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step("blurr"), ["blurr", "blur"]),
        (Step("blur", params={"amont": 0.5}), ["amont", "amount"]),
        (Step("blur", params={"amount": 1.5}), ["1.5", "[0, 1]"]),
        (Step("blur", params={"amount": True}), ["number", "True"]),
        (Step("blur", params={"amount": float("nan")}), ["number"]),
        (Step("recolor", "car"), ["color"]),
        (Step("recolor", "car", {"color": "blurple"}), ["blurple"]),
        (Step("speed", "car", {"factor": 2}), ["whole video", "car"]),
        (Step("remove"), ["target"]),
        (Step("trim"), ["start", "end"]),
        (Step("cut", params={"start": 5, "end": 2}), ["5", "2"]),
        (Step("crop", params={"aspect": "wide"}), ["16:9"]),
        (Step("flip", params={"axis": "diagonal"}), ["horizontal", "diagonal"]),
        (Step("resize", params={"width": 0}), ["width", "0"]),
        (Step("resize"), ["width", "scale"]),
        (Step("replace", "dog", {"with": "cat"}), ["generative"]),
        (Step("caption", params={"text": " "}), ["text"]),
    ],
)
def test_a_step_that_cannot_be_is_refused_with_its_place(step: Step, words: list[str]) -> None:
    with pytest.raises(UsageError) as refusal:
        validate(EditPlan((Step("mute"), step)))
    said = f"{refusal.value.message} {refusal.value.hint}"
    assert all(word in said for word in words), said


def test_a_good_plan_passes() -> None:
    steps = (
        Step("recolor", "car", {"color": "#fa0", "start": 1, "end": -1}),
        Step("cut", params={"start": -3}),
        Step("animate", "man", {"action": "jump"}, engine="generative"),
    )
    validate(EditPlan(steps))
