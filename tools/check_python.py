"""Stop with one sentence if this Python cannot run the toolkit. Must itself run under any Python 3."""

import importlib.util
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "deepgrade needs Python 3.11 or newer; this is %d.%d. Say which to use: make PYTHON=python3.12 ..."
        % sys.version_info[:2]
    )
if importlib.util.find_spec("ensurepip") is None:
    sys.exit("This Python cannot make virtual environments. On Debian or Ubuntu: sudo apt-get install python3-venv")
