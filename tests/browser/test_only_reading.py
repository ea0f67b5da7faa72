"""With requirements-serve.txt alone, without TensorFlow: all that reads does, and what trains says that it cannot."""

import ast
import json
import os
import re
import subprocess
import sys
import urllib.request
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import cv2
import numpy as np
import pytest
from serving import ROOT, serve
from typer.testing import CliRunner

from mnist_app.cli import commands
from mnist_app.network.installation import ONLY_READS

NAME = re.compile(r"[A-Za-z0-9._-]+")
LEFT_OUT = {"tensorflow", "keras"}
# Python runs it at its start: importing these then raises, as where they are not installed.
BLOCK = f"import sys\nsys.modules.update(dict.fromkeys({LEFT_OUT}))"
PAGES = """
from streamlit.testing.v1 import AppTest
from mnist_app.web.examples import draw_example
from mnist_app.web.navigation import MODELS, MY_DIGITS, TRAINING
from mnist_app.web.paper import SIZE

app = AppTest.from_file("app.py", default_timeout=60)
app.session_state["drawing"] = {"strokes": draw_example(4, SIZE, 16)}
assert not app.run().exception, app.exception
for page in (MODELS, MY_DIGITS, TRAINING):
    assert not app.switch_page(page.path).run().exception, app.exception
print([info.value for info in app.info], [button.label for button in app.button])
"""


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Python that cannot import what only training needs."""
    folder = tmp_path_factory.mktemp("slim")
    (folder / "sitecustomize.py").write_text(BLOCK, "utf-8")
    return {"PYTHONPATH": str(folder)}


@pytest.fixture
def seven(tmp_path: Path, mnist_test: tuple[np.ndarray, np.ndarray]) -> Path:
    file = tmp_path / "seven.png"
    cv2.imwrite(str(file), cv2.resize(255 - mnist_test[0][0], (280, 280)))
    return file


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_app_starts_and_reads(slim: dict[str, str], seven: Path, tmp_path: Path):
    with serve(tmp_path / "log.txt", slim) as server:
        with urllib.request.urlopen(f"{server.url}/api/health", timeout=60) as answer:
            assert json.load(answer)["status"] == "ok"
        asked = urllib.request.Request(f"{server.url}/api/read", seven.read_bytes(), {"Content-Type": "image/png"})
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert json.load(answer)["text"] == "7"


def test_pages_open_and_training_says_that_it_cannot(slim: dict[str, str]):
    done = run(slim, "-c", PAGES)
    assert done.returncode == 0, done.stderr
    assert ONLY_READS in done.stdout
    assert "Start training" not in done.stdout


def test_the_command_line_reads(slim: dict[str, str], seven: Path):
    done = run(slim, "-m", "mnist_app", "predict", str(seven), "--format", "json")
    assert json.loads(done.stdout)["text"] == "7"


@pytest.mark.parametrize("command", ["train", "fine-tune .", "inside", "bench", "evaluate --keras"])
def test_commands_that_need_training_say_so_at_once(command: str, monkeypatch: pytest.MonkeyPatch):
    for name in LEFT_OUT:
        monkeypatch.setitem(sys.modules, name, None)
    done = CliRunner().invoke(commands.app, command.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {ONLY_READS}")
    assert done.stderr.count("\n") == 1


def test_it_holds_all_that_the_program_imports_but_for_training():
    lines = (ROOT / "requirements-serve.txt").read_text("utf-8").splitlines()
    named = {NAME.match(line)[0].lower() for line in lines if not line.startswith("#")}
    brought = {NAME.match(each)[0].lower() for name in named for each in requires(name) or () if "extra" not in each}
    homes = packages_distributions()
    for file in (ROOT / "mnist_app").rglob("*.py"):
        imported = imports(file)
        if not imported & LEFT_OUT:
            for package in imported - sys.stdlib_module_names - {"mnist_app", "distributed"}:
                assert {home.lower().replace("_", "-") for home in homes[package]} & (named | brought), package


def imports(file: Path) -> set[str]:
    """The packages that a module imports, wherever in it."""
    found = [
        node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.ImportFrom | ast.Import)
    ]
    names = [
        [node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names] for node in found
    ]
    return {name.split(".")[0] for each in names for name in each if name}
