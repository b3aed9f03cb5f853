"""The database of reports and decisions, and the keys by which equal work is recognised.

What needs SQLAlchemy is imported only when a gradebook is opened: whoever grades one submission has no use for it.
"""

from grader.gradebook.key import Basis, basis_of, content_of, ingredients_of, key_of, policy_of
from grader.gradebook.pieces import Pieces, pieces_of

__all__ = ["Basis", "Pieces", "basis_of", "content_of", "ingredients_of", "key_of", "pieces_of", "policy_of"]
