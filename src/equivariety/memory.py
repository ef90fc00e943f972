"""Arrays whose size is known beforehand are refused where they do not fit, instead of ending in a MemoryError."""

from __future__ import annotations

import os
from pathlib import Path

from equivariety.errors import InputError

_MEMINFO = Path("/proc/meminfo")
_LIMIT = Path("/sys/fs/cgroup/memory.max")
_USED = Path("/sys/fs/cgroup/memory.current")


def refuse_if_larger(needed: float, what: str, alternative: str) -> None:
    """Refuse what needs more bytes than this machine has left.

    Raises
    ------
    InputError
        Naming what it is, how much it needs, how much there is, and what to do instead.

    Examples
    --------
    >>> refuse_if_larger(8 * 200_000**2 * 1000, "the dense matrix", "use apply(X)")
    Traceback (most recent call last):
        ...
    equivariety.errors.InputError: the dense matrix needs about 298023.2 GiB, more than the ... GiB of memory ...
    """
    available = available_memory()
    if available is not None and needed > available:
        raise InputError(f"{what} needs about {needed / 2**30:.1f} GiB, more than the {available / 2**30:.1f} GiB "
                         f"of memory that are left: {alternative}")  # fmt: skip


def available_memory() -> int | None:
    """Bytes that can still be taken, by the system's own estimate and the limit of a container; None if unknown."""
    known = [found for found in (_of_the_system(), _of_the_container()) if found is not None]
    return min(known, default=None)


def _of_the_system() -> int | None:
    try:
        lines = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:  # systems without /proc say at least how much there is
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _of_the_container() -> int | None:
    try:
        return max(int(_LIMIT.read_text()) - int(_USED.read_text()), 0)
    except (OSError, ValueError):  # no container, or "max"
        return None
