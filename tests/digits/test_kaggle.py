import gzip

import numpy as np
import pytest

from mnist_app.digits import datasets, kaggle

HEADER, PIXELS = ",".join(kaggle.LABELLED), ",".join(kaggle.PIXELS)


@pytest.fixture
def digits(mnist_test) -> tuple[np.ndarray, np.ndarray]:
    return mnist_test[0][:14], mnist_test[1][:14]


def lines(images: np.ndarray, labels: np.ndarray | None = None) -> list[str]:
    """The lines of Kaggle's table of these digits, its header first."""
    rows = images.reshape(len(images), -1).tolist()
    if labels is not None:
        rows = [[int(label), *row] for label, row in zip(labels, rows, strict=True)]
    return [PIXELS if labels is None else HEADER, *(",".join(map(str, row)) for row in rows)]


@pytest.mark.parametrize(("start", "end", "last"), [("", "\n", "\n"), ("\ufeff", "\r\n", ""), ("", "\n", "\n\n")])
def test_tables_come_back_as_the_digits_that_they_hold(digits, tmp_path, start, end, last):
    images, labels = digits
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_bytes((start + end.join(lines(images, labels)) + last).encode())
    test.write_bytes((start + end.join(lines(images)) + last).encode())
    x, y = kaggle.read_train(train)
    np.testing.assert_array_equal(x, images)
    np.testing.assert_array_equal(y, labels)
    assert (x.dtype, y.dtype) == (np.uint8, np.uint8)
    np.testing.assert_array_equal(kaggle.read_test(test), images)


def test_a_single_digit_is_a_table(digits, tmp_path):
    (tmp_path / "test.csv").write_text("\n".join(lines(digits[0][:1])))
    assert kaggle.read_test(tmp_path / "test.csv").shape == (1, 28, 28)


@pytest.mark.parametrize(
    ("line", "place", "value", "message"),
    [
        (3, 5, "256", "train.csv, line 3: pixel4 is '256'; expected a whole number from 0 to 255."),
        (3, 5, "-1", "train.csv, line 3: pixel4 is '-1'; expected a whole number"),
        (15, 784, "1.5", "train.csv, line 15: pixel783 is '1.5'; expected a whole number"),
        (2, 1, "ink", "train.csv, line 2: pixel0 is 'ink'; expected a whole number"),
        (2, 1, "", "train.csv, line 2: pixel0 is ''; expected a whole number"),
        (4, 0, "10", "train.csv, line 4: label is '10'; expected a whole number from 0 to 9."),
        (4, 0, "x", "train.csv, line 4: label is 'x'; expected a whole number from 0 to 9."),
        (6, 9, "0,0", "train.csv, line 6: there are 786 values; expected 785."),
        (1, 18, "pixel99", "train.csv, line 1: the column pixel17 is missing; expected label, pixel0 … pixel783."),
        (1, 784, "pixel783,more", "train.csv, line 1: there is a column 'more' too many; expected label"),
        (1, 2, "pixel0", "train.csv, line 1: the column pixel1 is missing"),
    ],
)
def test_a_mistake_is_named_with_its_line(digits, tmp_path, line, place, value, message):
    content = lines(*digits)
    cells = content[line - 1].split(",")
    cells[place] = value
    content[line - 1] = ",".join(cells)
    (tmp_path / "train.csv").write_text("\n".join(content))
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(")):
        datasets.load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1: this is no header of Kaggle's Digit Recognizer; expected label, pixel0 … pixel783"),
        ("a,b\n1,2", "line 1: this is no header"),
        (PIXELS, "line 1: the column label is missing"),
        (HEADER.replace("pixel3,pixel4,", "pixel4,pixel3,"), "line 1: the columns are not in their order"),
        (HEADER + "\n", "train.csv holds no digits: nothing follows its header."),
        (HEADER.replace("pixel3,pixel4,", ""), "line 1: the column pixel3 and 1 more are missing"),
        (HEADER + "\n" + ",".join("0" * 784), "line 2: there are 784 values; expected 785."),
    ],
)
def test_what_is_no_table_of_digits_is_refused(tmp_path, content, message):
    (tmp_path / "train.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        kaggle.read_train(tmp_path / "train.csv")


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "train.csv").write_bytes(gzip.compress(b"label"))
    with pytest.raises(ValueError, match="line 1: this is no header"):
        kaggle.read_train(tmp_path / "train.csv")


def test_the_last_seventh_of_the_labelled_digits_serves_to_test(digits, tmp_path):
    images, labels = digits
    (tmp_path / "train.csv").write_text("\n".join(lines(images, labels)))
    (x_train, y_train), (x_test, y_test) = datasets.load_mnist(tmp_path)
    assert (len(x_train), len(x_test)) == (12, 2)
    np.testing.assert_array_equal(np.r_[y_train, y_test], labels)
    np.testing.assert_array_equal(x_test, images[12:])
    assert datasets.checksum(tmp_path) != datasets.checksum()


def test_a_submission_counts_from_one():
    assert kaggle.to_submission(np.array([7, 0])) == "ImageId,Label\n1,7\n2,0\n"
