"""The compiled loops of machines with narrower registers, run on this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="compiled loops need the extra equivariety[fast]")

# Compiled code is cached for one machine, so the imitated ones get a cache of their own.
RUN = """
import sys
import llvmlite.binding
import pytest

features = llvmlite.binding.get_host_cpu_features()
absent = ("avx512",) if sys.argv[1] == "32" else ("avx", "fma", "f16c", "vaes", "vpclmulqdq")
features.update({name: False for name in features if name.startswith(absent)})
llvmlite.binding.get_host_cpu_features = lambda: features

from equivariety.kernels import compiled

assert compiled.VECTOR_BYTES == int(sys.argv[1]), compiled.VECTOR_BYTES
sys.exit(pytest.main(["-x", "-p", "no:cacheprovider", *sys.argv[2:]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("vector_bytes", [16, 32])
def test_narrower_registers(vector_bytes: int, tmp_path: Path) -> None:
    here = Path(__file__).parent
    files = [str(here / name) for name in ("test_compiled_moments.py", "test_compiled_maps.py")]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", RUN, str(vector_bytes), *files]
    done = subprocess.run(command, cwd=here.parents[1], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
