"""The oracles: for each assignment, what is right, spelt out directly, slowly and in float64.

A reference is never clever: where loops are the definition it loops, so that a reader believes it on sight. It is
independent of `solutions/`, and is itself checked against torch.
"""
