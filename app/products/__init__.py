"""Products and their families: what is sold, and what a program, a deal or a partner's licence names."""
