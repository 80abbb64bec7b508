"""One loop, its checkpoints, and one plain recipe a system."""
