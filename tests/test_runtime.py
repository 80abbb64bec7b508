from __future__ import annotations

import pytest
import torch

from lbvedit import runtime
from lbvedit.errors import RuntimeUnavailableError, UsageError

CPU = torch.device("cpu")


def test_auto_is_cuda_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert runtime.pick_device("auto").type == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert runtime.pick_device("auto").type == "cuda"


@pytest.mark.parametrize("name", ["tpu", "cpu:1", "cuda:x", ""])
def test_a_device_that_does_not_exist_is_a_usage_error(name):
    with pytest.raises(UsageError, match="no device"):
        runtime.pick_device(name)


def test_cuda_without_cuda_names_what_is_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeUnavailableError, match="there are 0 CUDA devices"):
        runtime.pick_device("cuda:1")


def test_full_precision_lasts_as_long_as_it_is_asked_for():
    before = torch.backends.cudnn.allow_tf32
    with runtime.full_precision():
        assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.allow_tf32 == before


def test_dtypes_follow_the_device_and_the_backend():
    assert runtime.pick_dtype("auto", CPU) is torch.float32
    assert runtime.pick_dtype("auto", CPU, cpu=torch.bfloat16) is torch.bfloat16
    assert runtime.pick_dtype("auto", torch.device("cuda")) is torch.float16
    assert runtime.pick_dtype("bf16", CPU) is torch.bfloat16
    with pytest.raises(UsageError, match="fp16 does not run on the CPU"):
        runtime.pick_dtype("fp16", CPU)
    with pytest.raises(UsageError, match="no dtype"):
        runtime.pick_dtype("int8", CPU)


def test_the_same_seed_gives_the_same_noise():
    first = torch.randn(4, generator=runtime.generator(3))
    assert torch.equal(first, torch.randn(4, generator=runtime.generator(3)))
    assert not torch.equal(first, torch.randn(4, generator=runtime.generator(4)))


def test_memory_is_a_plausible_number():
    assert 1 << 20 < runtime.resident_bytes() < runtime.describe()["memory_bytes"]
    assert runtime.free_bytes(CPU) > 0
