"""Every shell command that README.md and docs/command-line.md tell is run, in a copy of the program."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
import pytest
from serving import serve
from test_documentation import COMMAND, DOCS, README, ROOT, blocks, commands

from mnist_app.digits import datasets, kaggle, writers
from mnist_app.tables import to_csv

PAGES = (README, DOCS / "command-line.md")
# What takes minutes: what is added, so that it takes less. All else is run as it is told.
SHORTER = {
    "train --recipe dropout": ["--data", "few"],
    "evaluate --model mine": ["--data", "few"],
    "evaluate --canvas": ["--help"],  # 10,000 drawings on three grounds
    "evaluate --corruptions": ["--help"],  # 10,000 digits, spoilt in 15 ways
    "evaluate --styles": ["--help"],
    "evaluate --pages": ["--help"],  # 2,000 pages
    "train --recipe flagship": ["--help"],
    "train --recipe kaggle": ["--help"],
    "train --recipe detector": ["--help"],
    "fine-tune": ["--help"],
    "bench": ["--help"],
    "ablation": ["--help"],
}
NOT_HERE = {
    "time_predict": "takes minutes; `tests/cli/test_time_predict.py` runs it",
    "pytest": "this is a part of it",
    "dask": "needs a cluster; `tests/cli/test_workers.py` reads with one",
    "--scheduler": "likewise",
}
RUN_ALL = """
import json, sys
from typer.testing import CliRunner
from mnist_app.cli.commands import app
for command in json.loads(sys.argv[1]):
    done = CliRunner().invoke(app, command)
    print(json.dumps([command, done.exit_code, (done.output + repr(done.exception or ""))[-500:]]), flush=True)
"""


def shell_lines() -> list[str]:
    """What the pages' blocks tell to type, command by command."""
    lines = "\n".join(block for page in PAGES for block in blocks(page)).replace("\\\n", " ").splitlines()
    typed = [part.strip() for line in lines for part in line.split("   #")[0].split("&&")]
    known = ("python ", "pip ", "streamlit ", "pytest", "curl ", "dask ")
    return list(dict.fromkeys(line for line in typed if line.startswith(known)))


def own_commands() -> list[list[str]]:
    """Those of `python -m mnist_app`, each once and with what makes it shorter."""
    told = list(dict.fromkeys(" ".join(shlex.split(line, comments=True)) for page in PAGES for line in commands(page)))
    asked = [command for command in told if not any(word in command for word in NOT_HERE)]
    return [
        shlex.split(command) + [word for start, more in SHORTER.items() if command.startswith(start) for word in more]
        for command in asked
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, small_mnist: Path) -> Path:
    """A folder with the program, its networks, and the files that the commands name."""
    folder = tmp_path_factory.mktemp("program")
    for name in ("mnist_app", "models"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(small_mnist, folder / "few")
    (images, labels), _ = datasets.load_mnist(small_mnist)
    (folder / "scans").mkdir()
    for path in ("note.jpg", "cut_out.png", "scans/1.png", "scans/2.png"):
        cv2.imwrite(str(folder / path), cv2.resize(255 - images[0], (280, 280)))
    rows = np.c_[labels, images.reshape(len(images), -1)][:280].tolist()  # of which 40 serve to test
    (folder / "kaggle").mkdir()
    train = [dict(zip(kaggle.LABELLED, row, strict=True)) for row in rows]
    (folder / "kaggle" / kaggle.TRAIN).write_text(to_csv(train))
    (folder / "test.csv").write_text(to_csv([{name: row[name] for name in kaggle.PIXELS} for row in train[:5]]))
    for writer in range(2):
        for number, (label, image) in enumerate(zip(*writers.write(3, writer), strict=True)):
            (folder / f"digits/{writer}/{label}").mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / f"digits/{writer}/{label}/{number}.png"), 255 - image)
    return folder


@pytest.mark.slow
def test_every_command_runs(place: Path):
    environment = os.environ | {"MNIST_APP_COLLECTION": f"sqlite:///{place}/collection.sqlite"}
    told = json.dumps(own_commands())
    ended = subprocess.run(
        [sys.executable, "-c", RUN_ALL, told], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    done = [json.loads(line) for line in ended.stdout.splitlines()]
    failed = [(" ".join(command), code, said) for command, code, said in done if code]
    assert not failed
    assert len(done) == len(own_commands()), ended.stderr[-2000:]
    assert (place / "models/mine/metrics.json").exists()
    assert (place / "answers.csv").read_text().count("scans/") >= 2


def test_what_is_made_shorter_or_left_out_is_told():
    told = [line.removeprefix(COMMAND) for line in shell_lines()]
    for start in SHORTER:
        assert any(" ".join(command).startswith(start) for command in own_commands()), start
    for word in NOT_HERE:
        assert any(word in line for line in told), word
    assert len(own_commands()) > 15


def test_what_is_told_to_install_is_installed():
    lines = [line for line in shell_lines() if line.startswith("pip ")]
    assert "pip install -r requirements.txt" in lines
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        name, _, wanted = line.partition("==")
        if wanted:
            assert version(name.split("[")[0]) == wanted, line


def test_the_app_starts_and_answers_as_told(place: Path):
    (start,) = [line for line in shell_lines() if line.startswith("streamlit ")]
    (ask,) = [line for line in shell_lines() if line.startswith("curl ")]
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    assert start == "streamlit run app.py"  # as `serve` runs it
    with serve(place / "log.txt") as server:
        words = shlex.split(ask.replace("http://localhost:8501", server.url))
        said = subprocess.run(["curl", "-sS", *words[1:]], cwd=place, capture_output=True, text=True, check=True).stdout
    assert json.loads(said)["path"] == "note.jpg"
    assert json.loads(said)["error"] is None


def test_all_that_is_told_is_run_or_named_here():
    programs = {"pip", "streamlit", "curl"}
    for line in shell_lines():
        run = line.startswith(COMMAND) or line.split()[0] in programs
        assert run or any(word in line for word in NOT_HERE), line
