// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/loop.hpp"
#include "lib/fetch/client.hpp"
#include "swarm/reader.hpp"

#include <memory>
#include <string>

namespace api {

/// A Reader over a file of a web server that honours ranges. It holds little: the server is read as fast as the
/// consumer reads.
class RemoteReader final : public swarm::Reader {
 public:
  /// `client` outlives it; the loop is its thread.
  RemoteReader(std::shared_ptr<http::Loop> loop, fetch::Client& client, std::string const& url, std::int64_t size,
               int file);
  ~RemoteReader() override;

  /// Throw Error(read_timeout) when the server fails; reading again tries again.
  Result read(std::span<std::byte> into) override;
  Result try_read(std::span<std::byte> into) override;
  void on_wake(std::function<void()> wake) override;
  void seek(std::int64_t position) override;
  [[nodiscard]] std::int64_t position() const override;
  void set_end(std::optional<std::int64_t> end) override;
  [[nodiscard]] std::optional<std::int64_t> size() const override { return size_; }
  [[nodiscard]] std::optional<int> file() const override { return file_; }
  [[nodiscard]] std::vector<swarm::ByteRange> available() const override;
  void cancel() override;
  void uncancel() override;

 private:
  class Line;
  std::int64_t const size_;
  int const file_;
  std::shared_ptr<Line> const line_;
};

}  // namespace api
