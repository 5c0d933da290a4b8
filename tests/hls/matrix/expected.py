# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each film's HLS has to be where that is not "fine"."""
import dataclasses
import fnmatch

PATIENCE = 20.0  # seconds for an answer, on a loaded machine


@dataclasses.dataclass
class Want:
    status: int = 200
    words: str = ""  # in the message of an error
    options: tuple = ()  # of check.py
    lost: int = 0  # segments that may be refused as damaged (422), and no other: a damaged piece costs itself
    compare: bool = True  # with the film's frames as ffmpeg sees them

    def arguments(self, source):
        """For check.py."""
        return [*(("--source", source) if self.compare else ()), "--uneven", "--once", *self.options]

    def unexpected(self, found):
        """What of check.py's complaints has no excuse."""
        lost = [c for c in found if c[1].startswith("can't be had: HTTP Error 422")]
        return found if len(lost) > self.lost else [c for c in found if c not in lost]

    def complaints(self, status, text):
        if status != self.status:
            return [f"answers {status} instead of {self.status}"]
        if self.words.lower() not in text.lower():
            return [f'does not say "{self.words}"']
        return []


def of(film, client, container):
    want = Want()
    for names, clients, containers, changes in TABLE:
        if all(any(fnmatch.fnmatch(value, pattern) for pattern in patterns.split())
               for value, patterns in ((film, names), (client or "anybody", clients), (container or "-", containers))):
            want = dataclasses.replace(want, **changes)
    return want


# films, clients, containers ("-": none was asked for), what is otherwise; later rows win.
TABLE = [
]
