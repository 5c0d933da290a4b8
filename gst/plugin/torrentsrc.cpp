// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/torrentsrc.hpp"

#include "plugin/linger.hpp"
#include "plugin/log.hpp"
#include "plugin/messages.hpp"
#include "plugin/uri.hpp"

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

// The torrent outlives a stop, and others may use it: what this element has set it takes back, and nothing else.
void TorrentSrc::limit(swarm::Torrent& torrent, Config const& config) {
  bool const any = config.download_limit || config.upload_limit;
  std::string last;
  {
    std::lock_guard lock(mutex_);
    last = std::exchange(limited_, any ? torrent.key() : "");
  }
  if (any || last == torrent.key()) torrent.set_limits(config.download_limit, config.upload_limit);
}

void TorrentSrc::keep(swarm::Torrent& torrent, Config const& config) {
  std::string last;
  {
    std::lock_guard lock(mutex_);
    last = std::exchange(kept_, config.keep ? torrent.key() : "");
  }
  if (config.keep)
    torrent.set_keep(config.choice());
  else if (last == torrent.key())
    torrent.set_keep(std::nullopt);
}

void TorrentSrc::apply_limits() {
  auto const now = config();
  if (auto const open = opened(); open.torrent) limit(*open.torrent, now);
}

void TorrentSrc::apply_keep() {
  auto const now = config();
  if (auto const open = opened(); open.torrent) keep(*open.torrent, now);
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
  limit(*torrent, config);
  keep(*torrent, config);

  std::shared_ptr<swarm::Reader> reader = torrent->open(config.choice(), config.reader());
  auto reporter = std::make_shared<Reporter>(element(), torrent, reader, config.read_ahead);
  reporter->post_stats(config.post_stats);
  told_ = spoiled_ = false;
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
  // Added anew, its files are looked at again. Where an application has the session, that is for it to say.
  if (spoiled_ && last.lease.own && last.torrent->readers() == 0) {
    last.lease.session->remove(last.torrent->hash(), false, {});
    last.torrent.reset();
  }
  Linger::process().keep(std::move(last.lease.session), std::move(last.torrent), last.lease.own);
}

void TorrentSrc::close() {
  if (auto lease = held_session(element()); lease.own) Linger::process().keep(std::move(lease.session), nullptr, false);
}

void TorrentSrc::unlock() { gate_.close(); }

void TorrentSrc::unlock_stop() {
  gate_.open();
  if (auto const open = opened(); open.reporter) open.reporter->interrupted();
}

bool TorrentSrc::may_take(GstEvent* event) const {
  if (GST_EVENT_TYPE(event) != GST_EVENT_SEEK) return true;
  GST_OBJECT_LOCK(element_);
  bool const known = element_->segment.duration != GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK(element_);
  if (known) return true;
  gdouble rate = 1;
  GstSeekType start = GST_SEEK_TYPE_NONE, stop = GST_SEEK_TYPE_NONE;
  gst_event_parse_seek(event, &rate, nullptr, nullptr, &start, nullptr, &stop, nullptr);
  return rate > 0 && start != GST_SEEK_TYPE_END && stop != GST_SEEK_TYPE_END;
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
