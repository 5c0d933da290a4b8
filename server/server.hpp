// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "api/app.hpp"
#include "api/upkeep.hpp"
#include "config.hpp"
#include "http/loop.hpp"
#include "http/server.hpp"

#include <memory>
#include <string>

/// The composition root: owns all parts and wires them together, nothing else. Thread-bound to the main loop.
class Server {
 public:
  /// Starts everything. Throws swarm::Error or std::runtime_error, with a sentence for the one who starts it.
  explicit Server(Config const& config);
  /// Ends clients, then tasks, then the session, which saves everything; within 3 s.
  ~Server();

  /// A mistake is logged; the old certificate stays then.
  void reload_certificate();
  [[nodiscard]] std::string url() const { return http_->url(); }

 private:
  void end_events();

  std::shared_ptr<http::Loop> loop_;
  api::App app_;
  bool keep_files_ = true;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<api::Upkeep> upkeep_;
};
