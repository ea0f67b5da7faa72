"""What pages do together."""

from collections import Counter
from pathlib import Path

from streamlit.testing.v1 import AppTest

from mnist_app.network import model_store
from mnist_app.web import navigation

APP = Path(__file__).parents[2] / "app.py"


def test_a_recipe_is_parsed_once_however_often_pages_are_drawn(monkeypatch):
    parsed = Counter()
    read_text = Path.read_text

    def count(path: Path, *args: object, **options: object) -> str:
        parsed[path.parent.name] += path.name == "recipe.json"
        return read_text(path, *args, **options)

    model_store.list_models()  # looks into the files, and parses them to check them
    model_store._parse.cache_clear()
    monkeypatch.setattr(Path, "read_text", count)
    app = AppTest.from_file(str(APP), default_timeout=60)
    for page in (navigation.EVALUATION, navigation.MODELS, navigation.TRAINING):
        for _ in range(2):
            assert not app.switch_page(page.path).run().exception
    assert {parsed[model.name] for model in model_store.list_models()} == {1}
