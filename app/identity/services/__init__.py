"""Verbs that write people, sessions and invitations."""
