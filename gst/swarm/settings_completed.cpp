// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/settings_completed.hpp"

#include "swarm/error.hpp"
#include "swarm/lt_settings.hpp"

#include <libtorrent/hasher.hpp>

#include <filesystem>
#include <sstream>

namespace swarm {
namespace {

/// What is known of the files in a download folder belongs to that folder: two servers with a folder each do not share
/// it. The usual download folder has the usual state folder, any other one a folder of its own in there.
std::string default_state_path(std::string const& download_path) {
  auto const state = xdg_folder("XDG_STATE_HOME", ".local/state");
  if (download_path.empty()) return state;
  std::ostringstream name;
  name << lt::hasher(download_path).final();
  return state + "/folders/" + name.str().substr(0, 16);
}

}  // namespace

std::string normal_path(std::string const& path) {
  auto folder = std::filesystem::absolute(path).lexically_normal();
  return folder.has_filename() ? folder.string() : folder.parent_path().string();
}

Settings completed(Settings settings) {
  if (!settings.download_path.empty()) settings.download_path = normal_path(settings.download_path);
  settings.state_path =
      settings.state_path.empty() ? default_state_path(settings.download_path) : normal_path(settings.state_path);
  if (settings.download_path.empty()) settings.download_path = xdg_folder("XDG_CACHE_HOME", ".cache");
  if (settings.max_connections < 1 || settings.max_connections > 65535)
    throw Error(Errc::bad_input, "The number of connections must be from 1 to 65535, not " +
                                     std::to_string(settings.max_connections) + '.');
  if (settings.ram_budget < 1) throw Error(Errc::bad_input, "The budget of memory must be more than 0.");
  if (settings.download_limit < 0 || settings.upload_limit < 0)
    throw Error(Errc::bad_input, "A rate limit can't be negative.", "Use 0 for no limit.");
  return settings;
}

}  // namespace swarm
