// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/search.hpp"

#include "search/merge.hpp"

#include <glib.h>

#include <algorithm>
#include <utility>

namespace search {
namespace {

using Clock = std::chrono::steady_clock;
using State = Standing::State;

/// Calls once, unless it goes before.
class Timer {
 public:
  Timer(std::chrono::milliseconds delay, std::function<void()> call)
      : call_(std::move(call)), source_(g_timeout_source_new(static_cast<guint>(delay.count()))) {
    g_source_set_callback(
        source_,
        [](gpointer self) -> gboolean {
          auto const call = static_cast<Timer*>(self)->call_;  // which may end the timer
          call();
          return G_SOURCE_REMOVE;
        },
        this, nullptr);
    g_source_attach(source_, g_main_context_get_thread_default());
  }
  ~Timer() {
    g_source_destroy(source_);
    g_source_unref(source_);
  }
  Timer(Timer const&) = delete;
  Timer& operator=(Timer const&) = delete;

 private:
  std::function<void()> const call_;
  GSource* source_;
};

std::int64_t now_s() { return g_get_real_time() / G_USEC_PER_SEC; }

}  // namespace

char const* name_of(State state) {
  constexpr char const* names[] = {"unused", "ok", "failed", "late"};
  return names[static_cast<std::size_t>(state)];
}

/// One search on its way. Goes before the Search does.
class Search::Run {
 public:
  Run(Search& search, Query query, std::function<void(Answer)> then)
      : search_(search),
        query_(std::move(query)),
        then_(std::move(then)),
        deadline_(search.deadline_, [this] { late(); }),
        half_(search.deadline_ / 2, [this] { ask_stand_ins(); }) {
    for (auto const& standing : search_.standings_) {
      parts_.push_back({{.name = standing.name, .kind = standing.kind}});
      has_bay_ = has_bay_ || standing.kind == "apibay";
    }
  }

  void begin() {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (!stands_in(i)) ask(i);
    if (waiting_ == 0) nobody_ = std::make_unique<Timer>(std::chrono::milliseconds(0), [this] { end(); });
  }

 private:
  struct Part {
    Standing standing;
    std::shared_ptr<void> ticket = {};
    Clock::time_point begun = {};
    bool asked = false, over = false;
    Reading reading = {};
  };

  [[nodiscard]] bool stands_in(std::size_t i) const { return has_bay_ && parts_[i].standing.kind == "tpb"; }

  void ask(std::size_t i) {
    auto& part = parts_[i];
    if (std::exchange(part.asked, true)) return;
    part.begun = Clock::now();
    ++waiting_;
    try {
      part.ticket = search_.providers_[i]->ask(query_, search_.deadline_,
                                               [this, i](Outcome outcome) { came(i, std::move(outcome)); });
    } catch (std::exception const& error) {  // its URL
      part.over = true;
      --waiting_;
      finish(part, State::failed, error.what());
    }
  }

  void came(std::size_t i, Outcome outcome) {
    auto& part = parts_[i];
    part.over = true;
    --waiting_;
    finish(part, !outcome.error.empty() ? (outcome.late ? State::late : State::failed) : State::ok, outcome.error);
    part.reading = std::move(outcome.reading);
    if (bay_has_failed()) ask_stand_ins();
    if (waiting_ == 0) end();
  }

  static void finish(Part& part, State state, std::string const& error) {
    part.standing.state = state;
    part.standing.error = error;
    part.standing.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - part.begun);
    if (state == State::ok) part.standing.answered_at = now_s();
    if (!error.empty()) g_info("Search: %s: %s", part.standing.name.c_str(), error.c_str());
  }

  [[nodiscard]] bool bay_has_failed() const {
    return has_bay_ && std::ranges::all_of(parts_, [](Part const& part) {
             return part.standing.kind != "apibay" || (part.over && part.standing.state != State::ok);
           });
  }

  /// For a Bay that has not answered.
  void ask_stand_ins() {
    auto const answered = [](Part const& part) {
      return part.standing.kind == "apibay" && part.standing.state == State::ok;
    };
    if (std::ranges::any_of(parts_, answered)) return;
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (stands_in(i)) ask(i);
  }

  void late() {
    for (auto& part : parts_)
      if (part.asked && !part.over) finish(part, State::late, "It did not answer in time (SEARCH_TIMEOUT).");
    end();
  }

  void end() {
    if (!then_) return;
    Answer answer;
    Merged merged(query_.category);  // in the configured order, whoever was first
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      parts_[i].ticket.reset();
      parts_[i].standing.results = merged.add(parts_[i].standing.name, std::move(parts_[i].reading.hits));
      parts_[i].standing.without_hash = parts_[i].reading.without_hash;
      answer.providers.push_back(parts_[i].standing);
      if (!parts_[i].asked) continue;
      auto& known = search_.standings_[i];
      auto const before = known.answered_at;
      known = parts_[i].standing;
      if (!known.answered_at) known.answered_at = before;
    }
    answer.hits = merged.sorted(query_.limit);
    std::exchange(then_, nullptr)(std::move(answer));
  }

  Search& search_;
  Query const query_;
  std::function<void(Answer)> then_;
  std::vector<Part> parts_;
  bool has_bay_ = false;
  int waiting_ = 0;
  Timer const deadline_, half_;
  std::unique_ptr<Timer> nobody_;
};

Search::Search(std::vector<std::unique_ptr<Provider>> providers, std::chrono::milliseconds deadline)
    : providers_(std::move(providers)), deadline_(deadline) {
  for (auto const& provider : providers_) standings_.push_back({.name = provider->name(), .kind = provider->kind()});
}

Search::~Search() = default;

std::shared_ptr<void> Search::find(Query const& query, std::function<void(Answer)> then) {
  auto run = std::make_shared<Run>(*this, query, std::move(then));
  run->begin();
  return run;
}

}  // namespace search
