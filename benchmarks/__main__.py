"""All measurements of fits and counts: ``python -m benchmarks [--rounds N] [--only NAME ...] [--packages PYTHON]``.

Writes benchmarks/results.json, and from it the tables and pictures of docs/benchmarks.md. Networks and groups have
programs of their own: benchmarks/layers.py, benchmarks/scale_groups.py, benchmarks/compare_groups.py.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.counting import counting
from benchmarks.envelope import envelope
from benchmarks.fits import fit_race, limit, slow_fits, transform_race
from benchmarks.large import CASES, run_apart, scaling, start_up
from benchmarks.packages import packages
from benchmarks.report import write_report
from benchmarks.timing import Timing, machine
from benchmarks.training import training

RESULTS = Path(__file__).with_name("results.json")
PARTS = ("envelope", "mnist", "training", "transform", "packages", "wide", "large", "scaling", "counting", "start")


def seconds(timings: dict[str, Timing]) -> list[dict[str, Any]]:
    return [asdict(timing) for timing in timings.values()]


def measure(part: str, rounds: int, interpreter: str) -> Any:
    """One part of the suite; the interpreter is for packages that may need an environment of their own."""
    if part == "mnist":
        timings = fit_race(60_000, 28, rounds, everything=True)
        gemm = timings["product of two 2048 x 2048 matrices"].median / (2 * 2048**3)
        bound = limit(60_000, 28, 28, gemm, timings["one pass over the data (largest value, two threads)"].median)
        return {"timings": seconds(timings | slow_fits(60_000, 28)), "limit": bound}
    if part == "envelope":
        return envelope()
    if part == "training":
        return training()
    if part == "packages":
        return packages(interpreter)
    if part == "counting":
        return counting()
    if part == "transform":
        return {"timings": seconds(transform_race(60_000, 28, rounds))}
    if part == "wide":
        return {"timings": seconds(fit_race(10_000, 64, 3, everything=False))}
    if part == "large":
        return [run_apart(case) for case in range(len(CASES))]
    if part == "scaling":
        return scaling((16, 24, 32, 48, 64, 96, 128), (16, 24, 32, 48, 64), samples=2000)
    return start_up()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--packages", metavar="PYTHON", default=sys.executable,
                        help="an interpreter that can import escnn and symm_learning")  # fmt: skip
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for part in options.only:
        print(f"{part} ...", flush=True)
        results[part] = {"machine": machine(), "results": measure(part, options.rounds, options.packages)}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    write_report(results)


if __name__ == "__main__":
    main()
