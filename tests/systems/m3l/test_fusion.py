"""Each equation of the fusion against its formula, written out in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lbvedit.nn.coordinates import coordinate_map
from lbvedit.systems.m3l.fusion import (
    DotAttention,
    GlobalFusion,
    LocalFusion,
    attend,
    frame_encoding,
    self_attend,
    with_coordinates,
)


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def linear(layer: torch.nn.Linear, x: np.ndarray) -> np.ndarray:
    bias = 0 if layer.bias is None else layer.bias.detach().numpy()
    return x @ layer.weight.detach().numpy().T + bias


def test_coordinate_map_of_a_two_by_two_grid() -> None:
    P = coordinate_map(1, 2)
    assert P[:, 0, 0].tolist() == [-1, -1, 0, 1, -0.5, 0, 0.5, 1]
    assert P[:, 0, 1].tolist() == [0, -1, 1, 1, 0.5, 0, 0.5, 1]


def test_attention_is_equation_2() -> None:
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 4), torch.randn(5, 4), torch.randn(5, 6)
    expected = softmax(q.numpy() @ k.numpy().T / 2) @ v.numpy()
    out, weights = attend(q, k, v)
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-6)
    assert torch.allclose(weights.sum(-1), torch.ones(3))
    out, weights = attend(q, k, v, torch.tensor([True, False, True, False, False]))
    assert weights[:, [1, 3, 4]].eq(0).all()
    np.testing.assert_allclose(out, softmax(q.numpy() @ k.numpy()[[0, 2]].T / 2) @ v.numpy()[[0, 2]], rtol=1e-5)


def test_dot_attention_is_equation_3() -> None:
    torch.manual_seed(0)
    layer = DotAttention(6, 4)
    p, e = torch.randn(1, 9, 6), torch.randn(1, 2, 4)
    Wd = layer.weight.weight.detach().numpy()
    weights = softmax(p[0].numpy() @ Wd @ e[0].numpy().T, axis=0)
    np.testing.assert_allclose(layer(p, e)[0].detach(), weights.T @ p[0].numpy(), rtol=1e-4, atol=1e-6)


def test_self_attention_needs_no_word() -> None:
    """SelfAtt([p, e]) computed as the paper writes it, word by word, is [SelfAtt(p), e]."""
    torch.manual_seed(0)
    p, e = torch.randn(7, 5).numpy(), torch.randn(3).numpy()
    q = np.concatenate((p, np.tile(e, (7, 1))), axis=1)
    naive = softmax(q @ q.T / np.sqrt(5)) @ q
    shared = self_attend(torch.from_numpy(p)[None])[0].numpy()
    np.testing.assert_allclose(naive[:, :5], shared, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(naive[:, 5:], np.tile(e, (7, 1)), rtol=1e-5)


def test_local_fusion_is_equation_3() -> None:
    torch.manual_seed(0)
    C, X, L = 4, 3, 5
    layer = LocalFusion(C, X, heads=1)
    v, words = torch.randn(1, 1, C, 2, 3), torch.randn(1, L, X)
    present = torch.tensor([[True] * 4 + [False]])
    p = with_coordinates(v)[0, 0].flatten(1).T.numpy()
    e = words[0, :4].numpy()
    c = linear(layer.context, p)
    d = (softmax(p @ layer.dot.weight.weight.detach().numpy() @ e.T, axis=0)).T @ p
    weights = softmax(linear(layer.query, c) @ linear(layer.key, d).T / 2)
    s = softmax(p @ p.T / np.sqrt(C + 8)) @ p
    # word by word: the value of word l is a map, W_v [s, e_l]
    fused = sum(weights[:, [i]] * (linear(layer.value_visual, s) + linear(layer.value_word, e[i])) for i in range(4))
    out, got = layer(v, words, present)
    np.testing.assert_allclose(got[0, 0, 0, :, :4].detach(), weights, rtol=1e-4, atol=1e-6)
    expected = v[0, 0].flatten(1).T.numpy() + linear(layer.out, fused)
    np.testing.assert_allclose(out[0, 0].flatten(1).T.detach(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("given", [False, True])
def test_global_fusion_is_equation_4(given: bool) -> None:
    torch.manual_seed(0)
    C, X, N = 4, 3, 3
    layer = GlobalFusion(C, X, heads=1, given=given)
    v, sentence, f = torch.randn(1, N, C, 2, 2), torch.randn(1, X), torch.randn(1, N, C, 2, 2)
    phi = frame_encoding(N, C).numpy()
    p = with_coordinates(v)[0].flatten(2).transpose(1, 2).numpy()
    e = sentence[0].numpy()
    Wd = layer.dot.weight.weight.detach().numpy()
    query = linear(layer.query, linear(layer.context, p)) + phi[:, None]
    d = np.stack([softmax(p[n] @ Wd @ e) @ p[n] for n in range(N)])
    key = linear(layer.key, d) + phi
    if given:
        values = linear(layer.value_visual, f[0].flatten(2).transpose(1, 2).numpy()) + phi[:, None]
    else:
        s = np.stack([softmax(p[n] @ p[n].T / np.sqrt(C + 8)) @ p[n] for n in range(N)])
        values = linear(layer.value_visual, s) + linear(layer.value_sentence, e) + phi[:, None]
    out, _ = layer(v, sentence, f if given else None, causal=given)
    for n in range(N):
        seen = slice(0, n + 1) if given else slice(None)
        for position in range(4):
            weights = softmax(key[seen] @ query[n, position] / 2)
            expected = v[0, n].flatten(1)[:, position].numpy() + linear(layer.out, weights @ values[seen, position])
            np.testing.assert_allclose(out[0, n].flatten(1)[:, position].detach(), expected, rtol=1e-4, atol=1e-5)


def test_global_fusion_refuses_to_guess_its_values() -> None:
    with pytest.raises(ValueError, match="source features"):
        GlobalFusion(4, 3, heads=1, given=True)(torch.randn(1, 2, 4, 2, 2), torch.randn(1, 3))


def test_frame_encoding_goes_on_where_it_stopped() -> None:
    assert torch.equal(frame_encoding(6, 8)[4:], frame_encoding(2, 8, start=4))
    assert frame_encoding(1, 4).tolist() == [[0, 1, 0, 1]]


def test_attention_in_half_precision_does_not_overflow() -> None:
    query = torch.full((1, 2, 64), 60.0, dtype=torch.float16)  # 230,400 before it is scaled
    out, weights = attend(query, query, query)
    assert out.isfinite().all()
    assert torch.allclose(weights, torch.full((1, 2, 2), 0.5))
