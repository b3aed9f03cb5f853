"""Changes the modes, owners, times and attributes of files that it cannot open."""

import os


def attack(bait):
    me = os.getuid()
    for path in bait["files"]:
        for change in (lambda p: os.chmod(p, 0o644), lambda p: os.chown(p, me, -1), os.utime, lambda p: os.truncate(p, 0),
                       lambda p: os.setxattr(p, "user.x", b"x"), lambda p: os.rename(p, p + "~"), os.unlink,
                       lambda p: os.link(p, p + "~"), lambda p: os.symlink(p, p + "~")):
            try:
                change(path)
            except OSError:
                continue
            return f"broken: {path}"
    return "held"
