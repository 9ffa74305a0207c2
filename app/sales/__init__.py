"""Sale lines: what was sold, by whom to whom, as other systems report it."""
