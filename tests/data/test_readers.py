"""The readers of real corpora, on tiny folders in the exact layouts."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
import torch
from PIL import Image

from lbvedit.data.a2d import A2D_SENTENCES, A2DSentences
from lbvedit.data.corpus import labels, picture
from lbvedit.data.davis import DAVIS, Davis, DavisTar, open_davis
from lbvedit.data.framelist import FrameList
from lbvedit.data.jester import JESTER, EJester, gestures
from lbvedit.data.jhmdb import JHMDB_SENTENCES, JHMDBSentences
from lbvedit.data.loveu import LOVEU, Loveu
from lbvedit.data.mevis import MEVIS, REF_YOUTUBE_VOS, ExpressionVideos, decode_rle
from lbvedit.data.voxceleb import VOXCELEB, MultimodalVoxCeleb
from lbvedit.errors import ExitCode, MediaError

SHARED = Path(__file__).parents[3] / "shared" / "data"


def frame(value: int, size: tuple[int, int] = (6, 8)) -> Image.Image:
    return Image.new("RGB", size[::-1], (value, 0, 255 - value))


def save(path: Path, image: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def indexed(array: np.ndarray) -> Image.Image:
    image = Image.fromarray(array.astype(np.uint8), mode=None).convert("P")
    image.putdata(array.astype(np.uint8).ravel().tolist())
    image.putpalette([value for k in range(256) for value in (k * 7 % 256, k * 13 % 256, k)])
    return image


def reds(frames: torch.Tensor) -> list[int]:
    return [int(one[0, 0, 0]) for one in frames]


def test_pictures_and_labels(tmp_path: Path) -> None:
    save(tmp_path / "a.png", frame(10))
    assert picture(tmp_path / "a.png").shape == (3, 6, 8)
    save(tmp_path / "bit.png", Image.fromarray(np.eye(4, dtype=bool)))
    assert labels(tmp_path / "bit.png").tolist() == np.eye(4, dtype=int).tolist()
    save(tmp_path / "p.png", indexed(np.arange(12).reshape(3, 4)))
    assert labels(tmp_path / "p.png").tolist() == np.arange(12).reshape(3, 4).tolist()
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    with pytest.raises(MediaError, match=r"broken\.png cannot be read"):
        picture(tmp_path / "broken.png")


@pytest.fixture
def a2d(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    texts, release = tmp_path / "text_annotations", tmp_path / "Release"
    masks = texts / "a2d_annotation_with_instances"
    (release / "clips320H").mkdir(parents=True)
    (release / "videoset.csv").write_text("one,11,0,1,6,8,4,1,1\ntwo,11,0,1,6,8,4,1,0\ngone,11,0,1,6,8,4,1,1\n")
    for video in ("one", "two", "gone"):
        (masks / video).mkdir(parents=True)
        (release / "clips320H" / f"{video}.mp4").touch()
    (texts / "a2d_missed_videos.txt").write_text("gone\n")
    (texts / "a2d_annotation.txt").write_text(
        "video_id,instance_id,query\none,0,The  Dog\none,1,a man jumping\none,1 (copy),slip\ntwo,0,cat\ngone,0,bird\n"
    )
    both = np.zeros((2, 8, 6), dtype=np.uint8)  # instances, columns, rows
    both[0, 1, 2], both[1, 5, 3] = 1, 1
    for name, instances, stored in (("00001", [0, 1], both), ("00004", [1], both[1])):
        with h5py.File(masks / "one" / f"{name}.h5", "w") as file:
            file["instance"], file["reMask"] = instances, stored
    clip = torch.stack([picture(png(frame(10 * n))) for n in range(4)])
    monkeypatch.setattr("lbvedit.data.a2d.frames_of_video", lambda path: clip)
    return tmp_path


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def test_a2d_sentences(a2d: Path) -> None:
    items = list(map(A2DSentences(a2d).__getitem__, range(len(A2DSentences(a2d)))))
    said = [(item["expression"], item["meta"]["frame"]) for item in items]
    assert said == [("the dog", 1), ("a man jumping", 1), ("a man jumping", 4)]
    assert items[0]["masks"].nonzero().tolist() == [[0, 2, 1]]
    assert items[2]["masks"].nonzero().tolist() == [[0, 3, 5]]
    assert (reds(items[0]["frames"]), reds(items[2]["frames"])) == ([0, 0, 10], [20, 30, 30])
    assert items[0]["annotated"].tolist() == [1]
    assert len(A2DSentences(a2d, "train")) == 0


def test_a_missing_corpus_says_what_was_looked_for_where_it_comes_from_and_its_licence(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as caught:
        A2DSentences(tmp_path)
    assert caught.value.exit_code == ExitCode.MEDIA
    assert str(tmp_path / "text_annotations") in caught.value.message
    assert A2D_SENTENCES.source in caught.value.hint
    assert A2D_SENTENCES.licence in caught.value.hint
    readers = {
        Davis: DAVIS,
        JHMDBSentences: JHMDB_SENTENCES,
        EJester: JESTER,
        Loveu: LOVEU,
        MultimodalVoxCeleb: VOXCELEB,
    }
    for reader, corpus in readers.items():
        with pytest.raises(MediaError, match=f"{corpus.name} is not here: looked for {tmp_path}") as caught:
            reader(tmp_path)
        assert corpus.source in caught.value.hint
        assert corpus.licence in caught.value.hint
    with pytest.raises(MediaError, match="neither MeViS nor Ref-YouTube-VOS is here") as caught:
        ExpressionVideos(tmp_path, "valid")
    for corpus in (MEVIS, REF_YOUTUBE_VOS):
        assert f"{corpus.source} ({corpus.licence})" in caught.value.hint


def test_frame_lists(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        save(tmp_path / "allframes" / "one" / f"{number:05d}.png", frame(number))
    mask = np.zeros((6, 8))
    mask[2, 3], mask[4, 4] = 1, 2
    save(tmp_path / "Annotations_visualize" / "one" / "00003.png", indexed(mask))
    (tmp_path / "a2d_txt").mkdir()
    listing = tmp_path / "a2d_txt" / "test.txt"
    listing.write_text("one/00003,x,x,1,A dog, running\n")
    item = FrameList(tmp_path, listing, A2D_SENTENCES)[0]
    assert item["expression"] == "a dog, running"
    assert item["masks"].nonzero().tolist() == [[0, 4, 4]]
    assert reds(item["frames"]) == [2, 3, 3]
    listing.write_text("one/00003,x\n")
    with pytest.raises(MediaError, match="line 1"):
        FrameList(tmp_path, listing, A2D_SENTENCES)


def test_jhmdb_sentences_by_list_and_whole(tmp_path: Path) -> None:
    (tmp_path / "jhmdb_annotation.txt").write_text("video_id,query\nrun1,Man  running\n")
    for number in (1, 2, 3):
        save(tmp_path / "Rename_Images" / "run" / "run1" / f"{number:05d}.png", frame(number))
    masks = np.zeros((6, 8, 2), dtype=np.uint8)  # the last frame has no mask
    masks[1, 2, 0], masks[3, 4, 1] = 1, 1
    (tmp_path / "puppet_mask" / "run" / "run1").mkdir(parents=True)
    scipy.io.savemat(tmp_path / "puppet_mask" / "run" / "run1" / "puppet_mask.mat", {"part_mask": masks})
    whole = JHMDBSentences(tmp_path, frames="all")
    assert len(whole) == 2
    assert whole[1]["masks"].nonzero().tolist() == [[0, 3, 4]]
    assert reds(whole[1]["frames"]) == [1, 2, 2]
    row = ["run1", "somewhere/else/00001.png", "mask", 2, "Man  running"]
    (tmp_path / "jhmdb_sentences_samples_metadata.json").write_text(json.dumps([row]))
    listed = JHMDBSentences(tmp_path)
    assert (len(listed), listed[0]["expression"]) == (1, "man running")
    assert listed[0]["masks"].nonzero().tolist() == [[0, 1, 2]]


def make_davis(root: Path, *, binary: bool) -> None:
    mask = np.zeros((6, 8))
    mask[0, 1], mask[5, 6] = (255, 255) if binary else (1, 2)
    for number in range(2):
        save(root / "JPEGImages" / "480p" / "clasic" / f"{number:05d}.jpg", frame(100))
        annotation = Image.fromarray(mask.astype(np.uint8)) if binary else indexed(mask)
        save(root / "Annotations" / "480p" / "clasic" / f"{number:05d}.png", annotation)


def test_davis_2017_with_and_without_expressions(tmp_path: Path) -> None:
    make_davis(tmp_path / "DAVIS", binary=False)
    (tmp_path / "DAVIS" / "ImageSets" / "2017").mkdir(parents=True)
    (tmp_path / "DAVIS" / "ImageSets" / "2017" / "val.txt").write_text("clasic\n")
    unnamed = Davis(tmp_path)
    assert [unnamed[k]["meta"]["instance"] for k in range(len(unnamed))] == [1, 2]
    texts = tmp_path / "davis_text_annotations"
    texts.mkdir()
    (texts / "Davis17_annot1.txt").write_text('clasic 2 "A red  Car"\nother 1 "x"\n')
    item = Davis(tmp_path)[0]
    assert (len(Davis(tmp_path)), item["expression"]) == (1, "a red  car")
    assert item["masks"].nonzero().tolist() == [[0, 5, 6], [1, 5, 6]]
    assert (item["frames"].shape, item["annotated"].tolist()) == ((2, 3, 6, 8), [0, 1])


def test_davis_2016_lists_frames_and_has_one_object(tmp_path: Path) -> None:
    make_davis(tmp_path, binary=True)
    (tmp_path / "ImageSets" / "2016").mkdir(parents=True)
    lines = [f"/JPEGImages/480p/clasic/{n:05d}.jpg /Annotations/480p/clasic/{n:05d}.png\n" for n in range(2)]
    (tmp_path / "ImageSets" / "2016" / "val.txt").write_text("".join(lines))
    dataset = Davis(tmp_path, year=2016)
    assert (len(dataset), dataset[0]["expression"]) == (1, "clasic")
    assert dataset[0]["masks"].sum((1, 2)).tolist() == [2, 2]


def test_davis_in_a_tar(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "davis-val8.tar", "w") as tar:
        for name, image in (("b/00000.png", Image.fromarray(np.eye(6, 8, dtype=bool))), ("b/00000.jpg", frame(3))):
            data = io.BytesIO()
            image.save(data, format=name.split(".")[1].replace("jpg", "jpeg"))
            info = tarfile.TarInfo(name)
            info.size = len(data.getvalue())
            tar.addfile(info, io.BytesIO(data.getvalue()))
    index = {"sequences": {"b": {"noun": "the bear", "sentence": "a bear walks", "voc": ["bear"], "frames": 1}}}
    (tmp_path / "davis-val8.index.json").write_text(json.dumps(index))
    item = open_davis(tmp_path)[0]
    assert (item["expression"], item["meta"]["kinds"]) == ("the bear", ["bear"])
    assert item["masks"].sum() == 6
    assert open_davis(tmp_path / "davis-val8.tar", words="sentence")[0]["expression"] == "a bear walks"
    index["sequences"] |= {"c": index["sequences"]["b"]}
    (tmp_path / "davis-val8.index.json").write_text(json.dumps(index))
    with pytest.raises(MediaError, match="has no frames of c") as caught:
        open_davis(tmp_path)[1]
    assert "davis-val8.index.json" in caught.value.hint


def test_a_damaged_picture_in_a_tar_file_is_told_by_its_name(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "davis-val8.tar", "w") as tar:
        for name in ("b/00000.jpg", "b/00000.png"):
            tar.addfile(tarfile.TarInfo(name))
    (tmp_path / "davis-val8.index.json").write_text(json.dumps({"sequences": {"b": {"noun": "the bear"}}}))
    with pytest.raises(MediaError, match=r"davis-val8\.tar: b/00000\.jpg cannot be read"):
        open_davis(tmp_path)[0]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no optional data folder")
def test_davis_val8_as_it_lies() -> None:
    dataset = open_davis(SHARED / "davis")
    assert isinstance(dataset, DavisTar)
    assert len(dataset) == 8
    item = dataset[list(dataset.index).index("car-shadow")]
    assert (item["expression"], len(item["frames"])) == ("the silver car", 40)
    assert item["masks"].shape == (40, 240, 426)
    assert 0.01 < item["masks"].float().mean() < 0.5


def test_mevis_unites_its_objects(tmp_path: Path) -> None:
    expressions = {"0": {"exp": "Two  dogs", "obj_id": [0, 1], "anno_id": [7, 8]}}
    meta = {"videos": {"v": {"frames": ["00000", "00001"], "expressions": expressions}}}
    (tmp_path / "valid_u").mkdir()
    (tmp_path / "valid_u" / "meta_expressions.json").write_text(json.dumps(meta))
    rle = {"size": [6, 8], "counts": [6, 1, 41]}
    masks = {"7": [rle, None], "8": [{"size": [6, 8], "counts": [0, 2, 46]}, rle]}
    (tmp_path / "valid_u" / "mask_dict.json").write_text(json.dumps(masks))
    for number in range(2):
        save(tmp_path / "valid_u" / "JPEGImages" / "v" / f"{number:05d}.jpg", frame(0))
    item = ExpressionVideos(tmp_path, "valid_u")[0]
    assert item["expression"] == "two dogs"
    assert item["masks"].nonzero().tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 1]]


def test_ref_youtube_vos_with_masks_and_without(tmp_path: Path) -> None:
    meta = {"videos": {"v": {"frames": ["00000", "00005"], "expressions": {"0": {"exp": "a cat", "obj_id": "2"}}}}}
    for split in ("train", "valid"):
        (tmp_path / "meta_expressions" / split).mkdir(parents=True)
        (tmp_path / "meta_expressions" / split / "meta_expressions.json").write_text(json.dumps(meta))
        for name in ("00000", "00005"):
            save(tmp_path / split / "JPEGImages" / "v" / f"{name}.jpg", frame(0))
    mask = np.zeros((6, 8))
    mask[1, 1], mask[2, 2] = 1, 2
    save(tmp_path / "train" / "Annotations" / "v" / "00005.png", indexed(mask))
    train, valid = (ExpressionVideos(tmp_path, split)[0] for split in ("train", "valid"))
    assert (train["annotated"].tolist(), train["masks"].nonzero().tolist()) == ([1], [[0, 2, 2]])
    assert (valid["masks"].shape, valid["annotated"].shape) == ((0, 6, 8), (0,))


def test_compressed_run_lengths_are_cocos() -> None:
    # pycocotools 2.0.11 wrote this text for the mask below.
    counts = "[6k0=000000000000000000000000000g<VOSD000000000000000000000000000n5"
    mask = np.zeros((40, 50), dtype=bool)
    mask[3:30, 5:20] = True
    mask[10, 30:45] = True
    assert torch.equal(decode_rle({"size": [40, 50], "counts": counts}), torch.from_numpy(mask))
    with pytest.raises(MediaError, match="add up to"):
        decode_rle({"size": [40, 51], "counts": counts})


def test_jester_pairs(tmp_path: Path) -> None:
    (tmp_path / "jester-v1-labels.csv").write_text("Swiping Left\nThumb Up\n")
    (tmp_path / "jester-v1-train.csv").write_text("1;Swiping Left\n2;Thumb Up\n")
    (tmp_path / "pairs-test.csv").write_text("1;2;show a thumb instead\n")
    for clip, count in (("1", 7), ("2", 4)):
        for number in range(1, count + 1):
            save(tmp_path / "20bn-jester-v1" / clip / f"{number:05d}.jpg", frame(30 * number))
    item = EJester(tmp_path, frames=4)[0]
    assert (item["source"].shape, item["target"].shape) == ((4, 3, 6, 8), (4, 3, 6, 8))
    assert item["instruction"] == "show a thumb instead"
    assert (item["meta"]["gesture"], gestures(tmp_path)) == (1, ["Swiping Left", "Thumb Up"])
    assert reds(item["source"]) == pytest.approx([30, 90, 150, 210], abs=3)
    (tmp_path / "pairs-test.csv").write_text("1;2\n")
    with pytest.raises(MediaError, match="2 fields != 3"):
        EJester(tmp_path)


def test_multimodal_voxceleb(tmp_path: Path) -> None:
    for number in range(10):
        save(tmp_path / "video" / "a" / f"{number}.png", frame(number))
        save(tmp_path / "video" / "untold" / f"{number}.png", frame(number))
    save(tmp_path / "video" / "short" / "0.png", frame(0))
    save(tmp_path / "mask" / "a" / "0.png", frame(77))
    for name, folder, text in (
        ("a", "txt", "She smiles.\nA woman.\n"),
        ("short", "txt", "x"),
        ("a", "label", ",".join(["0", "1"] * 20)),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.txt").write_text(text)
    dataset = MultimodalVoxCeleb(tmp_path, frames=5)
    assert len(dataset) == 1
    face = dataset[0]
    assert reds(face["frames"]) == [0, 2, 4, 6, 8]
    assert (face["sentences"], int(face["attributes"].sum())) == (["She smiles.", "A woman."], 20)
    assert face["mask"] is not None
    assert face["drawing"] is None


HEAD = (
    "Video name,Our GT caption,Style Change Caption,Object Change Caption,"
    "Background Change Caption,Multiple Changes Caption\n"
)


def test_loveu_from_its_csv(tmp_path: Path) -> None:
    rows = "DAVIS Videos:,,,,,\nbmx,A man.,s,o,b,m\n,,,,,\nVidevo Videos:,,,,,\nsea,Waves.,s2,o2,b2,m2\n"
    (tmp_path / "LOVEU-TGVE-2023_Dataset.csv").write_text(HEAD + rows)
    for number in range(2):
        save(tmp_path / "videvo_480p" / "480p_frames" / "sea" / f"{number:05d}.jpg", frame(0))
    dataset = Loveu(tmp_path)
    assert len(dataset) == 8
    edit = dataset[6]
    assert (edit["set"], edit["kind"], edit["target_prompt"]) == ("videvo_480p", "background", "b2")
    assert edit["frames"].shape == (2, 3, 6, 8)
    assert len(Loveu(tmp_path, kind="style")) == 2
    (tmp_path / "LOVEU-TGVE-2023_Dataset.csv").write_text(HEAD + "bmx,A man.,s,,b,m\n")
    with pytest.raises(MediaError, match=r"bmx .* lacks object"):
        Loveu(tmp_path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no optional data folder")
def test_loveu_prompts_as_they_lie() -> None:
    from lbvedit.data.loveu import SETS, read_prompts

    prompts = read_prompts(SHARED / "language")
    assert len(prompts) == 76
    assert {row["set"] for row in prompts} == set(SETS)
