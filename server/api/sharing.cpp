// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/sharing.hpp"

#include "api/film.hpp"
#include "api/tagged.hpp"
#include "hls/presentation.hpp"
#include "http/errors.hpp"

namespace api {
namespace {

using http::Failure;
using http::Fault;

/// "turn:user:password@host:3478" as browsers want it.
json::Object ice_server(std::string const& url) {
  auto const at = url.rfind('@');
  if (at == std::string::npos) return json::Object().set("urls", url);
  auto const scheme = url.find(':') + 1, password = url.find(':', scheme);
  return json::Object()
      .set("urls", url.substr(0, scheme) + url.substr(at + 1))
      .set("username", url.substr(scheme, password - scheme))
      .set("credential", url.substr(password + 1, at - password - 1));
}

}  // namespace

hls::Client const& named_client(http::Request const& request) {
  auto const name = request.query("client").value_or("");
  if (auto const* client = hls::client_of(name, request.header("User-Agent"))) return *client;
  std::string names;
  for (auto const& known : hls::client_names()) names += (names.empty() ? "" : ", ") + known;
  throw Failure(Fault::bad_request, "There is no client \"" + name + "\". There are: " + names + ".");
}

std::optional<hls::Packaging> named_packaging(http::Request const& request) {
  auto const name = request.query("container");
  if (!name || name->empty()) return std::nullopt;
  if (*name == "ts") return hls::Packaging::ts;
  if (*name == "fmp4") return hls::Packaging::fmp4;
  throw Failure(Fault::bad_request, "container= is \"ts\" or \"fmp4\".");
}

json::Node sharing_of(Film const& film, hls::Client const& client, std::optional<hls::Packaging> packaging,
                      std::string const& server) {
  auto const& options = film.app.options;
  auto const& facts = *film.facts;
  auto const choice = hls::choose(client, facts.timeline.container, facts.tracks, packaging, options.transcode_video);
  if (!choice.refusal.empty()) return json::node(nullptr);
  std::string presentation;
  try {
    presentation = hls::master_text(facts, choice, film.origin.sidecars, "");
  } catch (std::runtime_error const&) {
    return json::node(nullptr);  // its pictures can't be coded anew
  }
  // What is coded anew is the same for one build only.
  auto const tag = digest_tag(presentation + options.version);
  json::Array ice_servers;
  for (auto const& url : options.ice_servers) ice_servers.add(ice_server(url));
  return json::node(
      json::Object()
          .set("swarmId",
               film.origin.key + "/" + hls::package_name(choice.packaging) + "/" + tag.substr(1, tag.size() - 2))
          .set("trackers", json::Array::of(std::vector<std::string>{"ws" + server.substr(4) + "/tracker"}))
          .set("iceServers", std::move(ice_servers)));
}

}  // namespace api
