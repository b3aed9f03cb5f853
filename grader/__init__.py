"""Safe, explaining grading of numerical exercises: the toolkit behind the command `grade`."""

__version__ = "0.1.0"
