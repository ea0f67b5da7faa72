import json
import os
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType

import cv2
import psutil
import pytest
from typer.testing import CliRunner

from mnist_app.cli import predict
from mnist_app.cli.commands import app
from mnist_app.cli.workers import FEW, Workers, on_cluster, on_this_machine

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def main(monkeypatch):
    """A new process runs its starter's main module again: where a page was tested before, that is the page."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def double(number):
    time.sleep(0.002 * (number % 3))  # so that later ones are ready before earlier ones
    return 2 * number, os.getpid()


def end_once(mark, number):
    """Kill the process that works on 5, the first time."""
    if number == 5 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), 9)
    return double(number)


def end_always(number):
    if number == 5:
        os.kill(os.getpid(), 9)
    return double(number)


def test_no_more_is_taken_than_may_be_on_its_way():
    taken, most = [], 0
    with ThreadPoolExecutor(2) as executor:
        results = Workers(executor, ahead=3).in_order(double, (taken.append(i) or i for i in range(20)))
        for done, (thing, future) in enumerate(results):
            most = max(most, len(taken) - done)
            assert future.result()[0] == 2 * thing == 2 * done
    assert most == 3


def test_few_things_are_done_by_this_process():
    with on_this_machine(FEW) as workers:
        assert {future.result()[1] for _, future in workers.in_order(double, range(4))} == {os.getpid()}


def test_processes_share_the_work_and_its_order_stays():
    with on_this_machine(1, processes=2) as workers:
        results = [future.result() for _, future in workers.in_order(double, range(20))]
    assert [number for number, _ in results] == list(range(0, 40, 2))
    assert os.getpid() not in {process for _, process in results}


def test_a_process_that_is_killed_is_told():
    with on_this_machine(1, processes=2) as workers:
        futures = [future for _, future in workers.in_order(end_always, range(7))]
        with pytest.raises(BrokenExecutor):
            futures[5].result()


@contextmanager
def cluster(workers):
    """A Dask scheduler of its own, with workers on this machine, each in a process; yields its address."""
    distributed = pytest.importorskip("distributed", reason="pip install -r requirements-cluster.txt")
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True
    ) as local:
        yield local.scheduler_address


def test_a_cluster_does_each_thing_once_in_order_also_when_a_worker_is_killed(tmp_path):
    with cluster(2) as address, on_cluster(address) as workers:
        work = partial(end_once, tmp_path / "mark")
        results = [future.result()[0] for _, future in workers.in_order(work, range(40))]
    assert (tmp_path / "mark").exists()
    assert results == list(range(0, 80, 2))


def test_a_picture_that_ends_all_its_workers_has_an_error_in_its_place(tmp_path, mnist_test, monkeypatch):
    class Lost(Exception):
        pass

    @contextmanager
    def losing(*_):
        with ThreadPoolExecutor(2) as executor:
            yield Workers(executor, 2, (Lost,))

    def read(picture, question):
        if picture.path.endswith("1.png"):
            raise Lost
        return answer(picture, question)

    answer = predict.read
    monkeypatch.setattr(predict, "read", read)
    monkeypatch.setattr(predict, "on_this_machine", losing)
    for i, image in enumerate(mnist_test[0][:3]):
        cv2.imwrite(str(tmp_path / f"{i}.png"), 255 - cv2.resize(image, (200, 200)))
    result = CliRunner().invoke(app, ["predict", str(tmp_path), "--model", "dropout", "--format", "json"])
    texts, errors = zip(
        *((row["text"], row["error"]) for row in map(json.loads, result.stdout.splitlines())), strict=True
    )
    assert texts == ("7", "", "1")
    assert errors == (None, predict.LOST, None)


def test_predict_asks_a_cluster_and_prints_the_same(tmp_path, mnist_test):
    for i, image in enumerate(mnist_test[0][:3]):
        cv2.imwrite(str(tmp_path / f"{i}.png"), 255 - cv2.resize(image, (200, 200)))
    (tmp_path / "3.png").write_text("no picture")
    asked = ["predict", str(tmp_path), "--model", "dropout", "--format", "json"]
    alone = CliRunner().invoke(app, asked)
    with cluster(1) as address:
        together = CliRunner().invoke(app, [*asked, "--scheduler", address])
    assert together.exit_code == alone.exit_code == 1
    assert together.stdout == alone.stdout
    assert [json.loads(line)["text"] for line in together.stdout.splitlines()] == ["7", "2", "1", ""]


def test_processes_end_with_the_one_that_started_them():
    code = """
import time
from mnist_app.cli.workers import on_this_machine
with on_this_machine(1, processes=2) as workers:
    naps = [workers.executor.submit(time.sleep, 0.1 + 300 * i) for i in range(3)]
    naps[0].result()
    print("begun", flush=True)
    naps[2].result()
"""
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert starter.stdout.readline() == b"begun\n"
    children = psutil.Process(starter.pid).children()
    starter.kill()
    starter.wait()
    assert len(children) >= 2
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_a_cluster_without_dask_or_without_a_worker_is_one_sentence(monkeypatch):
    with cluster(0) as address, pytest.raises(ValueError, match="has no worker yet"), on_cluster(address):
        pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match="pip install -r requirements-cluster.txt"), on_cluster("tcp://127.0.0.1:1"):
        pass


def test_a_cluster_that_is_not_there_is_one_sentence():
    pytest.importorskip("distributed", reason="pip install -r requirements-cluster.txt")
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        with pytest.raises(ValueError, match="no Dask scheduler answers at"), on_cluster(address):
            pass
