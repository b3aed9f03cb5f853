"""Fills its folder."""

def attack(bait):
    size = 0
    try:
        for number in range(100):
            with open(f"/box/{number}", "wb") as file:
                size += file.write(bytes(2**20))
    except OSError:
        return "held" if size <= 2**25 else f"broken: {size}"
    return "broken"
