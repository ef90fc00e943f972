"""Nothing imports upwards: deferred imports and those for types count like all others."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import networkx as nx
import pytest

SOURCE = Path(__file__).parent.parent / "src" / "equivariety"

# A floor imports only floors above it in this list. A name is a folder, or a file beside the folders.
FLOORS = (
    "errors", "tolerances", "validation", "files", "extras", "threads", "memory", "array_types",
    "actions", "isotypic", "blocks", "ranks", "moments", "algebra", "varieties", "geometry", "statistics",
    "tracking", "polynomial", "convolution",
    "datasets", "audit", "testing", "estimators", "nn", "models", "plotting", "explorer", "__init__", "cli", "__main__",
)  # fmt: skip
MOST_FILES_IN_CIRCLES = 6


def files() -> dict[str, str]:
    """The text of every module, by its name below the package."""
    return {_name(path.relative_to(SOURCE)): path.read_text() for path in sorted(SOURCE.rglob("*.py"))}


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def imports(sources: Mapping[str, str]) -> nx.DiGraph:
    """Which module imports which."""
    graph = nx.DiGraph()
    graph.add_nodes_from(sources)
    for name, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            graph.add_edges_from((name, target) for target in _targets(node, sources) if target != name)
    return graph


def _targets(node: ast.AST, sources: Mapping[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, "imports are written in full"
        # "from equivariety.isotypic import fields" imports a module, "... import Field" a name of one.
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        return
    for name in names:
        package, _, inner = name.partition(".")
        if package == "equivariety":
            found = inner if inner in sources else inner.rpartition(".")[0]
            yield found if found in sources else "__init__"


def floor(module: str) -> int:
    return FLOORS.index(module.partition(".")[0])


def upward(graph: nx.DiGraph) -> list[tuple[str, str]]:
    """Imports from floors below."""
    return [edge for edge in graph.edges if floor(edge[0]) < floor(edge[1])]


def in_circles(graph: nx.DiGraph) -> list[str]:
    """Files that import each other, directly or not."""
    return sorted(name for circle in nx.strongly_connected_components(graph) if len(circle) > 1 for name in circle)


def test_nothing_imports_upwards() -> None:
    assert upward(imports(files())) == []


def test_few_files_form_circles() -> None:
    found = in_circles(imports(files()))
    assert len(found) <= MOST_FILES_IN_CIRCLES, found


@pytest.mark.parametrize(
    "line",
    [
        "from equivariety.varieties.maps import EquivariantMaps",
        "from equivariety.varieties import maps",
        "import equivariety.varieties.maps",
        "def f():\n    from equivariety.varieties.maps import EquivariantMaps",
        "if TYPE_CHECKING:\n    from equivariety.varieties import maps",
    ],
)
def test_this_test_can_fail(line: str) -> None:
    sources = files() | {"blocks.regression": line}
    assert [edge[0] for edge in upward(imports(sources))] == ["blocks.regression"]
    assert {"blocks.regression", "varieties.maps"} <= set(in_circles(imports(sources)))


def test_only_the_notebook_of_the_explorer_imports_marimo() -> None:
    found = [name for name, text in files().items() if "marimo" in _packages(text)]
    assert found == ["explorer.notebook"]


def _packages(text: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(text)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(node.module).partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
