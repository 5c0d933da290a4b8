// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/metrics.hpp"

#include "api/app.hpp"
#include "api/memory.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "http/exchange.hpp"

#include <array>
#include <prometheus/text_serializer.h>
#include <set>
#include <sstream>
#include <unistd.h>
#include <vector>

namespace api {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;
using Buckets = prometheus::Histogram::BucketBoundaries;

Buckets const request_buckets{0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 120, 600, 3600};
Buckets const wait_buckets{0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30};

/// Shorter waits are how bytes come.
constexpr std::chrono::milliseconds felt{250};

double seconds(Metrics::Time time) { return std::chrono::duration<double>(time).count(); }

std::string method_label(std::string const& method) {
  static std::set<std::string> const known{"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"};
  return known.contains(method) ? method : "other";
}

/// A family of one figure without labels, or of one for each value of a label.
class Figures {
 public:
  void add(MetricType type, char const* name, char const* help, double value) {
    put(type, name, help, {{"", value}}, "");
  }
  void put(MetricType type, char const* name, char const* help,
           std::vector<std::pair<std::string, double>> const& values, char const* label) {
    MetricFamily family{name, help, type, {}};
    for (auto const& [text, value] : values) {
      prometheus::ClientMetric metric;
      if (*label) metric.label.push_back({label, text});
      (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
      family.metric.push_back(std::move(metric));
    }
    families_.push_back(std::move(family));
  }
  std::vector<MetricFamily> take() { return std::move(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void torrents(Figures& figures, swarm::Session const& session) {
  using State = swarm::TorrentStatus::State;
  std::map<std::string, double> states{{"asleep", static_cast<double>(session.sleeping().size())}};
  for (auto state :
       {State::connecting, State::connected, State::downloading, State::complete, State::paused, State::error})
    states[state_name(state)] = 0;
  double peers = 0, readers = 0, down = 0, up = 0;
  for (auto const& torrent : session.torrents()) {
    auto const status = torrent->status();
    ++states[state_name(*torrent, status)];
    peers += status.peers;
    readers += torrent->readers();
    down += static_cast<double>(status.download_rate);
    up += static_cast<double>(status.upload_rate);
  }
  auto const gauge = MetricType::Gauge;
  figures.put(gauge, "gst_torrent_torrents", "Torrents by their state.", {states.begin(), states.end()}, "state");
  figures.add(gauge, "gst_torrent_peers", "Connected peers.", peers);
  figures.add(gauge, "gst_torrent_readers", "Readers of files: streams, and demuxers of HLS.", readers);
  figures.add(gauge, "gst_torrent_download_bytes_per_second", "Payload that comes in.", down);
  figures.add(gauge, "gst_torrent_upload_bytes_per_second", "Payload that goes out.", up);
  figures.add(gauge, "gst_torrent_dht_nodes", "Nodes of the DHT that are known.", session.status().dht_nodes);
}

void cache(Figures& figures, App const& app) {
  auto const sums = app.index->sums();
  auto const counts = app.cleaning->counts();
  auto const limits = app.cleaning->settings().limits;
  auto const gauge = MetricType::Gauge, counter = MetricType::Counter;
  auto const number = [](std::int64_t value) { return static_cast<double>(value); };
  figures.add(gauge, "gst_torrent_cache_files", "Files on disk.", number(sums.files));
  figures.add(gauge, "gst_torrent_cache_bytes", "Bytes that they take.", number(sums.on_disk));
  figures.add(gauge, "gst_torrent_cache_limit_bytes", "Bytes that they may take.", number(limits.most_bytes));
  figures.put(counter, "gst_torrent_cache_lookups_total",
              "Viewers who began with a file that was whole here, or was not.",
              {{"hit", number(counts.hits)}, {"miss", number(counts.misses)}}, "result");
  figures.add(counter, "gst_torrent_cache_evictions_total", "Files given up for lack of room or use.",
              number(counts.files));
  figures.add(counter, "gst_torrent_cache_evicted_bytes_total", "Bytes that they took.", number(counts.bytes));
}

void browsers(Figures& figures, tracker::Swarms::Figures const& found) {
  auto const gauge = MetricType::Gauge;
  figures.add(gauge, "gst_torrent_tracker_swarms", "Swarms of browsers that /tracker knows.",
              static_cast<double>(found.swarms));
  figures.add(gauge, "gst_torrent_tracker_peers", "Browsers in them.", static_cast<double>(found.peers));
}

void sharing(Figures& figures, Metrics::Shared const& shared) {
  figures.put(MetricType::Counter, "gst_torrent_hls_shared_bytes_total",
              "Bytes of segments that viewers had from this server, or from each other and had its digest for.",
              {{"http", shared.http}, {"p2p", shared.p2p}}, "source");
  auto const all = shared.http + shared.p2p;
  figures.add(MetricType::Gauge, "gst_torrent_hls_shared_ratio", "The part that they had from each other.",
              all > 0 ? shared.p2p / all : 0);
}

void process(Figures& figures, App const& app, int connections, http::Pulse::Longest const& longest) {
  auto const gauge = MetricType::Gauge, counter = MetricType::Counter;
  auto const used = memory();
  figures.add(gauge, "gst_torrent_http_connections", "Open HTTP connections.", connections);
  figures.add(gauge, "gst_torrent_main_loop_longest_turn_seconds",
              "Longest time for which the main loop served nobody else.", seconds(longest.turn));
  figures.add(counter, "gst_torrent_main_loop_slow_turns_total", "Turns of the main loop of more than 20 ms.",
              static_cast<double>(longest.slow));
  figures.add(counter, "gst_torrent_hls_made_total", "Segments of HLS that were made.",
              static_cast<double>(app.producer->made()));
  figures.add(gauge, "process_resident_memory_bytes", "Resident memory.", static_cast<double>(used.resident));
  figures.add(gauge, "process_anonymous_memory_bytes", "Resident memory that is no file's.",
              static_cast<double>(used.anonymous));
  figures.add(gauge, "process_start_time_seconds", "Start of the process, in seconds since 1970.", app.started_at);
}

}  // namespace

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      requests_(prometheus::BuildCounter()
                    .Name("gst_torrent_http_requests_total")
                    .Help("Requests that are over, by the pattern of their route.")
                    .Register(*registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("gst_torrent_http_request_duration_seconds")
                     .Help("From a request's head to the end of its answer.")
                     .Register(*registry_)),
      first_bytes_(
          prometheus::BuildHistogram()
              .Name("gst_torrent_stream_first_byte_seconds")
              .Help("From a stream's request to its first bytes, by where it begins: at the start, or after a seek.")
              .Register(*registry_)),
      start_(first_bytes_.Add({{"at", "start"}}, wait_buckets)),
      jump_(first_bytes_.Add({{"at", "seek"}}, wait_buckets)),
      stall_(
          prometheus::BuildHistogram()
              .Name("gst_torrent_stream_stall_seconds")
              .Help("How long streams that had begun waited for bytes, where it was more than a quarter of a second.")
              .Register(*registry_)
              .Add({}, wait_buckets)),
      segment_(prometheus::BuildHistogram()
                   .Name("gst_torrent_hls_segment_seconds")
                   .Help("From the request of a segment of HLS to its answer.")
                   .Register(*registry_)
                   .Add({}, wait_buckets)) {}

void Metrics::answered(http::Exchange const& exchange, int status) {
  auto const& request = exchange.request();
  auto const route = exchange.route().empty() ? std::string("none") : exchange.route();
  requests_.Add({{"route", route}, {"method", method_label(request.method())}, {"code", std::to_string(status)}})
      .Increment();
  durations_.Add({{"route", route}}, request_buckets)
      .Observe(seconds(std::chrono::steady_clock::now() - exchange.begun()));
}

void Metrics::first_bytes(bool jumped, Time after) { (jumped ? jump_ : start_).Observe(seconds(after)); }

void Metrics::waited(Time time) {
  if (time >= felt) stall_.Observe(seconds(time));
}

void Metrics::segment(Time after) { segment_.Observe(seconds(after)); }

void metrics(App& app, http::Exchange& exchange) {
  exchange.work(
      [&app, connections = app.connections(), longest = app.longest(), watching = app.signalling->figures(),
       shared = app.metrics->shared] {
        Figures figures;
        torrents(figures, *app.session);
        cache(figures, app);
        browsers(figures, watching);
        if (app.options.share) sharing(figures, shared);
        process(figures, app, connections, longest);
        auto families = app.metrics->registry().Collect();
        for (auto& family : figures.take()) families.push_back(std::move(family));
        http::Response response;
        response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8").set("Cache-Control", "no-store");
        response.body = prometheus::TextSerializer().Serialize(families);
        return response;
      },
      [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace api
