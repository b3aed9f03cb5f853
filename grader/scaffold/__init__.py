"""A new assignment: every file that one needs, with one small exercise that keeps the contract from the first day."""

from grader.scaffold.files import files_of, template_texts
from grader.scaffold.naming import Name, course_of, name_of
from grader.scaffold.writing import write_new

__all__ = ["Name", "course_of", "files_of", "name_of", "template_texts", "write_new"]
