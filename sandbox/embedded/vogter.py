"""Starts a program so that it never outlives its parent, and, for programs that refuse root, under another user id.

    python vogter.py SIGNAL UDEN_ROOT PARENT -- program arguments…

``SIGNAL`` is what the program gets when the parent dies (``PR_SET_PDEATHSIG``). With ``UDEN_ROOT`` = 1 a root process
becomes another user first, in one of two ways, so that PostgreSQL starts and still may enter folders that are root's:
a user namespace of its own, in which root's files are that user's; or, where none is allowed (most containers), that
user's id with root's right to pass file permissions kept. Linux only. This file imports nothing of the project, so that
it starts fast.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CLONE_NEWUSER = 0x10000000
_CAP_VERSION_3 = 0x20080522
#: CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER.
_FILRETTIGHEDER = (0, 1, 3)


def _kald(resultat: int, hvad: str) -> None:
    if resultat != 0:
        raise OSError(ctypes.get_errno(), f"{hvad} failed; start as an ordinary user instead")


def _anden_bruger() -> pwd.struct_passwd:
    """A user that is not root and that the system knows: PostgreSQL looks its own user's name up."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return next(p for p in pwd.getpwall() if p.pw_uid != 0)


def _eget_brugernavnerum(bruger: pwd.struct_passwd) -> bool:
    """Whether the process now is ``bruger`` in a user namespace of its own."""
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        return False
    with open("/proc/self/setgroups", "w", encoding="ascii") as f:
        f.write("deny")
    with open("/proc/self/uid_map", "w", encoding="ascii") as f:
        f.write(f"{bruger.pw_uid} {uid} 1")
    with open("/proc/self/gid_map", "w", encoding="ascii") as f:
        f.write(f"{bruger.pw_gid} {gid} 1")
    return True


def _skift_bruger(bruger: pwd.struct_passwd) -> None:
    """Becomes ``bruger`` for good, keeping of root's rights only those over files, for the program too."""
    _kald(_libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "keeping rights")
    os.setgroups([])
    os.setresgid(bruger.pw_gid, bruger.pw_gid, bruger.pw_gid)
    os.setresuid(bruger.pw_uid, bruger.pw_uid, bruger.pw_uid)
    maske = sum(1 << r for r in _FILRETTIGHEDER)
    hoved = (ctypes.c_uint32 * 2)(_CAP_VERSION_3, 0)
    # Effective, permitted, inheritable; the low 32 rights, then the high ones.
    data = (ctypes.c_uint32 * 6)(maske, maske, maske, 0, 0, 0)
    _kald(_libc.capset(hoved, data), "capset")
    for rettighed in _FILRETTIGHEDER:
        _kald(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, rettighed, 0, 0), "passing rights on")


def main() -> None:
    signalnavn, uden_root, foraelder, streg, *kommando = sys.argv[1:]
    if streg != "--" or not kommando:
        raise SystemExit("usage: vogter.py SIGNAL UDEN_ROOT PARENT -- program …")
    # A session of its own: Ctrl-C in the terminal reaches the parent alone, which then stops us in order.
    os.setsid()
    if uden_root == "1" and os.geteuid() == 0:
        bruger = _anden_bruger()
        if not _eget_brugernavnerum(bruger):
            _skift_bruger(bruger)
    # After the change of user, which would clear it.
    _kald(_libc.prctl(_PR_SET_PDEATHSIG, getattr(signal, signalnavn), 0, 0, 0), "prctl")
    if os.getppid() != int(foraelder):
        raise SystemExit("the parent is gone already")
    os.execvp(kommando[0], kommando)  # noqa: S606  the command is the stack's own


if __name__ == "__main__":
    main()
