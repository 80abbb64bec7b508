"""Measures: tensors in, numbers out; one measure a file."""
