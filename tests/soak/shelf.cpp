// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/shelf.hpp"

#include <regex>
#include <stdexcept>
#include <utility>

namespace soak {
namespace {

using support::MiB;

constexpr std::int64_t film_size = 8 * MiB;
constexpr std::int64_t part_size = 4 * MiB;
constexpr int parts = 4;

}  // namespace

Shelf::Shelf(std::string seed_program, int films, int packs) : program_(std::move(seed_program)) {
  std::uint64_t seed = 0;
  // No size is a whole number of pieces.
  auto const file = [&](std::string path, std::int64_t size) {
    ++seed;
    return Title::File{std::move(path), size + 4711 * static_cast<std::int64_t>(seed), seed};
  };
  for (int n = 0; n < films; ++n) {
    auto const name = "film " + std::to_string(n) + ".mkv";
    share(name, {file(name, film_size)});
  }
  for (int n = 0; n < packs; ++n) {
    auto const name = "pack " + std::to_string(n);
    std::vector<Title::File> all;
    for (int part = 0; part < parts; ++part)
      all.push_back(file(name + "/part " + std::to_string(part) + ".mkv", part_size));
    share(name, std::move(all));
  }
}

void Shelf::share(std::string const& name, std::vector<Title::File> files) {
  for (auto const& file : files) support::Payload(file.seed).write(folder_ / file.path, file.size);
  auto& seeder =
      seeders_.emplace_back(std::vector<std::string>{program_, "--with-parent", "--piece-size=256", folder_ / name});
  auto const line = seeder.wait_for_line("^(magnet:\\?xt=urn:btih:([0-9a-f]{40}).*)&x\\.pe=([0-9.]+):(\\d+)$",
                                         std::chrono::seconds(60));
  if (!line) throw std::runtime_error(name + " is not seeded: " + seeder.out() + seeder.err());
  auto const port = static_cast<std::uint16_t>(std::stoi((*line)[4]));
  titles_.push_back({(*line)[2], (*line)[1], {(*line)[3], port}, std::move(files)});
}

}  // namespace soak
