// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/loop.hpp"

#include <exception>
#include <utility>

namespace http {
namespace {

GSourceFuncs funcs = {
    nullptr, nullptr, [](GSource*, GSourceFunc callback, gpointer data) -> gboolean { return callback(data); },
    nullptr, nullptr, nullptr};

}  // namespace

std::shared_ptr<Loop> Loop::create(int threads) { return std::shared_ptr<Loop>(new Loop(threads)); }

Loop::Loop(int threads) {
  source_ = g_source_new(&funcs, sizeof(GSource));
  g_source_set_callback(
      source_,
      [](gpointer self) -> gboolean {
        auto alive = static_cast<Loop*>(self)->shared_from_this();
        alive->drain();
        return G_SOURCE_CONTINUE;
      },
      this, nullptr);
  g_source_attach(source_, g_main_context_get_thread_default());
  pool_ = g_thread_pool_new(
      [](gpointer task, gpointer) {
        std::unique_ptr<std::function<void()>> work(static_cast<std::function<void()>*>(task));
        (*work)();
      },
      nullptr, threads, FALSE, nullptr);
}

Loop::~Loop() {
  stop();
  g_source_destroy(source_);
  g_source_unref(source_);
}

void Loop::post(std::function<void()> call) {
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  if (posted_.empty()) g_source_set_ready_time(source_, 0);
  posted_.push_back(std::move(call));
}

void Loop::run(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (!stopped_) g_thread_pool_push(pool_, new std::function<void()>(std::move(work)), nullptr);
}

void Loop::drain() {
  std::vector<std::function<void()>> calls;
  {
    std::lock_guard lock(mutex_);
    g_source_set_ready_time(source_, -1);
    calls.swap(posted_);
  }
  for (auto& call : calls) {
    try {
      call();
    } catch (std::exception const& error) {
      g_critical("A task of the main loop failed: %s", error.what());
    }
    call = nullptr;  // what it holds (readers, exchanges) goes now, not at the end of the batch
  }
}

void Loop::stop() {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  g_thread_pool_free(pool_, FALSE, TRUE);
  std::vector<std::function<void()>> dropped;
  std::lock_guard lock(mutex_);
  dropped.swap(posted_);
}

}  // namespace http
