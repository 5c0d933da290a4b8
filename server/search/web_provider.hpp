// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "lib/fetch/client.hpp"
#include "search/provider.hpp"
#include "search/source.hpp"

namespace search {

/// How a Client has to be that providers are asked with: their owner named them, so they may be in his own network
/// (Jackett mostly is); a redirect may not lead to another host, and so not on into that network.
fetch::Settings client_settings(std::string const& user_agent);

/// One that is asked by HTTP. What it says is taken apart on a thread of GLib's pool.
class WebProvider final : public Provider {
 public:
  /// The client outlives it.
  WebProvider(fetch::Client& client, Source source) : client_(client), source_(std::move(source)) {}
  [[nodiscard]] std::string name() const override { return source_.name; }
  [[nodiscard]] std::string kind() const override { return source_.kind->name; }
  [[nodiscard]] std::shared_ptr<void> ask(Query const& query, std::chrono::milliseconds time,
                                          std::function<void(Outcome)> then) override;

 private:
  fetch::Client& client_;
  Source const source_;
};

}  // namespace search
