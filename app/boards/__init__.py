"""Leaderboards: who stands where, by sums of facts, exactly and at any size."""
