"""What a student takes home: handout, stub, notebook, sealed tests, and the toolkit. It is written if it has no leak."""

from grader.kit.bundle import Bundle, Salts, make_bundle, write_bundle
from grader.kit.leaks import Leak, find_leaks
from grader.kit.secrets import Secrets

__all__ = ["Bundle", "Leak", "Salts", "Secrets", "find_leaks", "make_bundle", "write_bundle"]
