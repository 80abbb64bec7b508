"""The procedural world: actors, actions, camera, light, and a ray caster that shows them with perfect ground truth."""
