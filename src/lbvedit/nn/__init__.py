"""Layers that two papers share unchanged."""
