// SPDX-License-Identifier: LGPL-2.1-or-later
// A real Redis on loopback, with a password, and with TLS if wanted. Keeps nothing on disk.
#pragma once

#include "support/child.hpp"
#include "support/loopback.hpp"
#include "support/temp_dir.hpp"

#include <optional>
#include <stdexcept>
#include <string>

namespace support {

class RedisServer {
 public:
  static constexpr char password[] = "open sesame";

  explicit RedisServer(bool tls = false) : tls_(tls) {
    if (tls) make_certificate();
    start();
  }

  [[nodiscard]] std::string url() const {
    return (tls_ ? "rediss://127.0.0.1:" : "redis://127.0.0.1:") + std::to_string(port_);
  }
  [[nodiscard]] std::string ca() const { return folder_ / "cert.pem"; }
  /// All that it had is gone.
  void stop() { child_.reset(); }
  void start() {
    auto const port = std::to_string(port_);
    std::vector<std::string> command{"redis-server", "--bind", "127.0.0.1", "--save", "", "--dir", folder_.str()};
    command.insert(command.end(), {"--requirepass", password, "--port", tls_ ? "0" : port});
    if (tls_)
      command.insert(command.end(), {"--tls-port", port, "--tls-cert-file", ca(), "--tls-key-file", folder_ / "key.pem",
                                     "--tls-ca-cert-file", ca(), "--tls-auth-clients", "no"});
    child_.emplace(command);
    if (!child_->wait_for_line("Ready to accept connections")) throw std::runtime_error(child_->out());
  }
  /// It takes connections, and answers nothing any more.
  void freeze() { child_->signal(SIGSTOP); }
  void thaw() { child_->signal(SIGCONT); }

 private:
  void make_certificate() const {
    auto const made =
        run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder_ / "key.pem", "-out", ca(),
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"});
    if (!made.ok()) throw std::runtime_error(made.err);
  }

  TempDir folder_;
  bool tls_;
  std::uint16_t port_ = free_port();
  std::optional<Child> child_;
};

}  // namespace support
