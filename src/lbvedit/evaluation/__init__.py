"""The papers' tables: corpus + system + measures."""
