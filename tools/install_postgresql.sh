#!/bin/sh
# The gradebook's tests also run against a PostgreSQL server, which they start themselves. Installed where we may;
# otherwise the command is named, and those tests say why they are skipped.
set -eu
[ "$(uname -s)" = Linux ] || exit 0
if command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing PostgreSQL, on which the gradebook is tested."
    apt-get install -qq -y postgresql >/dev/null 2>&1 && exit 0
    if apt-get update -qq && apt-get install -qq -y postgresql >/dev/null; then exit 0; fi
fi
if command -v dnf >/dev/null 2>&1; then install="sudo dnf install postgresql-server"
elif command -v pacman >/dev/null 2>&1; then install="sudo pacman -S postgresql"
else install="sudo apt-get install postgresql"
fi
echo "PostgreSQL is not installed: the gradebook will be tested on SQLite alone. To install it: $install" >&2
