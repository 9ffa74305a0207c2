"""Reads of training. `courses`: whose courses; `learning`: pages; `certificates`; `feed`: rows for other pages."""
