// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/library.hpp"

#include "api/app.hpp"
#include "api/opening.hpp"
#include "api/shapes.hpp"
#include "search/text.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>
#include <utility>

namespace api {
namespace {

using search::Category;
using search::Hit;

/// By the kind of file that people would look for.
class Kinds {
 public:
  void count(std::string const& path) {
    auto const kind = swarm::media_kind(path);
    video_ = video_ || kind == swarm::MediaKind::video;
    audio_ = audio_ || kind == swarm::MediaKind::audio;
  }
  [[nodiscard]] Category category() const {
    return video_ ? Category::video : audio_ ? Category::audio : Category::other;
  }

 private:
  bool video_ = false, audio_ = false;
};

Hit hit_of(swarm::Torrent const& torrent) {
  Hit hit{.hash = torrent.hash(), .name = search::plain_name(torrent.name())};
  auto const metadata = torrent.metadata();
  if (!metadata) return hit;
  hit.size = metadata->layout.total_size();
  hit.here = complete(torrent);
  Kinds kinds;
  each_file(torrent, [&](int, swarm::File const& file) { kinds.count(file.path); });
  hit.category = kinds.category();
  return hit;
}

Hit hit_of(swarm::SleepingTorrent const& torrent) {
  Hit hit{.hash = torrent.hash, .name = search::plain_name(torrent.name)};
  if (torrent.files.empty()) return hit;
  hit.size = 0;
  hit.here = true;
  Kinds kinds;
  for (auto const& file : torrent.files) {
    *hit.size += file.size;
    hit.here = hit.here && file.downloaded == file.size;
    kinds.count(file.path);
  }
  hit.category = kinds.category();
  return hit;
}

std::vector<Hit> list(App& app, search::Library::Wanted const& wanted) {
  std::vector<Hit> hits;
  for (auto const& torrent : existing_torrents(app))
    if (wanted(torrent->name())) hits.push_back(hit_of(*torrent));
  for (auto const& torrent : app.session->sleeping())
    if (wanted(torrent->name)) hits.push_back(hit_of(*torrent));
  return hits;
}

}  // namespace

search::Library::List library_of(App& app, std::shared_ptr<http::Loop> loop) {
  return [&app, loop = std::move(loop)](search::Library::Wanted wanted, auto then) -> std::shared_ptr<void> {
    auto const ticket = std::make_shared<bool>(true);
    loop->run([&app, loop, weak = std::weak_ptr(ticket), wanted = std::move(wanted), then = std::move(then)] {
      if (weak.expired()) return;
      loop->post([weak, then, hits = list(app, wanted)] {
        if (auto const wants = weak.lock()) then(hits);
      });
    });
    return ticket;
  };
}

}  // namespace api
