# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the server has of the page where npm is not, or gives nothing.

usage: bundle_test.py BUNDLE    (server/web/bundle.py)
"""
import gzip
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUNDLE = pathlib.Path(sys.argv.pop())
PLAIN = ["icon.svg", "plain.css", "plain.html", "plain.js"]


class Bundle(unittest.TestCase):
    def bundle(self, npm, folder):
        here = BUNDLE.parent
        files = [here / name for name in ("package.json", "package-lock.json", ".npmrc")] + sorted((here / "src").iterdir())
        return subprocess.run([sys.executable, "-B", BUNDLE, f"{folder}/work", f"{folder}/page.c", "glib-compile-resources", npm, *files],
                              capture_output=True, text=True, check=False)

    def test_without_npm_the_plain_page(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.bundle("-", folder).returncode, 0)
            content = pathlib.Path(folder, "work/content")
            self.assertEqual(sorted(path.name for path in content.iterdir()), PLAIN)
            for name in PLAIN:
                self.assertEqual(gzip.decompress((content / name).read_bytes()), (BUNDLE.parent / "src" / name).read_bytes())
            self.assertIn("page_get_resource", pathlib.Path(folder, "page.c").read_text(encoding="utf-8"))

    def test_with_an_npm_that_fails_too_and_it_is_told(self):
        for npm in ("/bin/false", "/no/such/npm"):
            with self.subTest(npm), tempfile.TemporaryDirectory() as folder:
                got = self.bundle(npm, folder)
                self.assertEqual(got.returncode, 0)
                self.assertIn("plain page", got.stderr)
                self.assertEqual(sorted(path.name for path in pathlib.Path(folder, "work/content").iterdir()), PLAIN)

    def test_an_error_where_the_full_page_is_wanted(self):
        with tempfile.TemporaryDirectory() as folder:
            got = self.bundle("!/bin/false", folder)
            self.assertNotEqual(got.returncode, 0)
            self.assertIn("npm gives no packages", got.stderr)

    def test_no_registry_stands_in_the_lock(self):
        self.assertNotIn("resolved", (BUNDLE.parent / "package-lock.json").read_text(encoding="utf-8"))


unittest.main()
