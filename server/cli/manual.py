#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""manual.py CLI SERVER KIND OUT: what the programs say of themselves, as a manual page or for the shell.

KIND is `cli` or `server` (roff, for man), or `bash` (completion of both). All comes from --help and --print-config, so
nothing is written twice.
"""
import os
import re
import subprocess
import sys

OPTION = re.compile(r"^  (?:-(?P<short>\w), )?--(?P<long>[\w-]+)(?:=(?P<value>\S+))?(?:\s+(?P<text>.*))?$")


def said(*command):
    environment = dict(os.environ, LC_ALL="C.UTF-8", COLUMNS="1000")
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", env=environment).stdout


def options(text):
    """(short, long, value, text) of each option in a --help of GLib's."""
    return [(m["short"], m["long"], m["value"], m["text"] or "") for m in map(OPTION.match, text.splitlines()) if m]


def commands(cli):
    """(name, arguments, summary) of each command."""
    found = re.findall(r"^  (\w+)( \S.*?)?  +(\S.*)$", said(cli, "--help"), re.M)
    return [(name, arguments.strip(), summary) for name, arguments, summary in found]


def settings(server):
    """(name, default, allowed, help) of each setting."""
    return [(name, default, allowed, text) for text, allowed, name, default in
            re.findall(r"^# (.*)\n# \((.*)\)\n#(\w+)=(.*)$", said(server, "--print-config"), re.M)]


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def option_rows(rows):
    page = ""
    for short, name, value, text in rows:
        names = (f"\\fB\\-{short}\\fR, " if short else "") + f"\\fB\\-\\-{roff(name)}\\fR"
        page += f".TP\n{names}" + (f"=\\fI{roff(value)}\\fR" if value else "") + f"\n{roff(text)}\n"
    return page


def head(name, what, version):
    return (f".TH {name.upper().replace('-', chr(92) + '-')} 1 \"\" \"gst\\-torrent {roff(version)}\" \"User Commands\"\n"
            f".SH NAME\n{roff(name)} \\- {what}\n.SH SYNOPSIS\n")


def version_of(program):
    return said(program, "--version").split()[-1]


def of_cli(cli, _):
    page = head("gst-torrent", "torrents on the command line", version_of(cli))
    page += ".B gst\\-torrent\n.I COMMAND\n[\\fIOPTION\\fR]... ...\n"
    general = said(cli, "--help").split("\n\n")[-1]
    page += ".SH DESCRIPTION\n" + roff(general.strip()) + "\n.SH COMMANDS\n"
    for name, arguments, summary in commands(cli):
        text = said(cli, name, "--help")
        page += f".SS gst\\-torrent {name} {roff(arguments)}\n{roff(summary[0].upper() + summary[1:])}.\n"
        page += option_rows(row for row in options(text) if row[1] != "help")
        rest = [part for part in text.split("\n\n")[2:] if not re.match(r"(Help|Application) Options:", part)]
        page += "".join(f".PP\n{roff(part.strip())}\n" for part in rest if part.strip())
    return page + ".SH SEE ALSO\n.BR gst\\-torrent\\-server (1),\n.BR sysctl (8)\n"


def of_server(_, server):
    page = head("gst-torrent-server", "streams files of BitTorrent swarms over HTTP", version_of(server))
    page += ".B gst\\-torrent\\-server\n[\\fIOPTION\\fR]...\n.SH DESCRIPTION\n"
    text = said(server, "--help")
    page += roff(text.split("\n\n")[-1].strip()) + "\n.SH OPTIONS\n"
    names = {name for name, *_ in settings(server)}
    page += option_rows(row for row in options(text) if row[1].replace("-", "_").upper() not in names)
    page += ".SH SETTINGS\nIn capitals they are names in the environment and in the key file; with\n\\-\\- and in lower case, options.\n"
    for name, default, allowed, what in settings(server):
        page += (f".TP\n.BR {name} \", \\-\\-\" {roff(name.lower().replace('_', '-'))}\n{roff(what)}\n.br\n"
                 f"Allowed: {roff(allowed)}." + (f" Default: {roff(default[:60])}{'...' if len(default) > 60 else ''}"
                                                 if default else "") + "\n")
    return page + (".SH FILES\n.TP\n.I $XDG_CONFIG_HOME/gst\\-torrent.conf, /etc/gst\\-torrent.conf\nSettings, as \\-\\-print\\-config "
                   "prints them.\n.SH SEE ALSO\n.BR gst\\-torrent (1)\n")


def of_bash(cli, server):
    def words(program, *command):
        return " ".join(f"--{name}" + ("=" if value else "")
                        for _, name, value, _ in options(said(program, *command, "--help")))
    names = [name for name, *_ in commands(cli)]
    cases = "\n".join(f"    {name}) words='{words(cli, name)}' ;;" for name in names)
    return f"""# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of gst-torrent and gst-torrent-server, made from their --help.
_gst_torrent_words() {{
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
  [[ ${{#COMPREPLY[@]}} == 1 && ${{COMPREPLY[0]}} == *= ]] && compopt -o nospace
}}
_gst_torrent() {{
  local now=${{COMP_WORDS[COMP_CWORD]}} words=
  if (( COMP_CWORD == 1 )); then
    _gst_torrent_words '{" ".join(names)} --help --version' "$now"
    return
  fi
  case ${{COMP_WORDS[1]}} in
{cases}
  esac
  [[ $now == -* ]] && _gst_torrent_words "$words" "$now"
}}
_gst_torrent_server() {{
  local now=${{COMP_WORDS[COMP_CWORD]}}
  [[ $now == -* ]] && _gst_torrent_words '{words(server)}' "$now"
}}
complete -o default -F _gst_torrent gst-torrent
complete -o default -F _gst_torrent_server gst-torrent-server
"""


def main():
    cli, server, kind, out = sys.argv[1:]
    text = {"cli": of_cli, "server": of_server, "bash": of_bash}[kind](cli, server)
    with open(out, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
