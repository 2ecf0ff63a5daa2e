-- Requests of a thousand clients, each below the rate limit. Prints one line of JSON at the end.
local prepared, sent = {}, 0

function init()
  for client = 1, 1000 do
    local address = string.format("198.51.%d.%d", client / 250, client % 250 + 1)
    prepared[client] = wrk.format("GET", "/prices/S1", { ["X-Forwarded-For"] = address })
  end
end

function request()
  sent = sent + 1
  return prepared[sent % #prepared + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"failed":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
