// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/ledger.hpp"

#include "bench/figures.hpp"
#include "support/eventually.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

namespace soak {
namespace {

using namespace std::chrono_literals;

constexpr double tolerated = 10e6;    ///< bytes of growth: what is not given back because of fragmentation
constexpr int tolerated_files = 4;    ///< a peer may be on its way in or out
constexpr int tolerated_threads = 4;  ///< of GLib's pool

/// Bytes per second, by least squares.
double slope(std::vector<Holdings> const& all) {
  double const n = static_cast<double>(all.size());
  double x = 0, y = 0, xx = 0, xy = 0;
  for (auto const& one : all) {
    auto const memory = static_cast<double>(one.memory);
    x += one.seconds;
    y += memory;
    xx += one.seconds * one.seconds;
    xy += one.seconds * memory;
  }
  auto const spread = n * xx - x * x;
  return spread > 0 ? (n * xy - x * y) / spread : 0;
}

std::string in_words(Holdings const& held) {
  char text[100];
  std::snprintf(text, sizeof text, "%.0f s: %.1f MB, %d descriptors, %d threads", held.seconds,
                static_cast<double>(held.memory) / 1e6, held.files, held.threads);
  return text;
}

/// What descriptors are open on, without their numbers.
std::map<std::string, int> kinds_of_files(std::string const& folder) {
  std::map<std::string, int> kinds;
  for (auto const& file : std::filesystem::directory_iterator(folder)) {
    std::error_code gone;
    auto name = std::filesystem::read_symlink(file, gone).string();
    std::erase_if(name, [](unsigned char c) { return std::isdigit(c); });
    ++kinds[name];
  }
  return kinds;
}

/// Where its TCP sockets lead: lines of the kernel's table.
std::string sockets_of(std::string const& folder) {
  std::set<std::string> mine;
  for (auto const& file : std::filesystem::directory_iterator(folder + "/fd")) {
    std::error_code gone;
    auto const name = std::filesystem::read_symlink(file, gone).string();
    if (name.starts_with("socket:[")) mine.insert(name.substr(8, name.size() - 9));
  }
  std::string text;
  std::istringstream lines(support::read_file(folder + "/net/tcp"));
  std::string line, word;
  for (std::getline(lines, line); std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<std::string> all;
    while (words >> word) all.push_back(word);
    if (all.size() > 9 && mine.contains(all[9])) text += "\n    " + all[1] + " to " + all[2] + ", state " + all[3];
  }
  return text;
}

double middle(std::vector<Holdings> const& all, std::size_t begin, std::size_t end) {
  std::vector<double> values;
  for (auto i = begin; i < end; ++i) values.push_back(static_cast<double>(all[i].memory));
  return bench::median(values);
}

}  // namespace

Holdings Ledger::now() const {
  auto const folder = "/proc/" + std::to_string(pid_);
  Holdings held;
  held.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  std::istringstream lines(support::read_file(folder + "/status"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("RssAnon:")) held.memory = std::atol(line.c_str() + 8) * 1024;
    if (line.starts_with("Threads:")) held.threads = std::atoi(line.c_str() + 8);
  }
  std::filesystem::directory_iterator const files(folder + "/fd");
  held.files = static_cast<int>(std::distance(begin(files), end(files)));
  return held;
}

void Ledger::at_work() {
  work_.push_back(now());
  auto const minutes = static_cast<int>(work_.back().seconds / 60);
  if (minutes > std::exchange(minutes_told_, minutes))
    std::printf("  %s at work after %s\n", name_.c_str(), in_words(work_.back()).c_str());
}

void Ledger::at_rest() {
  // The first time nobody knows how few that is.
  auto before = now().files;
  support::eventually(
      [&] {
        std::this_thread::sleep_for(500ms);
        auto const files = now().files;
        return rests_.empty() ? std::exchange(before, files) == files : files <= rests_.front().files;
      },
      10s);
  rests_.push_back(now());
  auto const folder = "/proc/" + std::to_string(pid_);
  rests_.back().kinds = kinds_of_files(folder + "/fd");
  if (rests_.back().files > rests_.front().files + tolerated_files)
    std::printf("  %s keeps at rest:%s\n", name_.c_str(), sockets_of(folder).c_str());
}

std::string Ledger::verdict() const {
  std::string wrong;
  for (auto const& rest : rests_) std::printf("%s at rest after %s\n", name_.c_str(), in_words(rest).c_str());
  if (rests_.size() < 2) return name_ + " was never at rest; ";
  // What it needs once is there after the first rest.
  auto const& first = rests_.front();
  auto const& last = rests_.back();
  std::vector<Holdings> work;
  std::ranges::copy_if(work_, std::back_inserter(work), [&](auto const& one) { return one.seconds > first.seconds; });
  auto const before = middle(work, 0, work.size() / 2), after = middle(work, work.size() / 2, work.size());
  std::printf("%s at work: %.1f MB in the first half, %.1f in the second, %.1f MB per hour\n", name_.c_str(),
              before / 1e6, after / 1e6, slope(work) * 3600 / 1e6);
  if (after - before > tolerated) wrong += name_ + " needs more and more memory at work; ";
  if (static_cast<double>(last.memory - first.memory) > tolerated)
    wrong += name_ + " keeps more and more memory at rest; ";
  if (last.files > first.files + tolerated_files) {
    wrong += name_ + " keeps descriptors; ";
    auto before = first.kinds;
    for (auto const& [kind, count] : last.kinds)
      if (count != before[kind]) std::printf("  %d %s, there were %d\n", count, kind.c_str(), before[kind]);
  }
  if (last.threads > first.threads + tolerated_threads) wrong += name_ + " keeps threads; ";
  return wrong;
}

}  // namespace soak
