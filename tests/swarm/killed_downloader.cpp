// SPDX-License-Identifier: LGPL-2.1-or-later
// Downloads the film of a magnet into a folder, and tells after each piece how much of it is verified: to be killed at
// any moment. killed_downloader MAGNET FOLDER ADDRESS
#include "support/eventually.hpp"
#include "swarm/session.hpp"

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  swarm::Settings settings;
  settings.download_path = std::string(argv[2]) + "/files";
  settings.state_path = std::string(argv[2]) + "/state";
  settings.listen = std::string(argv[3]) + ":0";
  settings.dht = settings.lsd = settings.port_mapping = settings.inject_trackers = false;
  auto session = swarm::Session::create(settings);
  auto torrent = session->add(swarm::Locator::parse(argv[1]));
  auto reader = torrent->open(swarm::TheFilm{}, {.read_ahead = 4 * 1024 * 1024});
  std::byte buffer[64 * 1024];
  std::printf("start %lld\n",
              static_cast<long long>(support::eventually([&] { return torrent->metadata() != nullptr; })));
  for (;;) {
    auto const got = reader->read(buffer);
    if (got.outcome == swarm::Reader::Outcome::end) break;
    std::printf("verified %lld\n", static_cast<long long>(torrent->downloaded(0)));
    std::fflush(stdout);
  }
  std::printf("end\n");
  return 0;
}
