// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/tracker.hpp"

#include "support/eventually.hpp"
#include "support/http.hpp"

#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <pwd.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace support {
namespace {

/// What the FaultyTracker says.
std::string answer_of(FaultyTracker::Fault fault) {
  using Fault = FaultyTracker::Fault;
  auto const ok = [](std::string const& body) {
    return "HTTP/1.0 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  switch (fault) {
    case Fault::garbage:
      return ok("<html>This is no tracker.</html>");
    case Fault::failure:
      return ok("d14:failure reason25:torrent \x1b[31mnot allowed.e");
    case Fault::error:
      return "HTTP/1.0 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
    case Fault::redirects:
      return "HTTP/1.0 302 Found\r\nLocation: /announce?again\r\nContent-Length: 0\r\n\r\n";
    case Fault::silent:
    case Fault::hangs_up:
      break;
  }
  return {};
}

/// The 20 bytes of the hash that trackers know, in a query.
std::string hash_parameter(MadeTorrent const& torrent) {
  std::string escaped;
  for (std::size_t i = 0; i < 40; i += 2) escaped += "%" + torrent.key.substr(i, 2);
  return escaped;
}

}  // namespace

bool Tracker::installed() { return !find_program("opentracker").empty(); }

Tracker::Tracker() {
  if (!installed()) throw std::runtime_error(advice);
  at_ = {own_address(), 0};
  at_.port = free_port(at_.host);
  start();
}

void Tracker::start() {
  auto const port = std::to_string(at_.port);
  write_file(folder_ / "whitelist", whitelist_);
  // It refuses to be root: it becomes `nobody` then, who has to enter the folder.
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  auto const* const self = getpwuid(geteuid());
  std::string const user = geteuid() == 0 || !self ? "nobody" : self->pw_name;
  child_.emplace(std::vector<std::string>{"opentracker", "-i", at_.host, "-p", port, "-P", port, "-d", folder_.str(),
                                          "-u", user, "-w", "whitelist"},
                 ChildOptions{.folder = folder_.str()});
  // An answer, not only a connection: it listens before it minds signals, and a SIGHUP in between ends it.
  bool const ready = eventually([&] {
    if (!child_->running()) return true;
    try {
      http::get(at_, "/announce");
      return true;
    } catch (std::runtime_error const&) {
      return false;
    }
  });
  if (!ready || !child_->running()) throw std::runtime_error("opentracker does not start: " + child_->err());
}

void Tracker::allow(MadeTorrent const& torrent) {
  for (auto const& hex : {torrent.v1_hex, torrent.v2_hex})
    if (!hex.empty()) whitelist_ += hex.substr(0, 40) + "\n";
  write_file(folder_ / "whitelist", whitelist_);
  child_->signal(SIGHUP);
  auto const probe = "/announce?info_hash=" + hash_parameter(torrent) +
                     "&peer_id=-SU0001-000000000000&port=1&uploaded=0&downloaded=0&left=0&compact=1&event=stopped";
  // It drops who asks just when it is told to read its list anew.
  auto const taken = [&] {
    try {
      return http::get(at_, probe).body.find("failure reason") == std::string::npos;
    } catch (std::runtime_error const&) {
      return false;
    }
  };
  if (!eventually(taken)) throw std::runtime_error("opentracker does not take the torrent: " + child_->err());
}

int Tracker::peers_of(MadeTorrent const& torrent) const {
  auto const body = http::get(at_, "/scrape?info_hash=" + hash_parameter(torrent)).body;
  auto const count = [&body](std::string const& key) {
    auto const at = body.find(key);
    return at == std::string::npos ? 0 : std::atoi(body.c_str() + at + key.size());
  };
  return count("8:completei") + count("10:incompletei");
}

FaultyTracker::FaultyTracker(Fault fault)
    : fault_(fault),
      listener_(listen_on({own_address(), 0})),
      at_(local_endpoint(listener_.get())),
      quit_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

FaultyTracker::~FaultyTracker() {
  std::uint64_t const one = 1;
  [[maybe_unused]] auto const written = write(quit_.get(), &one, sizeof one);
  thread_.join();
}

void FaultyTracker::run() {
  std::vector<Fd> clients;
  while (true) {
    std::vector<pollfd> polled{{quit_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (auto const& client : clients) polled.push_back({client.get(), POLLIN, 0});
    poll(polled.data(), polled.size(), -1);
    if (polled[0].revents) return;
    std::vector<Fd> staying;
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (!polled[i + 2].revents) {
        staying.push_back(std::move(clients[i]));
        continue;
      }
      char request[8192];
      auto const n = recv(clients[i].get(), request, sizeof request, 0);
      if (n <= 0) continue;
      ++requests_;
      auto const answer = answer_of(fault_);
      send(clients[i].get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      if (fault_ == Fault::silent) staying.push_back(std::move(clients[i]));
    }
    clients = std::move(staying);
    if (polled[1].revents)
      if (Fd client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)); client)
        clients.push_back(std::move(client));
  }
}

}  // namespace support
