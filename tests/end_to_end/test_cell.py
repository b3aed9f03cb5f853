"""`grader.check` in a real Jupyter kernel: in a checkout and in a student's bundle, and what must not happen to it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

RIGHT = "import numpy as np\ndef double(x):\n    return 2.0 * np.asarray(x, dtype=float)"
SECONDS = 120


@dataclass(frozen=True)
class Kernel:
    """A kernel, and what its cells put out."""

    manager: KernelManager
    client: BlockingKernelClient

    def run(self, *cells: str) -> dict[str, str]:
        """By kind ("text/html", "text/plain", "stream", "error"), what the last cell put out.

        An error of a cell leaves out no later one: the kernel would answer what reaches it soon after an error with
        "aborted", and print nothing.
        """
        for cell in cells:
            shown: dict[str, str] = {}
            reply = self.client.execute_interactive(
                cell, output_hook=lambda m, to=shown: _note(m, to), timeout=SECONDS, stop_on_error=False
            )
            assert reply["content"]["status"] != "aborted"
        return shown

    def running(self) -> list[psutil.Process]:
        """The processes that the kernel started."""
        return psutil.Process(self.manager.provisioner.pid).children(recursive=True)


def _note(message: dict, shown: dict[str, str]) -> None:
    content = message["content"]
    if message["msg_type"] == "error":
        shown["error"] = "\n".join(content["traceback"])
    elif message["msg_type"] == "stream":
        shown["stream"] = shown.get("stream", "") + content["text"]
    else:
        shown |= content.get("data", {})


@pytest.fixture(scope="module")
def kernel(shared_course) -> Iterator[Kernel]:
    """One kernel for the tests of this module, in the folder of the assignment."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(shared_course.stub.parent))
    yield Kernel(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


def test_import_costs_nothing(kernel):
    """`import grader` loads no other module of the toolkit."""
    shown = kernel.run("import sys, grader; print([name for name in sys.modules if name.startswith('grader.')])")

    assert shown == {"stream": "[]\n"}


def test_live_function_is_graded(kernel):
    """The last definition that ran is graded, with what the session's helpers mean now; a table is shown."""
    shown = kernel.run(
        RIGHT.replace("2.0", "FACTOR"), "FACTOR = 3", "FACTOR = 2", "import grader; grader.check(double)"
    )

    assert "6/6" in shown["text/html"]
    assert "✓ double" in shown["text/plain"]


def test_mistake_is_named(kernel):
    """Hint, points and the place in the cell are those of `grade`."""
    shown = kernel.run("def double(x):\n    return x * x", "import grader; grader.check('double')")

    assert "You squared the number: doubling adds it to itself." in shown["text/html"]


def test_endless_loop_leaves_the_session_as_it_was(kernel):
    """What loops, prints and seeds does so elsewhere: nothing is printed here, and random numbers go on."""
    loop = "def double(x):\n    np.random.seed(1)\n    print('x')\n    while True: pass"
    before = kernel.run(RIGHT, loop, "np.random.seed(7); state = np.random.get_state()[1].copy()", "import grader")
    shown = kernel.run("result = grader.check(double)", "print(all(state == np.random.get_state()[1]), result)")

    assert before == {}
    assert shown["stream"].startswith("True ")
    assert "gave no answer within 1 seconds" in " ".join(shown["stream"].split())


@pytest.fixture
def patient(shared_course) -> Iterator[None]:
    """While calls may take long."""
    manifest = shared_course.stub.with_name("assignment.toml")
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("seconds_per_call = 1.0", "seconds_per_call = 50"), "utf-8")
    yield
    manifest.write_text(text, "utf-8")


def test_interrupt_stops_it(kernel, patient):
    """Ctrl-C ends a check with a sentence, and every process that it started; the session goes on."""
    kernel.run("x = 5", "def double(x):\n    while True: pass", "import grader")
    kernel.client.execute("grader.check(double)", stop_on_error=False)
    _until(lambda: len(kernel.running()) > 2)
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=SECONDS)["content"]
    _until(lambda: not kernel.running())

    assert (reply["status"], reply["traceback"]) == ("error", ["Interrupted: nothing was graded."])
    assert kernel.run("print(x)") == {"stream": "5\n"}


def _until(happened) -> None:
    end = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("grader.check(dubble)", "assignment1_tiny has no exercise 'dubble'. Did you mean double?"),
        ("grader.check('total')", "This session has no total. Run the cell that defines it."),
        ("grader.check(3)", "check takes functions, classes and names of exercises (got a value of type int)."),
    ],
)
def test_errors_are_sentences(kernel, cell, says):
    """Nobody sees a traceback of ours."""
    shown = kernel.run("import grader; dubble = lambda x: x; dubble.__name__ = 'dubble'", cell)

    assert shown == {"error": says}


@pytest.fixture(scope="module")
def bundle(shared_course, tmp_path_factory) -> Path:
    """The folder of the assignment in a student's bundle, away from the course."""
    folder = tmp_path_factory.mktemp("a student's kůň")
    done = shared_course.grade("release", "1", "-o", str(folder), "--salt-seed", "salt", "--no-wheel")
    assert done.returncode == 0, done.stderr
    return folder / "assignment1_tiny" / "assignments" / "assignment1_tiny"


def test_executed_notebook_of_a_bundle(bundle):
    """In a bundle sealed tests answer, also where nbconvert's client runs it; a wrong answer stops nothing."""
    cells = [RIGHT, "def total(x):\n    return 0.0", "import grader\ngrader.check()", "1 + 1"]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(bundle)}}).execute()
    (output,) = notebook.cells[2].outputs

    assert "6/6" in output.data["text/html"]
    assert "Graded by sealed tests" in output.data["text/html"]
    assert notebook.cells[3].outputs


WITHOUT_LINUX = """
import os, sys

sys.platform = "darwin"
del os.fork
for name in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[name] = None
os.geteuid = lambda: 1000  # as root, Linux would give the submission another user
"""


def test_script_without_what_linux_has(bundle, tmp_path):
    """Without Jupyter the table is text; a script's own code is graded as far as it ran, and anywhere."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_LINUX, encoding="utf-8")
    script = bundle / "try it.py"
    script.write_text(
        f"{RIGHT}\nimport grader\nprint(grader.check(double))\ndef double(x): return 0\n", encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=bundle,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert done.stderr == ""
    assert re.search(r"✓ double +6/6", done.stdout)
    assert "Taken as it ran: double from try it.py." in done.stdout
