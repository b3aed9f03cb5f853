#!/bin/sh
# Bubblewrap isolates student code on Linux. Installed where we may; otherwise the command is named and work goes on.
set -eu
[ "$(uname -s)" = Linux ] || exit 0
command -v bwrap >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing bubblewrap, which isolates student code."
    apt-get install -qq -y bubblewrap >/dev/null 2>&1 && exit 0
    if apt-get update -qq && apt-get install -qq -y bubblewrap >/dev/null; then exit 0; fi
fi
if command -v dnf >/dev/null 2>&1; then install="sudo dnf install bubblewrap"
elif command -v pacman >/dev/null 2>&1; then install="sudo pacman -S bubblewrap"
else install="sudo apt-get install bubblewrap"
fi
echo "Bubblewrap is not installed: student code will run as a plain process. To isolate it: $install" >&2
