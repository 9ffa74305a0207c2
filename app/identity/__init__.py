"""People, what they may do, how they sign in, and the sessions in which they act."""
