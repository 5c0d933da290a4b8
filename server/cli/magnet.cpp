// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command.hpp"
#include "cli/download.hpp"

#include <algorithm>
#include <cstdio>

namespace cli {
namespace {

void append(std::vector<std::string>& to, char** urls) {
  for (; urls && *urls; ++urls)
    if (std::ranges::find(to, *urls) == to.end()) to.emplace_back(*urls);
}

int run(std::vector<std::string> arguments, std::stop_token) {
  gboolean inject = FALSE;
  g_auto(GStrv) trackers = nullptr;
  g_auto(GStrv) web_seeds = nullptr;
  g_autofree char* name = nullptr;
  GOptionEntry const entries[] = {
      {"inject", 'i', 0, G_OPTION_ARG_NONE, &inject, "Add the trackers that the server adds (TORRENT_TRACKERS)",
       nullptr},
      {"tracker", 't', 0, G_OPTION_ARG_STRING_ARRAY, &trackers, "Add a tracker; may be given several times", "URL"},
      {"web-seed", 'w', 0, G_OPTION_ARG_STRING_ARRAY, &web_seeds, "Add a web seed; may be given several times", "URL"},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &name, "What the torrent is called", "NAME"},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  auto const rest = parse(magnet, std::move(arguments), entries);
  if (rest.size() != 1) throw Usage("Give one torrent: a magnet link, an info hash or a .torrent file.");
  auto named = swarm::Locator::parse(rest[0]);
  if (name) named.name = name;
  append(named.trackers, trackers);
  append(named.web_seeds, web_seeds);
  if (inject)
    for (auto const& url : settings().trackers)
      if (std::ranges::find(named.trackers, url) == named.trackers.end()) named.trackers.push_back(url);
  std::puts(named.magnet().c_str());
  return done;
}

}  // namespace

Command const magnet = {"magnet", "TORRENT", "the magnet link of a hash or .torrent, with trackers if wanted", run};

}  // namespace cli
