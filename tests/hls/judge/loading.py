# SPDX-License-Identifier: LGPL-2.1-or-later
"""Playlists and segments, from a server or a disk."""
import hashlib
import os
import random
import urllib.parse
import urllib.request


class Loader:
    def __init__(self):
        self.kept = {}

    @staticmethod
    def fetch(url):
        if urllib.parse.urlsplit(url).scheme in ("http", "https"):
            with urllib.request.urlopen(url, timeout=120) as answer:
                return answer.read()
        with open(url.split("?")[0], "rb") as file:
            return file.read()

    def get(self, url):
        if url not in self.kept:
            self.kept[url] = self.fetch(url)
        return self.kept[url]

    def text(self, url, complain):
        try:
            return self.get(url).decode("utf-8")
        except UnicodeDecodeError:
            complain(url, "is not UTF-8 (RFC 8216 4.1)")
            return ""


def resolve(base, uri):
    if urllib.parse.urlsplit(base).scheme in ("http", "https"):
        return urllib.parse.urljoin(base, uri)
    return os.path.join(os.path.dirname(base), urllib.parse.unquote(uri.split("?")[0]))


def same_in_any_order(urls, complain, seed=1):
    """Forwards, backwards, at random: the same sha256 each time."""
    first = {}
    shuffled = list(urls)
    random.Random(seed).shuffle(shuffled)
    for order, name in ((list(urls), "forwards"), (list(reversed(urls)), "backwards"), (shuffled, "at random")):
        for url in order:
            digest = hashlib.sha256(Loader.fetch(url)).hexdigest()
            if first.setdefault(url, digest) != digest:
                complain(url, f"has other bytes when asked for {name}")
