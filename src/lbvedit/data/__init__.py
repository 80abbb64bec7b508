"""Corpora as torch datasets: the procedural world, what is built from it, and readers for the papers' own."""
