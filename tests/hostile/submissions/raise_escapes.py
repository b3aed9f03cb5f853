"""Raises an exception whose name and message would run in a terminal, a page and a spreadsheet."""

Evil = type("[/bold]\x1b[2J\u202e<script>", (Exception,), {})


def attack(bait):
    raise Evil("=cmd|' /C calc'!A0 \ud800 ::error::x\n::set-output name=x::y")
