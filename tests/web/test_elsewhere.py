"""The lines to copy, run against a started server."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_app.web import elsewhere

KINDS = {"72": elsewhere.PICTURE, "7": elsewhere.DRAWING}
# What a web page has and Node lacks: a field with the file that the visitor has chosen.
PAGE = """import { openAsBlob } from "node:fs";
const chosen = await openAsBlob("note.jpg");
const document = { querySelector: () => ({ files: [chosen] }) };
"""

every_kind = pytest.mark.parametrize(("text", "lines"), KINDS.items(), ids=["picture", "drawing"])


@pytest.fixture
def folder(tmp_path: Path, note: bytes) -> Path:
    """A folder with the picture that the lines send, whose name says JPEG and whose content tells what it is."""
    (tmp_path / "note.jpg").write_bytes(note)
    return tmp_path


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert not done.returncode, done.stderr
    return done.stdout


@every_kind
@pytest.mark.skipif(not shutil.which("curl"), reason="There is no curl.")
def test_the_curl_line_prints_an_answer(api, folder, text, lines):
    answer = run(["bash", "-c", elsewhere.fill_in(lines, api)["curl"]], folder)
    assert json.loads(answer)["text"] == text


@every_kind
def test_the_python_lines_print_the_number(api, folder, text, lines):
    code = elsewhere.fill_in(lines, api)["Python"]
    assert run([sys.executable, "-I", "-c", code], folder) == f"{text}\n"


@every_kind
@pytest.mark.skipif(not shutil.which("node"), reason="There is no Node; the browser tests run these lines, too.")
def test_the_javascript_lines_print_the_number(api, folder, text, lines):
    (folder / "lines.mjs").write_text(PAGE + elsewhere.fill_in(lines, api)["JavaScript"])
    assert run(["node", "lines.mjs"], folder) == f"{text}\n"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8501/use_it_elsewhere", "http://127.0.0.1:8501"),
        ("https://example.org/digits/use_it_elsewhere", "https://example.org/digits"),
        ("https://example.org/digits/", "https://example.org/digits"),
        (None, "http://localhost:8501"),
    ],
)
def test_the_servers_address_is_that_of_the_page_without_the_page(url, address):
    assert elsewhere.server_address(url, "use_it_elsewhere") == address
