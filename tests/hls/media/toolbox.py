# SPDX-License-Identifier: LGPL-2.1-or-later
"""What films are made with: programs, pictures whose frames carry their number, sound that beeps, subtitles."""
import contextlib
import glob
import os
import shutil
import subprocess
import tempfile

WIDTH, HEIGHT = 320, 180


class CannotMake(Exception):
    """Why a film can't be made here."""


def font():
    for pattern in ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/**/*.ttf"):
        found = sorted(glob.glob(pattern, recursive=True))
        if found:
            return found[0]
    return None


class Work:
    """One film's workplace: a folder that goes away, and the programs to run there."""

    def __init__(self, folder, toolbox):
        self.folder = folder
        self.toolbox = toolbox

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    def run(self, *command):
        program = command[0]
        if shutil.which(program) is None:
            raise CannotMake(f"{program} is missing: see examples/packages/test.txt")
        try:
            ran = subprocess.run(list(map(str, command)), cwd=self.folder, capture_output=True, timeout=300,
                                 stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired as late:
            raise CannotMake(f"{program} took more than five minutes") from late
        # mkvmerge: 1 = warnings.
        if ran.returncode > (1 if program == "mkvmerge" else 0) or ran.returncode < 0:
            text = (ran.stderr or ran.stdout).decode("utf-8", "replace").strip()
            raise CannotMake(f"{program} failed: {' / '.join(text.splitlines()[-3:])}")

    def ffmpeg(self, *arguments):
        self.run("ffmpeg", "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact", *arguments)

    def gst(self, pipeline):
        self.run("gst-launch-1.0", "-q", *pipeline.split())

    # What goes into ffmpeg.

    def picture(self, seconds=20, fps="25", size=(WIDTH, HEIGHT), first=0):
        """Input arguments: frame n has its number in the upper half, noise and text below."""
        timing = f":r={fps}:d={seconds}"
        number = f"N+{first}" if first else "N"
        columns = (f"color=c=black:s=16x2{timing},format=gray,"
                   f"geq=lum='if(mod(floor(({number})/pow(2\\,X))\\,2)\\,235\\,16)',"
                   f"scale={size[0]}:{size[1] // 2}:flags=neighbor[bits]")
        below = f"color=c=gray:s={size[0]}x{size[1] - size[1] // 2}{timing},format=gray,noise=alls=40:allf=t[noise]"
        graph = f"{columns};{below};[bits][noise]vstack,setsar=1,format=yuv420p"
        if self.toolbox.font:
            graph += (f",drawtext=fontfile={self.toolbox.font}:fontsize={size[1] // 7}:fontcolor=white:box=1:boxcolor=black:"
                      f"x=(w-tw)/2:y=h*5/8:text='%{{eif\\:n+{first}\\:d}} %{{pts}}'")
        return ["-f", "lavfi", "-i", graph]

    def sound(self, seconds=20, rate=48000, channels=2, pitch=440):
        """Input arguments: a beep of 0.1 s at each whole second over a quiet tone; each channel has a pitch of its own."""
        waves = "|".join(f"0.5*sin(2*PI*{pitch * 2}*t)*lt(mod(t\\,1)\\,0.1)+0.1*sin(2*PI*{pitch + 55 * channel}*t)"
                         for channel in range(channels))
        layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[channels]
        return ["-f", "lavfi", "-i", f"aevalsrc={waves}:s={rate}:c={layout}:d={seconds}"]


class Toolbox:
    def __init__(self, folder):
        self.folder = folder
        self.font = font()

    @contextlib.contextmanager
    def workplace(self):
        # In the same folder, so that the finished film is renamed, not copied.
        folder = tempfile.mkdtemp(prefix=".making-", dir=self.folder)
        try:
            yield Work(folder, self)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
