import pytest

from mnist_app import tables
from mnist_app.digits import corruptions
from mnist_app.insight import robustness
from mnist_app.network import model_store


def test_corruptions_are_measured_on_what_corrupt_makes(classifier, mnist_test, monkeypatch):
    images, labels = mnist_test[0][:200], mnist_test[1][:200]
    monkeypatch.setattr(
        robustness, "CORRUPTIONS", {name: corruptions.CORRUPTIONS[name] for name in ("scale", "stripe")}
    )
    rows = robustness.evaluate_corruptions(
        classifier, images, labels, (3, 5), augmentation=robustness.AUGMENTATIONS["gentle"]
    )
    assert [(r["family"], r["severity"], r["seen"], r["digits"]) for r in rows] == [
        ("scale", 3, True, 200), ("scale", 5, True, 40), ("stripe", 3, False, 200), ("stripe", 5, False, 40),
    ]  # fmt: skip
    assert rows[0]["low"] < rows[0]["accuracy"] < rows[0]["high"]
    assert rows[1]["accuracy"] < rows[0]["accuracy"]
    for index, predicted in robustness.worst_digits(rows[1])[:3]:
        image = corruptions.corrupt(images[[index]], "scale", 5, indices=[index])
        assert classifier.predict(image).y_prob.argmax() == predicted != labels[index]
    summary = robustness.summarize_corruptions(rows)
    assert summary["corruptions_seen"] == rows[0]["accuracy"]
    assert summary["corruptions_unseen"] == rows[2]["accuracy"]
    assert summary["corruptions"] == pytest.approx((rows[0]["accuracy"] + rows[2]["accuracy"]) / 2)


def test_stored_corruptions_come_back(tmp_path):
    row = {"family": "fog", "severity": 3, "seen": False, "digits": 10, "accuracy": 0.5, "low": 0.2, "high": 0.8}
    row["worst"] = "3:7 5:1"
    (tmp_path / robustness.FILE).write_text(tables.to_csv([row, row | {"seen": True, "worst": ""}]))
    rows = robustness.load_corruptions(model_store.StoredModel(tmp_path))
    assert rows == [row, row | {"seen": True, "worst": ""}]
    assert [robustness.worst_digits(row) for row in rows] == [[(3, 7), (5, 1)], []]
    assert robustness.load_corruptions(model_store.StoredModel(tmp_path / "none")) == []
