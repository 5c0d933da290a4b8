// SPDX-License-Identifier: LGPL-2.1-or-later
// An http::Server in this process, on a loop of its own, with the routes that a test gives it.
#pragma once

#include "http/exchange.hpp"
#include "http/server.hpp"
#include "support/http.hpp"

#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

class Served {
 public:
  using Run = std::function<void(http::Exchange&)>;

  explicit Served(std::vector<http::Route> routes, http::Options options = {}) {
    std::promise<std::uint16_t> ready;
    auto port = ready.get_future();
    thread_ = std::thread([this, routes = std::move(routes), options = std::move(options), &ready]() mutable {
      auto context = g_main_context_new();
      g_main_context_push_thread_default(context);
      {
        auto loop = http::Loop::create();
        main_ = g_main_loop_new(context, FALSE);
        loop_ = loop.get();
        try {
          http::Server server(std::move(options), http::Router(std::move(routes)), loop);
          server_ = &server;
          ready.set_value(server.port());
          g_main_loop_run(main_);
        } catch (...) {
          ready.set_exception(std::current_exception());
        }
        loop->stop();
      }
      g_main_context_pop_thread_default(context);
      g_main_context_unref(context);
    });
    try {
      at_ = {"127.0.0.1", port.get()};
    } catch (...) {
      thread_.join();
      g_main_loop_unref(main_);
      throw;
    }
  }
  ~Served() { stop(); }

  /// Ends the server as the real one does.
  void stop() {
    if (!thread_.joinable()) return;
    loop_->post([this] { g_main_loop_quit(main_); });
    thread_.join();
    g_main_loop_unref(main_);
  }

  [[nodiscard]] support::Endpoint at() const { return at_; }
  /// Asked on the server's own thread.
  int connections() {
    std::promise<int> count;
    auto got = count.get_future();
    loop_->post([&] { count.set_value(server_->connections()); });
    return got.get();
  }

 private:
  support::Endpoint at_;
  std::thread thread_;
  GMainLoop* main_ = nullptr;
  http::Loop* loop_ = nullptr;
  http::Server* server_ = nullptr;
};
