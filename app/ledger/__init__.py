"""Accounts, postings, transfers, lots: the only writer of value."""
