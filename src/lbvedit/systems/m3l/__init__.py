"""M3L: Language-based Video Editing via Multi-Modal Multi-Level Transformer (Fu et al., CVPR 2022, arXiv 2104.01122).

The paper's map:

========  ==========  ===================================================
Sec.      Eq.         Symbol
========  ==========  ===================================================
3.2       Eq. (1)     :class:`features.FrameResNet`
3.2       Eq. (1)     :class:`text.TextEncoder`
3.3       Eq. (2)     :func:`fusion.attend`
3.3       Eq. (3)     :class:`fusion.LocalFusion`
3.3       Eq. (3)     :class:`fusion.DotAttention`
3.3       Eq. (3)     :func:`fusion.self_attend`
3.3       Eq. (4)     :class:`fusion.GlobalFusion`
3.3       Eq. (4)     :func:`fusion.frame_encoding`
3.3       Eq. (5)     :meth:`model.M3L.encode`
3.3       Eqs. (6)    :meth:`model.M3L.decode`
3.4       Eq. (8)     :class:`generator.Generator`
3.4       Eq. (9)     :func:`losses.editing_loss`
3.4       Eq. (10)    :func:`losses.quality_loss`
3.4       Eq. (11)    :func:`losses.discrimination_loss`
3.5       Algorithm 1 :meth:`model.M3L.forward`
========  ==========  ===================================================
"""

from __future__ import annotations

from lbvedit.systems.m3l.config import M3LConfig
from lbvedit.systems.m3l.discriminator import DualDiscriminator
from lbvedit.systems.m3l.model import M3L, Attention, Instruction, Past
from lbvedit.systems.m3l.places import Places

__all__ = ["M3L", "Attention", "DualDiscriminator", "Instruction", "M3LConfig", "Past", "Places"]
