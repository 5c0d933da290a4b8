#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each rule of layering.py speaks up when it is broken."""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SPDX = "// SPDX-License-Identifier: LGPL-2.1-or-later\n"


def check(files):
    with tempfile.TemporaryDirectory() as top:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
            with open(os.path.join(top, path), "w", encoding="utf-8") as file:
                file.write(text)
        ran = subprocess.run([sys.executable, os.path.join(HERE, "layering.py"), top], capture_output=True, text=True,
                             timeout=30, check=False)
        return ran.returncode, ran.stdout


class Layering(unittest.TestCase):
    def offends(self, said, path, text):
        files = {"gst/swarm/reader.hpp": SPDX + "#pragma once\n", "gst/swarm/session.hpp": SPDX + "#pragma once\n",
                 "server/http/range.hpp": SPDX + "#pragma once\n", "server/lib/json/json.hpp": SPDX + "#pragma once\n"}
        code, out = check({**files, path: text})
        self.assertEqual(code, 1, out)
        self.assertIn(said, out)

    def test_good_sources_pass(self):
        code, out = check({"gst/swarm/reader.hpp": SPDX + "#pragma once\n#include <libtorrent/fwd.hpp>\n",
                           "gst/swarm/reader.cpp": SPDX + '#include "swarm/reader.hpp"\n\n#include <libtorrent/session.hpp>\n',
                           "server/http/body.cpp": SPDX + '#include "swarm/reader.hpp"\n#include <libsoup/soup.h>\n'})
        self.assertEqual((code, out), (0, "3 files keep their floors\n"))

    def test_floors(self):
        self.offends("stands on nothing", "gst/swarm/a.cpp", SPDX + '#include "http/range.hpp"\n')
        self.offends("server/lib stands on", "server/lib/json/json.cpp", SPDX + '#include "lib/json/json.hpp"\n#include "http/range.hpp"\n')
        self.offends("values and the Reader interface only", "server/http/a.cpp", SPDX + '#include "swarm/session.hpp"\n')
        self.offends("know only themselves", "server/lib/fetch/a.cpp", SPDX + '#include "lib/json/json.hpp"\n')

    def test_foreign_headers(self):
        self.offends("may not include <libtorrent", "gst/plugin/a.cpp", SPDX + "#include <libtorrent/session.hpp>\n")
        self.offends("may not include <libtorrent", "gst/swarm/a.hpp", SPDX + "#pragma once\n#include <libtorrent/session.hpp>\n")
        self.offends("may not include <libsoup", "server/api/a.cpp", SPDX + "#include <libsoup/soup.h>\n")
        self.offends("may not include <glib", "gst/swarm/a.cpp", SPDX + "#include <glib.h>\n")
        self.offends("may not include <gst", "server/http/a.cpp", SPDX + "#include <gst/gst.h>\n")

    def test_form(self):
        self.offends("the first line must be", "gst/swarm/a.cpp", "int a;\n")
        self.offends("more than 600", "gst/swarm/a.cpp", SPDX + "\n" * 600)
        self.offends("no #pragma once", "gst/swarm/a.hpp", SPDX)
        self.offends("own header first", "gst/swarm/reader.cpp", SPDX + '#include <vector>\n#include "swarm/reader.hpp"\n')
        self.offends("hides a noun", "gst/swarm/a.cpp", SPDX + "class TorrentManager {\n")


if __name__ == "__main__":
    unittest.main()
