#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""large_test.py PACKAGE: a film of more than 5 GiB, most of which is a hole, is packaged to its last frame."""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "media")]

import check  # noqa: E402  pylint: disable=wrong-import-position
import rare  # noqa: E402  pylint: disable=wrong-import-position
from toolbox import Toolbox  # noqa: E402  pylint: disable=wrong-import-position


class Large(unittest.TestCase):
    def test_places_have_64_bits(self):
        with tempfile.TemporaryDirectory() as folder, Toolbox(folder).workplace() as work:
            film = rare.beyond_4_gib(work)
            self.assertGreater(os.path.getsize(film), 5 << 30)
            for container in ("ts", "fmp4"):
                made = os.path.join(folder, container)
                os.mkdir(made)
                subprocess.run([package, film, made, "--container", container], check=True, stdout=subprocess.DEVNULL)
                found, _ = check.judge(os.path.join(made, "media.m3u8"), "--source", film, "--once")
                self.assertEqual(found, [])


if __name__ == "__main__":
    package = sys.argv.pop(1)
    unittest.main()
