// SPDX-License-Identifier: LGPL-2.1-or-later
// In Redis each node has a hash of its own files, which ends a week after the node; nobody has to clean up after
// another. Shared by all: how often each file was opened, which torrents are pinned, and which nodes there are.
#include "cache/backend.hpp"
#include "lib/json/json.hpp"
#include "lib/redis/connection.hpp"

#include <gio/gio.h>

#include <charconv>
#include <utility>

namespace cache {
namespace {

constexpr std::chrono::seconds timeout{3};
constexpr auto node_lives = "604800";  // seconds: a week
/// Fields of one command: a megabyte or so.
constexpr std::size_t most_fields = 2000;

std::string const prefix = "gst-torrent:", all_opens = prefix + "opens", all_pins = prefix + "pins",
                  all_nodes = prefix + "nodes", all_lookups = prefix + "lookups";

std::string field_of(Key const& key) { return key.info_hash + "/" + std::to_string(key.file); }

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.begin(), text.end(), value);
  return value;
}

Key key_of(std::string const& field) {
  auto const slash = field.find('/');
  return {field.substr(0, slash), static_cast<int>(slash == std::string::npos ? 0 : number(field.substr(slash + 1)))};
}

std::string text_of(File const& file) {
  return json::Object()
      .set("name", file.held.name)
      .set("size", file.held.size)
      .set("onDisk", file.held.on_disk)
      .set("complete", file.held.complete)
      .set("lastUsed", file.last_used)
      .text();
}

std::optional<File> file_of(std::string const& text) {
  try {
    auto const json = json::Document::parse(text);
    return File{{json.string("name").value_or(""), json.integer("size").value_or(0), json.integer("onDisk").value_or(0),
                 json.boolean("complete").value_or(false)},
                json.integer("lastUsed").value_or(0)};
  } catch (json::Error const& error) {
    g_info("An entry of the cache's index in Redis is damaged: %s", error.what());
    return {};
  }
}

/// The answer to HGETALL, in pairs.
template <class Take>
void each_pair(redis::Reply const& reply, Take take) {
  for (std::size_t i = 0; i + 1 < reply.list.size(); i += 2) take(reply.list[i].text, reply.list[i + 1].text);
}

class RedisBackend final : public Backend {
 public:
  RedisBackend(redis::Server server, std::string const& node)
      : server_(std::move(server)), node_(node), own_(prefix + "node:" + node) {}

  [[nodiscard]] Traits traits() const override { return {"redis", true, true, true}; }

  std::map<Key, File> load() override {
    auto const replies = run({{"HGETALL", own_}});
    std::map<Key, File> files;
    each_pair(replies[0], [&](std::string const& field, std::string const& text) {
      if (auto file = file_of(text)) files[key_of(field)] = std::move(*file);
    });
    return files;
  }

  void cancel() override { g_cancellable_cancel(cancel_.get()); }

  std::optional<Shared> exchange(Changes const& changes) override {
    auto const here = run({{"HLEN", own_}, {"EXISTS", all_pins}});
    bool const pins_lost = here[1].integer == 0;
    // Redis was emptied, or started anew without its data, since it was told all.
    bool const lost = told_ < 0 || here[0].integer != told_ || pins_lost;
    if (!changes.everything && lost) return std::nullopt;
    auto commands = written(changes, pins_lost);
    auto const asked = commands.size();
    commands.push_back({"HGETALL", all_opens});
    commands.push_back({"SMEMBERS", all_pins});
    commands.push_back({"HGETALL", all_lookups});
    commands.push_back({"HLEN", own_});
    auto const replies = run(commands);
    Shared shared;
    each_pair(replies[asked],
              [&](auto const& field, auto const& count) { shared.opens[key_of(field)] = number(count); });
    for (auto const& hash : replies[asked + 1].list) shared.pins.insert(hash.text);
    shared.pins.erase(pins_are_known);
    each_pair(replies[asked + 2], [&](auto const& name, auto const& count) {
      (name == "hits" ? shared.lookups.hits : shared.lookups.misses) = number(count);
    });
    told_ = replies[asked + 3].integer;
    if (!changes.erased.empty()) forget_opens(changes.erased);
    return shared;
  }

  std::vector<std::string> holders(Key const& key) override {
    auto const nodes = this->nodes();
    std::vector<redis::Command> commands;
    for (auto const& node : nodes) commands.push_back({"HGET", prefix + "node:" + node, field_of(key)});
    if (commands.empty()) return {};
    auto const replies = run(commands);
    std::vector<std::string> holders;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      auto const file = file_of(replies[i].text);
      if (nodes[i] != node_ && file && file->held.complete) holders.push_back(nodes[i]);
    }
    return holders;
  }

 private:
  [[nodiscard]] std::vector<redis::Command> written(Changes const& changes, bool pins_lost) const {
    std::vector<redis::Command> commands{{"MULTI"}};
    if (changes.everything) commands.push_back({"DEL", own_});
    redis::Command put{"HSET", own_};
    for (auto const& [key, file] : changes.files) {
      put.push_back(field_of(key));
      put.push_back(text_of(file));
      if (put.size() > most_fields) commands.push_back(std::exchange(put, {"HSET", own_}));
    }
    if (put.size() > 2) commands.push_back(std::move(put));
    redis::Command erase{"HDEL", own_};
    for (auto const& key : changes.erased) erase.push_back(field_of(key));
    if (erase.size() > 2) commands.push_back(std::move(erase));
    for (auto const& [key, count] : changes.opens)
      commands.push_back({"HINCRBY", all_opens, field_of(key), std::to_string(count)});
    redis::Command pins{"SADD", all_pins, pins_are_known};
    if (pins_lost) pins.insert(pins.end(), changes.pinned.begin(), changes.pinned.end());
    commands.push_back(std::move(pins));
    for (auto const& [hash, pinned] : changes.pins) commands.push_back({pinned ? "SADD" : "SREM", all_pins, hash});
    if (changes.lookups.hits)
      commands.push_back({"HINCRBY", all_lookups, "hits", std::to_string(changes.lookups.hits)});
    if (changes.lookups.misses)
      commands.push_back({"HINCRBY", all_lookups, "misses", std::to_string(changes.lookups.misses)});
    commands.push_back({"EXPIRE", own_, node_lives});
    auto const now = g_get_real_time() / G_USEC_PER_SEC;
    commands.push_back({"ZADD", all_nodes, std::to_string(now), node_});
    commands.push_back({"ZREMRANGEBYSCORE", all_nodes, "-inf", std::to_string(now - number(node_lives))});
    commands.push_back({"EXEC"});
    return commands;
  }

  /// All that were here in the last week, this one too.
  std::vector<std::string> nodes() {
    std::vector<std::string> nodes;
    auto const replies = run({{"ZRANGE", all_nodes, "0", "-1"}});
    for (auto const& node : replies[0].list) nodes.push_back(node.text);
    return nodes;
  }

  /// Of files that nobody has any more.
  void forget_opens(std::set<Key> const& erased) {
    redis::Command forget{"HDEL", all_opens};
    for (auto const& key : erased) forget.push_back(field_of(key));
    std::vector<redis::Command> commands;
    for (auto const& node : nodes()) {
      commands.push_back(forget);
      commands.back()[0] = "HMGET", commands.back()[1] = prefix + "node:" + node;
    }
    for (auto const& reply : run(commands))
      for (std::size_t i = 0; i < reply.list.size(); ++i)
        if (reply.list[i].kind != redis::Reply::Kind::nil) forget[i + 2].clear();
    std::erase(forget, "");
    if (forget.size() > 2) run({forget});
  }

  std::vector<redis::Reply> run(std::vector<redis::Command> const& commands) {
    try {
      if (!connection_) connection_ = std::make_unique<redis::Connection>(server_, timeout, cancel_.get());
      return connection_->run(commands);
    } catch (redis::Error const& error) {
      connection_.reset();
      throw Unavailable(error.what());
    }
  }

  redis::Server const server_;
  std::string const node_, own_;
  std::unique_ptr<GCancellable, decltype(&g_object_unref)> const cancel_{g_cancellable_new(), g_object_unref};
  std::unique_ptr<redis::Connection> connection_;
  std::int64_t told_ = -1;  ///< entries that Redis has of this node; -1: this process told it nothing yet
};

}  // namespace

std::unique_ptr<Backend> redis_backend(std::string const& url, std::string const& password, std::string const& ca_file,
                                       std::string const& node) {
  auto server = redis::parse_url(url);
  if (!password.empty()) server.password = password;
  server.ca_file = ca_file;
  return std::make_unique<RedisBackend>(std::move(server), node);
}

}  // namespace cache
