"""Several numbers at every point, such as the colors of an image, in either order of storage."""

from __future__ import annotations

from equivariety.actions.action import Action
from equivariety.actions.named import trivial
from equivariety.errors import InputError
from equivariety.validation import whole_number


def channels(action: Action, number: int, layout: str = "first") -> Action:
    """Channels at every point: the group moves the points, and each channel by itself.

    Parameters
    ----------
    action : Action
        On the points.
    number : int
        Of channels.
    layout : {"first", "last"}
        How the data are stored. ``"first"``: whole channels one after the other, as PyTorch has images (N, C, H, W);
        this is ``number * action``. ``"last"``: the channels of each point together, as image files, TensorFlow and
        scikit-image have them (N, H, W, C). With the wrong one everything runs, and nothing is symmetric.

    Raises
    ------
    InputError
        If the layout is another one.

    Examples
    --------
    >>> import numpy as np
    >>> import equivariety as ev
    >>> turn = ev.actions.image_rotation(4)
    >>> images = np.random.default_rng(0).random((1, 4, 4, 3))  # colors last
    >>> turned = np.rot90(images, axes=(1, 2)).reshape(1, -1)
    >>> np.array_equal(channels(turn, 3, layout="last").apply(images.reshape(1, -1)), turned)
    True
    >>> channels(turn, 3) == 3 * turn
    True
    """
    count = whole_number(number, "number of channels", 1)
    if layout not in ("first", "last"):
        raise InputError(f"layout must be 'first' (N, C, H, W) or 'last' (N, H, W, C), not {layout!r}")
    return count * action if layout == "first" else action * trivial(count, like=action)
