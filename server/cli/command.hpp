// SPDX-License-Identifier: LGPL-2.1-or-later
// What all commands of gst-torrent have in common: how they are asked, how they end.
#pragma once

#include <glib.h>

#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

namespace cli {

/// What the process ends with.
enum Exit : int {
  done = 0,
  failed = 1,     ///< a disk, a file, a setting of this machine
  wrong_use = 2,  ///< the command line, or what was given as a torrent
  nobody = 3,     ///< no peer gave in time what was wanted; nothing was found
  interrupted = 130,
};

struct Command {
  char const* name;
  char const* arguments;                                                 ///< as in "TORRENT [FILE]"
  char const* summary;                                                   ///< one line
  int (*run)(std::vector<std::string> arguments, std::stop_token stop);  ///< with the command's name in front
};

extern Command const info, get, magnet, play, find, check;

/// GLib's options of a command. `entries` end with an empty one; what is left of the arguments is given back. Throws
/// Usage; --help prints and ends the process.
std::vector<std::string> parse(Command const& command, std::vector<std::string> arguments, GOptionEntry const* entries,
                               char const* description = nullptr);

/// A command line that is wrong; what() says how.
struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace cli
