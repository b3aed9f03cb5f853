"""A warm interpreter inside the sandbox that forks one confined child per submission.

It holds the control socket to the trusted process, over which it is asked for children and told nothing else: no
source, no input, no result. Each child is handed a channel of its own, of which this process keeps no end. When the
control socket closes, the zygote exits, and the kernel ends everything below it.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import socket
import sys
import traceback
from typing import Any

from grader import worker
from grader.sandbox import confine, kernel, selftest

_MOST_SETTINGS = 2**17
_MADV_COLLAPSE = 25  # since Linux 6.1
_HUGE_PAGE = 2 * confine.MB
# Where collapsing pays: a fork copies the page tables of all anonymous memory.
_WORTH_COLLAPSING = 64 * confine.MB
# numpy imports these when they are first used, which would cost every child anew.
_LAZY = {"numpy": ("numpy.random", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.polynomial")}


def main(control: int) -> None:
    """Serve the trusted process on a SEQPACKET socket until it closes. The first message is the settings."""
    settings = json.loads(os.read(control, _MOST_SETTINGS))
    try:
        rules, ready = _prepare(settings)
    except Exception as exc:  # whatever it is, the trusted side must hear of it
        traceback.print_exc()
        os.write(control, json.dumps({"error": f"{type(exc).__name__}: {exc}"}).encode())
        os._exit(1)
    _serve(socket.socket(fileno=control), rules, ready)
    os._exit(0)


def _prepare(settings: dict[str, Any]) -> tuple[confine.Confinement, dict[str, Any]]:
    """Confine this process as far as its work allows, and warm it up. Returns what the trusted side is told, too."""
    if os.getuid() == 0:
        confine.leave_root(settings["uid"])
    threads, fault = confine.THREADS, ""
    if settings["namespaces"]:
        fault = _own_namespaces()
    private = settings["namespaces"] and not fault
    if not private:
        threads += confine.threads_of_user()  # they are counted together
    if not private or "torch" in settings["imports"]:
        _name_temporary_folder(confine.BOX if private else "/")
    sys.path += settings.get("path", ())
    worker.admit_only(settings["importable"])
    for name in settings["imports"]:
        _warm_up(name)
    _require_one_thread()
    size = _collapse()
    if private:
        confine.cover("/proc")
    kernel.no_new_privileges()
    kernel.set_dumpable(False)
    gc.collect()
    gc.freeze()  # else the first collection in a child would copy every page
    confine.lay_filter(confine.base_filter())
    rules = confine.Confinement(
        memory=size + settings["memory_mb"] * confine.MB,
        cpu_seconds=settings["cpu_seconds"],
        readable=tuple(settings["readable"]),
        private=private,
        threads=threads,
        kept=tuple(settings.get("kept", ())),
    )
    return rules, {"namespaces": fault, "landlock": confine.landlock_version()}


def _name_temporary_folder(folder: str) -> None:
    """Settle its name, which is all that torch asks for: looking for a writable one would fail in this process."""
    import tempfile  # slow, and not needed elsewhere

    tempfile.tempdir = folder


def _own_namespaces() -> str:
    """Move into namespaces of our own; "" or why that cannot be done."""
    try:
        confine.own_namespaces()
    except OSError as exc:
        return str(exc)
    return ""


def _warm_up(name: str) -> None:
    module = importlib.import_module(name)
    for lazy in _LAZY.get(name, ()):
        importlib.import_module(lazy)
    if name == "numpy":
        _warm_up_numpy(module)
    if name == "torch":
        _warm_up_torch(module)


def _warm_up_numpy(np: Any) -> None:
    """Run one small operation of each kind, so that what it sets up is there before the fork."""
    a = np.random.default_rng(0).random((4, 4))
    np.einsum("ij,jk->ik", a, a @ a)
    np.linalg.svd(a)
    np.fft.fft(a)
    repr(a)


def _warm_up_torch(torch: Any) -> None:
    """As for numpy; with a single thread, because a pool of threads does not survive a fork: children would hang."""
    torch.set_num_threads(1)
    a = torch.ones(4, 4, requires_grad=True)
    (torch.nn.Linear(4, 4)(a) @ a).sum().backward()
    repr(a)
    torch.optim.SGD([a], 0.1).step()  # the first optimizer imports for longer than a call may take


def _require_one_thread() -> None:
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - pathlib is slower to start
    if threads != 1:
        raise RuntimeError(f"the imports left {threads - 1} more threads running, and then a fork is not safe")


def _collapse() -> int:
    """Put large anonymous memory into huge pages, which makes a fork cheaper. Returns the size of this process."""
    ranges = []
    with open("/proc/self/maps", encoding="utf-8") as maps:  # noqa: PTH123
        for line in maps:
            span, access, _, _, inode, *_ = line.split()
            if access.startswith("rw") and inode == "0":
                start, end = (int(part, 16) for part in span.split("-"))
                ranges.append((-(-start // _HUGE_PAGE) * _HUGE_PAGE, end // _HUGE_PAGE * _HUGE_PAGE))
    if sum(max(0, end - start) for start, end in ranges) > _WORTH_COLLAPSING:
        for start, end in ranges:
            if end > start:
                kernel.madvise(start, end - start, _MADV_COLLAPSE)
    with open("/proc/self/statm", encoding="utf-8") as statm:  # noqa: PTH123
        return int(statm.read().split()[0]) * resource.getpagesize()


def _serve(control: socket.socket, rules: confine.Confinement, ready: dict[str, Any]) -> None:
    """Answer requests: {"do": "fork" or "selftest"} with a channel's descriptor, and {"do": "reap"}."""
    own_pids = os.pidfd_open(os.getpid())
    control.send(json.dumps({"ready": ready}).encode())
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not data:
            return
        request = json.loads(data)
        if request["do"] == "reap":
            _, status = os.waitpid(request["pid"], 0)
            control.send(json.dumps({"status": status}).encode())
            continue
        try:
            reply, pidfd = _start(request, descriptors[0], control, rules, own_pids)
        except OSError as exc:
            control.send(json.dumps({"error": str(exc)}).encode())
        else:
            socket.send_fds(control, [json.dumps(reply).encode()], [pidfd])
            os.close(pidfd)
        finally:
            os.close(descriptors[0])


def _start(
    request: dict[str, Any], channel: int, control: socket.socket, rules: confine.Confinement, own_pids: int
) -> tuple[dict[str, Any], int]:
    """Fork a child that serves `channel`, and wait until it is confined. Returns the reply and its pidfd."""
    reading, writing = os.pipe()
    if rules.private:
        kernel.unshare(kernel.NEW_PIDS)
    try:
        pid = os.fork()
        if pid == 0:
            control.detach()  # its number is used anew
            _be_child(request, channel, writing, rules)
    finally:
        os.close(writing)
        if rules.private:
            kernel.setns(own_pids, kernel.NEW_PIDS)
    with open(reading, "rb") as report:  # noqa: PTH123
        said = report.read()
    if not said.startswith(b"{"):
        os.waitpid(pid, 0)
        raise OSError(said.decode(errors="replace") or "the new process ended at once")
    return {"pid": pid, "lacking": json.loads(said)}, os.pidfd_open(pid)


def _be_child(request: dict[str, Any], channel: int, report: int, rules: confine.Confinement) -> None:
    """Confine this process, report, and serve; never returns."""
    try:
        confine.keep_descriptors(channel, report, rules.kept)
        report = confine.REPORT
        lacking = confine.confine(rules)
    except BaseException as exc:  # it must not get back into the zygote's loop
        with contextlib.suppress(OSError):
            os.write(report, str(exc).encode())
        os._exit(1)
    os.write(confine.REPORT, json.dumps(lacking).encode())
    os.close(confine.REPORT)
    try:
        if request["do"] == "selftest":
            selftest.serve(confine.CHANNEL, request | {"kept": rules.kept})
        else:
            worker.serve(confine.CHANNEL, confine.CHANNEL)
    finally:
        os._exit(0)
