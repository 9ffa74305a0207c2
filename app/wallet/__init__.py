"""The wallet, its statement and receipts: what the ledger holds, in words."""
