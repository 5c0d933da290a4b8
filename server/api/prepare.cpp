// SPDX-License-Identifier: LGPL-2.1-or-later
// POST /stream/prepare/:infoHash, GET /stream/status/:jobId, GET /stream/ready/:jobId: for clients behind proxies that
// wait seconds only.
#include "api/app.hpp"
#include "api/jobs.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "api/too_late.hpp"
#include "http/errors.hpp"

namespace api {
namespace {

using http::Failure;
using http::Fault;

std::string link(Job const& job, std::string const& token) {
  auto url = "/stream/proxy/" + job.torrent().key();
  char separator = '?';
  if (auto const file = job.file(); file >= 0) {
    url += "?fileIndex=" + std::to_string(file);
    separator = '&';
  }
  return token.empty() ? url : url + separator + "token=" + token;
}

Job& named_job(App& app, http::Exchange& exchange) {
  auto* job = app.jobs.find(exchange.request().parameter("jobId"));
  if (!job)
    throw Failure(Fault::unknown_job,
                  "There is no such job any more: they live five minutes. Prepare the stream again.");
  exchange.set_info_hash(job->torrent().key());
  return *job;
}

/// Why the job has failed.
Failure failure_of(App const& app, Job const& job) {
  try {
    job.check();
  } catch (...) {
    return http::translate(std::current_exception());
  }
  return too_late(app, job.torrent());
}

json::Object picture(App const& app, Job& job, std::string const& token) {
  constexpr char const* names[] = {"connecting", "preparing", "ready", "failed"};
  auto const state = job.state();
  auto data = identity(job.torrent())
                  .set("status", names[static_cast<int>(state)])
                  .set("name", job.torrent().name())
                  .set("numPeers", job.torrent().status().peers)
                  .set("progress", state == Job::State::failed ? "0.00" : job.progress());
  if (state == Job::State::ready) data.set("streamUrl", link(job, token));
  if (state == Job::State::failed) data.set("error", failure_of(app, job).what());
  return data;
}

}  // namespace

void prepare(App& app, http::Exchange& exchange) {
  auto const hash = named_hash(exchange);
  auto const choice = named_file(exchange.request());
  open_torrent(app, exchange, hash, choice, [&app, &exchange, choice](std::shared_ptr<swarm::Torrent> const& torrent) {
    auto const id = app.jobs.add(std::make_unique<Job>(torrent, choice, app.options.torrent_timeout),
                                 exchange.request().parameter("infoHash"));
    auto const& token = exchange.link_token();
    auto const query = token.empty() ? "" : "?token=" + token;
    exchange.reply(http::Response::data(identity(*torrent)
                                            .set("jobId", id)
                                            .set("statusUrl", "/stream/status/" + id + query)
                                            .set("readyUrl", "/stream/ready/" + id + query)
                                            .set("streamUrl", link(*app.jobs.find(id), token)),
                                        {}, 202));
  });
}

void job_status(App& app, http::Exchange& exchange) {
  exchange.reply(http::Response::data(picture(app, named_job(app, exchange), exchange.link_token())));
}

void job_ready(App& app, http::Exchange& exchange) {
  auto& job = named_job(app, exchange);
  auto const state = job.state();
  if (state == Job::State::ready) return exchange.reply(http::Response::redirect(link(job, exchange.link_token())));
  if (state == Job::State::failed) throw failure_of(app, job);
  auto response = http::Response::data(picture(app, job, exchange.link_token()), {}, 202);
  exchange.reply(response.set("Retry-After", "1"));
}

}  // namespace api
