// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command.hpp"
#include "cli/download.hpp"
#include "cli/text.hpp"
#include "lib/json/json.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>
#include <cstdio>

namespace cli {
namespace {

using namespace std::chrono_literals;
using State = swarm::TrackerStatus::State;

char const* name_of(State state) {
  return state == State::working ? "working" : state == State::failed ? "failed" : "waiting";
}

int film_of(swarm::Layout const& layout) { return swarm::find_file(layout, swarm::TheFilm{}).value_or(-1); }

std::string as_json(swarm::Metadata const& metadata, swarm::TorrentStatus const& status, std::string const& magnet) {
  auto const& layout = metadata.layout;
  json::Array files, trackers;
  for (int i = 0; i < layout.file_count(); ++i)
    if (auto const& file = layout.file(i); !file.padding)
      files.add(json::Object().set("index", i).set("path", file.path).set("length", file.size));
  for (auto const& tracker : status.trackers)
    trackers.add(json::Object()
                     .set("url", tracker.url)
                     .set("status", name_of(tracker.state))
                     .set("seeds", tracker.seeds)
                     .set("peers", tracker.peers)
                     .set("message", tracker.message));
  json::Object all;
  all.set("infoHash", metadata.hash.key()).set("name", metadata.name).set("length", layout.total_size());
  if (metadata.hash.v2) all.set("infoHashV2", metadata.hash.v2_hex());
  all.set("pieceLength", layout.piece_length()).set("pieces", layout.piece_count());
  all.set("private", metadata.is_private).set("film", film_of(layout)).set("magnet", magnet);
  all.set("peers", status.peers).set("seeds", status.seeds).set("availability", status.availability);
  all.set("files", std::move(files)).set("trackers", std::move(trackers));
  return all.text();
}

void print(swarm::Metadata const& metadata, swarm::TorrentStatus const& status, std::string const& magnet) {
  auto const& layout = metadata.layout;
  std::printf("Name       %s\nInfo hash  %s\n", plain(metadata.name).c_str(), metadata.hash.key().c_str());
  if (metadata.hash.v1 && metadata.hash.v2) std::printf("           %s\n", metadata.hash.v2_hex().c_str());
  std::printf("Size       %s in %d pieces of %s%s\n", bytes(layout.total_size()).c_str(), layout.piece_count(),
              bytes(layout.piece_length()).c_str(), metadata.is_private ? ", private" : "");
  std::printf("Magnet     %s\n", magnet.c_str());
  std::printf("Health     %d connected, %d of them with everything", status.peers, status.seeds);
  if (status.peers > 0) std::printf("; each piece is there %.1f times or more", status.availability);
  std::puts("\nFiles");
  auto const film = film_of(layout);
  for (int i = 0; i < layout.file_count(); ++i)
    if (auto const& file = layout.file(i); !file.padding)
      std::printf("%5d  %10s  %s%s\n", i, bytes(file.size).c_str(), plain(file.path).c_str(),
                  i == film ? "  (the film)" : "");
  if (!status.trackers.empty()) std::puts("Trackers");
  for (auto const& tracker : status.trackers) {
    std::printf("       %-8s  %s", name_of(tracker.state), plain(tracker.url).c_str());
    if (tracker.seeds >= 0) std::printf("  %d seeders, %d others", tracker.seeds, std::max(tracker.peers, 0));
    std::printf("%s%s\n", tracker.message.empty() ? "" : "  ", plain(tracker.message).c_str());
  }
}

int run(std::vector<std::string> arguments, std::stop_token stop) {
  gboolean json = FALSE;
  int timeout = 60, look = 10;
  GOptionEntry const entries[] = {
      {"json", 'j', 0, G_OPTION_ARG_NONE, &json, "Print it as JSON", nullptr},
      {"timeout", 't', 0, G_OPTION_ARG_INT, &timeout, "Seconds to wait for the metadata (60; 0 = for ever)", "S"},
      {"look", 'l', 0, G_OPTION_ARG_INT, &look, "Seconds to look for peers at most (10; 0 = not at all)", "S"},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  auto const rest = parse(info, std::move(arguments), entries);
  if (rest.size() != 1) throw Usage("Give one torrent: a magnet link, an info hash or a .torrent file.");

  Download download(settings_in_memory(), swarm::Locator::parse(rest[0]));
  ProgressLine progress(json);
  auto const since = std::chrono::steady_clock::now();
  auto const show = [&] {
    auto const status = download.torrent().status();
    progress.show(std::string(download.torrent().metadata() ? "Looking for peers" : "Waiting for the metadata") +
                  " … " + std::to_string(status.peers) + " peers");
  };
  if (!download.wait_for_metadata(timeout * 1s, stop, show)) return interrupted;
  // All that will answer has answered: enough. Handshakes of peers take a moment longer.
  auto const settled = [&] {
    auto const status = download.torrent().status();
    return std::ranges::none_of(status.trackers, [](auto const& t) { return t.state == State::waiting; }) &&
           status.seeds > 0 && std::chrono::steady_clock::now() - since > 1s;
  };
  if (look > 0) download.wait(settled, look * 1s, stop, show);
  progress.clear();
  auto const metadata = download.torrent().metadata();
  auto const status = download.torrent().status();
  auto named = swarm::Locator::parse(rest[0]);
  named.hash = metadata->hash;
  named.name = metadata->name;
  if (json)
    std::puts(as_json(*metadata, status, named.magnet()).c_str());
  else
    print(*metadata, status, named.magnet());
  return done;
}

}  // namespace

Command const info = {"info", "TORRENT", "what is in it, and how well it is shared", run};

}  // namespace cli
