#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""manual_test.py CLI SERVER FOLDER: manual pages and completion in FOLDER against what the programs really take."""
import os
import re
import shutil
import subprocess
import sys
import unittest

CLI, SERVER, FOLDER = sys.argv[1:4]


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8",
                          env=dict(os.environ, LC_ALL="C.UTF-8")).stdout


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def plain(page):
    """What a reader sees, nearly."""
    return re.sub(r"\\f[BIR]", "", page).replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")


def long_options(text):
    return re.findall(r"^  (?:-\w, )?--([\w-]+)", text, re.M)


class Manual(unittest.TestCase):
    def commands(self):
        names = re.findall(r"^  (\w+) ", said(CLI, "--help"), re.M)
        self.assertGreaterEqual(len(names), 6)
        return names

    def test_commands_and_their_options(self):
        page = plain(read("gst-torrent.1"))
        for command in self.commands():
            start = page.index(f".SS gst-torrent {command}")
            part = page[start:page.find(".SS", start + 1)] if ".SS" in page[start + 1:] else page[start:]
            for option in long_options(said(CLI, command, "--help")):
                if option != "help":
                    self.assertIn("--" + option, part, command)

    def test_every_setting(self):
        page = plain(read("gst-torrent-server.1"))
        settings = re.findall(r"^#([A-Z0-9_]+)=", said(SERVER, "--print-config"), re.M)
        self.assertGreater(len(settings), 50)
        for name in settings:
            self.assertIn(f".BR {name} ", page)
        for option in long_options(said(SERVER, "--help")):
            self.assertIn("--", page)
            shown = option.replace("-", "_").upper() in settings or "--" + option in page
            self.assertTrue(shown or option in ("help", "help-all"), option)

    def test_man_has_nothing_to_say(self):
        if not shutil.which("man"):
            self.skipTest("there is no man")
        for name in ("gst-torrent.1", "gst-torrent-server.1"):
            ran = subprocess.run(["man", "--warnings=w", "-E", "UTF-8", "-l", "-Tutf8", "-Z", os.path.join(FOLDER, name)],
                                 capture_output=True, text=True, env=dict(os.environ, MANROFFSEQ="", LC_ALL="C.UTF-8"))
            self.assertEqual((ran.returncode, ran.stderr), (0, ""), name)

    def complete(self, *words):
        script = (f"source {FOLDER}/gst-torrent.bash; COMP_WORDS=({' '.join(words)} ''); "
                  if words[-1] == "''" else f"source {FOLDER}/gst-torrent.bash; COMP_WORDS=({' '.join(words)}); ")
        script += (f"COMP_CWORD={len(words) - 1}; compopt() {{ :; }}; "
                   f"_{words[0].replace('-', '_')} || true; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        return said("bash", "-c", script).split()

    def test_completion(self):
        for command in self.commands():
            self.assertIn(command, self.complete("gst-torrent", command[:2]))
            options = [option for option in long_options(said(CLI, command, "--help"))]
            found = [word.rstrip("=") for word in self.complete("gst-torrent", command, "--")]
            self.assertEqual(sorted(found), sorted("--" + option for option in options), command)
        self.assertEqual(self.complete("gst-torrent-server", "--search-p"), ["--search-providers="])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
