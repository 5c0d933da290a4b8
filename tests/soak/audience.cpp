// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/audience.hpp"

#include "support/eventually.hpp"
#include "support/http.hpp"
#include "support/leecher.hpp"

#include <cstdio>

namespace soak {
namespace {

using namespace std::chrono_literals;
using support::KiB;
using support::MiB;
using support::http::Connection;

constexpr int viewers = 5, leechers = 2;
constexpr auto crowd_every = 40s, crowd_stays = 4s, crowd_is_forgotten = 4s;
constexpr auto patience = 40s;

int upto(std::mt19937_64& random, int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); }

/// Counts as long as it lives.
template <class Need>
class Waiting {
 public:
  explicit Waiting(Need& need) : need_(need) { need_.add(1); }
  ~Waiting() { need_.add(-1); }
  Waiting(Waiting const&) = delete;
  Waiting& operator=(Waiting const&) = delete;

 private:
  Need& need_;
};

/// The beginning of what a peer says.
std::string handshake(std::string const& key, int number) {
  std::string text =
      "\x13"
      "BitTorrent protocol" +
      std::string(8, '\0');
  for (std::size_t i = 0; i < key.size(); i += 2) text += static_cast<char>(std::stoi(key.substr(i, 2), nullptr, 16));
  char id[21];
  std::snprintf(id, sizeof id, "-XX0001-%012d", number);
  return text + id;
}

}  // namespace

Audience::Audience(Node& node, Shelf const& shelf, unsigned seed) : node_(node), shelf_(shelf) {
  auto const& pinned = shelf_.titles().front();
  if (add(pinned, 0) / 100 != 2 || pin(pinned, true) != 200) throw std::runtime_error("nothing can be pinned");
  for (int n = 0; n < viewers; ++n) start(++seed, [this](Random& random) { watch(random); });
  start(++seed, [this](Random& random) { manage(random); });
  for (int n = 0; n < leechers; ++n) start(++seed, [this](Random& random) { leech(random); });
  start(++seed, [this](Random& random) { crowd(random); });
}

Audience::~Audience() {
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  quits_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Audience::start(unsigned seed, std::function<void(Random&)> act) {
  threads_.emplace_back([this, seed, act = std::move(act)] {
    Random random(seed);
    for (;;) {
      {
        std::lock_guard lock(mutex_);
        if (quit_) return;
      }
      try {
        act(random);
      } catch (std::exception const&) {  // a torrent that was deleted meanwhile, no room in a crowd
        pause(200ms);
      }
    }
  });
}

void Audience::pause(std::chrono::milliseconds span) {
  std::unique_lock lock(mutex_);
  quits_.wait_for(lock, span, [this] { return quit_; });
}

bool Audience::wants() { return viewers_.unbroken() && !crowded_; }
bool Audience::wanted() {
  if (!node_.gives()) leechers_.spoil();
  return leechers_.unbroken() && !crowded_;
}

std::vector<std::string> Audience::failures() const {
  std::lock_guard lock(mutex_);
  return failures_;
}

void Audience::failed(std::string const& what) {
  std::lock_guard lock(mutex_);
  failures_.push_back(node_.name() + ": " + what);
}

Title const& Audience::any(Random& random) const {
  auto const& titles = shelf_.titles();
  return titles[1 + static_cast<std::size_t>(upto(random, static_cast<int>(titles.size()) - 1))];
}

int Audience::status_of(support::http::Request const& request) const {
  return support::http::ask(node_.at(), request, patience).status();
}

int Audience::add(Title const& title, int file) const {
  return status_of(
      {.method = "POST",
       .target = "/api/torrents?wait=20",
       .fields = {{"Content-Type", "application/json"}},
       .body = "{\"magnetUri\": \"" + node_.magnet(title) + "\", \"fileIndex\": " + std::to_string(file) + "}"});
}

int Audience::pin(Title const& title, bool pinned) const {
  return status_of({.method = "PATCH",
                    .target = "/api/torrents/" + title.key,
                    .fields = {{"Content-Type", "application/json"}},
                    .body = std::string("{\"pinned\": ") + (pinned ? "true}" : "false}")});
}

void Audience::watch(Random& random) {
  auto const& title = any(random);
  int const number = upto(random, static_cast<int>(title.files.size()));
  auto const& file = title.files[static_cast<std::size_t>(number)];
  Node::Seat const seat(node_, title, number);
  if (add(title, number) != 200) return pause(200ms);
  auto position = upto(random, 3) ? 0 : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(file.size));
  auto const end = upto(random, 4) ? file.size : std::min(file.size, position + MiB);
  Connection connection(node_.at(), {}, patience);
  connection.send({.target = "/stream/proxy/" + title.key + "?fileIndex=" + std::to_string(number),
                   .fields = {{"Range", "bytes=" + std::to_string(position) + "-"}}});
  auto const head = connection.read_head();
  if (head.status != 206) return pause(200ms);
  Waiting const waiting(viewers_);
  support::Payload const payload(file.seed);
  while (position < end) {
    {
      std::lock_guard lock(mutex_);
      if (quit_) return;
    }
    auto const bytes = connection.read_some(static_cast<std::size_t>(std::min<std::int64_t>(64 * KiB, end - position)));
    if (bytes.empty()) return;
    if (!payload.matches(position, bytes)) failed("wrong bytes at " + std::to_string(position) + " of " + file.path);
    position += static_cast<std::int64_t>(bytes.size());
  }
  ++viewings_;
}

void Audience::manage(Random& random) {
  auto const& title = any(random);
  switch (upto(random, 6)) {
    case 0:
      status_of({.method = "DELETE", .target = "/api/torrents/" + title.key + "?deleteFiles=true&ifIdle=true"});
      break;
    case 1:
      if (pin(title, true) == 200) pause(4s);
      pin(title, false);
      break;
    default:  // nobody watches it, and it is kept
      add(title, upto(random, static_cast<int>(title.files.size())));
  }
  pause(std::chrono::milliseconds(300 + upto(random, 1500)));
}

void Audience::leech(Random&) {
  auto const& title = shelf_.titles().front();
  support::Leecher leecher(node_.magnet_of_node(title));
  auto const quits = [this] {
    std::lock_guard lock(mutex_);
    return quit_;
  };
  if (!support::eventually([&] { return leecher.pieces() > 0 || quits(); }, 30s)) return;
  Waiting const waiting(leechers_);
  support::eventually([&] { return leecher.wait_complete(100ms) || quits(); }, 300s);
}

void Audience::crowd(Random&) {
  pause(crowd_every);
  crowded_ = true;
  std::vector<Connection> clients, peers;
  int served = 0;
  for (int n = 0; n < node_.limits().http + 8; ++n) try {
      clients.emplace_back(node_.at());
      served += clients.back().ask({.target = "/health"}).status() != 503;
    } catch (std::exception const&) {
      clients.pop_back();
    }
  // The viewers have some, and it takes a moment until one that was closed is known to be.
  if (served < node_.limits().http / 2)
    failed("of " + std::to_string(node_.limits().http) + " clients only " + std::to_string(served) + " are let in");
  for (int n = 0; n < node_.limits().peers + 8; ++n) try {
      peers.emplace_back(node_.peer_port(), support::own_address());
      peers.back().send(handshake(shelf_.titles().front().key, n));
    } catch (std::exception const&) {
      peers.pop_back();
    }
  pause(crowd_stays);
  clients.clear();
  peers.clear();
  pause(crowd_is_forgotten);
  viewers_.spoil();
  leechers_.spoil();
  crowded_ = false;
}

}  // namespace soak
