"""The talk's network against dense ones: ``python benchmarks/layers.py [--threads N] [--json FILE]``.

Forward, and forward with backward (gradients of the weights, the gradient of the output given), at batch 4096. All
models take turns in every round, so that a busy machine slows all of them alike; the table has the fastest round and
the median, in processor time with one thread, in wall time with more. Peak memory comes from a fresh process for each
model, the inputs left out (Linux only).
"""

from __future__ import annotations

import argparse
import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

BATCH, DEGREE, RANK, ROUNDS = 4096, 784, 99, 40
TALK_RANKS = (13, 10, 9, 8, 7, 5, 3, 1, 0, 0, 0, 0, 0, 0, 0)
TARGET = 3.0  # times as fast as the dense autoencoder, forward
MODELS = ("equivariant", "equivariant, compiled", "dense 784-99-784", "Linear(784, 784)")


@dataclass(frozen=True)
class Measurement:
    """One model in one direction."""

    model: str
    direction: str
    threads: int
    milliseconds: float
    median_milliseconds: float
    parameters: int
    peak_megabytes: float


def build(name: str):  # type: ignore[no-untyped-def]
    """A model by its name in the table."""
    import torch

    import equivariety as ev

    torch.manual_seed(0)
    if name.startswith("equivariant"):
        maps = ev.EquivariantMaps(ev.actions.image_shift((28, 28), axis=1))
        model = ev.nn.EquivariantAutoencoder(maps.bounded(RANK).component(TALK_RANKS))
        return torch.compile(model, fullgraph=True) if "compiled" in name else model
    if name.startswith("dense"):
        layers = torch.nn.Linear(DEGREE, RANK, bias=False), torch.nn.Linear(RANK, DEGREE, bias=False)
        return torch.nn.Sequential(*layers)
    return torch.nn.Linear(DEGREE, DEGREE, bias=False)


def runs(name: str) -> dict[str, Callable[[], None]]:
    """What is timed for one model."""
    import torch

    model = build(name)
    inputs = torch.rand(BATCH, DEGREE, generator=torch.Generator().manual_seed(0))
    gradient = torch.rand(BATCH, DEGREE, generator=torch.Generator().manual_seed(1))

    def forward() -> None:
        with torch.no_grad():
            model(inputs)

    def backward() -> None:
        model.zero_grad(set_to_none=True)
        model(inputs).backward(gradient)

    return {"forward": forward, "forward + backward": backward}


def time_all(threads: int) -> list[Measurement]:
    """Every model in both directions, in turns."""
    import torch

    torch.set_num_threads(threads)
    todo = {(name, direction): run for name in MODELS for direction, run in runs(name).items()}
    for run in todo.values():
        run()
        run()
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in todo}
    # The processor time of a process with one thread at work does not count what else runs on the machine.
    clock = time.process_time if threads == 1 else time.perf_counter
    for _ in range(ROUNDS):
        for key, run in todo.items():
            start = clock()
            run()
            seconds[key].append(clock() - start)
    return [
        Measurement(
            name,
            direction,
            threads,
            round(min(seconds[name, direction]) * 1e3, 2),
            round(median(seconds[name, direction]) * 1e3, 2),
            sum(parameter.numel() for parameter in build(name).parameters()),
            peak_megabytes(name, direction),
        )
        for name, direction in todo
    ]


def peak_megabytes(name: str, direction: str) -> float:
    """Growth of the peak memory of a fresh process while it runs."""
    command = [sys.executable, __file__, "--memory", name, direction]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def memory(name: str, direction: str) -> float:
    """In this process: megabytes beyond what stood before the first run."""
    import torch

    torch.set_num_threads(1)
    run = runs(name)[direction]
    run()  # compilation and one-time buffers
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # give back what the first run left with the allocator
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak starts anew
    run()
    return round((_status("VmHWM") - before) / 1024, 1)


def _status(name: str) -> int:
    """A figure in kB from the process status of Linux."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def table(measurements: list[Measurement]) -> str:
    """The measurements in Markdown, with the speed relative to the dense autoencoder."""
    dense = {found.direction: found.milliseconds for found in measurements if found.model.startswith("dense")}
    lines = [
        "| model | direction | threads | ms (best) | ms (median) | times as fast as dense | weights | peak MB |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for found in measurements:
        ratio = dense[found.direction] / found.milliseconds
        lines.append(
            f"| {found.model} | {found.direction} | {found.threads} | {found.milliseconds:.2f} "
            f"| {found.median_milliseconds:.2f} | {ratio:.2f} | {found.parameters:,} | {found.peak_megabytes:.0f} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Print the table; the exit code is 1 if the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the measurements to this file")
    parser.add_argument("--memory", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory:
        print(memory(*arguments.memory))
        return 0
    measurements = time_all(arguments.threads)
    print(table(measurements))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(found) for found in measurements], indent=1) + "\n")
    times = {found.model: found.milliseconds for found in measurements if found.direction == "forward"}
    reached = times["dense 784-99-784"] / min(times["equivariant"], times["equivariant, compiled"])
    print(f"forward: {reached:.2f} times as fast as the dense autoencoder, target {TARGET}")
    return 0 if reached >= TARGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
