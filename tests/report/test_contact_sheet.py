import numpy as np
import pytest
import torch

from lbvedit.report.contact_sheet import as_picture, clock, contact_sheet, grid
from lbvedit.report.findings import Moment


def plain(color: tuple[int, int, int], height: int = 90, width: int = 160) -> np.ndarray:
    return np.full((height, width, 3), color, dtype=np.uint8)


def test_rows_are_moments_and_columns_source_mask_result() -> None:
    mask = np.zeros((90, 160), dtype=np.uint8)
    mask[:, 80:] = 255
    moments = [Moment(second, plain((200, 0, 0)), plain((0, 0, 200)), mask) for second in (0.5, 61.25)]
    sheet = np.asarray(contact_sheet(moments, title="make the car blue", cell_width=200))
    height, width = sheet.shape[:2]
    cell = 200
    left = width - 3 * (cell + 8)
    row = height - 8 - 112 // 2
    assert sheet[row, left + 20].tolist() == [200, 0, 0]
    assert sheet[row, left + 208 + 20].tolist() == [0, 0, 0]
    assert sheet[row, left + 208 + 180].tolist() == [255, 255, 255]
    assert sheet[row, left + 416 + 20].tolist() == [0, 0, 200]


def test_a_whole_frame_edit_has_no_mask_column() -> None:
    moments = [Moment(0.0, plain((200, 0, 0)), plain((0, 0, 200)))]
    masked = [Moment(0.0, plain((200, 0, 0)), plain((0, 0, 200)), np.zeros((90, 160), np.uint8))]
    assert contact_sheet(masked).width - contact_sheet(moments).width == 400 + 8


def test_pictures_of_many_sizes_and_kinds_keep_their_aspect() -> None:
    tall = torch.zeros(3, 200, 100)
    deep = torch.full((3, 10, 40), 65535, dtype=torch.int32).to(torch.uint16)
    sheet = grid([[tall, plain((9, 9, 9)), None], [deep, torch.ones(1, 8, 8)]], cell_width=100)
    assert sheet.width == 8 + 3 * 108
    assert sheet.height == 8 + (200 + 8) + (100 + 8)
    assert np.asarray(sheet)[8 + 208 + 5, 8 + 50].tolist() == [255, 255, 255]


def test_transparency_shows_as_checkers() -> None:
    clear = np.zeros((64, 64, 4), dtype=np.uint8)
    assert len(np.unique(np.asarray(grid([[clear]], cell_width=64))[8:72, 8:72].reshape(-1, 3), axis=0)) == 2


@pytest.mark.parametrize(
    ("time_s", "text"), [(0, "0:00.0"), (9.96, "0:10.0"), (75.25, "1:15.2"), (3599.99, "1:00:00.0"), (-1, "0:00.0")]
)
def test_times_round_to_tenths(time_s: float, text: str) -> None:
    assert clock(time_s) == text


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        grid([[None]])
    with pytest.raises(ValueError, match="2 labels != 1 rows"):
        grid([[plain((0, 0, 0))]], row_labels=["a", "b"])
    with pytest.raises(ValueError, match=r"\(5, 4, 4, 3\)"):
        as_picture(np.zeros((5, 4, 4, 3), np.uint8))
