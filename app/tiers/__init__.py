"""Tiers: plans with ordered levels, what each company has, standings, reviews. Reads facts; gives nothing."""
