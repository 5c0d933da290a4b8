// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "api/outside_file.hpp"
#include "http/loop.hpp"
#include "http/source.hpp"
#include "lib/fetch/client.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace api {

/// Puts names into a template: {infoHash}, {INFOHASH} (in capitals), {fileIndex}. Pure.
std::string expand(std::string const& pattern, swarm::InfoHash const& hash, int file);

/// Web servers that know torrents by their info hashes: some give the .torrent, some the file itself. Thread-bound to
/// the loop.
class WebSources {
 public:
  struct Settings {
    std::vector<std::string> torrents, streams;  ///< templates of URLs, in the order in which they are asked
    std::chrono::milliseconds head_start{2000};  ///< of the swarm; 0 where there is none
    bool allow_private = false;
  };
  WebSources(std::shared_ptr<http::Loop> loop, fetch::Client& client, Settings settings);

  [[nodiscard]] bool give_torrents() const { return !settings_.torrents.empty(); }
  [[nodiscard]] bool give_streams() const { return !settings_.streams.empty(); }
  /// How long the metadata may take where a stream could be had without them.
  [[nodiscard]] std::chrono::milliseconds metadata_patience() const;

  /// Its metadata, if they are missing and the swarm does not give them soon; its file as web seeds.
  void help(std::shared_ptr<swarm::Torrent> const& torrent);
  /// Gives the torrent those of a stranger's web seeds that may be used; libtorrent fetches them, so it is looked up
  /// before where they lead.
  void give_seeds(std::shared_ptr<swarm::Torrent> const& torrent, std::vector<std::string> urls);
  /// A stream of which nothing is known. nullopt: no server has it. Dropping the ticket ends it.
  using Found = std::function<void(std::optional<OutsideFile::Source>)>;
  [[nodiscard]] std::shared_ptr<void> find_stream(swarm::InfoHash const& hash, int file, Found then);
  /// A service had it the last time: nobody has to wait for the swarm again.
  [[nodiscard]] bool had_stream(swarm::InfoHash const& hash) const { return had_.contains(hash.key()); }
  /// Calls `then` once nobody is asked for the torrent's metadata any more. Dropping the ticket ends it.
  [[nodiscard]] std::shared_ptr<void> when_asked(std::string const& key, std::function<void()> then);

 private:
  /// A torrent whose .torrent is looked for.
  struct Search {
    std::weak_ptr<swarm::Torrent> torrent;
    std::size_t next = 0;  ///< of the templates
    http::Source delay;
    std::shared_ptr<void> ticket;
    std::vector<std::weak_ptr<std::function<void()>>> waiting;
  };
  struct Probe;
  void ask_next(std::string const& key);
  void end_search(std::string const& key);
  void came(std::string const& key, fetch::Answer answer);
  void probe(std::shared_ptr<Probe> const& probe);

  std::shared_ptr<http::Loop> const loop_;
  fetch::Client& client_;
  Settings const settings_;
  std::map<std::string, Search> searches_;
  std::set<std::string> had_;
  std::map<unsigned, std::shared_ptr<void>> lookups_;
  unsigned next_lookup_ = 0;
};

}  // namespace api
