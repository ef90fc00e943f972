"""Tables and pictures of docs/benchmarks.md from the results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.envelope_report import envelope_table, plot_envelope

DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- begin {} -->", "<!-- end {} -->"


def write_report(results: dict[str, Any]) -> None:
    """Replace the marked parts of the page; the prose around them is written by hand."""
    page = DOCS / "benchmarks.md"
    text = page.read_text()
    for part, found in results.items():
        begin, end = BEGIN.format(part), END.format(part)
        before, rest = text.split(begin)
        after = rest.split(end)[1]
        text = f"{before}{begin}\n{_machine(found['machine'])}\n\n{_table(part, found['results'])}\n{end}{after}"
    page.write_text(text)
    if "envelope" in results:
        plot_envelope(results["envelope"]["results"], DOCS / "images")
    if "scaling" in results:
        _plot_scaling(results["scaling"]["results"])


def _machine(found: dict[str, str]) -> str:
    return (
        f"{found['processor']}, {found['cores']} cores, load {found['load']} at the start; {found['blas']}; "
        f"Python {found['python']}, {found['versions']}"
    )


def _table(part: str, found: Any) -> str:
    if part == "large":
        rows = ["| case | decompose | moments | solve | peak memory |", "| --- | ---: | ---: | ---: | ---: |"]
        for case in found:
            cells = [f"{case[key]:.2f} s" if key in case else "" for key in ("decompose", "moments", "solve")]
            rows.append(f"| {case['case']} | {' | '.join(cells)} | {case['peak_megabytes']:.0f} MB |")
        return "\n".join(rows)
    if part == "scaling":
        rows = ["| n | equivariety | dense Gram matrix and eigh |", "| ---: | ---: | ---: |"]
        dense = dict(map(tuple, found["dense Gram matrix and eigh"]))
        rows += [f"| {n:.0f} | {s:.3f} s | {_optional(dense.get(n))} |" for n, s in found["equivariety"]]
        return "\n".join(rows) + "\n\n![seconds against n](images/benchmark-scaling.svg)"
    if part == "start":
        rows = ["| process | median |", "| --- | ---: |"]
        return "\n".join(rows + [f"| `{name}` | {value:.2f} s |" for name, value in found.items()])
    if part == "training":
        rows = ["| task | seconds | processor time | loss / least loss |", "| --- | ---: | ---: | ---: |"]
        rows += [
            f"| {row['task']} | {row['seconds']:.2f} s | {row['processor']:.2f} s | {row['ratio']:.5f} |"
            for row in found
        ]
        return "\n".join(rows)
    if part == "packages":
        return f"{_layers(found['layer'])}\n\n{_package_fits(found['fits'])}"
    if part == "envelope":
        return envelope_table(found)
    if part == "counting":
        return _counting(found)
    return _timings(found)


def _layers(found: dict[str, Any]) -> str:
    rows = [
        "| layer 784 -> 784 | construction | forward | forward + backward | weights | equivariance error |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for package, row in found.items():
        cells = ["not installed", "", "", "", ""] if row is None else [
            _span(row["construction"]), f"{row['forward']:.0f} ms", f"{row['both']:.0f} ms", f"{row['weights']:,}",
            f"{row['error']:.0e}" if package != "torch" else "no symmetry",
        ]  # fmt: skip
        rows.append(f"| {package}{_versions(row)} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _package_fits(found: dict[str, Any]) -> str:
    rows = [
        "| 60,000 samples | covariance and spectrum | processor time "
        "| least squares | processor time | loss / least loss |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    best = found["equivariety"]["loss"]
    keys = ("spectrum", "spectrum, processor", "least squares", "least squares, processor")
    for package, row in found.items():
        cells = ["not installed", "", "", "", ""] if row is None else [
            *(_span(row[key]) for key in keys), f"{row['loss'] / best:.6f}"
        ]  # fmt: skip
        rows.append(f"| {package}{_versions(row)} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _versions(row: dict[str, Any] | None) -> str:
    return "" if row is None else f" ({row['versions']})"


def _counting(found: list[dict[str, Any]]) -> str:
    rows = [
        "| case | rank | blocks | components over R | over C | best component for given spectra | first component "
        "| each further one |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in found:
        cells = [
            row["case"], f"{row['rank']:,}", f"{row['blocks']:,}",
            f"{row['real_digits']:,} digits, {_span(row['real'])}",
            f"{row['complex_digits']:,} digits, {_span(row['complex'])}",
            _span(row["allocation"]), _span(row["first"]), f"{_span(row['each'])} ({row['listed']:,} listed)",
        ]  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _span(seconds: float) -> str:
    """Seconds in the unit that fits."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    if seconds >= 1e-3:
        return f"{1e3 * seconds:.0f} ms" if seconds >= 1e-2 else f"{1e3 * seconds:.1f} ms"
    return f"{1e6 * seconds:.0f} µs"


def _optional(value: float | None) -> str:
    return "" if value is None else f"{value:.3f} s"


def _timings(found: dict[str, Any]) -> str:
    rows = [
        "| task | median | fastest | slowest | processor time | times the first row |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    base = found["timings"][0]["median"]
    for timing in found["timings"]:
        keys = ("median", "fastest", "slowest", "processor")
        cells = ["" if timing[key] is None else f"{1e3 * timing[key]:.0f} ms" for key in keys]
        rows.append(f"| {timing['task']} | {' | '.join(cells)} | {timing['median'] / base:.2f} |")
    if "limit" in found:
        bound = found["limit"]
        rows += [
            "",
            f"Limit: {bound['operations'] / 1e9:.1f} GFLOP at the speed of the large product "
            f"{1e3 * bound['arithmetic']:.0f} ms, reading {1e3 * bound['reading']:.0f} ms. The fit achieves "
            f"{100 * bound['limit'] / base:.0f}% of the larger of the two.",
        ]
    return "\n".join(rows)


def _plot_scaling(curves: dict[str, list[list[float]]]) -> None:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for (name, points), marker, colour in zip(curves.items(), ("o", "s"), ("#0072B2", "#D55E00"), strict=True):
        axes.loglog([n for n, _ in points], [s for _, s in points], marker=marker, color=colour, label=name)
    axes.set(xlabel="n (pixels)", ylabel="seconds", title="Fit to 2,000 images, shift along the rows")
    axes.legend()
    axes.grid(alpha=0.3)
    (DOCS / "images").mkdir(exist_ok=True)
    for kind in ("svg", "png"):
        with rc_context({"svg.hashsalt": "benchmark"}):  # the same curves give the same file
            figure.savefig(
                DOCS / "images" / f"benchmark-scaling.{kind}", metadata={"Date": None} if kind == "svg" else None
            )
