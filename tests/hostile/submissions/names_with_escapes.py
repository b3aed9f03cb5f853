"""Defines functions whose names look like others."""

globals()["attack\u202e"] = globals()["\x1b[2J"] = lambda bait: 42.0
ａttack = lambda bait: "held"
