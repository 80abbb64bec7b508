"""What is refused before anything is loaded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lbvedit.errors import WeightsError
from lbvedit.job import check
from lbvedit.types import EditPlan, Job, Request, Step


@pytest.fixture
def edit(clips, tmp_path):
    request = Request("edit", "make it warmer", EditPlan((Step("temperature", params={"amount": 0.3}),)))
    return Job(str(clips("cfr")), str(tmp_path / "out.mp4"), "compose", request)


@pytest.mark.parametrize(
    ("pipeline", "model", "said"),
    [
        ("compose", "bogus", "no weights 'bogus'"),
        ("passthrough", "bogus", "no weights"),
        ("compose", "m3l-mnist", "mmvt"),
    ],
)
def test_a_model_that_cannot_be_meant_is_refused_whether_or_not_it_is_needed(edit, pipeline, model, said):
    request = replace(edit.request, model=model)
    with pytest.raises(WeightsError, match=said):
        check(replace(edit, pipeline=pipeline, request=request))
    check(replace(edit, request=replace(edit.request, model="mmvt-small-clean")))


def test_a_named_weight_that_may_not_be_sold_is_not_exchanged(edit):
    request = replace(edit.request, model="mmvt-small", commercial_ok=True)
    with pytest.raises(WeightsError, match="commercially") as caught:
        check(replace(edit, request=request))
    assert "--model mmvt-small-clean" in caught.value.hint
