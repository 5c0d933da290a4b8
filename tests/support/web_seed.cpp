// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/web_seed.hpp"

#include <algorithm>
#include <deque>
#include <regex>
#include <utility>

namespace support {
namespace {

constexpr std::int64_t at_a_time = 128 * 1024;
constexpr std::int64_t until_stall = 20'000;  // more than a block, not a piece

std::string decode(std::string const& path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%' || i + 2 >= path.size()) {
      plain += path[i];
      continue;
    }
    plain += static_cast<char>(std::stoi(path.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  return plain;
}

}  // namespace

class WebLine final : public Line {
 public:
  explicit WebLine(std::shared_ptr<WebSeed::State> state) : state_(std::move(state)) {
    state_->most_at_once = std::max<int>(state_->most_at_once, ++state_->connections);
  }
  ~WebLine() override { --state_->connections; }

  bool receive(std::string& in) override {
    for (auto end = in.find("\r\n\r\n"); end != std::string::npos; end = in.find("\r\n\r\n")) {
      answer(in.substr(0, end));
      in.erase(0, end + 4);
    }
    return true;
  }

  bool send(std::string& out) override {
    while (!answers_.empty() && out.size() < at_a_time) {
      auto& answer = answers_.front();
      out += std::exchange(answer.head, {});
      auto const end = answer.cut >= 0 ? std::min(answer.end, answer.cut) : answer.end;
      auto const size = std::min(at_a_time, end - answer.at);
      if (size > 0) {
        auto bytes = answer.file->bytes(answer.at, static_cast<std::size_t>(size));
        if (std::exchange(answer.spoil, false)) bytes[0] = static_cast<char>(~bytes[0]);
        out += bytes;
        answer.at += size;
        state_->served += size;
      }
      if (answer.at < end) continue;
      if (answer.closes) return false;
      if (answer.at < answer.end || answer.stays) return true;  // nothing more comes
      answers_.pop_front();
    }
    return true;
  }

 private:
  struct Answer {
    std::string head;
    Content const* file = nullptr;
    std::int64_t at = 0, end = 0;
    std::int64_t cut = -1;  ///< no byte from here on
    bool closes = false, stays = false, spoil = false;
  };

  void answer(std::string const& request) {
    using Fault = WebSeed::Fault;
    ++state_->requests;
    Answer answer;
    auto const status = [&](std::string const& text) {
      answer.head = "HTTP/1.1 " + text + "\r\nContent-Length: 0\r\n\r\n";
      answers_.push_back(answer);
    };
    auto const fault = state_->fault.load();
    if (fault == Fault::missing || !state_->serves) return status("404 Not Found");
    if (fault == Fault::error) return status("503 Service Unavailable");
    if (fault == Fault::silent) {
      answer.stays = true;
      answers_.push_back(answer);
      return;
    }
    std::smatch line, range;
    std::regex_search(request, line, std::regex("^GET /([^ ]*) "));
    auto const path = decode(line[1]);
    for (auto const& file : state_->torrent.files)
      if (file.path == path) answer.file = &file;
    if (!answer.file) return status("404 Not Found");
    answer.end = answer.file->size;
    bool const part = std::regex_search(request, range, std::regex("Range: bytes=([0-9]+)-([0-9]+)"));
    if (part && fault != Fault::no_range) {
      answer.at = std::stoll(range[1]);
      answer.end = std::min<std::int64_t>(std::stoll(range[2]) + 1, answer.end);
      answer.head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(answer.at) + '-' +
                    std::to_string(answer.end - 1) + '/' + std::to_string(answer.file->size) + "\r\n";
    } else {
      answer.head = "HTTP/1.1 200 OK\r\n";
    }
    answer.head += "Content-Length: " + std::to_string(answer.end - answer.at) + "\r\n\r\n";
    answer.spoil = fault == Fault::wrong;
    if (fault == Fault::stalls || fault == Fault::hangs_up) answer.cut = answer.at + until_stall;
    answer.closes = fault == Fault::hangs_up;
    answers_.push_back(answer);
  }

  std::shared_ptr<WebSeed::State> state_;
  std::deque<Answer> answers_;
};

WebSeed::WebSeed(Fault fault) : state_(std::make_shared<State>()) {
  state_->fault = fault;
  lines_ = std::make_unique<Lines>([state = state_] { return std::make_unique<WebLine>(state); });
}

WebSeed::~WebSeed() = default;

}  // namespace support
