"""Reads of training. `courses`: whose courses; `learning`: pages; `certificates`; `feed`: rows for other pages."""

from app.programs.courses import courses_from
from app.training.queries.courses import course_titles
from app.training.queries.feed import home_rows, more_fact, more_words

courses_from(course_titles)

__all__ = ["course_titles", "home_rows", "more_fact", "more_words"]
