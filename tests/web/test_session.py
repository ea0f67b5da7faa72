import numpy as np
import pytest

from mnist_app.insight.places import WHOLE
from mnist_app.web.session import PictureFile, Session, Sheet
from mnist_app.web.strokes import Stroke


@pytest.fixture
def sheet() -> Sheet[list[str]]:
    """A sheet whose canvas has been shown once."""
    sheet = Sheet(["stroke"])
    assert sheet.hand_over(fresh=True)
    return sheet


def test_a_canvas_is_given_what_is_put_on_it_once(sheet):
    assert not sheet.hand_over(fresh=False)
    sheet.put([])
    assert (sheet.content, sheet.start) == ([], [])
    assert sheet.hand_over(fresh=False)
    assert not sheet.hand_over(fresh=False)


def test_what_the_visitor_draws_is_not_given_back(sheet):
    turn = sheet.turn
    sheet.content = ["stroke", "another"]
    assert not sheet.hand_over(fresh=False)
    assert (sheet.start, sheet.turn) == (["stroke"], turn)


def test_the_same_drawing_given_twice_is_another_turn(sheet):
    turns = []
    for _ in range(2):  # drawn and undone, twice
        sheet.content = ["stroke", "another"]
        sheet.put(sheet.content[:-1])
        turns.append(sheet.turn)
    assert sheet.start == ["stroke"]
    assert turns[0] != turns[1]


def test_a_canvas_that_was_left_begins_with_what_lay_on_it(sheet):
    sheet.content = ["stroke", "another"]
    assert sheet.hand_over(fresh=True)
    assert sheet.start == ["stroke", "another"]


def test_visitors_share_nothing():
    one, other = Session(), Session()
    one.drawing.content.append(Stroke(width=16, points=[(1, 2)]))
    one.marks["picture"] = []
    one.map_box.put(((1, 2), (3, 4)))
    assert (other.drawing.content, other.marks, other.map_box.content) == ([], {}, (WHOLE, WHOLE))


def test_a_digit_is_kept_with_where_it_lies():
    session = Session()
    image = np.eye(28, dtype=np.uint8)
    session.keep_digit(image, drawn=True)
    assert session.digit is image
    assert session.digit_is_drawn
    session.keep_digit(image, drawn=False)
    assert not session.digit_is_drawn


class Upload:
    """An upload that counts how often it is read."""

    def __init__(self, file_id: str, name: str, content: bytes) -> None:
        self.file_id, self.name, self.content, self.times = file_id, name, content, 0

    def getvalue(self) -> bytes:
        self.times += 1
        return self.content


def test_an_upload_is_read_once_however_often_the_page_runs():
    session, upload = Session(), Upload("1", "a.png", b"ink")
    for _ in range(3):
        (file,) = session.take([upload])
    assert file == PictureFile("a.png", b"ink")
    assert upload.times == 1
    assert session.take([]) == []
    assert not session.files, "what was taken away is not kept"


def test_the_same_file_twice_is_one_and_another_name_or_content_is_another():
    given = [("a.png", b"ink"), ("a.png", b"ink"), ("b.png", b"ink"), ("a.png", b"")]
    files = Session().take(Upload(str(i), *file) for i, file in enumerate(given))
    assert [(file.name, file.content) for file in files] == [("a.png", b"ink"), ("b.png", b"ink"), ("a.png", b"")]
    assert len({file.key for file in files}) == 3
    assert [file.name for file in Session().take([Upload("1", "1234.jpg", b"ink")], "camera.jpg")] == ["camera.jpg"]
