import io
import logging
import re
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.network.classifier import Classifier
from mnist_app.reading.front_door import read_picture
from mnist_app.web import log, public

BLANK = np.full((100, 100, 3), 255, np.uint8)


@pytest.fixture
def written(monkeypatch) -> Iterator[io.StringIO]:
    """What the log writes."""
    file = io.StringIO()
    handler = logging.StreamHandler(file)
    handler.setFormatter(log.OneLine(log.FORMAT))
    handler.addFilter(log.Sparing())
    monkeypatch.setattr(log.LOG, "handlers", [handler])
    log.LOG.setLevel(logging.INFO)
    yield file
    log.LOG.setLevel(logging.NOTSET)


def lines(written: io.StringIO) -> list[str]:
    return written.getvalue().splitlines()


def test_a_reading_is_one_line_with_its_stages_and_nothing_of_the_picture(written, classifier: Classifier, note: bytes):
    assert log.watch("Upload", read_picture, note, classifier).text == "72"
    (line,) = lines(written)
    assert " INFO Upload: read in open " in line
    assert all(f" {stage} " in line for stage in ("clean", "find", "detect", "look", "judge"))
    assert line.endswith(": 2 digits, 0 unsure, 0 left out")


def test_a_refusal_is_one_line_with_its_reason(written, classifier: Classifier):
    with pytest.raises(ValueError, match="empty"):
        log.watch("API", read_picture, b"", classifier)
    (line,) = lines(written)
    assert "API: refused after open 0 ms: The file is empty" in line


def test_an_error_is_one_line_without_control_characters(written):
    try:
        raise KeyError("\x1b[31mred\nline 2\u2028line 3")
    except KeyError as error:
        number = log.note_error(error, "/data")
    (line,) = lines(written)
    assert f" ERROR error {number} on /data: KeyError: " in line
    assert re.search(r"\(test_log.py:\d+\)$", line)
    assert "\x1b" not in line


def test_what_the_server_tells_once_more_is_left_out(written):
    error = ValueError("once")
    log.note_error(error, "/")
    log.LOG.error("Exception in ASGI application", exc_info=error)
    assert len(lines(written)) == 1


def test_all_that_the_process_logs_has_one_form(monkeypatch, capsys):
    server, own = logging.getLogger("streamlit.some_part"), logging.StreamHandler(io.StringIO())
    without_handlers = logging.getLogger("uvicorn.error")  # as Streamlit and uvicorn leave it between them
    for logger, handlers in ((server, [own]), (logging.root, []), (without_handlers, [])):
        monkeypatch.setattr(logger, "handlers", handlers)
    for logger in filter(lambda known: isinstance(known, logging.Logger), logging.root.manager.loggerDict.values()):
        monkeypatch.setattr(logger, "handlers", list(logger.handlers))
        monkeypatch.setattr(logger, "propagate", logger.propagate)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(logging.getLogger("streamlit.error_util"), "filters", [])
    for logger in (log.LOG, without_handlers, logging.getLogger("uvicorn.access")):
        monkeypatch.setattr(logger, "level", logger.level)
    server.propagate = without_handlers.propagate = False
    log.set_up()
    server.warning("One\nline")
    without_handlers.info("connection open")
    without_handlers.warning("Invalid HTTP request received.")
    logging.getLogger("streamlit.error_util").error(log.TOLD_ELSEWHERE)
    log.LOG.info("Another")
    said = [re.sub(r"^[-0-9]+ [:,0-9]+ ", "", line) for line in capsys.readouterr().err.splitlines()]
    assert said == ["WARNING One line", "WARNING Invalid HTTP request received.", "INFO Another"]


def test_an_error_that_others_tell_is_one_line_too(written):
    log.LOG.error("Exception in a callback", exc_info=ValueError("one\ntwo"))
    (line,) = lines(written)
    assert line.endswith("Exception in a callback ValueError: one two")


def test_the_same_failure_does_not_fill_the_disk(written):
    for _ in range(1000):
        log.LOG.error("socket.accept() out of system resource")
    assert len(lines(written)) <= 2 * log.MOST_ALIKE, "of two minutes at most"
    for _ in range(100):
        log.LOG.info("a reading")
    assert lines(written)[-1].endswith("a reading")


@pytest.mark.parametrize("at_a_public_address", [True, False])
def test_a_public_page_shows_the_number_and_not_the_error(monkeypatch, written, at_a_public_address):
    monkeypatch.setenv(public.SETTING, "yes" if at_a_public_address else "")
    monkeypatch.setattr(log.st, "context", SimpleNamespace(url="http://localhost:8501/data?model=x"))

    def page() -> None:
        from mnist_app.web import log

        log.note_page_error(OSError("/home/somebody"))

    shown = AppTest.from_function(page).run()
    assert not shown.exception
    number = lines(written)[0].split("error ")[1].split(" on /data: OSError")[0]
    assert [box.value for box in shown.error] == ([log.FAILED.format(number=number)] if at_a_public_address else [])
