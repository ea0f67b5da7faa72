import re

import cv2
import numpy as np
import pytest

from mnist_app.insight import documents, report
from mnist_app.insight.documents import Bullets, Figure, Heading, Report, Table, Text
from mnist_app.network import model_store


@pytest.fixture(scope="module")
def built() -> Report:
    return report.build(model_store.find_model("dropout"))


@pytest.fixture
def small() -> Report:
    blocks = [Heading("A & B"), Text("1 < 2"), Bullets(["one", "two"]), Table([{"name": "a", "n": 1234, "f": 0.5}])]
    return Report("<Title>", [*blocks, Figure("dot", b"png", "A dot")])


def test_a_report_holds_every_part(built):
    headings = [block.text for block in built.blocks if isinstance(block, Heading)]
    assert headings == [
        "Findings", "The data", "The network", "How it learned", "How well it reads", "Some of its answers",
        "Misread digits",
    ]  # fmt: skip
    figures = {block.name: block for block in built.blocks if isinstance(block, Figure)}
    assert list(figures) == [
        "balance", "samples", "means", "accuracy", "loss", "confusion", "per_class", "answers", "misread",
    ]  # fmt: skip
    for figure in figures.values():
        picture = cv2.imdecode(np.frombuffer(figure.png, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert picture.shape[1] > 1000
        assert picture.std() > 5, f"{figure.name} is not empty"
    tables = [block.rows for block in built.blocks if isinstance(block, Table)]
    assert sum(row["parameters"] for row in tables[0]) == 225_034
    assert [row["digit"] for row in tables[-1]] == list(range(10))


def test_its_findings_are_those_of_the_stored_figures(built):
    metrics = model_store.find_model("dropout").metrics
    said = next(block for block in built.blocks if isinstance(block, Bullets)).lines
    assert f"{metrics['accuracy']:.2%}" in said[0]
    assert f"{metrics['errors']} wrong" in said[0]


def test_other_digits_than_the_model_was_measured_on_are_refused(small_mnist):
    with pytest.raises(ValueError, match="'dropout' was trained and measured on other digits"):
        report.build(model_store.find_model("dropout"), small_mnist)


def test_the_page_needs_nothing_else(built):
    page = documents.to_html(built)
    assert page.count("<img ") == 9
    addresses = re.findall(r'(?:src|href)="(.{0,22})', page)
    assert len(addresses) == 10
    assert all(address.startswith("data:") for address in addresses)
    assert "<script" not in page
    assert "http" not in re.sub(r'"data:[^"]*"', "", page)


def test_html_escapes_what_it_shows(small):
    page = documents.to_html(small)
    assert "<h1>&lt;Title&gt;</h1>" in page
    assert "<h2>A &amp; B</h2>" in page
    assert "<p>1 &lt; 2</p>" in page
    assert '<th scope="col">name</th><th scope="col" class="number">n</th>' in page
    assert '<td>a</td><td class="number">1,234</td><td class="number">0.5000</td>' in page


def test_markdown_has_its_pictures_beside_it(small, tmp_path):
    paths = documents.write(small, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["report.html", "report.md", "dot.png"]
    assert paths[2].read_bytes() == b"png"
    assert paths[1].read_text() == (
        "# <Title>\n\n## A & B\n\n1 < 2\n\n- one\n- two\n\n| name | n | f |\n| --- | --: | --: |\n"
        "| a | 1,234 | 0.5000 |\n\n![A dot](dot.png)\n"
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(small, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"The report cannot be written to .*file: File exists"):
        documents.write(small, tmp_path / "file")
