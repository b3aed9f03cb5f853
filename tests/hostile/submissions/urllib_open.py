"""Fetches a page."""

import urllib.error
import urllib.request


def attack(bait):
    try:
        urllib.request.urlopen("http://127.0.0.1:1/", timeout=1)
    except OSError:
        return "held"
    return "broken"
