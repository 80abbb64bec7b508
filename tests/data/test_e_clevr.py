import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lbvedit.data.build import made
from lbvedit.data.e_clevr import HELD_OUT, RELATIONS, SIZES, EClevr, _describe, _say


@pytest.fixture(scope="module")
def items():
    corpus = EClevr(size=6)
    return [corpus[index] for index in range(6)]


def test_pairs_have_the_papers_shape_and_number(items):
    assert len(EClevr()) == SIZES["train"] == 9233
    assert len(EClevr("test")) == SIZES["test"] == 1629
    assert items[0]["source"].shape == items[0]["target"].shape == (20, 3, 128, 128)
    changed = [float(item["changed"].float().mean()) for item in items]
    assert np.mean(changed) >= 0.03
    assert min(changed) > 0


def test_an_item_is_a_function_of_seed_split_and_number(items):
    again = EClevr()[3]
    assert torch.equal(again["target"], items[3]["target"])
    assert again["instruction"] == items[3]["instruction"]
    assert not torch.equal(EClevr("test")[3]["source"], items[3]["source"])
    assert not torch.equal(EClevr(seed=1)[3]["source"], items[3]["source"])


def test_only_the_edited_solid_and_its_shadow_change(items):
    for item in items:
        centres = item["meta"]["centres"][:, item["meta"]["solid"]]  # (2, T, 2)
        y, x = torch.meshgrid(torch.arange(128), torch.arange(128), indexing="ij")
        distance = (torch.stack([x, y], -1) - centres[..., None, None, :]).norm(dim=-1)  # (2, T, H, W)
        near = (distance < 64).any(dim=0)[:, None]
        assert not (item["changed"] & ~near).any()


def test_other_instructions_speak_of_the_same_source():
    corpus = EClevr(zero_shot=True)
    pair, rng = corpus.said(4), np.random.default_rng(0)
    told = [corpus.retold(4, rng) for _ in range(60)]
    assert len({each["instruction"] for each in told}) > 40
    kinds = [each["meta"]["kind"] for each in told]
    assert min(kinds.count(kind) for kind in ("property", "position", "both")) >= 10
    for each in told:
        assert torch.equal(each["meta"]["attributes"][0], pair["meta"]["attributes"][0])
        assert torch.equal(each["meta"]["feet"][0], pair["meta"]["feet"][0])
        assert not (set(map(tuple, each["meta"]["attributes"].flatten(0, 1).tolist())) & HELD_OUT)


def test_instructions_agree_with_the_ground_truth():
    corpus = EClevr()
    words, kinds = [], []
    for index in range(250):
        rng = corpus.stream(index)
        source, target, edit = corpus._draw(rng)
        sentence = _say(rng, source, target, edit)
        words.append(len(sentence.split()))
        kinds.append(edit.kind)
        old, new = source[edit.solid], target[edit.solid]
        differing = [place for place in range(4) if old.attributes[place] != new.attributes[place]]
        assert tuple(differing) == edit.changed
        for place in differing:
            assert new.names[place] in sentence
        if edit.relation:
            other = target[edit.reference]
            assert edit.relation in sentence
            offset = np.subtract(new.end, other.end)
            assert np.dot(offset, RELATIONS[edit.relation]) == pytest.approx(np.linalg.norm(offset))
            assert edit.solid == 0
        for number, solid in enumerate(source):
            if number != edit.solid:
                assert solid == target[number]
    assert np.mean(words) == pytest.approx(13.4, abs=0.6)
    assert {"property", "position", "both"} == set(kinds)


def test_a_description_means_one_solid_only():
    corpus = EClevr()
    for index in range(60):
        rng = corpus.stream(index)
        source, _, _ = corpus._draw(rng)
        for number in range(len(source)):
            told = set(_describe(rng, source, number).split()) - {"the", "moving"}
            assert [place for place, solid in enumerate(source) if told <= set(solid.names)] == [number]


def test_the_zero_shot_split_hides_twelve_kinds():
    assert len(HELD_OUT) == 12
    corpus = made("e-clevr-zero-shot", "train", 0, None, None)
    for index in range(40):
        source, target, _ = corpus._draw(corpus.stream(index))
        assert not {solid.attributes for solid in (*source, *target)} & HELD_OUT


def test_alternatives_hold_source_target_and_mistakes(items):
    corpus = EClevr(size=6)
    names, clips, right = corpus.alternatives(0)
    assert len(set(names)) == len(names) == len(clips) > 2
    assert torch.equal(clips[0], items[0]["source"])
    assert torch.equal(clips[right], items[0]["target"])
    errors = F.mse_loss(clips.float(), clips[right].float().expand_as(clips), reduction="none").mean(dim=(1, 2, 3, 4))
    assert int((errors == 0).sum()) == 1
