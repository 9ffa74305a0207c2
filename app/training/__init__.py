"""Training: courses, quizzes, certificates."""
