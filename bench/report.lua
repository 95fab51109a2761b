-- report.lua: one line of JSON at the end, for bench/kit.mjs.
done = function(summary, latency)
    local e = summary.errors
    io.write(string.format('RESULT {"requests": %d, "seconds": %.6f, "per_second": %.1f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n',
        summary.requests, summary.duration / 1e6, summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3, e.connect + e.read + e.write + e.status + e.timeout))
end
