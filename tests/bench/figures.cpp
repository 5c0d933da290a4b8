// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>

namespace bench {
namespace {

void print_line(std::string const& figure, char const* unit, std::string const& ours, double value,
                std::string const& other_name, double other, Goal goal) {
  std::printf("%-52s %s %.3f %s | %s %.3f | ratio %.2f", figure.c_str(), ours.c_str(), value, unit, other_name.c_str(),
              other, other != 0 ? value / other : 0);
  if (goal.is != Goal::Is::none) {
    bool const low = goal.is == Goal::Is::at_most;
    std::printf(" | goal %s %.3f: %s", low ? "<=" : ">=", goal.value,
                (low ? value <= goal.value : value >= goal.value) ? "reached" : "MISSED");
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  auto const rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

void Figures::print(std::string const& figure, std::string const& ours, char const* unit, Goal goal, double floor,
                    double share) const {
  auto const found = values_.find(figure);
  if (found == values_.end() || !found->second.contains(ours)) return;
  auto const value = quantile(found->second.at(ours), share);
  auto const name = share == 0.5 ? figure : figure + " p" + std::to_string(std::lround(share * 100));
  print_line(name, unit, ours, value, "floor", floor, goal);
  for (auto const& [who, values] : found->second)
    if (who != ours) print_line(name, unit, ours, value, who, quantile(values, share), goal);
}

std::string option(int argc, char** argv, std::string_view name, std::string otherwise) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == name) return argv[i + 1];
  return otherwise;
}

int option(int argc, char** argv, std::string_view name, int otherwise) {
  auto const text = option(argc, argv, name, std::string());
  return text.empty() ? otherwise : std::stoi(text);
}

int run(char const* name, void (*benchmark)(int argc, char** argv), int argc, char** argv) {
  try {
    benchmark(argc, argv);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 1;
  }
}

}  // namespace bench
