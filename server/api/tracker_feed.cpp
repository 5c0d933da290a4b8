// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/tracker_feed.hpp"

#include "swarm/tracker_list.hpp"

#include <glib.h>

#include <algorithm>
#include <utility>

namespace api {
namespace {

using std::chrono::seconds;

constexpr fetch::Limits limits{1 << 20, seconds(30)};
constexpr seconds day{24 * 3600}, hour{3600};
/// A torrent announces itself to each of them.
constexpr std::size_t most = 100;

bool is_url(std::string const& from) { return from.find("://") != std::string::npos; }

std::string contents(std::string const& path, std::string& error) {
  g_autofree char* text = nullptr;
  gsize size = 0;
  g_autoptr(GError) failure = nullptr;
  if (g_file_get_contents(path.c_str(), &text, &size, &failure)) return {text, size};
  error = failure->message;
  return {};
}

/// Whose list is kept: its name in the first line, without what may be secret in a URL.
std::string head_of(std::string const& from) {
  g_autofree char* sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, from.c_str(), -1);
  return "# of " + std::string(sum) + "\n# ";
}

/// The trackers of a list, or none if it is none: a page, say, or a single word.
std::vector<std::string> urls_of(std::string const& text) {
  int wrong = 0;
  auto urls = swarm::read_tracker_list(text, &wrong);
  if (wrong > static_cast<int>(urls.size())) return {};
  if (urls.size() > most) urls.resize(most);
  return urls;
}

}  // namespace

TrackerFeed::TrackerFeed(std::shared_ptr<http::Loop> loop, fetch::Client& client,
                         std::shared_ptr<swarm::Session> session, Settings settings)
    : loop_(std::move(loop)),
      client_(client),
      session_(std::move(session)),
      settings_(std::move(settings)),
      kept_(settings_.folder.empty() ? "" : settings_.folder + "/trackers.txt") {
  if (settings_.from.empty()) return;
  loop_->run([this, loop = loop_, alive = std::weak_ptr(alive_), kept = kept_, head = head_of(settings_.from)] {
    List list;
    std::string error;
    auto const text = kept.empty() ? std::string() : contents(kept, error);
    if (text.starts_with(head)) {
      list.etag = text.substr(head.size(), text.find('\n', head.size()) - head.size());
      list.urls = urls_of(text);
    }
    loop->post([this, alive, list] {
      if (alive.expired()) return;
      if (!list.urls.empty()) use(list);
      refresh();
    });
  });
}

TrackerFeed::~TrackerFeed() = default;

void TrackerFeed::again(seconds delay) {
  next_ = http::Source::after(delay, [this] { refresh(); });
}

void TrackerFeed::refresh() {
  if (!is_url(settings_.from))
    return loop_->run([this, alive = std::weak_ptr(alive_), from = settings_.from, loop = loop_] {
      std::string error;
      auto text = contents(from, error);
      if (!error.empty()) g_warning("TORRENT_TRACKERS_FROM can't be read: %s", error.c_str());
      loop->post([this, alive, text = std::move(text), failed = !error.empty()] {
        if (alive.expired()) return;
        if (failed) return again(hour);
        read(text, "");
      });
    });
  ticket_ = client_.get(
      settings_.from, limits, [this](fetch::Answer answer) { came(std::move(answer)); }, etag_);
}

void TrackerFeed::came(fetch::Answer answer) {
  if (answer.error) {
    g_warning("TORRENT_TRACKERS_FROM: %s The trackers stay as they are.", answer.error->what());
    return again(hour);
  }
  if (answer.unchanged) {
    g_info("The list of TORRENT_TRACKERS_FROM has not changed");
    return again(day);
  }
  read({answer.body.begin(), answer.body.end()}, answer.etag);
}

void TrackerFeed::read(std::string text, std::string etag) {
  List list{urls_of(text), std::move(etag)};
  if (list.urls.empty()) {
    g_warning("TORRENT_TRACKERS_FROM gives no list of announce URLs. The trackers stay as they are.");
    return again(hour);
  }
  std::ranges::replace(list.etag, '\n', ' ');
  use(list);
  again(day);
  if (kept_.empty()) return;
  auto kept = head_of(settings_.from) + list.etag + "\n";
  for (auto const& url : list.urls) kept += url + "\n";
  loop_->run([path = kept_, kept = std::move(kept)] {
    g_autoptr(GError) error = nullptr;
    if (!g_file_set_contents(path.c_str(), kept.c_str(), static_cast<gssize>(kept.size()), &error))
      g_warning("The list of trackers can't be kept: %s", error->message);
  });
}

void TrackerFeed::use(List list) {
  auto trackers = settings_.own;
  for (auto& url : list.urls)
    if (std::ranges::find(trackers, url) == trackers.end()) trackers.push_back(std::move(url));
  g_info("%zu trackers, with those of TORRENT_TRACKERS_FROM", trackers.size());
  etag_ = std::move(list.etag);
  session_->set_trackers(std::move(trackers));
}

}  // namespace api
