"""Where the camera stands and how it moves."""

from __future__ import annotations

import numpy as np

from lbvedit.data.world.scene import Array, Camera

__all__ = ["look_at"]


def look_at(origin: Array, target: Array, focal: float | Array, frames: int) -> Camera:
    """A camera at ``origin`` that looks at ``target``, level.

    Args:
        origin: ``(3,)``, or ``(T + 1, 3)`` when it moves.
        target: as ``origin``.
        focal: focal length over the picture's height, or ``(T + 1,)``.
        frames: T.
    """
    origins = np.broadcast_to(np.asarray(origin, dtype=float), (frames + 1, 3))
    forward = np.broadcast_to(np.asarray(target, dtype=float), (frames + 1, 3)) - origins
    forward = forward / np.linalg.norm(forward, axis=1, keepdims=True)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    axes = np.stack([right, np.cross(forward, right), forward], axis=1)
    return Camera(origins.copy(), axes, np.broadcast_to(np.asarray(focal, dtype=float), (frames + 1,)).copy())
