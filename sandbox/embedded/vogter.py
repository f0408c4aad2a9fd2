"""Starts a program so that it never outlives its parent, and, for programs that refuse root, under another user id.

    python vogter.py SIGNAL UDEN_ROOT PARENT -- program arguments…

``SIGNAL`` is what the program gets when the parent dies (``PR_SET_PDEATHSIG``). With ``UDEN_ROOT`` = 1 a root process
enters a user namespace of its own in which it is user 1000: PostgreSQL then starts, and still owns root's files, also in
folders that no other user may enter. Linux only. This file imports nothing of the project, so that it starts fast.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


def _eget_brugernavnerum() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare of the user namespace failed; start as an ordinary user instead")
    with open("/proc/self/setgroups", "w", encoding="ascii") as f:
        f.write("deny")
    with open("/proc/self/uid_map", "w", encoding="ascii") as f:
        f.write(f"1000 {uid} 1")
    with open("/proc/self/gid_map", "w", encoding="ascii") as f:
        f.write(f"1000 {gid} 1")


def main() -> None:
    signalnavn, uden_root, foraelder, streg, *kommando = sys.argv[1:]
    if streg != "--" or not kommando:
        raise SystemExit("usage: vogter.py SIGNAL UDEN_ROOT PARENT -- program …")
    # A session of its own: Ctrl-C in the terminal reaches the parent alone, which then stops us in order.
    os.setsid()
    if uden_root == "1" and os.geteuid() == 0:
        _eget_brugernavnerum()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, getattr(signal, signalnavn))
    if os.getppid() != int(foraelder):
        raise SystemExit("the parent is gone already")
    os.execvp(kommando[0], kommando)  # noqa: S606  the command is the stack's own


if __name__ == "__main__":
    main()
