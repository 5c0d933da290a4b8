// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/remote.hpp"

#include "cli/loop.hpp"
#include "lib/fetch/client.hpp"
#include "search/text.hpp"
#include "search/web_provider.hpp"

#include <stdexcept>

namespace cli {
namespace {

constexpr std::size_t most_bytes = 8 << 20;

std::string address(Remote const& remote, std::string const& path) {
  auto url = remote.url;
  while (url.ends_with('/')) url.pop_back();
  url += path;
  if (!remote.token.empty())
    url += (path.find('?') == std::string::npos ? "?token=" : "&token=") + search::encoded(remote.token);
  return url;
}

}  // namespace

std::optional<json::Document> ask(Remote const& remote, std::string const& path, std::chrono::milliseconds patience,
                                  std::stop_token const& stop) {
  std::string text, fault;
  int status = 0;
  bool over = false;
  fetch::Client client(search::client_settings("gst-torrent/" GST_TORRENT_VERSION));
  fetch::Transfer::Listener const listener{.head = [&](fetch::Head const& head) { return (status = head.status) != 0; },
                                           .bytes =
                                               [&](std::span<char const> bytes) {
                                                 text.append(bytes.data(), bytes.size());
                                                 over = text.size() > most_bytes;
                                                 return !over;
                                               },
                                           .over =
                                               [&](std::optional<fetch::Error> const& error) {
                                                 if (error) fault = error->what();
                                                 over = true;
                                               }};
  auto const transfer = client.start({.url = address(remote, path), .refusals = true}, listener);
  if (!run_until([&] { return over; }, patience, stop)) {
    if (stop.stop_requested()) return {};
    fault = "It does not answer in time.";
  }
  if (fault.empty()) try {
      auto body = json::Document::parse(text);
      if (body.boolean("success").value_or(true)) return body;
      fault = "status " + std::to_string(status) + ", " + body.plain("message");
    } catch (json::Error const&) {
      fault = "status " + std::to_string(status) + ", and no answer of a gst-torrent-server.";
    }
  throw std::runtime_error(remote.url + ": " + fault + " (Is it a gst-torrent-server, and API_TOKEN its own?)");
}

}  // namespace cli
