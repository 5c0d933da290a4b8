// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/web_sources.hpp"

#include "api/remote_reader.hpp"
#include "lib/fetch/whereabouts.hpp"
#include "swarm/catalog.hpp"

#include <glib.h>

#include <algorithm>
#include <utility>

namespace api {
namespace {

constexpr std::chrono::seconds fetch_patience{15};
/// Films that a streaming service has had.
constexpr std::size_t most_remembered = 10'000;

void replace_all(std::string& text, std::string_view what, std::string const& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

bool is_media(std::string_view name) {
  auto const kind = swarm::media_kind(name);
  return kind == swarm::MediaKind::video || kind == swarm::MediaKind::audio;
}

/// What the file is called; players go by its extension.
std::string name_of(fetch::Head const& head, std::string const& key) {
  if (is_media(head.file_name)) return std::string(swarm::file_name(head.file_name));
  auto const path = head.url.substr(0, head.url.find_first_of("?#"));
  if (is_media(path)) return std::string(swarm::file_name(path));
  struct Row {
    std::string_view type;
    char const* extension;
  };
  constexpr Row rows[] = {{"video/mp4", ".mp4"},   {"video/x-matroska", ".mkv"}, {"video/matroska", ".mkv"},
                          {"video/webm", ".webm"}, {"video/mp2t", ".ts"},        {"video/x-msvideo", ".avi"}};
  for (auto const& row : rows)
    if (row.type == head.type) return key + row.extension;
  return key;
}

/// A BEP 19 URL of the file itself is for torrents of one file; of others it would be the beginning of all their names.
bool may_have_many_files(swarm::Torrent const& torrent) {
  auto const metadata = torrent.metadata();
  return metadata && std::count_if(metadata->layout.files().begin(), metadata->layout.files().end(),
                                   [](swarm::File const& file) { return !file.padding; }) > 1;
}

}  // namespace

std::string expand(std::string const& pattern, swarm::InfoHash const& hash, int file) {
  auto const key = hash.key();
  g_autofree char* capitals = g_ascii_strup(key.c_str(), -1);
  auto url = pattern;
  replace_all(url, "{infoHash}", key);
  replace_all(url, "{INFOHASH}", capitals);
  replace_all(url, "{fileIndex}", std::to_string(file));
  return url;
}

WebSources::WebSources(std::shared_ptr<http::Loop> loop, fetch::Client& client, Settings settings)
    : loop_(std::move(loop)), client_(client), settings_(std::move(settings)) {}

std::chrono::milliseconds WebSources::metadata_patience() const {
  return settings_.head_start + (give_torrents() ? std::chrono::milliseconds(3000) : std::chrono::milliseconds(0));
}

void WebSources::help(std::shared_ptr<swarm::Torrent> const& torrent) {
  swarm::Locator more;
  if (!may_have_many_files(*torrent))
    for (auto const& pattern : settings_.streams) more.web_seeds.push_back(expand(pattern, torrent->hash(), 0));
  if (!more.web_seeds.empty()) torrent->add_sources(more);

  auto const key = torrent->key();
  if (!give_torrents() || torrent->metadata() || searches_.contains(key)) return;
  auto& search = searches_[key];
  search.torrent = torrent->weak_from_this();  // of the torrent itself: what find() gives ends with its holder
  search.delay = http::Source::after(settings_.head_start, [this, key] { ask_next(key); });
}

void WebSources::ask_next(std::string const& key) {
  auto& search = searches_.at(key);
  auto const torrent = search.torrent.lock();
  if (!torrent || torrent->metadata() || search.next == settings_.torrents.size()) return end_search(key);
  auto const url = expand(settings_.torrents[search.next++], torrent->hash(), 0);
  g_info("Asking a web server for the .torrent of %s", key.c_str());
  try {
    search.ticket = client_.get(url, {swarm::max_metainfo_bytes, fetch_patience},
                                [this, key](fetch::Answer answer) { came(key, std::move(answer)); });
  } catch (std::exception const& error) {
    g_warning("A source of HTTP_TORRENT_SOURCES can't be asked: %s", error.what());
    ask_next(key);
  }
}

void WebSources::end_search(std::string const& key) {
  auto const search = searches_.extract(key);
  for (auto const& each : search.mapped().waiting)
    if (auto const then = each.lock()) (*then)();
}

std::shared_ptr<void> WebSources::when_asked(std::string const& key, std::function<void()> then) {
  auto const ticket = std::make_shared<std::function<void()>>(std::move(then));
  if (auto const search = searches_.find(key); search != searches_.end())
    search->second.waiting.push_back(ticket);
  else
    (*ticket)();
  return ticket;
}

void WebSources::came(std::string const& key, fetch::Answer answer) {
  if (answer.error) {
    g_info("No .torrent of %s: %s", key.c_str(), answer.error->what());
    return ask_next(key);
  }
  auto const torrent = searches_.at(key).torrent.lock();
  if (!torrent) return ask_next(key);
  // Taking it apart may take a while.
  loop_->run([this, key, torrent, loop = loop_, body = std::move(answer.body)] {
    try {
      auto const locator = swarm::Locator::from_metainfo(body);
      if (locator.hash.same_torrent(torrent->hash()))
        torrent->add_sources(locator);
      else
        g_warning("A web server gave another .torrent than that of %s; it is not used.", key.c_str());
    } catch (std::exception const& error) {
      g_info("What a web server gave for %s is no .torrent: %s", key.c_str(), error.what());
    }
    // If it was right, the metadata are there in a moment.
    loop->post([this, key] {
      auto& search = searches_.at(key);
      search.delay = http::Source::after(std::chrono::milliseconds(100), [this, key] { ask_next(key); });
    });
  });
}

void WebSources::give_seeds(std::shared_ptr<swarm::Torrent> const& torrent, std::vector<std::string> urls) {
  std::erase_if(urls, [](auto const& url) { return !fetch::is_url(url); });
  if (urls.empty()) return;
  if (settings_.allow_private) return torrent->add_sources({.web_seeds = urls});
  auto const number = next_lookup_++;
  lookups_[number] = fetch::find_private(urls, [this, number, torrent, urls](std::vector<std::string> const& found) {
    swarm::Locator more{.web_seeds = urls};
    std::erase_if(more.web_seeds, [&](auto const& url) { return std::ranges::find(found, url) != found.end(); });
    torrent->add_sources(more);
    loop_->post([this, number] { lookups_.erase(number); });  // not from within its own call
  });
}

// ---- streams ----

struct WebSources::Probe {
  swarm::InfoHash hash;
  int file;
  Found then;
  std::size_t next = 0;
  std::unique_ptr<fetch::Transfer> transfer;
  http::Source late;
};

std::shared_ptr<void> WebSources::find_stream(swarm::InfoHash const& hash, int file, Found then) {
  auto const made = std::make_shared<Probe>(Probe{hash, file, std::move(then)});
  probe(made);
  return made;
}

void WebSources::probe(std::shared_ptr<Probe> const& probe) {
  auto const again = [this, weak = std::weak_ptr(probe)] {
    loop_->post([this, weak] {  // not from within the transfer that ends
      if (auto const held = weak.lock()) this->probe(held);
    });
  };
  probe->transfer.reset();
  probe->late.stop();
  if (probe->next == settings_.streams.size()) {
    had_.erase(probe->hash.key());
    return probe->then({});
  }
  auto const url = expand(settings_.streams[probe->next++], probe->hash, probe->file);
  fetch::Transfer::Listener listener;
  listener.head = [this, again, url, weak = std::weak_ptr(probe)](fetch::Head const& head) {
    auto const held = weak.lock();
    if (!held) return false;
    if (head.status != 206 || head.whole.value_or(0) <= 0) {
      g_info("A streaming service has no ranges of %s; it is of no use.", held->hash.key().c_str());
      again();
      return false;
    }
    auto const size = *head.whole;
    held->late.stop();
    if (had_.size() >= most_remembered) had_.clear();
    had_.insert(held->hash.key());
    g_autofree char* edition = g_compute_checksum_for_string(G_CHECKSUM_SHA256, url.c_str(), -1);
    OutsideFile::Source source{name_of(head, held->hash.key()),
                               size,
                               "",
                               std::to_string(size) + "-" + std::string(edition, 16),
                               false,
                               [loop = loop_, &client = client_, url, size](int index) {
                                 return std::make_unique<RemoteReader>(loop, client, url, size, index);
                               }};
    loop_->post([held, source = std::move(source)] { held->then(source); });
    return false;
  };
  listener.bytes = [](std::span<char const>) { return false; };
  listener.over = [again, key = probe->hash.key()](std::optional<fetch::Error> const& error) {
    g_info("A streaming service does not have %s: %s", key.c_str(), error ? error->what() : "nothing came");
    again();
  };
  probe->transfer = client_.start({url, 0, 1}, std::move(listener));
  probe->late = http::Source::after(fetch_patience / 3, again);
}

}  // namespace api
