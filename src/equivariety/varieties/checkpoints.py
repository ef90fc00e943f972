"""Where version 0.1 had :mod:`equivariety.moments.checkpoints`."""

from equivariety.moments.checkpoints import Checkpoint, Progress, load_progress, save_progress

__all__ = ["Checkpoint", "Progress", "load_progress", "save_progress"]
