"""The slides of the talk, one row each: a section of docs/talk.md whose examples all pass, and the notebook of it."""

from __future__ import annotations

import doctest
import importlib.util
import json
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS

# The slides in the talk's order, and what must be called on the page of each.
SLIDES = {
    "Motivation": ["bounded", "components"],
    "Training neural networks": ["judge", "fit"],
    "Linear convolutional networks": ["LinearConvNet", "theorem_experiment"],
    "Algebraic geometry for machine learning": ["triangle_curve", "surface"],
    "Fully connected linear neural networks": ["DeterminantalVariety(2, 3, 4)"],
    "The determinantal variety": ["dimension", "singular_locus", "equations"],
    "Invariant functions": ["cycle_partition", "(134)(25)", "(143)(25)"],
    "Characterizing invariance": ["largest_rank"],
    "Example: rotation-invariance for p x p pictures": ["block_circulant", "clockwise_rotation"],
    "Properties of I^G_{r, m x n}": ["finest_common_coarsening", "psi", "one_permutation"],
    "Learning invariant linear functions with autoencoders": ["orbit_indicator", "psi(M) @ np.linalg.inv(T)"],
    "Weight sharing property of the encoder": ["orbit_pattern", "weight_diagram"],
    "Euclidean distance degree": ["ed_degree", "distance_picture"],
    "ED degree of determinantal varieties and invariant functions": ["comb(min(m, 2), min(r, 2))"],
    "Equivariant linear autoencoders": ["stepwise_diagonalization", "diagonal", "ed_degree_in_complex_basis"],
    "Finding good bases": ["real_form", "realization"],
    "Characterizing equivariance": ["count_components(exact_rank=True)", "singular_locus"],
    "Weight sharing on de- and encoder": ["block_pattern", "(1, 0, 1)"],
    "Training on MNIST": ["(28, 28)", "cycle_partition"],
    "Training on MNIST: irreducible components, loss, efficiency": [
        "72,425,986,088,826", "72,426,340,906,146", "155232", "5544", "0.0082", "0.0206", "0.1063", "0.0057",
    ],
    "Conclusion": ["nearest"],
    "Properties of I^sigma_{r, m x n}": ["factorial", "singular_locus"],
    "Properties of E^sigma_{r, n x n}": ['count_components(field="C")', "degree", "singular_locus"],
    "Stepwise diagonalization of permutation matrices: an example": ["T1", "T2", "vander"],
    "Real orthogonal base change": ["ring.Q", "realization"],
    "Similarity transforms": ["right_multiplied", "conjugated"],
}  # fmt: skip


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.*)$", (DOCS / "talk.md").read_text(encoding="utf-8"), flags=re.M)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def results() -> dict[str, doctest.TestResults]:
    """The sections run one after the other in one namespace, as a reader would run them."""
    found, names = {}, {}
    for title, text in sections().items():
        test = doctest.DocTestParser().get_doctest(text, names, title or "beginning", "talk.md", 0)
        found[title] = doctest.DocTestRunner(optionflags=FLAGS).run(test, clear_globs=False)
        names = test.globs
    return found


@pytest.mark.parametrize("slide", SLIDES)
def test_every_statement_of_the_slide_is_reproduced(slide, results):
    assert results[slide].attempted > 0
    assert results[slide].failed == 0
    assert [call for call in SLIDES[slide] if call not in sections()[slide]] == []


def test_the_page_has_the_slides_in_the_order_of_the_talk():
    assert [title for title in sections() if title] == list(SLIDES)


def test_the_notebook_is_in_step_with_the_page():
    """After a change of the page: python docs/notebooks/from_page.py."""
    path = DOCS / "notebooks" / "from_page.py"
    module = importlib.util.module_from_spec(spec := importlib.util.spec_from_file_location("from_page", path))
    spec.loader.exec_module(module)
    for name in module.PAGES:
        assert (path.parent / f"{name}.ipynb").read_text(encoding="utf-8") == module.text_of(name)


def test_the_cells_of_the_notebook_are_programs_and_its_pictures_exist():
    cells = json.loads((DOCS / "notebooks" / "talk.ipynb").read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            compile(source, "cell", "exec")
        for target in re.findall(r"\]\(([^)#:]+)\)", source) if cell["cell_type"] == "markdown" else []:
            assert (DOCS / "notebooks" / target).exists(), target


@pytest.mark.slow
def test_the_notebook_runs():
    nbclient = pytest.importorskip("nbclient", reason="Jupyter is not installed")
    pytest.importorskip("ipykernel", reason="Jupyter is not installed")
    import nbformat

    for path in sorted((DOCS / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": path.parent}}).execute()
        assert any(cell.get("outputs") for cell in notebook.cells)
