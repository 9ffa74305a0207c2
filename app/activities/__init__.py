"""The log of facts that may earn, and the one pipeline that reacts to them."""
