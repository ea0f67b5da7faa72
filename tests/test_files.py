import os
from pathlib import Path

import pytest

from mnist_app.files import whole_file, write_whole


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "results"
    with whole_file(path) as file:
        file.write(b"all")
        assert not path.exists()
    write_whole(path, "other, ä")
    assert path.read_text(encoding="utf-8") == "other, ä"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_where_writing_fails_the_old_file_is_there_as_it_was(tmp_path, error):
    path = tmp_path / "results"
    path.write_text("old")
    with pytest.raises(type(error)), whole_file(path) as file:  # noqa: PT012
        file.write(b"half")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_device_and_a_link_are_written_to(tmp_path):
    with pytest.raises(OSError, match="No space left"):
        write_whole(Path("/dev/full"), "all")
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    write_whole(link, "all")
    assert target.read_text() == "all"
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_whole(tmp_path / "pipe", "through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)


@pytest.mark.parametrize(
    ("place", "said"), [(".", "Is a directory"), ("file/below", "Not a directory"), ("no/one", "No")]
)
def test_an_error_names_the_file_that_was_asked_for(tmp_path, place, said):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=said) as caught:
        write_whole(tmp_path / place, "all")
    assert caught.value.filename == str(tmp_path / place)
