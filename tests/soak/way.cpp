// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/way.hpp"

#include "bench/http_client.hpp"
#include "support/eventually.hpp"
#include "swarm/error.hpp"

#include <atomic>
#include <sstream>
#include <stdexcept>

namespace soak {
namespace {

using namespace std::chrono_literals;

class ThroughServer final : public Way {
 public:
  explicit ThroughServer(bench::Server& server) : server_(server) {}
  std::string name() const override { return "server"; }

  std::vector<swarm::Verify> modes() const override { return {swarm::Verify::trusted}; }  // its default
  std::unique_ptr<bench::Player> open(Film const& film, int file, swarm::Verify,
                                      std::chrono::seconds patience) override {
    server_.add(film.magnet, 0s);
    return bench::play_over_http(server_.at(), "/stream/proxy/" + film.key + "?fileIndex=" + std::to_string(file),
                                 patience);
  }
  /// The connection is closed.
  bool says_wrong(std::exception const& failure) const override {
    return dynamic_cast<bench::EndsEarly const*>(&failure);
  }
  void forget(Film const& film) override {
    auto const answer = support::http::ask(
        server_.at(), {.method = "DELETE", .target = "/api/torrents/" + film.key + "?deleteFiles=true"});
    if (answer.status() != 200 && answer.status() != 404) throw std::runtime_error("DELETE: " + answer.body);
  }
  void rest(Film const&) override {}  // the server does so by itself
  std::string state(Film const& film) override {
    auto const status = support::http::get(server_.at(), "/status").body;
    return support::http::get(server_.at(), "/api/torrents/" + film.key).body + "\n    " +
           status.substr(0, status.find(",\"settings\""));
  }

 private:
  bench::Server& server_;
};

class ByReaders final : public Way {
 public:
  explicit ByReaders(std::shared_ptr<swarm::Session> session) : session_(std::move(session)) {}
  std::string name() const override { return "reader"; }

  std::vector<swarm::Verify> modes() const override { return {swarm::Verify::strict, swarm::Verify::trusted}; }
  std::unique_ptr<bench::Player> open(Film const& film, int file, swarm::Verify verify,
                                      std::chrono::seconds patience) override {
    auto const torrent = session_->add(swarm::Locator::parse(film.magnet));
    return bench::player_of(
        torrent->open(file, {.metadata_timeout = patience, .piece_timeout = patience, .verify = verify}));
  }
  bool says_wrong(std::exception const& failure) const override {
    auto const* error = dynamic_cast<swarm::Error const*>(&failure);
    return error && error->code() == swarm::Errc::wrong_bytes;
  }
  void forget(Film const& film) override {
    auto const hash = swarm::Locator::parse(film.magnet).hash;
    auto const done = std::make_shared<std::atomic<bool>>(false);
    auto const why = std::make_shared<std::string>();
    if (!session_->remove(hash, true, [=](std::string const& error) {
          *why = error;
          *done = true;
        }))
      return;
    if (!support::eventually([&] { return done->load(); }, 20s)) throw std::runtime_error("remove() does not end");
    if (!why->empty()) throw std::runtime_error("remove(): " + *why);
  }
  void rest(Film const& film) override {
    if (auto const torrent = session_->find(swarm::Locator::parse(film.magnet).hash)) torrent->set_paused(true);
  }
  std::string state(Film const& film) override {
    auto const torrent = session_->find(swarm::Locator::parse(film.magnet).hash);
    if (!torrent) return "not there";
    auto const status = torrent->status();
    std::ostringstream out;
    out << "state " << static_cast<int>(status.state) << ", " << status.error << status.peers << " peers, "
        << status.seeds << " seeds, " << status.download_rate << " bytes/s, " << status.wanted_done << " of "
        << status.wanted << " bytes, availability " << status.availability << ", " << torrent->readers()
        << " readers, verified:";
    if (auto const metadata = torrent->metadata())
      for (int const file : film.files)
        for (auto const& range : torrent->available(file)) out << ' ' << file << ':' << range.begin << '-' << range.end;
    return out.str();
  }

 private:
  std::shared_ptr<swarm::Session> session_;
};

}  // namespace

std::unique_ptr<Way> through_server(bench::Server& server) { return std::make_unique<ThroughServer>(server); }
std::unique_ptr<Way> by_readers(std::shared_ptr<swarm::Session> session) {
  return std::make_unique<ByReaders>(std::move(session));
}

}  // namespace soak
