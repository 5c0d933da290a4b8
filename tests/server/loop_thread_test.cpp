// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/loop_thread.hpp"

#include <gtest/gtest.h>

#include <future>

namespace {

using namespace std::chrono_literals;

TEST(LoopThread, WorksBesideWhoeverIsHeldUp) {
  http::LoopThread thread;
  std::promise<std::thread::id> where;
  thread.loop().post([&] { where.set_value(std::this_thread::get_id()); });
  auto future = where.get_future();
  ASSERT_EQ(future.wait_for(10s), std::future_status::ready) << "nobody turns this thread's own loop";
  EXPECT_NE(future.get(), std::this_thread::get_id());
}

TEST(LoopThread, ItsSourcesAreItsOwn) {
  http::LoopThread thread;
  std::promise<std::thread::id> where;
  thread.loop().post([&] {
    auto* source = g_timeout_source_new(1);
    g_source_set_callback(
        source,
        [](gpointer told) -> gboolean {
          static_cast<std::promise<std::thread::id>*>(told)->set_value(std::this_thread::get_id());
          return G_SOURCE_REMOVE;
        },
        &where, nullptr);
    g_source_attach(source, g_main_context_get_thread_default());
    g_source_unref(source);
  });
  auto future = where.get_future();
  ASSERT_EQ(future.wait_for(10s), std::future_status::ready);
  EXPECT_NE(future.get(), std::this_thread::get_id());
}

TEST(LoopThread, EndsWhenAllIsDone) {
  int done = 0;
  {
    http::LoopThread const thread;
    for (int i = 0; i < 1000; ++i) thread.loop().post([&] { ++done; });
  }
  EXPECT_EQ(done, 1000);
}

}  // namespace
