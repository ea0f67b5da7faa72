"""The corpus of bad inputs through all doors: each file gives an answer or one sentence, in time, never a traceback."""

import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import requests
from bad_inputs import NAMES, make_cases, whole
from streamlit.testing.v1 import AppTest

from mnist_app.network.classifier import Classifier
from mnist_app.reading.front_door import read_picture
from mnist_app.reading.picture_files import PictureError, open_picture
from mnist_app.web import navigation

APP = Path(__file__).parents[2] / "app.py"
SECONDS = 2.0  # of the processor's time for a file
SENTENCE = re.compile(r"[A-Z][^\n]{10,150}\.")
REFUSALS = (400, 413, 415, 422)
SOME = 3  # every third file goes through the page, and every third through the API


def read(content: bytes, classifier: Classifier) -> tuple[str, str]:
    """What is read in a file, and why it is not."""
    try:
        return read_picture(open_picture(content), classifier).text, ""
    except PictureError as error:
        return "", str(error)


def test_every_file_is_read_or_refused_with_one_sentence(classifier: Classifier):
    texts, took = {}, {}
    for what, content in make_cases():
        start = time.process_time()
        texts[what], error = read(content, classifier)
        took[what] = time.process_time() - start
        assert not error or SENTENCE.fullmatch(error), f"{what}: {error}"
    slowest = max(took, key=took.__getitem__)
    assert took[slowest] < SECONDS, slowest
    assert {texts[f"whole {name}"] for name in whole()} == {"7"}


def upload(page: AppTest, files: list[tuple[str, bytes, str]]) -> dict[str, Any]:
    """Give the page Upload files; returns the columns of its table."""
    page.file_uploader(key="files").set_value(files).run()
    assert not page.exception
    assert all(SENTENCE.fullmatch(error.value) for error in page.error)
    return page.dataframe[0].value


def test_the_upload_page_reads_or_refuses():
    page = AppTest.from_file(str(APP), default_timeout=120).switch_page(navigation.UPLOAD.path).run()
    some = make_cases()[::SOME]
    table = upload(page, [(f"{i}.png", case.content, "image/png") for i, case in enumerate(some)])
    assert list(table["Picture"]) == [f"{i}.png" for i in range(len(some))]
    refused = np.array([bool(error) for error in table["Why it was not read"]])
    assert 0 < refused.sum() < len(some)
    assert all(SENTENCE.fullmatch(error) for error in table["Why it was not read"] if error)
    assert table["Number"][0] == "7", "the others are read"


def test_the_upload_page_takes_every_name():
    page = AppTest.from_file(str(APP), default_timeout=60).switch_page(navigation.UPLOAD.path).run()
    table = upload(page, [(name, whole()["PNG"], "image/png") for name in NAMES])
    assert list(table["Picture"]) == NAMES
    assert set(table["Number"]) == {"7"}


def test_the_api_reads_or_refuses(api: str):
    for what, content in make_cases()[1::SOME]:
        answer = requests.post(f"{api}/api/read", content)
        told = answer.json()
        if answer.status_code == 200:
            assert told["error"] is None, what
        else:
            assert answer.status_code in REFUSALS, f"{what}: {told}"
            assert SENTENCE.fullmatch(told["detail"]), f"{what}: {told['detail']}"


def test_the_api_takes_every_name(api: str):
    for name in NAMES:
        answer = requests.post(f"{api}/api/read", files={"picture": (name, whole()["PNG"])})
        assert (answer.status_code, answer.json()["text"]) == (200, "7"), name
