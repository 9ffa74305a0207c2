"""Ground floor: no business words. Everything above may import from here; nothing here imports from above."""
