from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_app.collection.store import NO_DIGIT, Entry, default_url, open_store
from mnist_app.network import model_store
from mnist_app.network.fine_tuning import Lesson
from mnist_app.network.recipes import RECIPES
from mnist_app.network.watching import MAPPING, MEASURING, Answer
from mnist_app.settings import TrainingSettings
from mnist_app.web import navigation, rights, runs, visitor
from mnist_app.web.runs import Order

APP = Path(__file__).parents[2] / "app.py"


class FakeRun:
    """A training in the state that a test wants to see."""

    name, settings = "mine", TrainingSettings(epochs=4)
    progress, seconds_left, log_tail = (25, 100, {"loss": 0.5, "accuracy": 0.75}), 90.0, "No memory left"
    history = [{"epoch": 1.0, "loss": 0.5, "accuracy": 0.8, "val_loss": 0.25, "val_accuracy": 0.9}]  # noqa: RUF012

    losses, answers, seconds = ((1, 2.3), (25, 0.5)), [Answer(0, 0.9)] * 10, 12.0

    def __init__(self, state: str, owner: str = "", stage: str = "") -> None:
        self.state, self.owner, self.stage = state, owner, stage

    @property
    def running(self) -> bool:
        return self.state in ("starting", "training", "finishing")

    def cancel(self) -> None:
        self.state = "cancelled"


class FakeRuns:
    """Takes the place of the server's trainings, and keeps what is started."""

    def __init__(self, latest: FakeRun | None = None) -> None:
        self.latest, self.started = latest, None
        self.waiting: list[Order] = []

    @property
    def busy(self) -> bool:
        return self.latest is not None and self.latest.running

    def withdraw(self, order: Order) -> None:
        self.waiting.remove(order)

    def start(self, recipe: str, name: str, settings: TrainingSettings, owner: str) -> None:
        assert owner
        if name == "full":
            raise OSError("No space left on device")
        if name == "taken":
            raise ValueError("There is a network 'taken' already.")
        self.started = recipe, name, settings

    def fine_tune(self, lesson: Lesson, name: str, owner: str) -> None:
        self.started = lesson.base.name, name, lesson.labels.tolist(), owner


def open_page(monkeypatch, trainings: FakeRuns) -> AppTest:
    monkeypatch.setattr(runs, "SERVER", trainings)
    return AppTest.from_file(str(APP), default_timeout=30).switch_page(navigation.TRAINING.path).run()


def submit(page: AppTest) -> None:
    next(button for button in page.button if button.label == "Start training").click().run()


def test_shows_how_the_default_network_learned(monkeypatch):
    page = open_page(monkeypatch, FakeRuns())
    assert not page.exception
    model = model_store.list_models()[0]
    assert page.header[0].value == f"How “{model.name}” learned"
    assert page.metric[0].value == f"{model.metrics['accuracy']:.2%}"
    recipe = page.table[0].value
    assert set(recipe["Setting"]) >= {"Epochs", "Augmentation", "Seed"}
    assert recipe.set_index("Setting")["Value"]["Epochs"] == str(model.recipe["epochs"])
    assert recipe.set_index("Setting")["Value"]["Weight averaging"] == str(model.recipe["average"])
    assert len(page.get("vega_lite_chart")) == 2


def test_a_network_without_validation_digits_has_curves_all_the_same(monkeypatch):
    nothing = {"val_loss": float("nan"), "val_accuracy": float("nan")}
    monkeypatch.setattr(model_store.StoredModel, "history", [row | nothing for row in FakeRun.history])
    page = open_page(monkeypatch, FakeRuns())
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == 2


def test_starts_a_training_with_the_chosen_settings(monkeypatch):
    trainings = FakeRuns()
    page = open_page(monkeypatch, trainings)
    page.selectbox(key="recipe").select("flagship").run()
    page.number_input(key="flagship-epochs").set_value(3)
    assert page.number_input(key="flagship-average").value == 0.999
    page.number_input(key="flagship-average").set_value(0.99)
    page.text_input(key="flagship-name").set_value(" quick ")
    submit(page)
    recipe, name, settings = trainings.started
    assert (recipe, name) == ("flagship", "quick")
    assert (settings.epochs, settings.augmentation, settings.architecture) == (3, "flagship", "flagship")
    assert (settings.average, settings.validation_split) == (0.99, pytest.approx(1 / 12))


def test_says_why_a_training_cannot_start(monkeypatch):
    page = open_page(monkeypatch, FakeRuns())
    page.text_input(key="quick-name").set_value("taken")
    submit(page)
    assert page.error[0].value == "There is a network 'taken' already."
    assert not page.exception


def test_a_running_training_shows_progress_and_can_be_cancelled(monkeypatch):
    trainings = FakeRuns(FakeRun("training"))
    page = open_page(monkeypatch, trainings)
    assert "is being trained" in page.info[0].value
    assert "Step 25 of 100 · about 1 min 30 s left" in str(page.get("progress")[0].proto)
    assert len(page.get("vega_lite_chart")) == 5
    assert "for 12 s" in next(element.value for element in page.markdown if "Training “mine”" in element.value)
    assert [caption.value for caption in page.caption if "0, 90.0" in caption.value] == [
        ":green[✓] 0, 90.0\N{NO-BREAK SPACE}%", *[":red[✗] 0, 90.0\N{NO-BREAK SPACE}%"] * 9
    ]  # fmt: skip
    next(button for button in page.button if button.label == "Cancel").click().run()
    assert "was cancelled" in page.info[0].value
    assert not page.exception


def test_before_its_first_step_a_training_shows_what_it_will_read(monkeypatch):
    run = FakeRun("starting")
    run.losses, run.answers = [], []
    page = open_page(monkeypatch, FakeRuns(run))
    assert not page.exception
    assert not page.get("progress"), "no empty bar"
    assert any("TensorFlow is loading" in element.value for element in page.markdown)
    assert sum(caption.value == "not read yet" for caption in page.caption) == 10


@pytest.mark.parametrize(("stage", "done"), [("", 1), (MEASURING, 2), (MAPPING, 3)])
def test_after_the_last_step_it_says_what_happens_without_a_full_bar(monkeypatch, stage, done):
    page = open_page(monkeypatch, FakeRuns(FakeRun("finishing", stage=stage)))
    assert not page.get("progress")
    said = next(element.value for element in page.markdown if "learned from all digits" in element.value)
    assert said.count(":material/check:") == done
    assert said.count(":material/hourglass_top:") == 1


def test_a_failed_training_shows_its_last_words(monkeypatch):
    page = open_page(monkeypatch, FakeRuns(FakeRun("failed")))
    assert "could not be trained" in page.error[0].value
    assert page.code[0].value == "No memory left"


def test_without_any_network_it_offers_to_train_one(monkeypatch):
    monkeypatch.setattr(model_store, "list_models", lambda: [])
    page = open_page(monkeypatch, FakeRuns())
    assert not page.exception
    assert "no trained network yet" in page.info[0].value
    assert page.text_input(key="quick-name").value == "my-quick"


def test_ones_own_digits_are_taught_once_there_are_some_to_judge_by(monkeypatch, tmp_path, mnist_test):
    monkeypatch.setenv("MNIST_APP_COLLECTION", f"sqlite:///{tmp_path / 'digits.sqlite'}")
    monkeypatch.setattr(visitor, "owner", lambda: "me")
    trainings = FakeRuns()
    page = open_page(monkeypatch, trainings)
    assert any("at least three of one class" in caption.value for caption in page.caption)
    zero = np.flatnonzero(mnist_test[1] == 0)[:4]
    nothing = np.zeros(0, np.float32)
    digits = [
        Entry(mnist_test[0][i], nothing, "flagship", 6, label, "drawn")
        for i, label in zip(zero, (0, 0, 0, NO_DIGIT), strict=True)
    ]
    open_store(default_url()).keep_all("me", digits)
    page = page.run()
    assert any(
        "with 2 of your digits" in element.value and "other 1 judge it" in element.value for element in page.markdown
    )
    page.text_input(key="own-name").set_value("of-me")
    next(button for button in page.button if button.label == "Train with my digits").click().run()
    assert trainings.started == ("flagship", "of-me", [0, 0, 0], "me")


def test_a_network_that_is_not_kept_says_what_was_measured(monkeypatch):
    page = open_page(monkeypatch, FakeRuns(FakeRun("declined")))
    assert "is not kept" in page.warning[0].value
    assert page.code[0].value == "No memory left"


def test_says_why_the_machine_cannot_start_a_training(monkeypatch):
    page = open_page(monkeypatch, FakeRuns())
    page.text_input(key="quick-name").set_value("full")
    submit(page)
    assert page.error[0].value == "No space left on device"
    assert not page.exception


def test_from_elsewhere_nobody_trains_unless_it_is_opened(monkeypatch):
    monkeypatch.setattr(rights, "is_here", lambda: False)
    page = open_page(monkeypatch, FakeRuns())
    assert not page.exception
    assert [info.value for info in page.info] == [rights.REFUSAL]
    assert not page.text_input
    monkeypatch.setenv("MNIST_APP_TRAINING", "everyone")
    trainings = FakeRuns()
    page = open_page(monkeypatch, trainings)
    submit(page)
    assert trainings.started[:2] == ("quick", "my-quick")


@pytest.mark.parametrize(("here", "owner", "stops"), [(False, "no", False), (False, "mine", True), (True, "no", True)])
def test_a_training_is_stopped_by_who_started_it_or_at_the_machine(monkeypatch, here, owner, stops):
    monkeypatch.setattr(rights, "is_here", lambda: here)
    monkeypatch.setattr(visitor, "owner", lambda: "mine")
    page = open_page(monkeypatch, FakeRuns(FakeRun("training", owner)))
    assert not page.exception
    assert ("Cancel" in [button.label for button in page.button]) == stops
    assert "Step 25 of 100" in str(page.get("progress")[0].proto), "everybody sees how far it is"


def test_trainings_that_wait_are_named_and_taken_back_by_who_asked_for_them(monkeypatch):
    monkeypatch.setattr(rights, "is_here", lambda: False)
    monkeypatch.setattr(visitor, "owner", lambda: "mine")
    trainings = FakeRuns(FakeRun("training"))
    trainings.waiting = [Order(name, TrainingSettings(), (), owner) for name, owner in (("a", "no"), ("b", "mine"))]
    page = open_page(monkeypatch, trainings)
    said = [element.value for element in page.markdown]
    assert "“a” waits as number 1." in said
    assert "“b” waits as number 2." in said
    (back,) = [button for button in page.button if button.label.endswith("back")]
    back.click().run()
    assert [order.name for order in trainings.waiting] == ["a"]
    assert not page.exception


def test_from_elsewhere_a_training_has_so_many_epochs(monkeypatch):
    monkeypatch.setenv("MNIST_APP_TRAINING", "everyone")
    monkeypatch.setattr(rights, "is_here", lambda: False)
    trainings = FakeRuns()
    page = open_page(monkeypatch, trainings)
    page.number_input(key="quick-epochs").set_value(rights.MOST_EPOCHS + 1)
    submit(page)
    assert page.error[0].value == "At most 40 epochs can be trained from another computer."
    assert trainings.started is None
    assert max(recipe.settings.epochs for recipe in RECIPES.values()) <= rights.MOST_EPOCHS
