"""Every example runs, says nothing on standard error, and prints its main result."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAID = {
    "critical_values_of_a_polynomial_network.py": "[3, 2], [1, 1], 2: 334, 0, 40 of 40",
    "cube_faces_to_vertices.py": "linear maps from faces to vertices: 48 numbers, equivariant ones: 2",
    "digits_under_d4.py": "error on all eight views: equivariant 0.0231, PCA 0.0467",
    "enforcing_a_symmetry.py": "with a penalty: 6, of which minima: 1",
    "gallery_of_varieties.py": "singular locus: block ranks [(1, 0), (0, 1)], dimension 3",
    "mirror_of_a_robot.py": "144 numbers in a controller, 72 in one that respects the mirror",
    "gradient_and_curl.py": "maps from arrows to ordinary numbers: 1024 weights, and the curl is not among them",
    "vibrations.py": "force constants: 64 numbers instead of 1296; ours commute: True",
    "velocity_fields.py": "equivariant PCA of rank 6: error on new flows 1.1644",
    "molecule.py": "[-1.618  0.618], each 2-fold",
    "robust_autoencoder.py": "closed form, squared error:    0.0604 on clean digits",
    "several_processes.py": "exact optimum 0.02166",
    "quadratic_network.py": "{21.0: 17, 30.0: 13}: 13 in a worse minimum than the best",
    "ring_of_sensors.py": "rank at most 5: 0.435, block ranks (1, 1, 1, 0, 0, 0, 0)",
    "small_layers_for_a_filter.py": "relative distance 0.1439, certified: True",
    "what_the_data_say.py": "BIC prefers no symmetry by 73.0 units of log-likelihood",
    "widths_that_fill.py": "[2, 3, 4, 5, 4, 5, 4, 1]: dimension 61 of 65, expected 65, proven True",
    "training_a_strided_network.py": "start 1: minimum 2 of 2, loss 36.9169",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SAID))
def test_example(name, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    finished = subprocess.run(
        [sys.executable, str(ROOT / "examples" / name)], capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    assert SAID[name] in finished.stdout


@pytest.mark.gallery
@pytest.mark.parametrize("name", sorted(SAID))
def test_the_page_of_an_example_shows_its_main_result_and_a_picture(name):
    page = ROOT / "docs" / "gallery" / Path(name).with_suffix(".rst").name
    shown = page.read_text()
    assert SAID[name] in shown
    assert "image-sg" in shown


def test_every_example_says_something():
    assert {path.name for path in (ROOT / "examples").glob("*.py")} == set(SAID)
