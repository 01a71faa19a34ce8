"""The loop that every Python contender runs: a request per line of JSON in, an answer per line out.

The protocol is described in bench/src/protocol.rs. A library has a class with

    name          the package
    file          its model in the folder
    open(path)    loads a model
    prepare(rows) turns rows into the form the library takes, before any clock runs; called anew after each open
    jobs()        functions (first, last) -> answers, by the name of the job; the *_one jobs are given one row
"""

import gc
import importlib.metadata
import json
import sys
import time
from pathlib import Path

import numpy as np


def memory(kind):
    """Kilobytes of this process as the kernel counts them (VmHWM: most ever, VmRSS: now), as bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(kind + ":"):
            return int(line.split()[1]) * 1024
    return None


class Contender:
    def __init__(self, library, folder):
        self.library, self.folder = library, Path(folder)
        self.width = json.loads((self.folder / "about.json").read_text())["features"]
        self.rows = None

    def open(self, request):
        path = str(self.folder / request.get("model", self.library.file))
        started = time.perf_counter_ns()
        self.library.open(path)
        took = time.perf_counter_ns() - started
        self.rows = None
        return {"nanoseconds": [took]}

    def ready(self, count=None):
        if self.rows is None or (count is None and self.rows != "all"):
            rows = np.fromfile(self.folder / "rows.f64", dtype="<f8", count=-1 if count is None else count * self.width)
            self.library.prepare(rows.reshape(-1, self.width))
            self.rows = "all" if count is None else "some"
        return self.library.jobs()

    def cold(self, request):
        """From the model file to the first score and the first contributions, and the memory that it took."""
        before = memory("VmRSS")
        took = self.open(request)["nanoseconds"][0]
        jobs = self.ready(count=1)
        for job in ("score_one", "explain_one"):
            if job in jobs:
                started = time.perf_counter_ns()
                jobs[job](0, 1)
                took += time.perf_counter_ns() - started
        peak = memory("VmHWM")
        return {"nanoseconds": [took], "peak_bytes": peak, "grown_bytes": peak - before if peak else None}

    def run(self, request):
        job = self.ready()[request["job"]]
        first, last, warm = request["first"], request["last"], request["warm"]
        clock = time.perf_counter_ns
        if not request["job"].endswith("_one"):
            job(first, min(last, first + max(warm, 1)))
            started = clock()
            job(first, last)
            return {"nanoseconds": [clock() - started]}
        for row in range(first, min(first + warm, last)):
            job(row, row + 1)
        times = []
        gc.disable()
        for row in range(first, last):
            started = clock()
            job(row, row + 1)
            times.append(clock() - started)
        gc.enable()
        return {"nanoseconds": times}

    def answers(self, request):
        """The answers themselves, as 64-bit floats in a file."""
        job = self.ready()[request["job"]]
        first, last = request["first"], request["last"]
        parts = [(row, row + 1) for row in range(first, last)] if request["job"].endswith("_one") else [(first, last)]
        found = [np.array(job(*part), dtype="<f8").reshape(-1) for part in parts]
        np.concatenate(found).tofile(request["file"])
        return {}


def serve(library):
    requests = (json.loads(line) for line in sys.stdin)
    answers = sys.stdout
    sys.stdout = sys.stderr  # what a library prints must not look like an answer
    contender = Contender(library, sys.argv[1])
    version = importlib.metadata.version(library.name)
    print(json.dumps({"version": version}), file=answers, flush=True)
    for request in requests:
        if request["do"] == "quit":
            break
        try:
            answer = getattr(contender, request["do"])(request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
