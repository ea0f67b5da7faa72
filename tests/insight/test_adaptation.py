import csv
import json

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mnist_app.cli import commands
from mnist_app.digits import writers
from mnist_app.insight import adaptation, hands
from mnist_app.insight.hands import Hand
from mnist_app.network import personal
from mnist_app.network.classifier import load_classifier
from mnist_app.network.model_store import find_model
from mnist_app.network.personal import Gate


@pytest.fixture(scope="module")
def network():
    model = find_model("dropout")
    classifier = load_classifier(model)
    return classifier, personal.remember(model, classifier)


def test_what_is_taught_is_not_tested():
    labels = np.array([0] * 5 + [1] * 2 + [2])
    taught, tested = adaptation.choose(labels, 2, np.random.default_rng(0))
    assert not (taught & tested).any()
    assert (taught.sum(), tested.sum()) == (2, 3)
    assert not taught[5:].any()
    assert not tested[5:].any()
    again, _ = adaptation.choose(labels, 2, np.random.default_rng(1))
    assert (again != taught).any()


def test_writers_are_read_better_the_more_they_teach(network):
    people = [Hand(str(seed), *writers.write(8, seed)) for seed in range(6)]
    done = []
    rows = adaptation.measure(people, *network, counts=(1, 5, 8), draws=2, advance=done.append)
    one, five = rows  # of eight digits, eight cannot be taught and others tested
    assert sum(done) == 18
    assert [row["taught_each"] for row in rows] == [1, 5]
    assert (one["writers"], one["tested"], five["tested"]) == (6, 70, 30)
    assert five["errors_taught"] < one["errors_taught"] < one["errors_before"]
    assert five["mended"] > 0.3
    assert five["errors_before"] >= five["errors_gated"] >= five["errors_taught"]
    assert five["errors_before_spread"] > 0
    for row in rows:
        assert row["mnist_before"] == pytest.approx(0.9916)
        assert row["lost_at_most"] <= 0.0005
        assert row["mnist_after"] >= row["mnist_before"] - 0.0005
        assert row["milliseconds"] < 1000


def test_the_rows_are_means_over_writers():
    """Ann misreads 4 of 10, and mends 2 where the gate opens; Bob misreads 1 of 20 and his head loses MNIST."""
    opened, shut = Gate(10, 3, 1, 1000, 10, 10), Gate(10, 3, 3, 1000, 10, 50)
    ann = [adaptation.Trial(10, 4, 2, opened, 0.1), adaptation.Trial(10, 4, 2, opened, 0.1)]
    row = adaptation._summarize(3, [ann, [adaptation.Trial(20, 1, 1, shut, 0.2)]])
    assert row["errors_before"] == pytest.approx((0.4 + 0.05) / 2)
    assert row["errors_taught"] == row["errors_gated"] == pytest.approx((0.2 + 0.05) / 2)
    assert row["errors_before_spread"] == pytest.approx(0.175)
    assert row["mended"] == pytest.approx(4 / 9)
    assert row["gate_opens"] == pytest.approx(2 / 3)
    assert (row["mnist_before"], row["mnist_after"], row["lost_at_most"]) == (0.99, 0.99, 0)
    assert row["milliseconds"] == pytest.approx(100)


def test_nothing_to_mend_and_no_head_that_keeps_mnist():
    row = adaptation._summarize(1, [[adaptation.Trial(10, 0, 0, Gate(10, 0, 0, 1000, 10, 50), 0.1)]])
    assert (row["mended"], row["mended_gated"], row["mnist_after"], row["lost_at_most"]) == (0, 0, None, None)


def test_too_few_digits_are_one_sentence(network):
    alone = Hand("ann", *writers.write(1, 0))
    with pytest.raises(ValueError, match="No writer has two digits of one class"):
        adaptation.measure([alone], *network)


@pytest.fixture
def collection(tmp_path):
    """Two generated writers with three pictures of each digit."""
    for name, seed in (("ann", 1), ("bob", 2)):
        for i, (label, image) in enumerate(zip(*writers.write(3, seed), strict=True)):
            path = tmp_path / name / str(label) / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(255 - cv2.resize(image, (112, 112))).save(path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(commands.app, ["adapt", "--model", "dropout", *map(str, arguments)])


def test_the_command_prints_a_row_per_number_of_taught_digits(collection):
    result = run("--collection", collection, "--format", "json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [(row["taught_each"], row["writers"], row["tested"]) for row in rows] == [(1, 2, 20), (2, 2, 10)]
    assert rows[0]["errors_before"] > 0.05
    first, *figures = run("--collection", collection).stdout.splitlines()
    assert first.split("  ")[0] == "figure"
    assert "2 of each" in first
    assert "milliseconds" in figures[-1]
    table = list(csv.DictReader(run("--collection", collection, "--format", "csv").stdout.splitlines()))
    assert [float(row["errors_before"]) for row in table] == [row["errors_before"] for row in rows]


def test_without_a_collection_the_command_generates_writers(monkeypatch):
    generate = hands.generate_hands
    monkeypatch.setattr(hands, "generate_hands", lambda: generate(2, 3))
    result = run("--format", "json")
    assert result.exit_code == 0, result.output
    assert [row["writers"] for row in json.loads(result.stdout)] == [2, 2]


def test_bad_input_is_one_sentence(tmp_path):
    for arguments in (("--collection", tmp_path / "nothing"), ("--collection", tmp_path)):
        result = run(*arguments)
        assert result.exit_code == 2
        assert result.output.startswith("Error: ")
        assert "Traceback" not in result.output
