-- wrk's requests: reads of prices and relations, and idempotent writes. Prints one line of JSON at the end.
local symbols, sent = tonumber(os.getenv("SYMBOLS")), 0

function delay()
  return tonumber(os.getenv("PAUSE_MS"))
end

function request()
  sent = sent + 1
  local symbol = "S" .. (sent % symbols)
  if sent % 10 == 0 then
    local body = string.format('{"at":"2026-01-31T12:%02d:%02dZ","close":%d}', sent / 60 % 60, sent % 60, sent)
    return wrk.format("PUT", "/prices/" .. symbol, nil, body)
  elseif sent % 10 == 5 then
    return wrk.format("GET", "/relations/" .. symbol)
  end
  return wrk.format("GET", "/prices/" .. symbol)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"p50":%d,"p95":%d,"p99":%d}\n',
    summary.requests, errors.status, errors.connect, errors.read, errors.write, errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
