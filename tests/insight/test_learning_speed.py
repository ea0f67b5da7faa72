from mnist_app.insight import learning_speed
from mnist_app.network.recipes import RECIPES


def test_quick_is_timed_beside_plain_keras_and_judged_by_digits_kept_aside(small_mnist, monkeypatch):
    monkeypatch.setattr(learning_speed, "PLAIN_EPOCHS", 2)
    rows = {row["what"]: row for row in learning_speed.run(rounds=1, data=small_mnist)}
    quick, plain = rows["recipe quick, to its end"], rows["Keras's example, to 99% of the validation digits"]
    assert quick["ratio"] == quick["median"] / plain["median"]
    assert quick["reference"] in rows
    assert all(row["lowest"] <= row["median"] <= row["highest"] for row in rows.values())
    assert all(0 <= row["median"] <= 100 for row in rows.values() if row["unit"] == "%")
    speeds = [row for row in rows.values() if row["unit"] == "images/s"]
    assert len(speeds) == 3
    assert all(row["median"] > 0 for row in speeds)


def test_keras_example_stops_at_the_goal(small_mnist, monkeypatch):
    monkeypatch.setattr(learning_speed, "GOAL", 0.0)
    split = RECIPES["quick"].settings.validation_split
    _, once = learning_speed._plain_example(0, split, small_mnist)
    monkeypatch.setattr(learning_speed, "PLAIN_EPOCHS", 1)
    _, one_epoch = learning_speed._plain_example(0, split, small_mnist)
    assert once == one_epoch
