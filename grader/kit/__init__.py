"""What a student takes home: handout, stub, notebook, sealed tests, toolkit; checked for leaks before it is written."""

from grader.kit.bundle import Bundle, Salts, make_bundle, write_bundle
from grader.kit.leaks import Leak, find_leaks
from grader.kit.secrets import Secrets

__all__ = ["Bundle", "Leak", "Salts", "Secrets", "find_leaks", "make_bundle", "write_bundle"]
