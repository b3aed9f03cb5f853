"""Makes files without end."""

def attack(bait):
    try:
        for number in range(10000):
            open(f"/box/{number}", "w").close()
    except OSError:
        return "held"
    return "broken"
