"""Returns a list nested ten thousand levels deep."""

def attack(bait):
    kept = []
    for _ in range(10**4):
        kept = [kept]
    return kept
