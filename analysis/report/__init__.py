"""The report of a run: one page that needs nothing else, and its figures as files."""
