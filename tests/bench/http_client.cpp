// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/http_client.hpp"

#include "bench/shared_film.hpp"
#include "support/child.hpp"
#include "support/http.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace bench {
namespace {

constexpr auto pause_between_tries = 20ms;

/// The v1 hash in a magnet.
std::string hash_of(std::string const& magnet) {
  constexpr std::string_view before = "urn:btih:";
  auto const at = magnet.find(before);
  if (at == std::string::npos) throw std::invalid_argument("a magnet without a v1 hash");
  return magnet.substr(at + before.size(), 40);
}

/// Each seek is a request of its own for all that follows; the one before is hung up on.
class HttpPlayer final : public Player {
 public:
  HttpPlayer(support::Endpoint at, std::string target, std::chrono::milliseconds patience)
      : at_(std::move(at)), target_(std::move(target)), patience_(patience) {}

  void seek(std::int64_t position) override {
    connection_.reset();
    position_ = position;
  }

  std::size_t read(std::span<std::byte> into) override {
    if (!connection_) connect();
    auto const some = connection_->read_some(into.size());
    if (some.empty()) throw EndsEarly("the answer for " + target_ + " ends early");
    std::memcpy(into.data(), some.data(), some.size());
    position_ += static_cast<std::int64_t>(some.size());
    return some.size();
  }

 private:
  /// Until the server is there and knows the film: rivals answer 404 at first, or do not listen.
  void connect() {
    for (auto const start = Clock::now();;) {
      std::string why;
      try {
        connection_.emplace(at_, std::string(), patience_);
        connection_->send({.target = target_, .fields = {{"Range", "bytes=" + std::to_string(position_) + "-"}}});
        auto const status = connection_->read_head().status;
        if (status == 206) return;
        why = "it answers " + std::to_string(status);
      } catch (support::http::Failure const& failure) {
        why = failure.what();
      } catch (std::system_error const& error) {
        why = error.what();
      }
      connection_.reset();
      if (Clock::now() - start > patience_) throw std::runtime_error(target_ + " can't be had: " + why);
      std::this_thread::sleep_for(pause_between_tries);
    }
  }

  support::Endpoint at_;
  std::string target_;
  std::chrono::milliseconds patience_;
  std::int64_t position_ = 0;
  std::optional<support::http::Connection> connection_;
};

class ServerClient final : public Client {
 public:
  ServerClient(std::string const& program, std::string const& verify) : server_(program, settings(verify)) {}
  std::unique_ptr<Player> open(std::string const& magnet, int file) override {
    {
      std::lock_guard lock(mutex_);
      if (added_.insert(magnet).second) server_.add(magnet, 0s);
    }
    return play_over_http(server_.at(), "/stream/proxy/" + hash_of(magnet) + "?fileIndex=" + std::to_string(file));
  }

 private:
  static Server::Environment settings(std::string const& verify) {
    Server::Environment result{{"TORRENT_KEEP", "false"}};
    if (!verify.empty()) result.emplace_back("TORRENT_VERIFY", verify);
    return result;
  }
  Server server_;
  std::mutex mutex_;
  std::set<std::string> added_;
};

class Peerflix final : public Client {
 public:
  explicit Peerflix(std::string modules) : modules_(std::move(modules)) {}
  std::unique_ptr<Player> open(std::string const& magnet, int file) override {
    if (!child_) {
      std::vector<std::string> command{"node",
                                       modules_ + "/peerflix/app.js",
                                       magnet,
                                       "-p",
                                       std::to_string(at_.port),
                                       "-h",
                                       at_.host,
                                       "-x",
                                       std::to_string(support::free_port()),
                                       "-f",
                                       folder_ / "files",
                                       "--tmp",
                                       folder_.str(),
                                       "-q",
                                       "-n",
                                       "--no-dht"};
      // It does not know x.pe.
      for (auto at = magnet.find("x.pe="); at != std::string::npos; at = magnet.find("x.pe=", at + 1)) {
        command.emplace_back("-e");
        command.push_back(magnet.substr(at + 5, magnet.find('&', at) - at - 5));
      }
      child_.emplace(command);
    }
    return play_over_http(at_, "/" + std::to_string(file));
  }

 private:
  std::string modules_;
  support::TempDir folder_{"peerflix"};
  support::Endpoint at_{"127.0.0.1", support::free_port()};
  std::optional<support::Child> child_;
};

// WebRTC's native part is often missing, and no peer here speaks it.
constexpr char webtorrent_program[] = R"(
import { register } from 'node:module'
import { pathToFileURL } from 'node:url'
const [modules, port, path] = process.argv.slice(1)
const url = (code) => 'data:text/javascript,' + encodeURIComponent(code)
const nothing = url('export const RTCPeerConnection = undefined, RTCSessionDescription = undefined,' +
  'RTCIceCandidate = undefined; export default {}')
register(url(`export async function resolve (name, context, next) {
  return name === 'webrtc-polyfill' ? { url: ${JSON.stringify(nothing)}, shortCircuit: true } : next(name, context)
}`))
const { default: WebTorrent } = await import(pathToFileURL(`${modules}/webtorrent/index.js`))
const client = new WebTorrent({ dht: false, lsd: false, natUpnp: false, natPmp: false })
client.on('error', (error) => console.error(error.message))
client.createServer().listen(Number(port), '127.0.0.1', () => console.log('listening'))
process.stdin.on('data', (magnet) => client.add(String(magnet).trim(), { path }))
)";

class WebTorrent final : public Client {
 public:
  explicit WebTorrent(std::string modules) : modules_(std::move(modules)) {}
  std::unique_ptr<Player> open(std::string const& magnet, int) override {
    if (!child_)
      child_.emplace(std::vector<std::string>{"node", "--input-type=module", "-e", webtorrent_program, "--", modules_,
                                              std::to_string(at_.port), folder_ / "files"},
                     support::ChildOptions{.input = magnet + "\n"});
    return play_over_http(at_, "/webtorrent/" + hash_of(magnet) + "/film.mkv");
  }

 private:
  std::string modules_;
  support::TempDir folder_{"webtorrent"};
  support::Endpoint at_{"127.0.0.1", support::free_port()};
  std::optional<support::Child> child_;
};

}  // namespace

std::unique_ptr<Player> play_over_http(support::Endpoint const& at, std::string const& target,
                                       std::chrono::milliseconds patience) {
  return std::make_unique<HttpPlayer>(at, target, patience);
}
std::unique_ptr<Client> start_server(std::string const& program, std::string const& verify) {
  return std::make_unique<ServerClient>(program, verify);
}
std::unique_ptr<Client> start_peerflix(std::string const& modules) { return std::make_unique<Peerflix>(modules); }
std::unique_ptr<Client> start_webtorrent(std::string const& modules) { return std::make_unique<WebTorrent>(modules); }

}  // namespace bench
