"""README.md, CONTRIBUTING.md and the pages in docs/: what they link to, name, command and claim must be so."""

import csv
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

import cv2
import numpy as np
import pytest
import typer
from PIL import Image

from mnist_app.cli.commands import app as command_line
from mnist_app.digits import writers
from mnist_app.digits.generated.pages import FAMILIES
from mnist_app.insight import choosing, comparison, page_exam, robustness
from mnist_app.insight.evaluation import summarize_seeds
from mnist_app.network import model_store, recipes
from mnist_app.network.architectures import build
from mnist_app.network.model_store import StoredModel
from mnist_app.network.personal import PersonalClassifier
from mnist_app.network.recipes import DETECTOR, TRAINABLE
from mnist_app.reading.picture_files import MAX_MEGAPIXELS
from mnist_app.settings import MODELS_FOLDER
from mnist_app.web import elsewhere, navigation
from mnist_app.web.api import bodies, description, work

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING, DOCS = ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs"
SECURITY = ROOT / "SECURITY.md"
PAGES = (README, CONTRIBUTING, SECURITY, *sorted(DOCS.glob("*.md")))
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = "python -m mnist_app "
ADDRESS = re.compile(r"(GET|POST) (/\S+)")
MEDIA_TYPES = ("application/json",)
SHOWN = """
import sys
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("app.py", default_timeout=60)
models, training = sys.argv[1:]
assert not app.switch_page(models).run().exception, app.exception
row = app.dataframe[0].value.set_index("model").loc["tiny"]
print(row["claim"], row["parameters"])
assert not app.switch_page(training).run().exception, app.exception
print(app.selectbox(key="recipe").options[0])
"""

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str = "") -> list[str]:
    """The fenced blocks of a language; without one, those that name none."""
    return [block for named, block in FENCED.findall(read(page)) if named == language]


def spans(page: Path) -> list[str]:
    """What stands between backticks in the text."""
    return re.findall(r"`([^`\n]+)`", FENCED.sub("", read(page)))


def links(page: Path) -> list[str]:
    """Where links and pictures lead within the repository."""
    return [to for to in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", read(page))) if "://" not in to]


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", read(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(page: Path) -> Iterator[str]:
    """What follows `python -m mnist_app`, in blocks and in the text."""
    for line in (*"".join(blocks(page)).splitlines(), *spans(page)):
        if COMMAND in line:
            yield line.split(COMMAND)[1]


def table(page: Path, first: str) -> dict[str, list[str]]:
    """The table whose first heading is this: by first cell, the others of each row."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        for line in read(page).splitlines()
    ]
    start = next(i for i, row in enumerate(rows) if row[:1] == [first])
    return {row[0].strip("`"): row[1:] for row in takewhile(bool, rows[start + 2 :])}


def percent(share: float | None, places: int = 1) -> str:
    return "–" if share is None else f"{100 * share:.{places}f} %"


def section(page: Path, heading: str) -> str:
    return read(page).split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_readme_is_short():
    assert len(read(README).splitlines()) <= 120


def test_the_layout_names_every_package():
    package = ROOT / "mnist_app"
    for folder in {path.relative_to(package).parts[0] for path in package.glob("*/**/*.py")}:
        assert re.search(rf"\s{folder}/\s", section(README, "Layout")), folder


def test_every_page_is_linked_from_the_readme():
    assert {to for to in links(README) if to.startswith("docs/") and to.endswith(".md")} == {
        page.relative_to(ROOT).as_posix() for page in DOCS.glob("*.md")
    }


def test_every_promise_has_tests_that_exist():
    known = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", read(file), re.M)
    }
    promises = table(SECURITY, "promise")
    assert len(promises) > 10
    for promise, (named,) in promises.items():
        tests = re.findall(r"`(\w+)`", named)
        assert tests, promise
        assert not set(tests) - known, promise


@every_page
def test_links_lead_somewhere(page):
    for link in links(page):
        path, _, anchor = unquote(link).partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_page
def test_paths_exist(page):
    for span in spans(page):
        if COMMAND not in span and not ADDRESS.match(span):
            for word in span.split():
                if "/" in word or word.endswith(".py"):
                    assert (ROOT / word).exists() or word in MEDIA_TYPES, word


@every_page
def test_addresses_are_those_of_the_api(page):
    described = description.describe()["paths"] | {"/openapi.json": {"get": {}}}
    for method, address in (found.groups() for found in map(ADDRESS.fullmatch, spans(page)) if found):
        assert method.lower() in described[address], address


@every_page
def test_commands_are_understood(page):
    known = typer.main.get_command(command_line).commands
    for command in commands(page):
        name, *arguments = shlex.split(command, comments=True)
        parameters = known[name].make_context(name, arguments).params
        assert parameters.get("recipe", "NAME") in {*TRAINABLE, "NAME"}, command


def test_every_command_is_told():
    told = {command.split()[0] for command in commands(DOCS / "command-line.md")}
    assert told == set(typer.main.get_command(command_line).commands)


def test_every_option_is_told_and_those_that_are_told_exist():
    known = typer.main.get_command(command_line).commands.values()
    options = {option for each in known for one in each.params for option in one.opts if option.startswith("--")}
    told = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", " ".join(map(read, PAGES))))
    assert not options - told
    alone = {span.split()[0] for page in PAGES for span in spans(page) if span.startswith("--")}
    assert not alone - options - {"--help"}


def test_every_setting_of_the_environment_is_told_and_those_that_are_told_exist():
    code = "\n".join(map(read, (ROOT / "mnist_app").rglob("*.py")))
    assert set(table(DOCS / "running-it-for-others.md", "setting")) == set(re.findall(r'"(MNIST_APP_[A-Z_]+)"', code))


def test_every_page_of_the_app_is_told_in_the_order_of_the_navigation():
    assert list(table(DOCS / "pages.md", "page")) == [page.title for page in navigation.PAGES]


def test_the_readmes_python_reads_a_picture(tmp_path, monkeypatch, mnist_test, capsys):
    Image.fromarray(255 - cv2.resize(mnist_test[0][0], (280, 280))).save(tmp_path / "note.jpg")
    monkeypatch.chdir(tmp_path)
    (code,) = blocks(README, "python")
    assert code == elsewhere.IN_PYTHON
    exec(code, {})
    assert capsys.readouterr().out.startswith("7 [(7, ")


def test_the_api_is_told_as_it_is():
    described = description.describe()
    told = [ADDRESS.fullmatch(address).groups() for address in table(DOCS / "api.md", "address")]
    served = [(method.upper(), path) for path, methods in described["paths"].items() for method in methods]
    assert told == [*served, ("GET", "/openapi.json")]
    read = described["paths"]["/api/read"]["post"]
    assert set(table(DOCS / "api.md", "parameter")) == {each["name"] for each in read["parameters"]}
    assert set(table(DOCS / "api.md", "status")) == {*read["responses"], "405"} - {"200"}
    limits = table(DOCS / "api.md", "status")
    assert f"{bodies.picture_limit() >> 20} MB" in limits["413"][0]
    assert f"{bodies.DRAWING_LIMIT >> 20} MB" in limits["413"][0]
    assert f"{MAX_MEGAPIXELS} megapixels" in limits["413"][0]
    assert limits["503"][0].startswith(f"{work.MOST_WAITING} pictures")
    assert f"within {work.SECONDS} seconds" in limits["503"][0]


def test_the_python_that_learns_a_hand_does():
    labels, images = writers.write(3, 1)
    known = {"images": images, "labels": labels}
    exec(blocks(DOCS / "your-hand.md", "python")[0], known)
    assert known["gate"].own == 30
    assert isinstance(known["classifier"], PersonalClassifier) == known["gate"].opens


def test_the_readmes_figures_are_those_of_the_pages():
    told = read(DOCS / "measured.md") + read(DOCS / "whole-pages.md")
    for what, (figures, _) in table(README, "what").items():
        for figure in re.findall(r"\d[\d.]* \S+", figures.replace(";", " ")):
            assert figure in told, what


@pytest.mark.parametrize("page", [DOCS / "networks.md", DOCS / "flagship.md"], ids=lambda page: page.name)
def test_the_networks_figures_are_those_stored(page):
    for name, row in table(page, "model").items():
        metrics = StoredModel(MODELS_FOLDER / name).metrics
        told = [percent(metrics["accuracy"], 2), f"{metrics['loss']:.4f}", f"{metrics['ece']:.4f}"]
        at = row.index(told[0])
        assert row[at : at + 3] == told, name


def test_the_networks_are_told_as_the_models_page_shows_them():
    for name, (claim, parameters, *_, spoilt, _) in table(DOCS / "networks.md", "model").items():
        described = comparison.describe(model_store.find_model(name))
        assert claim.replace(" %", "%") == (described["claim"] or "")
        assert parameters == f"{described['parameters']:,}"
        assert spoilt == percent(described["corruptions"])


def test_the_seeds_are_those_stored():
    seeds = summarize_seeds(model_store.find_model("flagship-0", holding="metrics.json"))
    figures = f"{percent(seeds['seeds_accuracy'], 2)}, {100 * seeds['seeds_deviation']:.2f}"
    assert seeds["seeds"] == 3
    assert f"three seeds, {figures}." in read(DOCS / "flagship.md")


def test_the_default_models_figures_are_those_stored():
    model = model_store.find_model()
    spoilt = robustness.summarize_corruptions(robustness.load_corruptions(model))
    rows = [row[0] for row in table(DOCS / "measured.md", "what").values()]
    assert rows[0] == percent(model.metrics["accuracy"], 2)
    assert f"{percent(spoilt['corruptions'])}, {percent(spoilt['corruptions_lowest'])}" in rows


def test_the_exam_of_pages_is_the_one_stored():
    told = table(DOCS / "whole-pages.md", "on the page")
    for row in page_exam.load_pages(model_store.find_model()):
        name = FAMILIES[row["family"]].hint if row["family"] in FAMILIES else row["family"]
        exact, low, high = (percent(row[key]) for key in ("exact", "exact_low", "exact_high"))
        read_right, refused = (percent(row[key]) for key in ("read", "refused"))
        assert told.pop(name) == [
            f"{row['pages']:,}", f"{exact} ({low} to {high})", read_right, f"{row['false_per_page']:.2f}", refused
        ], name  # fmt: skip
    assert not told


def test_the_detectors_figures_are_those_stored():
    metrics, told = StoredModel(MODELS_FOLDER / DETECTOR).metrics, " ".join(read(DOCS / "detector.md").split())
    found, right, exact, refused = (percent(metrics[key], 0) for key in ("recall", "precision", "exact", "refused"))
    assert f"tells {percent(metrics['val_accuracy'])} of the ink right" in told
    assert f"the {metrics['candidates']:,} candidates" in told
    assert f"it finds {found} of the digits, and {right} of what it finds are digits; {exact} of the pages" in told
    assert f"and {refused} of those without are refused" in told


def test_other_hands_are_read_as_stored():
    for name, row in table(DOCS / "other-hands.md", "").items():
        with (MODELS_FOLDER / name / choosing.FILE).open(newline="", encoding="utf-8") as file:
            stored = [(each["set"], each["style"], float(each["accuracy"])) for each in csv.DictReader(file)]
        means = {part: np.mean([value for found, _, value in stored if found == part]) for part, *_ in stored}
        scans = {style: value for part, style, value in stored if part == choosing.LOAD_DIGITS}
        assert row == [
            *(percent(means[part], 2) for part in (choosing.CHOICE, choosing.MNIST)),
            *(percent(means[part]) for part in (choosing.HANDS, choosing.ELSEWHERE)),
            *(percent(scans[style]) for style in choosing.SCANS),
        ], name  # fmt: skip


@pytest.mark.parametrize("what", ["recipe", "page", "chart", "preprocessing step", "training setting"])
def test_to_add_something_takes_at_most_five_lines(what):
    lines = FENCED.sub("", section(CONTRIBUTING, f"A {what}")).split("\n")
    said = [line for line in lines if line]
    assert [line[:2] for line in said] == [f"{i}." for i in range(1, len(said) + 1)]
    assert len(said) <= 5


def test_the_recipe_that_contributing_adds_is_one():
    (row,) = re.findall(r"```python\n(.*?)```", section(CONTRIBUTING, "A recipe"), re.DOTALL)
    ((name, recipe),) = eval(f"{{{row}}}", vars(recipes)).items()
    assert name not in recipes.RECIPES
    assert build(recipe.settings.architecture, 10, recipe.settings.dropout).count_params() == 347_146


@pytest.mark.slow
def test_the_recipe_that_contributing_adds_is_trained_and_shown(tmp_path, small_mnist):
    """In a copy of the program, as a person would: the lines go into the file that the text names first."""
    shutil.copy(ROOT / "app.py", tmp_path)
    shutil.copytree(ROOT / "mnist_app", tmp_path / "mnist_app", ignore=shutil.ignore_patterns("__pycache__"))
    text = section(CONTRIBUTING, "A recipe")
    recipes = tmp_path / re.search(r"`([^`]+)`", text)[1]
    (row,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    head, table, rest = recipes.read_text("utf-8").partition("RECIPES = {\n")
    recipes.write_text(head + table + row + rest, "utf-8")

    def run(*arguments: object) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)], cwd=tmp_path, capture_output=True, text=True, timeout=300
        )
        assert not done.returncode, done.stderr
        return done.stdout

    assert "tiny" in run("-m", "mnist_app", "train", "--help")
    assert run("-m", "mnist_app", "train", "--recipe", "tiny", "--data", small_mnist).startswith("tiny: ")
    shown = run("-c", SHOWN, navigation.MODELS.path, navigation.TRAINING.path)
    assert shown.splitlines() == ["quick 347146", "Tiny CNN"]
