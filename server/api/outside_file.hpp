// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/torrent.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace api {

/// A torrent one of whose files is to be had whole outside of the swarm: in a folder of this machine, from a web
/// server. All else is that of the session's torrent, if there is one. Nobody downloads for its readers of that file.
/// Thread-safe.
class OutsideFile final : public swarm::Torrent {
 public:
  struct Source {
    std::string name;
    std::int64_t size = 0;
    std::string path;     ///< empty: not on this machine
    std::string edition;  ///< names these bytes among all that may come by this name
    bool verified = false;
    std::function<std::unique_ptr<swarm::Reader>(int file)> open;
  };
  /// Where nothing is known of the torrent, the file is its only one.
  OutsideFile(swarm::InfoHash const& hash, Source source);
  /// `torrent` has metadata.
  OutsideFile(std::shared_ptr<swarm::Torrent> torrent, int file, Source source);

  /// That of the torrent, if `file` of it comes from outside.
  static Source const* of(swarm::Torrent const& torrent, int file);

  [[nodiscard]] swarm::InfoHash hash() const override { return metadata_->hash; }
  [[nodiscard]] std::string key() const override { return metadata_->hash.key(); }
  [[nodiscard]] std::string name() const override { return metadata_->name; }
  [[nodiscard]] std::shared_ptr<swarm::Metadata const> metadata() const override { return metadata_; }
  [[nodiscard]] swarm::TorrentStatus status() const override;
  void check() const override;
  std::unique_ptr<swarm::Reader> open(swarm::FileChoice const& choice, swarm::ReaderOptions const& options) override;
  [[nodiscard]] std::vector<swarm::ByteRange> available(int file) const override;
  [[nodiscard]] std::int64_t downloaded(int file) const override;
  [[nodiscard]] std::string path_on_disk(int file) const override;
  [[nodiscard]] std::vector<bool> verified_pieces() const override;
  [[nodiscard]] std::vector<swarm::ReadingPlace> reading_places() const override;
  void set_keep(std::optional<swarm::FileChoice> choice) override;
  [[nodiscard]] std::optional<swarm::FileChoice> keep() const override;
  void set_paused(bool paused) override;
  [[nodiscard]] bool paused() const override { return torrent_ && torrent_->paused(); }
  void set_rest(swarm::Rest rest) override;
  [[nodiscard]] swarm::Rest rest() const override { return torrent_ ? torrent_->rest() : swarm::Rest::none; }
  void set_limits(int download, int upload) override;
  void look_for_peers() override;
  void add_sources(swarm::Locator const& more) override;
  [[nodiscard]] std::vector<int> files_in_use() const override;
  void evict(int file, std::function<void(std::string const& error)> done) override;
  [[nodiscard]] std::optional<bool> matches(int file, std::string const& path, std::stop_token stop) const override;
  [[nodiscard]] int readers() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point last_used() const override;
  [[nodiscard]] Watch watch(std::function<void()> changed) override;

 private:
  std::shared_ptr<swarm::Torrent> const torrent_;  ///< null: not in the session
  std::shared_ptr<swarm::Metadata const> const metadata_;
  int const file_;
  Source const source_;
};

}  // namespace api
