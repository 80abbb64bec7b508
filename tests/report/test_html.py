import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lbvedit.report.findings import Figure, Findings, MaskTrack, Moment
from lbvedit.report.html import Page, render

EVIL = "</title><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">'\""
RED, BLUE = (210, 30, 30), (30, 30, 210)


def page(*, words: str = EVIL, moments: int = 2) -> Page:
    mask = np.zeros((90, 160), np.uint8)
    mask[20:70, 40:120] = 255
    shown = [
        Moment(second, np.full((90, 160, 3), RED, np.uint8), np.full((90, 160, 3), BLUE, np.uint8), mask)
        for second in range(moments)
    ]
    step = {"op": "recolor", "target": words, "params": {"color": words}, "engine": "exact", "words": words}
    return Page(
        title=words,
        instruction=words,
        plan={"steps": [step, {"op": "blur", "target": "dog", "outside": True, "params": {}}], "notes": [words]},
        findings=Findings(
            tuple(shown),
            (MaskTrack(words, (0.0, 1.0, 2.0), (0.1, 0.3, 0.2)), MaskTrack("dog", (0.0, 2.0), (0.05, 0.0))),
            (Figure(words, words, words, 0.0),),
        ),
        facts={words: words},
        outcomes=[("kept", words, words)],
    )


class Reader(HTMLParser):
    VOID = frozenset({"meta", "img", "input", "line", "polyline"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def test_every_text_is_escaped_and_every_tag_closed() -> None:
    reader = read(render(page()))
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert not any(name.startswith("on") for _, attributes in reader.tags for name in attributes)
    assert reader.text.count(EVIL) >= 10


def test_nothing_is_fetched() -> None:
    text = render(page())
    for _, attributes in read(text).tags:
        assert str(attributes.get("src", "data:")).startswith("data:")
        assert "href" not in attributes
    assert not re.search(r"url\(|@import|https?://", text)


def test_pictures_and_ranges_have_names_for_those_who_cannot_see_them() -> None:
    tags = read(render(page())).tags
    assert all(attributes.get("alt") for tag, attributes in tags if tag == "img")
    assert all(attributes.get("aria-label") for tag, attributes in tags if tag == "input")
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    assert {attributes["aria-labelledby"] for tag, attributes in tags if tag == "section"} <= ids
    assert ("html", {"lang": "en"}) in tags


def test_a_page_without_findings_is_a_page() -> None:
    text = render(Page("out.mp4", "", {"steps": []}, Findings()))
    assert "Before and after" not in text
    read(text)


FLAGS = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
    "--disable-background-networking", "--window-size=900,1400")  # fmt: skip
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_a_browser_shows_it(tmp_path: Path) -> None:
    text = render(page(moments=1)).replace("value='50'", "value='20'", 1)
    (tmp_path / "report.html").write_text(text, encoding="utf-8")
    shot = tmp_path / "shot.png"
    browser = [str(CHROMIUM), "--headless=new", *FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]
    address = (tmp_path / "report.html").as_uri()
    dom = subprocess.run([*browser, "--dump-dom", address], capture_output=True, text=True, timeout=60, check=True)
    assert "--shown: 20%" in dom.stdout, "the script did not run under the page's own policy"
    assert "<title>&lt;/title&gt;" in dom.stdout, "a text of the page was run"
    subprocess.run([*browser, f"--screenshot={shot}", address], capture_output=True, timeout=60, check=True)
    pixels = np.asarray(Image.open(shot).convert("RGB")).astype(int)
    red = np.abs(pixels - RED).sum(-1) < 24
    blue = np.abs(pixels - BLUE).sum(-1) < 24
    row = int(red.sum(1).argmax())
    assert red[row].sum() > 100
    share = red[row].sum() / (red[row].sum() + blue[row].sum())
    assert share == pytest.approx(0.2, abs=0.03)
    assert np.flatnonzero(red[row]).max() < np.flatnonzero(blue[row]).min()
