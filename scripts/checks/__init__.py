"""The gates of `make check`: each module has `findings(root)`, which yields one line for each fault."""
