"""Returns a list that contains itself."""

def attack(bait):
    kept = []
    kept.append(kept)
    return kept
