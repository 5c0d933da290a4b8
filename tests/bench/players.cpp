// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/players.hpp"

#include "bench/figures.hpp"
#include "bench/http_client.hpp"
#include "bench/own_session.hpp"
#include "bench/stock_client.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

namespace bench {
namespace {

class OwnPlayer final : public Player {
 public:
  explicit OwnPlayer(std::unique_ptr<swarm::Reader> reader) : reader_(std::move(reader)) {}
  void seek(std::int64_t position) override { reader_->seek(position); }
  std::size_t read(std::span<std::byte> into) override {
    auto const result = reader_->read(into);
    if (result.outcome != swarm::Reader::Outcome::bytes) throw std::runtime_error("the reader ends early");
    return result.size;
  }

 private:
  std::unique_ptr<swarm::Reader> reader_;
};

}  // namespace

std::unique_ptr<Player> player_of(std::unique_ptr<swarm::Reader> reader) {
  return std::make_unique<OwnPlayer>(std::move(reader));
}

namespace {

class OwnClient final : public Client {
 public:
  explicit OwnClient(swarm::ReaderOptions const& options) : options_(options) {}
  std::unique_ptr<Player> open(std::string const& magnet, int file) override {
    auto const torrent = own_.session->add(swarm::Locator::parse(magnet));
    return player_of(torrent->open(file, options_));
  }

 private:
  OwnSession own_;
  swarm::ReaderOptions options_;
};

}  // namespace

void Contestant::attempt(std::function<void()> const& measure) const {
  try {
    measure();
  } catch (std::exception const& error) {
    if (ours) throw;
    std::printf("%s failed: %s\n", name.c_str(), error.what());
    std::fflush(stdout);
  }
}

std::vector<Contestant> contestants(int argc, char** argv, bool utp) {
  std::vector<Contestant> all;
  auto const verify = option(argc, argv, "--verify", std::string());
  if (auto const program = option(argc, argv, "--server", std::string()); !program.empty())
    all.push_back({"server", [=] { return start_server(program, verify); }, true});
  else
    all.push_back(
        {"reader", [options = reader_options(verify)] { return std::make_unique<OwnClient>(options); }, true});
  if (option(argc, argv, "--others", 1) == 0) return all;
  all.push_back({"stock libtorrent", [=] { return start_stock(utp); }});
  if (char const* modules = std::getenv("PEERFLIX_MODULES"))
    all.push_back({"peerflix", [=] { return start_peerflix(modules); }});
  if (char const* modules = std::getenv("WEBTORRENT_MODULES"))
    all.push_back({"webtorrent", [=] { return start_webtorrent(modules); }});
  return all;
}

void read_checked(Player& player, support::Payload const& film, std::int64_t position, std::int64_t size) {
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::int64_t>(size, 64 * KiB)));
  for (auto const end = position + size; position < end;) {
    auto const part = std::span(buffer).first(
        static_cast<std::size_t>(std::min<std::int64_t>(end - position, static_cast<std::int64_t>(buffer.size()))));
    auto const got = part.first(player.read(part));
    if (auto const wrong = film.first_difference(position, got))
      throw WrongByte("wrong byte at " + std::to_string(position + static_cast<std::int64_t>(*wrong)));
    position += static_cast<std::int64_t>(got.size());
  }
}

}  // namespace bench
