// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/node.hpp"

#include "support/http.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>

namespace soak {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// docs/configuration.md: the server looks once a second, and it takes it a moment to delete.
constexpr auto look = 3s;
/// Of sockets: one that is accepted to be told that there are too many.
constexpr auto moment = 300ms;
/// libtorrent saves up what a lull leaves, for so long.
constexpr double burst_seconds = 3;
/// What is in the sockets of the lines, and not yet at the server.
constexpr double on_the_way = 4 << 20;
/// Pieces at the ends of a file hold parts of the files beside it, which are not there for themselves.
constexpr std::int64_t two_pieces = 512 * 1024;

struct Row {
  ino_t inode = 0;
  unsigned port = 0;    ///< own
  unsigned peer = 0;    ///< port
  unsigned unread = 0;  ///< bytes
};

/// Connections of the process, established or on their way.
std::vector<Row> connections(pid_t pid) {
  auto const folder = "/proc/" + std::to_string(pid);
  std::set<ino_t> own;
  std::error_code error;
  for (fs::directory_iterator entry(folder + "/fd", error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    auto const target = fs::read_symlink(entry->path(), gone).string();
    if (target.starts_with("socket:[")) own.insert(std::stoul(target.substr(8)));
  }
  std::vector<Row> rows;
  std::ifstream table(folder + "/net/tcp");
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    unsigned state = 0;
    unsigned long inode = 0;
    Row row;
    if (std::sscanf(line.c_str(), " %*d: %*[^:]:%x %*[^:]:%x %x %*x:%x %*s %*s %*u %*u %lu", &row.port, &row.peer,
                    &state, &row.unread, &inode) != 5)
      continue;
    row.inode = inode;
    constexpr unsigned established = 1, syn_sent = 2;
    if ((state == established || state == syn_sent) && own.contains(row.inode)) rows.push_back(row);
  }
  return rows;
}

}  // namespace

Node::Seat::Seat(Node& node, Title const& title, int file)
    : node_(node), place_(title.key, title.files.at(static_cast<std::size_t>(file)).path) {
  std::lock_guard lock(node_.mutex_);
  node_.seats_.insert(place_);
}

Node::Seat::~Seat() {
  std::lock_guard lock(node_.mutex_);
  node_.seats_.erase(node_.seats_.find(place_));
}

Node::Node(std::string name, std::string const& program, bench::Server::Environment const& cache,
           NodeLimits const& limits, Shelf const& shelf)
    : name_(std::move(name)),
      limits_(limits),
      listen_([] {
        auto const host = support::own_address();
        return support::Endpoint{host, support::free_port(host)};
      }()),
      disk_(name_ + ", disk (bytes)", limits.disk_mb * 1e6, look),
      files_(name_ + ", files", limits.files, look),
      active_(name_ + ", torrents with their swarms", limits.active, look),
      peers_(name_ + ", connections of peers", limits.peers, moment),
      http_(name_ + ", connections of clients", limits.http, moment),
      down_(name_ + ", download rate", limits.down, burst_seconds * limits.down + on_the_way),
      up_(name_ + ", upload rate", limits.up, burst_seconds * limits.up) {
  for (auto const& title : shelf.titles()) lines_.emplace(title.key, std::make_unique<support::Link>(title.seeder));
  to_leechers_ = std::make_unique<support::Link>(listen_);
  auto const text = [](int number) { return std::to_string(number); };
  bench::Server::Environment environment{{"TORRENT_DOWNLOAD_PATH", folder_ / "files"},
                                         {"STATE_PATH", folder_ / "state"},
                                         {"TORRENT_LISTEN", listen_.str()},
                                         {"TORRENT_PEX", "false"},
                                         {"TORRENT_DOWNLOAD_LIMIT", text(limits.down)},
                                         {"TORRENT_UPLOAD_LIMIT", text(limits.up)},
                                         {"TORRENT_MAX_CONNECTIONS", text(limits.peers)},
                                         {"TORRENT_MAX_ACTIVE", text(limits.active)},
                                         {"HTTP_MAX_CONNECTIONS", text(limits.http)},
                                         {"CACHE_MAX_DISK_MB", text(limits.disk_mb)},
                                         {"CACHE_MAX_SIZE", text(limits.files)},
                                         {"LOG_LEVEL", "info"}};
  environment.insert(environment.end(), cache.begin(), cache.end());
  server_ = std::make_unique<bench::Server>(program, environment);
}

std::string Node::magnet(Title const& title) const {
  return title.link + "&x.pe=" + lines_.at(title.key)->endpoint().str();
}

std::string Node::magnet_of_node(Title const& title) const {
  return title.link + "&x.pe=" + to_leechers_->endpoint().str();
}

std::set<Node::Place> Node::watched() const {
  std::lock_guard lock(mutex_);
  return {seats_.begin(), seats_.end()};
}

void Node::sample(bool wants, bool wanted) {
  auto const before = Clock::now();
  std::int64_t down = 0;
  for (auto const& [key, line] : lines_) down += line->bytes_down();
  auto const up = to_leechers_->bytes_down();
  std::int64_t unread = 0;
  for (auto const& row : connections(server_->child().pid())) unread += row.unread;
  auto const after = Clock::now();
  down_.sample(before, after, down - unread, wants);
  up_.sample(before, after, up, wanted);
  sample_disk();
  sample_sockets();
  sample_torrents();
}

void Node::sample_disk() {
  auto exempt = watched();
  std::map<Place, std::int64_t> bytes;
  auto const root = fs::path(folder_ / "files");
  std::error_code error;
  for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
    struct stat found {};
    if (lstat(entry->path().c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_blocks == 0) continue;
    auto const path = entry->path().lexically_relative(root);
    bytes[{*path.begin(), path.lexically_relative(*path.begin())}] = found.st_blocks * std::int64_t{512};
  }
  exempt.merge(watched());
  double sum = 0, files = 0;
  for (auto const& [place, size] : bytes) {
    if (exempt.contains(place)) continue;
    sum += static_cast<double>(size);
    files += size > two_pieces;
  }
  auto const what = [&] {
    std::ostringstream out;
    for (auto const& [place, size] : bytes)
      out << "  " << place.first << '/' << place.second << ": " << size
          << (exempt.contains(place) ? ", watched\n" : "\n");
    return out.str() + torrents();
  };
  disk_.sample(sum, what);
  files_.sample(files, what);
}

void Node::sample_sockets() {
  std::set<ino_t> now;
  int peers = 0, http = 0;
  for (auto const& row : connections(server_->child().pid())) {
    now.insert(row.inode);
    // Who was there a moment ago, too, was not sent away.
    if (!sockets_.contains(row.inode)) continue;
    if (row.port == server_->at().port)
      ++http;
    else if (row.port == listen_.port ||
             std::ranges::any_of(lines_, [&](auto const& line) { return line.second->endpoint().port == row.peer; }))
      ++peers;
  }
  sockets_ = std::move(now);
  auto const what = [&] { return torrents(); };
  peers_.sample(peers, what);
  http_.sample(http, what);
}

void Node::sample_torrents() {
  auto const exempt = watched();
  int active = 0;
  for (auto const& [key, line] : lines_) {
    bool const seen = std::ranges::any_of(exempt, [&](auto const& place) { return place.first == key; });
    if (!seen && line->connections() > 0) ++active;
  }
  active_.sample(active, [&] { return torrents(); });
}

std::string Node::torrents() const {
  try {
    return support::http::get(server_->at(), "/api/torrents").body + "\n" +
           support::http::get(server_->at(), "/api/cache-stats").body;
  } catch (std::exception const& error) {
    return error.what();
  }
}

std::string Node::verdict() {
  std::string wrong;
  for (auto const* gauge : {&disk_, &files_, &active_, &peers_, &http_}) wrong += gauge->verdict();
  for (auto const* gauge : {&down_, &up_}) wrong += gauge->verdict();
  return wrong;
}

}  // namespace soak
