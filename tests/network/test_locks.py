import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mnist_app.network import locks, model_store

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from mnist_app.network import model_store

with model_store.writing("mine", Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path):
    """Another process that writes the model "mine"."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_name_has_one_owner_and_the_second_is_told_at_once_who_it_is(tmp_path, other):
    start = time.monotonic()
    with (
        pytest.raises(ValueError, match="A model 'mine' is just being trained, by process") as refused,
        model_store.writing("mine", tmp_path),
    ):
        pass
    assert time.monotonic() - start < 1
    assert f"process {other.pid} on {socket.gethostname()} since 20" in str(refused.value)
    with pytest.raises(ValueError, match="'mine' is just being trained"):
        model_store.check_free("mine", tmp_path)
    assert (tmp_path / ".mine.partial").exists(), "what the first one writes is left alone"
    model_store.check_free("yours", tmp_path)


def test_the_command_line_refuses_the_second_within_a_second(tmp_path, other):
    code = "from functools import partial; from pathlib import Path; from mnist_app.network import model_store; "
    code += f"model_store.writing = partial(model_store.writing, folder=Path({str(tmp_path)!r})); "
    code += "from mnist_app.cli.commands import app; import time; start = time.monotonic()\n"
    code += "try: app(['train', '--name', 'mine'])\nfinally: print(time.monotonic() - start)"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: A model 'mine' is just being trained, by process ")
    assert ended.stderr.count("\n") == 1
    assert float(ended.stdout) < 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_killed_owner_owns_nothing(tmp_path, other):
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert (tmp_path / ".mine.lock").exists()
    model_store.check_free("mine", tmp_path)
    with model_store.writing("mine", tmp_path) as model:
        model.tflite.write_text("network")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_stands_in_a_lock_does_not_matter(tmp_path):
    path = tmp_path / "lock"
    path.write_bytes(bytes(range(256)))
    assert not locks.is_held(path)
    with locks.hold(path):
        path.write_text("[]")
        assert locks.is_held(path)
        with pytest.raises(locks.TakenError, match="by another process"), locks.hold(path):
            pass
    assert not path.exists()
