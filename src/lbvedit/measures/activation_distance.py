"""FAD and VAD: mean distance between the activations of generated and true frames or videos.

Both are paired distances (Fu et al., "M3L", Sec. 5.1), unlike the Frechet distance of FID and FVD. FAD takes
Inception-v3 features of frames, VAD 3D-ResNeXt (E-MNIST, E-CLEVR) or I3D (E-JESTER) features of videos; the paper does
not say which layer. With any other network the result is named ``fad-embedded`` or ``vad-embedded``.
"""

from __future__ import annotations

from torch import Tensor

__all__ = ["activation_distance"]


def activation_distance(generated: Tensor, reference: Tensor) -> float:
    """The mean over pairs of the Euclidean distance between activations.

    Args:
        generated: ``(N, D)`` activations of generated frames (FAD) or videos (VAD).
        reference: ``(N, D)`` activations of the ground truth, in the same order.
    """
    if generated.shape != reference.shape or generated.ndim != 2:
        raise ValueError(f"activations must be two (N, D): {tuple(generated.shape)} and {tuple(reference.shape)}")
    return float((generated.double() - reference.double()).norm(dim=1).mean())
