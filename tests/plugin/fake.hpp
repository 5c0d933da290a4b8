// SPDX-License-Identifier: LGPL-2.1-or-later
// A Session without a swarm: its one torrent's bytes come when the test says so.
#pragma once

#include "context/session.hpp"
#include "glib/ref.hpp"
#include "support/scripted_reader.hpp"
#include "swarm/session.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tests {

/// One torrent with one file, which a Script feeds. Thread-safe.
class FakeTorrent final : public swarm::Torrent {
 public:
  explicit FakeTorrent(std::shared_ptr<support::Script> script);

  /// Changes what status() says, and wakes who watches.
  void set_status(swarm::TorrentStatus status);
  /// The metadata come (or are missing), for torrent and readers.
  void set_metadata(bool known);
  /// What the element asked for last.
  struct Asked {
    std::optional<swarm::FileChoice> choice;
    swarm::ReaderOptions options;
    int download_limit = 0;
    int upload_limit = 0;
    bool paused = false;
  };
  [[nodiscard]] Asked asked() const;

  [[nodiscard]] swarm::InfoHash hash() const override { return *swarm::InfoHash::parse(std::string(40, 'a')); }
  [[nodiscard]] std::string key() const override { return std::string(40, 'a'); }
  [[nodiscard]] std::string name() const override { return script_->content().path; }
  [[nodiscard]] std::shared_ptr<swarm::Metadata const> metadata() const override;
  [[nodiscard]] swarm::TorrentStatus status() const override;
  void check() const override {}
  std::unique_ptr<swarm::Reader> open(swarm::FileChoice const& choice, swarm::ReaderOptions const& options) override;
  [[nodiscard]] std::vector<swarm::ByteRange> available(int) const override { return {}; }
  [[nodiscard]] std::int64_t downloaded(int) const override { return 0; }
  [[nodiscard]] std::vector<bool> verified_pieces() const override { return {}; }
  [[nodiscard]] std::vector<swarm::ReadingPlace> reading_places() const override { return {}; }
  [[nodiscard]] std::string path_on_disk(int) const override { return {}; }
  void set_keep(std::optional<swarm::FileChoice> choice) override;
  [[nodiscard]] std::optional<swarm::FileChoice> keep() const override;
  void set_paused(bool paused) override;
  [[nodiscard]] bool paused() const override { return false; }
  void set_rest(swarm::Rest rest) override;
  [[nodiscard]] swarm::Rest rest() const override { return {}; }
  void set_limits(int download, int upload) override;
  void look_for_peers() override {}
  void add_sources(swarm::Locator const&) override {}
  [[nodiscard]] std::vector<int> files_in_use() const override { return {}; }
  void evict(int, std::function<void(std::string const&)> done) override { done({}); }
  [[nodiscard]] std::optional<bool> matches(int, std::string const&, std::stop_token) const override { return {}; }
  [[nodiscard]] int readers() const override { return script_->readers(); }
  [[nodiscard]] std::chrono::steady_clock::time_point last_used() const override { return {}; }
  [[nodiscard]] Watch watch(std::function<void()> changed) override;

 private:
  void tell();

  std::shared_ptr<support::Script> script_;
  mutable std::mutex mutex_;
  swarm::TorrentStatus status_;
  bool metadata_known_ = true;
  Asked asked_;
  std::optional<swarm::FileChoice> keep_;
  struct Watched {
    std::mutex mutex;
    std::function<void()> changed;
  };
  std::vector<std::weak_ptr<Watched>> watches_;
};

/// Gives the same FakeTorrent for every locator. Thread-safe.
class FakeSession final : public swarm::Session {
 public:
  explicit FakeSession(std::shared_ptr<FakeTorrent> torrent) : torrent_(std::move(torrent)) {}

  [[nodiscard]] std::vector<swarm::Locator> added() const;
  /// Makes add() throw.
  void refuse(swarm::Error error);

  std::shared_ptr<swarm::Torrent> add(swarm::Locator const& locator, swarm::AddOptions const& options) override;
  [[nodiscard]] std::shared_ptr<swarm::Torrent> find(swarm::InfoHash const&) const override { return torrent_; }
  [[nodiscard]] std::vector<std::shared_ptr<swarm::Torrent>> torrents() const override { return {torrent_}; }
  [[nodiscard]] bool asleep(swarm::InfoHash const&) const override { return false; }
  [[nodiscard]] std::vector<std::shared_ptr<swarm::SleepingTorrent const>> sleeping() const override { return {}; }
  bool remove(swarm::InfoHash const&, bool, std::function<void(std::string const&)>) override { return false; }
  bool put_to_sleep(swarm::InfoHash const&) override { return false; }
  [[nodiscard]] swarm::SessionStatus status() const override { return {}; }
  [[nodiscard]] swarm::Settings const& settings() const override { return settings_; }
  [[nodiscard]] std::vector<std::string> trackers() const override { return settings_.trackers; }
  void set_trackers(std::vector<std::string> urls) override { settings_.trackers = std::move(urls); }
  void stop() override {}

 private:
  std::shared_ptr<FakeTorrent> torrent_;
  swarm::Settings settings_;
  mutable std::mutex mutex_;
  std::vector<swarm::Locator> added_;
  std::optional<swarm::Error> refusal_;
};

/// Script, torrent, session and the context that brings them to an element.
struct Fake {
  explicit Fake(support::Content content, bool ready = false);
  /// To set on an element or pipeline.
  void give_to(GstElement* element) const { gst_element_set_context(element, context.get()); }

  std::shared_ptr<support::Script> script;
  std::shared_ptr<FakeTorrent> torrent;
  std::shared_ptr<FakeSession> session;
  glib::Ref<GstContext> context;
};

}  // namespace tests
