"""MMVT: text-based video segmentation with motion (Zhao et al., CVPR 2022, arXiv 2204.02547).

The paper's map. Every symbol's docstring names its section or equation.

=========  ==================  ==========================================================
Sec.       Eq.                 symbol
=========  ==================  ==========================================================
3.1                            ``backbone.ResNet``, ``text.TextEncoder``, ``aspp.ASPP``
3.2        (1)                 ``transformer.MultiModalVideoTransformer``
3.2        (2)                 ``transformer.TransformerLayer.cross_modal_attention``
3.2        (3), (4)            ``transformer.TransformerLayer.temporal_attention``
3.2        (5)                 ``transformer.TransformerLayer.forward``
3.3        (6), (7), (8), (9)  ``decoder.LGFF``
3.4                            ``model.Alignment``
3.4        (10), (12)          ``losses.alignment_logit``
3.4        (10), (11)          ``losses.align_to_language``
3.4        (12), (13)          ``losses.align_modalities``
3.4        (14)                ``losses.Losses.total``
4.4                            ``config.ABLATIONS``: the rows of Tables 3-6
=========  ==================  ==========================================================

Extensions: a presence output, small encoders (``backbone.ConvBackbone``), flow as camera-relative vectors
(``motion.flow_vectors``); each is a switch of ``config.MMVTConfig``.
"""
