"""Reference values from computer algebra: Singular, exact integers, 60- and 80-digit numerics.

`tests/reference/convolution.json` is a copy of the values computed for this project with Singular 4.3.1, SymPy and
Macaulay2 1.21 (the entries named `how` say how); nothing in it comes from this library.
"""

import json
from pathlib import Path

import pytest

from equivariety.convolution import LinearConvNet

REFERENCE = json.loads((Path(__file__).parent / "reference" / "convolution.json").read_text())


def cases(section, key="cases"):
    """Parameters for the entries of a section, named by architecture."""
    entries = REFERENCE[section][key]
    names = [f"{i}-k{entry.get('filter_sizes')}s{entry.get('strides')}" for i, entry in enumerate(entries)]
    return pytest.mark.parametrize("case", entries, ids=[name.replace(" ", "") for name in names])


def network(case):
    sizes = case["filter_sizes"]
    return LinearConvNet(sizes, case.get("strides") or [1] * len(sizes))


def run_layer(filter_, stride, signal):
    """y_i = sum_j w_j x_{i s + j}, written out."""
    rows = (len(signal) - len(filter_)) // stride + 1
    return [sum(w * signal[i * stride + j] for j, w in enumerate(filter_)) for i in range(rows)]
