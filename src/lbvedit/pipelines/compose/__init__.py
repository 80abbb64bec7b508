"""``compose``: edits that need no imagination, done exactly.

A step of the plan is an operator (``operators.py`` is the table) that acts on the whole frame or on a target's matte.
``compose.py`` is the pipeline; each other file is one family of operators.
"""
