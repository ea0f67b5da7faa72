import cv2
import numpy as np
import pytest
from PIL import Image

from mnist_app.insight import hands


@pytest.fixture
def save(tmp_path, mnist_test):
    """Saves one of MNIST's test digits as a picture under a path of the collection."""

    def write(path, number=0):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - cv2.resize(mnist_test[0][number], (140, 140))).save(file)
        return file

    return write


def listed(path):
    """The collection as names, file names and labels."""
    return {name: [(one.path.name, one.label) for one in found] for name, found in hands.list_collection(path).items()}


def test_folders_of_labels_and_tables_may_stand_side_by_side(tmp_path, save):
    save("ann/7/a.png")
    save("ann/2/b.JPG", 1)
    (tmp_path / "ann" / "2" / "note.txt").write_text("no picture")
    save("bob/scans/c.png")
    (tmp_path / "bob" / "labels.csv").write_text("path,label\nscans/c.png,7\n")
    (tmp_path / "nobody").mkdir()
    assert listed(tmp_path) == {"ann": [("b.JPG", 2), ("a.png", 7)], "bob": [("c.png", 7)]}


def test_one_table_with_a_column_for_the_writer(tmp_path):
    table = tmp_path / "all.csv"
    table.write_text("path,label,writer,source\na.png,7,bob,x\nb.png,2,ann,x\nc.png,1,bob,x\n")
    assert listed(table) == {"ann": [("b.png", 2)], "bob": [("a.png", 7), ("c.png", 1)]}
    table.write_text("path,label,source\na.png,7,a form\n")
    assert listed(table) == {"a form": [("a.png", 7)]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,label,writer\na.png,12,ann\n", r"The label of .*a\.png must be a digit from 0 to 9, not '12'"),
        ("path,label,writer\na.png,,ann\n", "must be a digit from 0 to 9, not ''"),
        ("path,label\na.png,1\n", r"all\.csv lacks the columns writer; a collection is laid out as WRITER/LABEL"),
        ("label,writer\n1,ann\n", r"all\.csv lacks the columns path"),
        ("", "lacks the columns path, label"),
        (b"\xff\xfe\x00", r"all\.csv cannot be read as a CSV"),
    ],
)
def test_bad_tables_are_one_sentence(tmp_path, text, message):
    table = tmp_path / "all.csv"
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=message):
        hands.list_collection(table)


def test_bad_folders_are_one_sentence(tmp_path, save):
    with pytest.raises(ValueError, match="There is no collection .*nothing"):
        hands.list_collection(tmp_path / "nothing")
    with pytest.raises(ValueError, match="holds no labelled pictures; a collection is laid out as WRITER/LABEL"):
        hands.list_collection(tmp_path)
    save("ann/seven/a.png")
    with pytest.raises(ValueError, match=r"The label of .*a\.png must be a digit from 0 to 9, not 'seven'"):
        hands.list_collection(tmp_path)


def test_pictures_become_what_the_network_is_given(tmp_path, save, classifier, mnist_test):
    save("ann/7/a.png")
    save("ann/2/b.png", 1)
    done = []
    (ann,) = hands.read_hands(hands.list_collection(tmp_path), classifier, done.append)
    assert (ann.name, ann.labels.tolist(), done) == ("ann", [2, 7], [1, 1])
    assert classifier.predict(ann.images).y_prob.argmax(axis=1).tolist() == [2, 7]
    correlation = np.corrcoef(ann.images[1].ravel(), mnist_test[0][0].ravel())[0, 1]
    assert correlation > 0.9


def test_pictures_that_cannot_be_taught_are_named(tmp_path, classifier):
    (tmp_path / "ann" / "3").mkdir(parents=True)
    path = tmp_path / "ann" / "3" / "a.png"
    path.write_text("no picture")
    with pytest.raises(ValueError, match=r"a\.png: This is not a picture that can be read"):
        hands.read_hands(hands.list_collection(tmp_path), classifier)
    Image.new("L", (60, 60), 255).save(path)
    with pytest.raises(ValueError, match=r"a\.png holds no ink; take it out"):
        hands.read_hands(hands.list_collection(tmp_path), classifier)
    missing = {"ann": [hands.Labelled(tmp_path / "gone.png", 1)]}
    with pytest.raises(ValueError, match=r"gone\.png: There is no such file"):
        hands.read_hands(missing, classifier)


def test_generated_hands_differ_and_every_second_one_writes_elsewhere():
    first, second, third = hands.generate_hands(3, each=2)
    assert [first.name, second.name, third.name] == ["1", "2", "3"]
    assert (first.images != third.images).any()
    plain, _ = hands.writers.write(2, hands.SEED + 1)[1], second
    assert (second.images != plain).any(axis=(1, 2)).all()
