// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/loop_thread.hpp"

#include <future>
#include <sys/resource.h>

namespace http {

LoopThread::LoopThread() {
  std::promise<void> ready;
  thread_ = std::thread([this, &ready] {
    setpriority(PRIO_PROCESS, 0, 5);  // of this thread alone
    auto* context = g_main_context_new();
    g_main_context_push_thread_default(context);
    loop_ = Loop::create(1);
    main_ = g_main_loop_new(context, FALSE);
    ready.set_value();
    g_main_loop_run(main_);
    loop_.reset();
    g_main_loop_unref(main_);
    g_main_context_pop_thread_default(context);
    g_main_context_unref(context);
  });
  ready.get_future().wait();
}

LoopThread::~LoopThread() {
  loop_->post([main = main_] { g_main_loop_quit(main); });
  thread_.join();
}

}  // namespace http
