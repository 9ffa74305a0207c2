"""Reads of recognition."""

from app.recognition.queries.hall import read_hall
from app.recognition.queries.vendor import waiting_count, waiting_rows
from app.recognition.queries.wall import find_award, home_rows, list_wall, more_fact

__all__ = ["find_award", "home_rows", "list_wall", "more_fact", "read_hall", "waiting_count", "waiting_rows"]
