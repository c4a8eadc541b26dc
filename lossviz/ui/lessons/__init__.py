"""Lessons: Markdown files with views, questions and guesses in them, shown step by step."""
