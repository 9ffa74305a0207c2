"""Gift codes: bearer codes worth points, bound to nobody, spendable in parts."""
