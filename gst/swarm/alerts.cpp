// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/alerts.hpp"

#include "swarm/live_torrent.hpp"

#include <libtorrent/alert_types.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_stats.hpp>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace swarm {
namespace {

using lt::alert_cast;
using State = TrackerStatus::State;

void on_state_update(AlertListener& to, lt::state_update_alert const& a) {
  for (auto const& status : a.status)
    if (auto torrent = to.torrent_of(status.handle)) torrent->on_status(status);
}

void on_add_torrent(AlertListener& to, lt::add_torrent_alert const& a) {
  if (!a.error) return;
  // There is no handle to find the torrent by; it is named in the parameters.
  if (auto torrent = to.torrent_of(a.handle))
    torrent->fail(Error(Errc::bad_input, "The torrent can't be added: " + a.error.message() + '.'));
}

void on_resume(AlertListener& to, lt::save_resume_data_alert const& a) {
  if (auto torrent = to.torrent_of(a.handle)) torrent->save(a.params);
  to.on_resume_answered();
}

void on_resume_failed(AlertListener& to, lt::save_resume_data_failed_alert const&) { to.on_resume_answered(); }

void on_torrent_error(AlertListener& to, lt::torrent_error_alert const& a) {
  auto torrent = to.torrent_of(a.handle);
  if (!torrent) return;
  if (a.error == lt::errors::torrent_inconsistent_hashes)
    torrent->on_contradiction();
  else if (a.error == lt::errors::invalid_swarm_metadata)
    torrent->fail(Error(Errc::bad_metadata, "The torrent's metadata can't be read.",
                        "This torrent can't be used; look for another one."));
  else if (a.error == lt::errors::duplicate_torrent)
    torrent->fail(Error(Errc::bad_input, "The same torrent is there already, under its other hash.",
                        "Use the one that is there."));
  else if (a.error.category() == lt::libtorrent_category())
    torrent->fail(Error(Errc::bad_metadata, "The torrent stopped: " + a.error.message() + '.',
                        "Remove it and add it anew, or look for another one."));
  // Failures of the disk come from the Store, which knows the file, and can't come late.
}

void on_metadata_failed(AlertListener& to, lt::metadata_failed_alert const& a) {
  // A wrong hash is one peer's lie; libtorrent asks others. Anything else is the torrent's own fault.
  if (a.error == lt::errors::mismatching_info_hash) return;
  if (auto torrent = to.torrent_of(a.handle))
    torrent->fail(Error(Errc::bad_metadata, "The torrent's metadata can't be used: " + a.error.message() + '.',
                        "This torrent can't be used; look for another one."));
}

void on_announce(AlertListener& to, lt::tracker_announce_alert const& a) {
  if (auto torrent = to.torrent_of(a.handle)) torrent->on_tracker(a.tracker_url(), State::waiting, -1, -1, {});
}
void on_reply(AlertListener& to, lt::tracker_reply_alert const& a) {
  if (auto torrent = to.torrent_of(a.handle)) torrent->on_tracker(a.tracker_url(), State::working, -1, a.num_peers, {});
}
void on_scrape(AlertListener& to, lt::scrape_reply_alert const& a) {
  if (auto torrent = to.torrent_of(a.handle))
    torrent->on_tracker(a.tracker_url(), State::working, a.complete, a.incomplete + a.complete, {});
}
void on_tracker_error(AlertListener& to, lt::tracker_error_alert const& a) {
  auto const reason = std::string(a.failure_reason());
  if (auto torrent = to.torrent_of(a.handle))
    torrent->on_tracker(a.tracker_url(), State::failed, -1, -1, reason.empty() ? a.error.message() : reason);
}
void on_tracker_warning(AlertListener& to, lt::tracker_warning_alert const& a) {
  if (auto torrent = to.torrent_of(a.handle))
    torrent->on_tracker(a.tracker_url(), State::working, -1, -1, a.warning_message());
}

void on_listen(AlertListener& to, lt::listen_succeeded_alert const& a) {
  if (a.socket_type == lt::socket_type_t::tcp) to.on_listening(a.port);
}
void on_listen_failed(AlertListener& to, lt::listen_failed_alert const& a) {
  to.on_listen_failed("Port " + std::to_string(a.port) + " of " + a.listen_interface() +
                      " can't be opened for peers: " + a.error.message() + '.');
}

void on_session_stats(AlertListener& to, lt::session_stats_alert const& a) {
  static int const nodes = lt::find_metric_idx("dht.dht_nodes");
  to.on_dht_nodes(static_cast<int>(a.counters()[nodes]));
}

void on_dropped(AlertListener& to, lt::alerts_dropped_alert const&) { to.on_alerts_dropped(); }

struct Row {
  int type;
  void (*handle)(AlertListener&, lt::alert const&);
};

template <class Alert, void (*f)(AlertListener&, Alert const&)>
constexpr Row row() {
  return {Alert::alert_type, [](AlertListener& to, lt::alert const& a) { f(to, static_cast<Alert const&>(a)); }};
}

constexpr Row rows[] = {
    row<lt::state_update_alert, on_state_update>(),   row<lt::add_torrent_alert, on_add_torrent>(),
    row<lt::save_resume_data_alert, on_resume>(),     row<lt::save_resume_data_failed_alert, on_resume_failed>(),
    row<lt::torrent_error_alert, on_torrent_error>(), row<lt::metadata_failed_alert, on_metadata_failed>(),
    row<lt::tracker_announce_alert, on_announce>(),   row<lt::tracker_reply_alert, on_reply>(),
    row<lt::tracker_error_alert, on_tracker_error>(), row<lt::tracker_warning_alert, on_tracker_warning>(),
    row<lt::scrape_reply_alert, on_scrape>(),         row<lt::listen_succeeded_alert, on_listen>(),
    row<lt::listen_failed_alert, on_listen_failed>(), row<lt::session_stats_alert, on_session_stats>(),
    row<lt::alerts_dropped_alert, on_dropped>(),
};

}  // namespace

Alerts::Alerts(lt::session& session, AlertListener& listener) : session_(session), listener_(listener) {
  // libtorrent calls this on its own thread, with its lock held: wake, nothing else.
  session_.set_alert_notify([this] {
    {
      std::lock_guard lock(mutex_);
      there_ = true;
    }
    wake_.notify_one();
  });
  thread_ = std::thread([this] { run(); });
}

Alerts::~Alerts() { stop(); }

void Alerts::stop() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
  session_.set_alert_notify({});
}

void Alerts::run() {
  constexpr auto tick = std::chrono::milliseconds(100);
  auto next = std::chrono::steady_clock::now() + tick;
  std::vector<lt::alert*> alerts;  // die at the next pop
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, next, [this] { return there_ || stop_; });
      if (stop_) return;
      there_ = false;
    }
    session_.pop_alerts(&alerts);
    for (auto const* alert : alerts)
      for (auto const& row : rows)
        if (row.type == alert->type()) row.handle(listener_, *alert);
    if (auto const now = std::chrono::steady_clock::now(); now >= next) {
      next = now + tick;
      listener_.on_tick();
    }
  }
}

}  // namespace swarm
