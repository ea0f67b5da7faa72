"""Who only draws does not wait for the libraries of charts, tables and statistics, nor has room for them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DRAW = """
import sys
import app
from streamlit.testing.v1 import AppTest
from mnist_app.web.examples import draw_example
from mnist_app.web.paper import SIZE

page = AppTest.from_file("app.py", default_timeout=60)
page.session_state["drawing"] = {"strokes": draw_example(4, SIZE, 16)}
assert not page.run().exception
print(*(name for name in ("altair", "pandas", "scipy.stats", "sklearn", "skimage") if name in sys.modules))
"""


def test_drawing_imports_no_library_of_charts_tables_and_statistics():
    run = subprocess.run([sys.executable, "-c", DRAW], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
