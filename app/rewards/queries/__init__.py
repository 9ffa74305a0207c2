"""Reads of rewards, for partners (`catalogue`, `orders`) and for the vendor (`vendor`)."""
