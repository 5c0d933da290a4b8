// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/website.hpp"

#include <algorithm>
#include <regex>
#include <utility>

namespace support {
namespace {

constexpr std::size_t at_a_time = 128 * 1024;

}  // namespace

class WebsiteLine final : public Line {
 public:
  explicit WebsiteLine(std::shared_ptr<Website::State> state) : state_(std::move(state)) {
    std::lock_guard lock(state_->mutex);
    ++state_->connections;
  }

  bool receive(std::string& in) override {
    for (auto end = in.find("\r\n\r\n"); end != std::string::npos; end = in.find("\r\n\r\n")) {
      answer(in.substr(0, end));
      in.erase(0, end + 4);
    }
    return true;
  }

  bool send(std::string& out) override {
    if (out.size() >= at_a_time) return true;
    out += std::exchange(said_, {});
    if (!drops_.empty() && std::chrono::steady_clock::now() >= due_) {
      out += drops_.front();
      drops_.erase(0, 1);
      due_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
    }
    if (!endless_.empty()) out += endless_;
    return true;
  }

  [[nodiscard]] std::optional<Time> due() const override { return drops_.empty() ? std::nullopt : std::optional(due_); }

 private:
  void answer(std::string const& request) {
    std::smatch line, range;
    std::regex_search(request, line, std::regex("^GET ([^ ]*) "));
    Website::Page page{"", 404};
    {
      std::lock_guard lock(state_->mutex);
      state_->asked.push_back(line[1]);
      if (auto const found = state_->pages.find(line[1]); found != state_->pages.end()) page = found->second;
    }
    if (page.silent) return;
    std::smatch known;
    if (std::regex_search(request, known, std::regex("If-None-Match: ([^\r]*)")) &&
        page.fields.find("ETag: " + known.str(1) + "\r\n") != std::string::npos) {
      said_ += "HTTP/1.1 304 X\r\n" + page.fields + "\r\n";
      return;
    }
    auto const size = page.body.size();
    std::size_t begin = 0, end = size;
    if (page.ranges && page.status == 200 &&
        std::regex_search(request, range, std::regex("Range: bytes=([0-9]+)-([0-9]*)", std::regex::icase))) {
      begin = std::min<std::size_t>(std::stoull(range[1]), size);
      if (range[2].length() > 0) end = std::min<std::size_t>(std::stoull(range[2]) + 1, size);
      page.status = 206;
      page.fields += "Content-Range: bytes " + std::to_string(begin) + "-" + std::to_string(end - 1) + "/" +
                     std::to_string(size) + "\r\n";
    }
    said_ += "HTTP/1.1 " + std::to_string(page.status) + " X\r\n" + page.fields;
    if (page.endless) {
      endless_ = page.body;
      said_ += "\r\n";
    } else {
      said_ += "Content-Length: " + std::to_string(end - begin) + "\r\n\r\n";
      (page.drips ? drops_ : said_) += page.body.substr(begin, end - begin);
    }
  }

  std::shared_ptr<Website::State> state_;
  std::string said_, endless_, drops_;
  Time due_{};
};

Website::Website() : state_(std::make_shared<State>()) {
  lines_ = std::make_unique<Lines>([state = state_] { return std::make_unique<WebsiteLine>(state); });
}

Website::~Website() = default;

void Website::put(std::string const& target, Page page) {
  std::lock_guard lock(state_->mutex);
  state_->pages[target] = std::move(page);
}

std::vector<std::string> Website::asked() const {
  std::lock_guard lock(state_->mutex);
  return state_->asked;
}

int Website::connections() const {
  std::lock_guard lock(state_->mutex);
  return state_->connections;
}

}  // namespace support
