"""A missing optional library is named with the extra that brings it."""

from __future__ import annotations

import sys

import pytest

import equivariety as ev


@pytest.mark.parametrize(
    ("module", "extra", "use"),
    [
        ("sympy", "algebra", lambda: ev.InvariantMaps(ev.actions.trivial(2), 2).bounded(1).equations()),
        ("igraph", "graphs", lambda: ev.actions.graph_automorphisms([[0, 1], [1, 0]])),
        ("skimage.measure", "plot3d", lambda: _cone()),
    ],
)
def test_the_message_says_what_to_install(module, extra, use, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)  # what Python keeps for a module that cannot be imported
    with pytest.raises(ModuleNotFoundError) as refused:
        use()
    assert f"needs {module}, which is not installed: pip install 'equivariety[{extra}]'" in str(refused.value)


def _cone() -> None:
    from equivariety.plotting.varieties import surface

    surface("x*y - z**2")
