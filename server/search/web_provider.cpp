// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/web_provider.hpp"

#include <gio/gio.h>

#include <utility>

namespace search {
namespace {

/// Hundreds of rows are some 100 kB.
constexpr std::size_t most_bytes = 4 << 20;

struct Asking {
  std::function<void(Outcome)> then;
  std::shared_ptr<void> fetching;
};

/// An answer on the pool. It knows nothing of whoever asked, who may be gone.
struct Understanding {
  std::weak_ptr<Asking> asking;
  Kind const* kind;
  std::vector<char> body;
  Outcome outcome;
};

Outcome understand(Kind const& kind, std::vector<char> const& body) {
  Outcome outcome;
  try {
    outcome.reading = kind.read({body.data(), body.size()});
  } catch (Error const& error) {
    outcome.error = error.what();
  } catch (std::exception const&) {
    outcome.error = "What it answers can't be understood.";
  }
  return outcome;
}

void tell(std::weak_ptr<Asking> const& weak, Outcome outcome) {
  auto const asking = weak.lock();
  if (!asking || !asking->then) return;
  std::exchange(asking->then, nullptr)(std::move(outcome));
}

void came(std::weak_ptr<Asking> const& asking, Kind const* kind, fetch::Answer answer) {
  if (answer.error) {
    Outcome failed;
    failed.error = answer.error->what();
    failed.late = answer.error->kind() == fetch::Error::Kind::too_late;
    return tell(asking, std::move(failed));
  }
  g_autoptr(GTask) task = g_task_new(
      nullptr, nullptr,
      [](GObject*, GAsyncResult* result, gpointer) {
        auto& done = *static_cast<Understanding*>(g_task_get_task_data(G_TASK(result)));
        tell(done.asking, std::move(done.outcome));
      },
      nullptr);
  g_task_set_task_data(task, new Understanding{asking, kind, std::move(answer.body), {}},
                       [](gpointer data) { delete static_cast<Understanding*>(data); });
  g_task_run_in_thread(task, [](GTask* running, gpointer, gpointer data, GCancellable*) {
    auto& work = *static_cast<Understanding*>(data);
    work.outcome = understand(*work.kind, work.body);
    g_task_return_boolean(running, TRUE);
  });
}

}  // namespace

fetch::Settings client_settings(std::string const& user_agent) {
  return {.allow_private = true, .stay_on_host = true, .user_agent = user_agent};
}

std::shared_ptr<void> WebProvider::ask(Query const& query, std::chrono::milliseconds time,
                                       std::function<void(Outcome)> then) {
  auto const asking = std::make_shared<Asking>();
  asking->then = std::move(then);
  asking->fetching = client_.get(source_.kind->address(source_.url, query), {most_bytes, time},
                                 [weak = std::weak_ptr(asking), kind = source_.kind](fetch::Answer answer) {
                                   came(weak, kind, std::move(answer));
                                 });
  return asking;
}

}  // namespace search
