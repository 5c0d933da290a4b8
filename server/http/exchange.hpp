// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/body.hpp"
#include "http/file_body.hpp"
#include "http/loop.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/source.hpp"
#include "http/websocket.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace http {

/// What the body of a stream is made of.
struct Material {
  std::shared_ptr<swarm::Reader> reader;
  Plan plan;
  Waits waits;
  std::function<Failure()> late;         ///< says why the first bytes were not there in time
  std::optional<OnDisk> on_disk = {};    ///< if the plan is one range of a file, all of which is there
  std::shared_ptr<void> companion = {};  ///< held as long as the file is sent from there
  std::function<void()> begun = {};      ///< the head goes out: the first bytes are there
  std::function<void(std::chrono::milliseconds)> waited = {};  ///< so long, after that, for a byte
};

/// One request and its answer. It lives as long as libsoup's message, but all that it holds (a reader, waits) goes at
/// once when the client leaves or the answer is out. Thread-bound to the loop. A route that has neither answered nor
/// thrown when it returns has started something that will.
class Exchange : public std::enable_shared_from_this<Exchange>, private Body::Owner {
 public:
  /// Hangs it on the message, which owns it from then on. Throws Failure(bad_request).
  /// Without senders (TLS) files are sent in chunks like all else.
  static Exchange& begin(SoupServerMessage* message, std::shared_ptr<Loop> loop, std::shared_ptr<Senders> senders);
  /// That of a message; null before begin().
  static Exchange* of(SoupServerMessage* message);
  ~Exchange() override;

  Request& request() { return request_; }
  [[nodiscard]] Request const& request() const { return request_; }
  [[nodiscard]] bool answered() const { return answered_; }
  /// Nothing will reach the client any more.
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] std::chrono::steady_clock::time_point begun() const { return begun_at_; }
  /// Pattern of its route; empty: there is none.
  [[nodiscard]] std::string const& route() const { return route_; }
  void set_route(std::string pattern) { route_ = std::move(pattern); }
  /// A header of whatever answer there will be.
  void decorate(char const* name, std::string const& value);
  /// Named in failures from now on.
  void set_info_hash(std::string hash) { info_hash_ = std::move(hash); }
  /// Set if links in the answer must carry a token.
  void set_link_token(std::string token) { link_token_ = std::move(token); }
  [[nodiscard]] std::string const& link_token() const { return link_token_; }

  /// Runs a part of the route; what it throws becomes the answer, or ends a body that is on its way.
  void guard(std::function<void()> const& part) noexcept;
  void reply(Response const& response);
  void fail(std::exception_ptr const& why) { reply(Response::failure(translate(why), info_hash_)); }
  /// The head, with the length of the plan, once the first bytes are there; then the bytes.
  void stream(Response head, Material material);
  /// An answer without an end: the head and a first text now, then what say() is given.
  void open(Response const& head);
  /// What a client does not take in time is not kept for it: false, it is being disconnected.
  bool say(std::string const& text);
  /// The end of such an answer.
  void close();
  /// An answer without a body but with the length that it would have.
  void reply_head(Response const& response, std::int64_t length);

  /// Answers 101 and hands over the socket once that is out. Throws Failure(bad_request) if nobody asked for one.
  void upgrade(std::function<void(std::unique_ptr<WebSocket>)> opened, WebSocket::Limits limits = {});

  /// Runs `work` on the pool, then `then(result)` here, unless the client has left.
  template <class Work, class Then>
  void work(Work work, Then then);
  /// Runs it on the loop, guarded, unless the client has left. Thread-safe.
  [[nodiscard]] std::function<void()> wake(std::function<void()> call);
  /// Calls back after the time, guarded.
  void after(std::chrono::milliseconds delay, std::function<void()> call);
  /// Kept until the answer is out or the client has left.
  void hold(std::shared_ptr<void> thing) { held_.push_back(std::move(thing)); }
  /// Drops what was held and stops the timers: a wait is over.
  void release();
  /// What follows may take long: should the client close its side meanwhile, it is gone. (Short work is finished: a
  /// client may close its side right after its request, and read on.)
  void expect_long_wait() { watch_client(true); }

  /// For the server: lets the message wait if there is no answer yet; libsoup wrote a chunk; the message ended.
  void wait_for_answer();
  void wrote_head();
  void wrote_chunk();
  void end();
  /// Bytes of the request's body so far, with these.
  std::size_t count_received(std::size_t more) { return received_ += more; }

 private:
  Exchange(SoupServerMessage* message, std::shared_ptr<Loop> loop, std::shared_ptr<Senders> senders);
  void put_head(Response const& response);
  void send_file(std::unique_ptr<DiskFile> file, std::shared_ptr<Material> const& material);
  void send_chunks(Material& material);
  void sent_file(bool all);
  void resume();
  void watch_client(bool yes);
  void close_short();
  void left();

  void first_bytes() override;
  void append(GBytes* chunk) override;
  void broken(std::exception_ptr const& why) override;
  void starved(bool first) override;
  void waiting(bool yes) override;

  SoupServerMessage* message_;
  Request request_;
  std::shared_ptr<Loop> loop_;
  std::string info_hash_, link_token_, route_;
  std::chrono::steady_clock::time_point const begun_at_ = std::chrono::steady_clock::now();
  bool answered_ = false, paused_ = false, over_ = false;
  std::size_t received_ = 0;
  Source departure_;
  std::vector<Source> timers_;
  std::vector<std::shared_ptr<void>> held_;

  std::shared_ptr<Senders> senders_;
  std::shared_ptr<Body> body_;  ///< one of these two
  std::shared_ptr<FileBody> file_body_;
  Response head_;
  std::int64_t length_ = 0;
  std::function<Failure()> late_;
  std::function<void()> when_begun_;
  std::function<void(std::chrono::milliseconds)> when_waited_;
  std::chrono::steady_clock::time_point waits_since_;
  int unsent_ = 0;  ///< texts of say()
  bool endless_ = false;
};

template <class Work, class Then>
void Exchange::work(Work work, Then then) {
  using Result = std::invoke_result_t<Work>;
  struct State {
    std::optional<Result> result;
    std::exception_ptr error;
  };
  auto state = std::make_shared<State>();
  auto done = wake([state, then = std::move(then)]() mutable {
    if (state->error) std::rethrow_exception(state->error);
    then(std::move(*state->result));
  });
  loop_->run([state, done, work = std::move(work)]() mutable {
    try {
      state->result.emplace(work());
    } catch (...) {
      state->error = std::current_exception();
    }
    done();
  });
}

}  // namespace http
