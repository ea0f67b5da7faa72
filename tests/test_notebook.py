"""The notebook runs from top to bottom, and what is committed is what it gives."""

import copy
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "walkthrough.ipynb"
VARIES = "varies"  # marks cells whose figures come from the training, which is cut short here
OF_A_MACHINE = re.compile(r"(^|[\s'\"(=])(/(home|root|tmp|usr|opt|var|work|mnt|Users|private)/|[A-Z]:\\)|0x[0-9a-f]{6}")


@pytest.fixture(scope="module")
def committed() -> NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def executed(committed, small_mnist, tmp_path_factory) -> NotebookNode:
    """The notebook run anew, with a training on a few hundred digits."""
    notebook = copy.deepcopy(committed)
    parameters = next(cell for cell in notebook.cells if "parameters" in tags(cell))
    parameters.source += f"\nEPOCHS, DATA = 4, Path({str(small_mnist)!r})"
    client = NotebookClient(
        notebook,
        kernel_name="python3",  # ipykernel of the Python that runs this test
        timeout=600,
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],  # TensorFlow tells about the processor there
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    )
    return client.execute(env=os.environ | {"IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))})


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cell: NotebookNode) -> str:
    """All that a cell's outputs say in words."""
    said = [out.text if out.output_type == "stream" else out.data.get("text/plain", "") for out in cell.outputs]
    return "".join(said)


def kinds(cell: NotebookNode) -> set[str]:
    """What a cell gives: "stdout" for what it prints, "image/png" for pictures."""
    streams = {output.name for output in cell.outputs if output.output_type == "stream"}
    return streams.union(*(output.data for output in cell.outputs if output.output_type != "stream"))


def test_every_cell_runs_and_gives_what_is_committed(committed, executed):
    for stored, anew in zip(code_cells(committed), code_cells(executed), strict=True):
        assert kinds(anew) == kinds(stored), stored.source
        if VARIES not in tags(stored):
            assert texts(anew) == texts(stored), stored.source


def test_it_was_committed_after_a_run_from_top_to_bottom(committed):
    cells = code_cells(committed)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.outputs for cell in cells if re.search(r"^print\(|^ +print\(|^show\(", cell.source, re.MULTILINE))
    assert sum("image/png" in kinds(cell) for cell in cells) >= 12


def test_its_outputs_tell_nothing_of_the_machine_and_hold_no_noise(committed, executed):
    for cell in code_cells(committed):
        assert not OF_A_MACHINE.search(texts(cell)), cell.source
        assert set(cell.metadata) <= {"tags"}
    assert committed.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in code_cells(committed) + code_cells(executed):
        assert kinds(cell) <= {"stdout", "text/plain", "image/png"}, cell.source


def test_it_stays_small_enough_to_be_shown(committed):
    assert NOTEBOOK.stat().st_size < 1.5e6
    assert all(len(cell.source.splitlines()) <= 18 for cell in code_cells(committed))
