"""Measures: tensors in, numbers out; one measure a file.

Frames are ``(T, C, H, W)`` float in [0, 1] or uint8, masks ``(..., H, W)`` bool or any number that is zero outside. A
measure that rests on a network takes its activations, so it is the same for the public network and for an embedded
stand-in; results of a stand-in always carry another name, ``fad-embedded`` instead of ``fad``.
"""
