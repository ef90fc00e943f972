"""The compiled loops of machines with narrower registers, run on this one, with one cache for all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

llvm = pytest.importorskip("llvmlite.binding", reason="compiled loops need the extra equivariety[fast]")

RUN = """
import sys
import llvmlite.binding
import pytest

absent = {"generic": (), "16": ("avx", "fma", "f16c", "vaes", "vpclmulqdq"), "32": ("avx512",), "all": ()}[sys.argv[1]]
features = llvmlite.binding.get_host_cpu_features()
features.update({name: False for name in features if name.startswith(absent)})
llvmlite.binding.get_host_cpu_features = lambda: features

from equivariety.moments.kernels import compiled

expected = {"generic": 16, "16": 16, "32": 32, "all": compiled.VECTOR_BYTES}[sys.argv[1]]
assert compiled.VECTOR_BYTES == expected, compiled.VECTOR_BYTES
sys.exit(pytest.main(["-x", "-p", "no:cacheprovider", *sys.argv[2:]]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not llvm.get_host_cpu_features().get("avx2"), reason="imitates machines without AVX or AVX-512")
def test_narrower_registers(tmp_path: Path) -> None:
    here = Path(__file__).parent
    files = [str(here / name) for name in ("test_compiled_moments.py", "test_compiled_maps.py")]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}  # one cache for many machines
    for width in ("all", "generic", "16", "32"):
        command = [sys.executable, "-c", RUN, width, *files]
        done = subprocess.run(
            command,
            cwd=here.parents[1],
            env=environment | (generic if width == "generic" else {}),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, width + done.stdout[-2000:] + done.stderr[-2000:]
