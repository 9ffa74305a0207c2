"""Reference data (safe anywhere) and the demo (never in production), both made through the real services."""
