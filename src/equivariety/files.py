"""Writing files so that nothing half-written is ever left under the final name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from equivariety.errors import InputError


@contextmanager
def replacing(path: str | PathLike[str]) -> Iterator[Path]:
    """A temporary name beside ``path`` to write to; it takes the final name when the block ends without an error.

    If the block fails or is interrupted, the temporary file is removed and what stood at ``path`` stays as it was.

    Raises
    ------
    InputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/result.txt") as temporary:
    ...         _ = temporary.write_text("done")
    ...     Path(f"{folder}/result.txt").read_text()
    'done'
    """
    final = Path(path)
    temporary = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        yield temporary
        os.replace(temporary, final)
    except OSError as error:
        raise InputError(f"{final} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()
