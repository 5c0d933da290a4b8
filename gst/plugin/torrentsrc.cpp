// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/torrentsrc.hpp"

#include "plugin/linger.hpp"
#include "plugin/log.hpp"
#include "plugin/messages.hpp"
#include "plugin/uri.hpp"

#include <algorithm>
#include <utility>

namespace plugin {

Config TorrentSrc::config() const {
  std::lock_guard lock(mutex_);
  return config_;
}

TorrentSrc::Open TorrentSrc::opened() const {
  std::lock_guard lock(mutex_);
  return open_;
}

void TorrentSrc::set_uri(std::string const& uri) {
  std::optional<swarm::Locator> locator;
  std::optional<swarm::Error> error;
  try {
    if (!uri.empty()) locator = parse_uri(uri);
  } catch (swarm::Error const& e) {
    error = e;
  }
  {
    std::lock_guard lock(mutex_);
    config_.uri = locator ? uri : "";
    config_.locator = std::move(locator);
    uri_error_ = error;
  }
  if (error) throw *error;
}

// Others may use the torrent, too: what is not as this element left it is not its any more.
void TorrentSrc::take_back(swarm::Torrent& torrent, Config const& config) {
  Left left;
  {
    std::lock_guard lock(mutex_);
    auto const hash = torrent.hash();
    auto const found = std::ranges::find_if(left_, [&](Left const& l) { return l.torrent.same_torrent(hash); });
    if (found == left_.end()) return;
    left = *found;
    left_.erase(found);
  }
  auto const status = torrent.status();
  bool const limits = left.download_limit || left.upload_limit;
  if (limits && !config.download_limit && !config.upload_limit && status.download_limit == left.download_limit &&
      status.upload_limit == left.upload_limit)
    torrent.set_limits(0, 0);
  if (left.keep && !config.keep && torrent.keep() == left.keep) torrent.set_keep(std::nullopt);
}

void TorrentSrc::apply_limits() {
  auto const now = config();
  if (auto const open = opened(); open.torrent) open.torrent->set_limits(now.download_limit, now.upload_limit);
}

void TorrentSrc::apply_keep() {
  auto const now = config();
  if (auto const open = opened(); open.torrent)
    open.torrent->set_keep(now.keep ? std::optional(now.choice()) : std::nullopt);
}

void TorrentSrc::apply_stats() {
  if (auto const open = opened(); open.reporter) open.reporter->post_stats(config().post_stats);
}

void TorrentSrc::start() {
  Config const config = this->config();
  {
    std::lock_guard lock(mutex_);
    if (uri_error_) throw *uri_error_;
  }
  auto const what = config.what();
  auto lease = find_session(element(), config);
  swarm::AddOptions options;
  options.save_path = config.save_path;
  if (config.storage != swarm::Settings{}.storage) options.storage = config.storage;
  options.ram_budget = config.ram_budget;
  auto torrent = lease.session->add(what, options);
  take_back(*torrent, config);
  if (config.download_limit || config.upload_limit) torrent->set_limits(config.download_limit, config.upload_limit);
  if (config.keep) torrent->set_keep(config.choice());

  std::shared_ptr<swarm::Reader> reader = torrent->open(config.choice(), config.reader());
  auto reporter = std::make_shared<Reporter>(element(), torrent, reader, config.read_ahead);
  reporter->post_stats(config.post_stats);
  told_ = damaged_ = false;
  gate_.attach(std::move(reader));
  std::lock_guard lock(mutex_);
  open_ = {std::move(lease), std::move(torrent), std::move(reporter)};
}

void TorrentSrc::stop() {
  gate_.detach();
  Open last;
  {
    std::lock_guard lock(mutex_);
    last = std::exchange(open_, {});
  }
  if (!last.torrent) return;
  last.reporter.reset();
  if (auto const now = config(); now.download_limit || now.upload_limit || now.keep) {
    std::lock_guard lock(mutex_);
    left_.push_back({last.torrent->hash(), now.download_limit, now.upload_limit,
                     now.keep ? std::optional(now.choice()) : std::nullopt});
  }
  // What a session finds when it starts is looked at again.
  if (damaged_ && last.lease.own) return Linger::process().drop(std::move(last.lease.session));
  Linger::process().keep(std::move(last.lease.session), std::move(last.torrent), last.lease.own);
}

void TorrentSrc::close() {
  auto lease = held_session(element());
  if (!lease.own) return;
  if (damaged_) return Linger::process().drop(std::move(lease.session));
  Linger::process().keep(std::move(lease.session), nullptr, false);
}

void TorrentSrc::unlock() { gate_.close(); }

void TorrentSrc::unlock_stop() {
  gate_.open();
  if (auto const open = opened(); open.reporter) open.reporter->interrupted();
}

bool TorrentSrc::may_take(GstEvent* event) const {
  if (GST_EVENT_TYPE(event) != GST_EVENT_SEEK) return true;
  GST_OBJECT_LOCK(element_);
  // Before a start it is that of another file.
  bool const known = GST_BASE_SRC_IS_STARTED(element_) && element_->segment.duration != GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK(element_);
  if (known) return true;
  gdouble rate = 1;
  GstSeekType start = GST_SEEK_TYPE_NONE, stop = GST_SEEK_TYPE_NONE;
  gint64 stop_at = 0;
  gst_event_parse_seek(event, &rate, nullptr, nullptr, &start, nullptr, &stop, &stop_at);
  return rate > 0 && start != GST_SEEK_TYPE_END && (stop != GST_SEEK_TYPE_END || stop_at == 0);
}

void TorrentSrc::seek(GstSegment const& segment) {
  auto const reader = gate_.reader();
  if (!reader) return;
  if (segment.rate > 0) {
    reader->set_end(segment.stop == GST_CLOCK_TIME_NONE ? std::nullopt
                                                        : std::optional(static_cast<std::int64_t>(segment.stop)));
    reader->seek(static_cast<std::int64_t>(segment.position));
  } else {
    reader->set_end(std::nullopt);
  }
}

void TorrentSrc::fail_pending_reads() { gate_.fail_pending(); }

std::optional<std::int64_t> TorrentSrc::size() const {
  auto const reader = gate_.reader();
  return reader ? reader->size() : std::nullopt;
}

GstStructure* TorrentSrc::stats() const {
  auto const open = opened();
  return open.torrent ? stats_structure(*open.torrent, gate_.reader().get()) : gst_structure_new_empty("torrent-stats");
}

}  // namespace plugin
