#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts the page's files, gzipped, into a GResource as C source.

usage: bundle.py WORK OUTPUT COMPILER NPM FILE...    (FILE: ours, with package.json, package-lock.json, .npmrc)

NPM is the program, "-" for none. `npm ci` runs in WORK only if the lock has changed; where npm is not, or gives nothing
(no registry), only the plain page goes in: what is in PLAIN. With NPM as "!PATH" that is an error.
"""
import gzip
import hashlib
import pathlib
import shutil
import subprocess
import sys

PLAIN = {"plain.html", "plain.js", "plain.css", "icon.svg"}
LOCKS = ("package.json", "package-lock.json", ".npmrc")
# Names under /web/ of what comes from packages: modules and minified files that they are published with.
PACKAGES = {
    "hls.js": "hls.js/dist/hls.min.mjs",
    "lean-qr.js": "lean-qr/index.mjs",
    "p2p-media-loader-core.js": "p2p-media-loader-core/dist/p2p-media-loader-core.es.min.js",
    "p2p-media-loader-hlsjs.js": "p2p-media-loader-hlsjs/dist/p2p-media-loader-hlsjs.es.min.js",
    "sha256.js": "js-sha256/build/sha256.min.mjs",
    "uplot.js": "uplot/dist/uPlot.esm.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
}


def install(npm, work, files):
    """node_modules as the lock says; says what is wrong, or nothing."""
    stamp, wanted = work / "installed", hashlib.sha256(b"".join(files[name] for name in LOCKS)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return ""
    stamp.unlink(missing_ok=True)
    for name in LOCKS:
        (work / name).write_bytes(files[name])
    try:
        got = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"], cwd=work,
                             capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if got.returncode == 0:
        stamp.write_text(wanted)
        return ""
    return got.stderr.strip()[-500:] or f"it ends with status {got.returncode}"


def licences(modules):
    """Of all that may be inside the packages' minified files."""
    for folder in sorted(p.parent for p in [*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")]):
        for path in sorted(p for p in folder.iterdir() if p.name.lower().startswith(("license", "licence", "copying"))):
            yield f"{folder.relative_to(modules)}\n\n{path.read_text(errors='replace').strip()}\n\n"


def of_packages(modules):
    """Without the comments that name source maps: those are not here."""
    for name, path in PACKAGES.items():
        lines = (modules / path).read_bytes().rstrip().split(b"\n")
        yield name, b"\n".join(line for line in lines if not line.startswith(b"//# sourceMappingURL="))
    yield "licences.txt", "".join(licences(modules)).encode()


def main(work, output, compiler, npm, *paths):
    work = pathlib.Path(work)
    files = {pathlib.Path(p).name: pathlib.Path(p).read_bytes() for p in paths}
    work.mkdir(parents=True, exist_ok=True)
    missing = "npm is missing" if npm == "-" else install(npm.lstrip("!"), work, files)
    if missing and npm.startswith("!"):
        sys.exit("npm gives no packages for the page: " + missing)
    if missing and npm != "-":
        print("The plain page is built, as npm gives no packages here (touch server/web/package.json to try again):", missing,
              file=sys.stderr)
    own = {name: data for name, data in files.items() if name not in LOCKS and (not missing or name in PLAIN)}
    own.update({} if missing else of_packages(work / "node_modules"))
    content = work / "content"
    shutil.rmtree(content, ignore_errors=True)
    content.mkdir()
    for name, data in own.items():
        (content / name).write_bytes(gzip.compress(data, mtime=0))
    listed = "".join(f"<file>{name}</file>" for name in sorted(own))
    xml = work / "page.gresource.xml"
    xml.write_text(f'<gresources><gresource prefix="/page">{listed}</gresource></gresources>')
    subprocess.run([compiler, f"--sourcedir={content}", f"--target={output}", "--generate-source", "--c-name=page", str(xml)],
                   check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
