"""The web app starts at once and stays small because nothing in its process imports TensorFlow or Keras."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUN_ALL_PAGES = """
import sys
from streamlit.testing.v1 import AppTest
from mnist_app.web.examples import draw_example
from mnist_app.web.navigation import PAGES
from mnist_app.web.paper import SIZE

app = AppTest.from_file("app.py", default_timeout=60)
app.session_state["drawing"] = {"strokes": draw_example(4, SIZE, 16)}
assert not app.run().exception
for page in PAGES:
    app.switch_page(page.path).run()
    assert not app.exception, f"{page.title}: {app.exception}"
    for button in app.button:
        if button.label == "Try a page":
            assert not button.click().run().exception
print(sorted(name for name in sys.modules if name.split(".")[0] in ("tensorflow", "keras")))
"""


def test_no_page_imports_tensorflow():
    run = subprocess.run([sys.executable, "-c", RUN_ALL_PAGES], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"
